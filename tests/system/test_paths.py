"""Paths: what an argument means, what lies inside, and which names are out of bounds."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pycode.system.paths import RealPaths, contains, is_protected, is_secret, resolve
from pycode.system.protected import is_ordinary, only_names_protect

_STEPS = ["a", "b", "c", "link", "up", "loop", "none", "x", ".", "..", ""]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_resolve_joins_to_the_base(root: Path) -> None:
    assert resolve("src/a.py", root) == root / "src/a.py"
    assert resolve(".", root) == root
    assert resolve("a/../../b", root) == root.parent / "b"
    assert resolve(str(root / "x"), Path("/")) == root / "x"


def test_resolve_expands_only_the_own_home(root: Path, home: Path) -> None:
    assert resolve("~", root) == home
    assert resolve("~/notes.txt", root) == home / "notes.txt"
    assert resolve("~root/x", root) == root / "~root/x"
    assert resolve("a~", root) == root / "a~"


def test_resolve_follows_links_through_the_deepest_existing_parent(root: Path, home: Path) -> None:
    (root / "link").symlink_to(home)
    assert resolve("link/new/.bashrc", root) == home / "new/.bashrc"
    # ".." is taken behind the link, as the system does it.
    assert resolve("link/../x", root) == home.parent / "x"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.sampled_from(_STEPS), min_size=1, max_size=5), min_size=1, max_size=8))
def test_many_paths_are_the_same_as_one_at_a_time(root: Path, paths: list[list[str]]) -> None:
    for folder in ("a/b", "c"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, target in {"a/link": "../c", "c/up": "..", "loop": "loop", "none": "x/y"}.items():
        if not (root / name).is_symlink():
            (root / name).symlink_to(target)
    known = RealPaths()
    for steps in paths:
        path = "/".join(steps)
        assert known.resolve(path, str(root)) == os.path.realpath(root / path)
        assert known.of(f"{root}/{path}") == os.path.realpath(Path(f"{root}/{path}"))


def test_resolve_survives_links_in_a_loop(root: Path) -> None:
    (root / "a").symlink_to(root / "b")
    (root / "b").symlink_to(root / "a")
    assert resolve("a", root).is_relative_to(root)


@pytest.mark.parametrize(
    "path", ["a\0b", "\\\\host\\share", "\\\\?\\C:\\x", "\\??\\UNC\\h\\s", "\\\\.\\nul"]
)
def test_resolve_refuses_what_is_no_local_file(path: str, root: Path) -> None:
    with pytest.raises(ValueError, match="name"):
        resolve(path, root)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names are Unicode")
def test_resolve_refuses_a_lone_surrogate_but_keeps_undecodable_bytes(root: Path) -> None:
    with pytest.raises(ValueError, match="cannot be a file name"):
        resolve("a\ud800", root)
    assert os.fsencode(resolve("a\udcff", root)).endswith(b"a\xff")


@pytest.mark.skipif(sys.platform == "win32", reason="there it is another machine")
def test_resolve_takes_two_slashes_as_one(root: Path) -> None:
    assert resolve("//" + str(root).lstrip("/"), root) == root


def test_contains_compares_components(root: Path) -> None:
    sibling = root.with_name("project-secrets")
    assert contains(root, root)
    assert contains(root, root / "a/b")
    assert not contains(root, sibling / "x")
    assert not contains(root, root.parent)
    assert not contains(root, root / "../x")


def test_contains_follows_links(root: Path, home: Path) -> None:
    (root / "out").symlink_to(home)
    assert not contains(root, root / "out/x")
    (home / "in").symlink_to(root)
    assert contains(root, home / "in/x")


@pytest.mark.parametrize(
    "name",
    [
        ".git/hooks/pre-commit",
        ".git/config",
        ".git",
        "vendor/lib/.git/hooks/post-checkout",
        ".git/modules/lib/config",
        ".pycode/config.yaml",
        ".pycode.yaml",
        ".claude/settings.json",
        "sub/.codex/config.toml",
        ".mcp.json",
        ".vscode/settings.json",
        ".vscode/tasks.json",
        ".idea/workspace.xml",
        ".bashrc",
        ".zshenv",
        # The same names as other file systems would compare them.
        ".GIT/Hooks/pre-commit",
        ".PyCode/config.yaml",
        ".Cursor/../.CLAUDE/x",
        ".git./config",
        ".git /config",
        "GIT~1/config",
        ".g\u200cit/config",
        ".pycode::$INDEX_ALLOCATION/config.yaml",
        ".claude:stream",
    ],
)
def test_protected_names(name: str, root: Path) -> None:
    assert is_protected(root / name, root)


@pytest.mark.parametrize(
    "name",
    [
        "src/app.py",
        ".gitignore",
        ".github/workflows/ci.yml",
        ".git/COMMIT_EDITMSG",
        ".vscode/extensions.json",
        "bashrc",
        ".env",
        "hooks/x",
        "config",
    ],
)
def test_other_names_are_free(name: str, root: Path) -> None:
    assert not is_protected(root / name, root)


@pytest.mark.parametrize(
    "name", [".ssh/authorized_keys", ".aws/credentials", ".config/gcloud/x", ".netrc", ".SSH/id"]
)
def test_keys_in_the_home_directory_are_protected(name: str, root: Path, home: Path) -> None:
    assert is_protected(home / name, root)
    assert not is_protected(root / name, root)


def test_a_link_does_not_hide_what_is_protected(root: Path, home: Path) -> None:
    (root / "link").symlink_to(home)
    (root / "notes.txt").symlink_to(home / ".bashrc")
    assert is_protected(root / "link/.ssh/id", root)
    assert is_protected(root / "notes.txt", root)


def test_folders_above_the_root_do_not_count(tmp_path: Path) -> None:
    worktree = tmp_path / ".claude/worktrees/one"
    worktree.mkdir(parents=True)
    assert not is_protected(worktree / "src/app.py", worktree)
    assert is_protected(worktree / ".claude/x", worktree)
    assert is_protected(tmp_path / ".claude/settings.json", worktree)


def test_secret_names(root: Path) -> None:
    assert is_secret(root / ".env")
    assert is_secret(root / "sub/.env.local")
    assert is_secret(root / ".ENV")
    assert not is_secret(root / ".env.example")
    assert not is_secret(root / ".env.sample")
    assert not is_secret(root / ".env.template")
    assert not is_secret(root / "env.py")


def test_a_link_to_a_secret_is_a_secret(root: Path) -> None:
    (root / "notes.txt").symlink_to(root / ".env")
    assert is_secret(root / "notes.txt")


def test_a_link_that_cannot_be_read_leads_nowhere(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the links in the folder of somebody else's process, which may be seen and not read.
    def refused(path: str, **_: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    (root / "link").symlink_to("other")
    monkeypatch.setattr(os, "readlink", refused)
    with pytest.raises(ValueError, match="a link that cannot be read"):
        resolve("link/x", root)


NAMES = st.sampled_from(
    [
        "a",
        "src",
        "hooks",
        "config",
        "HEAD",
        ".git",
        "Config",
        "git~1",
        ".env",
        ".vscode",
        "settings.json",
        "x.code-workspace",
        "X.Code-Workspace",
        "commondir",
        "claude~1",
        "a.b",
        "a:b",
        "microsoft.powershell_profile.ps1",
        "b.",
        "_netrc",
        "documents",
        "powershell",
        "library",
        "keychains",
        "\u0131",
        "a b",
    ]
)


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(NAMES, max_size=2))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_ordinary_is_not_protected(home: Path, names: list[str], place: list[str]) -> None:
    for base in (home, home.parent / "elsewhere"):
        project = base.joinpath(*place)
        if only_names_protect(project) and is_ordinary("/".join(names)):
            assert not is_protected(project.joinpath(*names), project)
