"""Path cases: what may be read and written unasked, what asks and what no mode allows, each with its reason.

The cases are in `corpus_paths.jsonl`; `{root}`, `{home}`, `{outside}` and `{moved}` stand for the folders of the test.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pycode.permissions.decide import decide
from pycode.permissions.request import Context, Mode, Request

if sys.platform == "win32":
    pytest.skip("the cases are spelled for POSIX", allow_module_level=True)


@dataclass(frozen=True)
class Case:
    """One line of the corpus."""

    op: str
    path: str
    expect: str
    why: str


def cases() -> list[Case]:
    """Return the corpus."""
    text = Path(__file__).with_name("corpus_paths.jsonl").read_text(encoding="utf-8")
    return [Case(**json.loads(line)) for line in text.splitlines()]


CASES = cases()
STRICTNESS = {"allow": 0, "ask": 1, "deny": 2}
SEEN_UNDER_MODES: tuple[Mode, ...] = ("default", "confirm", "bypass")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make a project with links of every kind, a home and what lies beside them."""
    base = Path(os.path.realpath(tmp_path_factory.mktemp("paths")))
    root, home, outside = base / "project", base / "home", base / "outside"
    for folder in (
        root / ".git/hooks",
        root / "src",
        root / "lib/.git/hooks",
        root / "sub",
        home / ".ssh",
        outside,
        base / "moved",
        base / "project-secrets",
        root / "bare/objects",
        root / "bare/refs",
        root / "bare-not",
        root / "pointed/hooks",
        root / "tree",
    ):
        folder.mkdir(parents=True)
    for file in (
        root / ".git/config",
        root / ".git/hooks/pre-commit",
        root / "src/app.py",
        root / ".env",
        root / "README.md",
        root / "bare/HEAD",
        root / "bare-not/HEAD",
        root / "pointed/HEAD",
        home / ".bashrc",
        home / ".ssh/id_rsa",
        outside / "secret",
    ):
        file.write_text(file.name, encoding="utf-8")
    (root / "tree/.git").write_text("gitdir: ../pointed\n", encoding="utf-8")
    (root / "pointed/commondir").write_text("../.git\n", encoding="utf-8")
    links: dict[str, str | Path] = {
        "out": outside,
        "home": home,
        "notes.txt": ".env",
        "rc": home / ".bashrc",
        "in": "src",
        "self": ".",
        "up": "..",
        "hooks": ".git/hooks",
        "cfg": ".git/config",
        "dangling": outside / "none",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    os.link(home / ".bashrc", root / "twin-bashrc")
    os.link(root / ".git/config", root / "twin-config")
    os.link(root / "src/app.py", root / "twin-src")
    return {"root": root, "home": home, "outside": outside, "moved": base / "moved"}


@pytest.fixture
def context(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Context:
    """Return the plainest context."""
    monkeypatch.setenv("HOME", str(folders["home"]))
    monkeypatch.setenv("PYCODE_HOME", str(folders["moved"]))
    return Context(root=folders["root"], directory=folders["root"], home=folders["home"])


def request(case: Case, folders: dict[str, Path]) -> Request:
    path = case.path
    for name, folder in folders.items():
        path = path.replace("{" + name + "}", str(folder))
    if case.op == "read":
        return Request("read", [], [path], read_only=True)
    return Request("edit", [], [path])


def test_there_are_enough_and_none_twice() -> None:
    assert len(CASES) >= 100
    assert len({(case.op, case.path) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.op}-{case.path!a}")
def test_path(case: Case, context: Context, folders: dict[str, Path]) -> None:
    decision = decide(request(case, folders), context)
    assert decision.action == case.expect, f"{case.why}: {decision.reason}"


@pytest.mark.parametrize("mode", SEEN_UNDER_MODES)
def test_no_mode_allows_what_is_denied(
    mode: Mode, context: Context, folders: dict[str, Path]
) -> None:
    context.mode = mode
    for case in CASES:
        if case.expect == "deny":
            assert decide(request(case, folders), context).action == "deny", case


def test_no_rule_of_the_user_allows_a_protected_file(
    context: Context, folders: dict[str, Path]
) -> None:
    from pycode.permissions.rules import Rule

    context.rules = [Rule("*", "*", "allow", "user")]
    context.answers = [Rule("edit", "*", "allow", "answer"), Rule("edit", "**", "allow", "flag")]
    for case in CASES:
        if case.expect == "deny":
            assert decide(request(case, folders), context).action == "deny", case


def test_what_the_roots_git_file_points_to_is_protected(tmp_path: Path) -> None:
    root, git = tmp_path / "worktree", tmp_path / "elsewhere/repository"
    root.mkdir()
    git.mkdir(parents=True)
    # Neither looks like a git folder yet, and a hook can be there before the rest is.
    (root / ".git").write_text(f"gitdir: {git}\n", encoding="utf-8")
    (git / "commondir").write_text("../common\n", encoding="utf-8")
    context = Context(root=root, directory=root, home=tmp_path / "home", mode="bypass")
    for folder in (git, tmp_path / "elsewhere/common"):
        for name in ("hooks/pre-commit", "config", "config.worktree"):
            assert decide(Request("edit", [], [str(folder / name)]), context).action == "deny"
        assert decide(Request("edit", [], [str(folder / "notes")]), context).action == "allow"


WRITING = (
    "printf x > {}",
    "printf x > $(echo {})",
    "cd src && echo x >> {up}",
    "tee {} < README.md",
    "cp README.md {}",
    "touch {}",
    "bash -c 'ls > {}'",
    "git config -f {} a.b c",
    "perl -pi -e s/a/b/ {}",
    "patch {} < README.md",
    "vim {}",
    "for x in {}; do echo a > $x; done",
)
"""Commands that write a path; `{up}` is the path from a folder below."""
NAMING = (
    "frobnicate {}",
    "frobnicate --to={}",
    'python -c \'open("{}", "w")\'',
    "node -e \"f('{}')\"",
)
"""Commands that may write a path, for all that is known."""


def plain_cases(folders: dict[str, Path]) -> Iterator[tuple[Case, str]]:
    """Yield the cases of writing whose path means the same on a command line, with the path."""
    special = set("'\"\\$`*?[{} ;|&<>()#!")
    for case in CASES:
        (path,) = request(case, folders).paths
        plain = path.isascii() and path.isprintable() and not set(path) & special
        if case.op != "read" and plain and path.strip("./") and not path.startswith(("~", "-")):
            yield case, path


@pytest.mark.parametrize("form", WRITING)
def test_a_command_writes_no_more_than_a_tool(
    form: str, context: Context, folders: dict[str, Path]
) -> None:
    weaker: list[tuple[str, str, str]] = []
    for case, path in plain_cases(folders):
        up = path if path.startswith("/") else f"../{path}"
        command = form.format(path, up=up)
        found = decide(Request("bash", [command]), context).action
        if STRICTNESS[found] < STRICTNESS[case.expect]:
            weaker.append((command, found, case.expect))
    assert weaker == []


@pytest.mark.parametrize("form", NAMING)
def test_a_command_that_names_a_protected_file_asks(
    form: str, context: Context, folders: dict[str, Path]
) -> None:
    for case, path in plain_cases(folders):
        if case.expect == "deny" and "twin" not in path:
            command = form.format(path)
            assert decide(Request("bash", [command]), context).action != "allow", command
    for command in ("git add .vscode/settings.json", "git diff .mcp.json", "cat .git/config"):
        assert decide(Request("bash", [command]), context).action == "allow", command


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc/self")
@pytest.mark.parametrize(
    "command",
    [
        "cat /proc/self/cwd/../secret",
        "cd sub && cat /proc/self/cwd/../../secret",
        "cat < /proc/thread-self/cwd/../secret",
        "cp README.md /proc/self/cwd/../x",
        "frob cwd/../secret",
        "cat cwd/../secret",
        "echo x > cwd/../secret",
        "cd cwd/.. && cat secret",
    ],
)
def test_what_is_another_place_to_each_process_asks(
    command: str, context: Context, folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = folders["root"]
    if not (root / "cwd").is_symlink():
        (root / "cwd").symlink_to("/proc/self/cwd")
    # From here PyCode itself would find the project, the command what lies beside it.
    monkeypatch.chdir(root / "src")
    assert decide(Request("bash", [command]), context).action == "ask"


def test_a_word_that_is_a_protected_file_by_a_hard_link_asks(context: Context) -> None:
    for command, action in (("frob twin-bashrc", "ask"), ("frob twin-src", "allow")):
        assert decide(Request("bash", [command]), context).action == action
