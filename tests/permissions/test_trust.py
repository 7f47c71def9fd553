"""Trust: what there is to trust, what an answer holds for, and when it is asked again."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.core.errors import StorageError, UsageError
from pycode.permissions import trust
from pycode.permissions.trust import TrustStore, fingerprint, things_to_trust

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links and modes")


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


@pytest.fixture
def store(tmp_path: Path) -> TrustStore:
    return TrustStore(tmp_path / "pycode" / "trust.json")


def put(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_an_ordinary_project_is_not_asked_about(root: Path, store: TrustStore) -> None:
    for name in ("AGENTS.md", "CLAUDE.md", "Makefile", ".github/x.yml", ".vscode/settings.json"):
        put(root / name)
    (root / ".claude").mkdir()
    assert things_to_trust(root) == ()
    assert store.question_for(root) is None


def test_rules_of_the_configuration_alone_need_no_trust(root: Path) -> None:
    put(root / ".pycode.yaml", "permission: {bash: ask}")
    put(root / ".pycode/config.yaml", "permission: {bash: ask}")
    assert things_to_trust(root) == ()
    assert things_to_trust(root, [".pycode.yaml (agents)"]) == (".pycode.yaml (agents)",)


def test_what_there_is_to_trust_is_named(root: Path, store: TrustStore) -> None:
    put(root / ".claude/settings.json")
    put(root / ".mcp.json")
    put(root / ".pycode/agents/x.md")
    put(root / ".agents/skills/x/SKILL.md")
    question = store.question_for(root, [".pycode.yaml (agents)"])
    assert question is not None
    assert question.things == (
        ".agents/",
        ".claude/",
        ".mcp.json",
        ".pycode/",
        ".pycode.yaml (agents)",
    )
    assert question.root == root
    assert not question.changed


def test_in_the_home_directory_the_agents_folders_are_the_users_own(home: Path) -> None:
    put(home / ".claude/settings.json")
    put(home / ".pycode/agents/x.md")
    assert things_to_trust(home) == ()


def test_an_answer_is_asked_for_once(root: Path, store: TrustStore) -> None:
    put(root / ".mcp.json")
    for trusted, state in ((True, "trusted"), (False, "refused")):
        assert store.revoke(root) is not trusted
        assert store.state(root) == "unknown"
        question = store.question_for(root)
        assert question is not None
        store.answer(question, trusted=trusted)
        assert store.state(root) == state
        assert store.question_for(root) is None


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda root: put(root / ".claude/hooks/a.sh", "evil"),
    "new file": lambda root: put(root / ".claude/hooks/b.sh"),
    "removed": lambda root: (root / ".claude/hooks/a.sh").unlink(),
    "renamed": lambda root: (root / ".claude/hooks/a.sh").rename(root / ".claude/hooks/c.sh"),
    "config": lambda root: put(root / ".pycode.yaml", "agents: {}"),
    "config in the folder": lambda root: put(root / ".pycode/config.yaml"),
    "server": lambda root: put(root / ".mcp.json", "{}"),
    "skill": lambda root: put(root / ".agents/skills/x/SKILL.md"),
    "moved": lambda root: (root / ".claude/hooks/a.sh").rename(root / ".claude/a.sh"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_when_something_changed_it_is_asked_again(
    root: Path, store: TrustStore, change: Callable[[Path], object]
) -> None:
    put(root / ".claude/hooks/a.sh", "good")
    store.trust(root)
    put(root / "src/app.py", "anything")
    put(root / ".claude/worktrees/other/file")
    put(root / ".claude/node_modules/x/index.js")
    assert store.state(root) == "trusted"
    change(root)
    assert store.state(root) == "changed"
    question = store.question_for(root)
    assert question is not None
    assert question.changed


@POSIX
def test_what_a_link_leads_to_counts(root: Path, store: TrustStore) -> None:
    put(root / "scripts/hook.sh", "good")
    put(root / "more/x.md", "good")
    (root / ".claude").mkdir()
    (root / ".claude/hook.sh").symlink_to("../scripts/hook.sh")
    (root / ".claude/more").symlink_to("../more")
    (root / ".claude/loop").symlink_to("..")
    (root / ".claude/dangling").symlink_to("nowhere")
    for path in (root / "scripts/hook.sh", root / "more/x.md"):
        store.trust(root)
        assert store.state(root) == "trusted"
        path.write_text("evil", encoding="utf-8")
        assert store.state(root) == "changed"
    store.trust(root)
    (root / "other").write_text("evil", encoding="utf-8")
    (root / ".claude/hook.sh").unlink()
    (root / ".claude/hook.sh").symlink_to("../other")
    assert store.state(root) == "changed"


@POSIX
def test_a_file_that_became_executable_has_changed(root: Path, store: TrustStore) -> None:
    put(root / ".claude/a.sh")
    store.trust(root)
    (root / ".claude/a.sh").chmod(0o755)
    assert store.state(root) == "changed"


@POSIX
def test_what_is_no_file_is_not_waited_for(root: Path, store: TrustStore) -> None:
    (root / ".claude").mkdir()
    os.mkfifo(root / ".claude/fifo")
    (root / ".claude/zero").symlink_to("/dev/zero")
    store.trust(root)
    assert store.state(root) == "trusted"


@POSIX
def test_trust_belongs_to_the_real_path(root: Path, store: TrustStore, tmp_path: Path) -> None:
    put(root / ".mcp.json")
    (tmp_path / "link").symlink_to(root)
    store.trust(tmp_path / "link")
    assert store.state(root) == "trusted"
    twin = tmp_path / "twin"
    put(twin / ".mcp.json")
    assert fingerprint(twin) == fingerprint(root)
    assert store.state(twin) == "unknown"
    assert store.state(root / "sub") == "unknown"


def test_too_much_is_never_trusted(
    root: Path, store: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        put(root / f".claude/{number}", "12345")
    for limit, value in (("MOST_FILES", 3), ("MOST_BYTES", 19)):
        with monkeypatch.context() as patch:
            store.trust(root)
            patch.setattr(trust, limit, value)
            assert store.state(root) == "changed"
            assert store.question_for(root) is None
            with pytest.raises(UsageError, match="too much to trust"):
                store.trust(root)


def test_projects_are_listed_with_what_holds_now(
    root: Path, store: TrustStore, tmp_path: Path
) -> None:
    assert store.projects() == {}
    other = tmp_path / "other"
    for folder in (root, other):
        put(folder / ".mcp.json")
        store.trust(folder)
    put(other / ".mcp.json", "changed")
    assert store.projects() == {other: "changed", root: "trusted"}
    assert store.revoke(other)
    assert not store.revoke(other)
    assert list(store.projects()) == [root]


@POSIX
def test_the_file_is_the_users_alone(root: Path, store: TrustStore, tmp_path: Path) -> None:
    store.trust(root)
    path = tmp_path / "pycode" / "trust.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["trust.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"v": 2, "projects": {}}',
        b'{"v": 1, "projects": {"/x": {"trusted": "yes", "fingerprint": ""}}}',
        b'{"v": 1, "projects": []}',
    ],
)
def test_a_broken_file_trusts_nobody(root: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trust.json"
    path.write_bytes(content)
    store = TrustStore(path)
    with pytest.raises(StorageError, match="remove it to be asked again"):
        store.state(root)
    with pytest.raises(StorageError):
        store.trust(root)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_written(root: Path, tmp_path: Path) -> None:
    put(tmp_path / "file")
    store = TrustStore(tmp_path / "file" / "trust.json")
    assert store.state(root) == "unknown"
    with pytest.raises(StorageError, match="PYCODE_HOME"):
        store.trust(root)


@given(
    st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=4)),
    st.dictionaries(st.sampled_from("abcd"), st.binary(max_size=4)),
)
def test_equal_fingerprints_mean_equal_files(
    tmp_path_factory: pytest.TempPathFactory, one: dict[str, bytes], two: dict[str, bytes]
) -> None:
    prints = []
    for files in (one, two):
        root = tmp_path_factory.mktemp("root")
        (root / ".claude").mkdir()
        for name, data in files.items():
            (root / ".claude" / name).write_bytes(data)
        prints.append(fingerprint(root))
    assert (prints[0] == prints[1]) == (one == two)


def test_the_file_holds_what_it_says(root: Path, store: TrustStore, tmp_path: Path) -> None:
    store.trust(root)
    data = json.loads((tmp_path / "pycode" / "trust.json").read_text(encoding="utf-8"))
    assert data == {
        "v": 1,
        "projects": {str(root): {"trusted": True, "fingerprint": fingerprint(root)}},
    }
