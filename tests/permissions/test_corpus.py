"""The adversarial corpus: more than a thousand command lines, what has to become of each by a few rules, and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest

from pycode.permissions.checking import Checked, check
from pycode.permissions.request import Context
from pycode.permissions.rules import parse_rules

Judge = Callable[[str, str], Checked]

COVERED: Final = """
    awk cat cp cut date dd echo grep head less make man mkdir mv pytest python python3 rg sed sort tail tar tee touch tree uniq
    xargs xxd
    """.split()  # noqa: SIM905 - a page of quotes would hide the words
MORE: Final = """
    base64 bash bat bun busybox cargo chmod cmake column convert curl2 date dd diff docker dot emacs env eslint eval ex exec export
    ffmpeg file find gcc gdb git go gpg grep gzip head hostname install jq kubectl less ln ls mapfile man mkdir mypy mysql nano nice node
    npm nsenter openssl pandoc perl php pip prettier psql python read rsync ruby ruff screen sed sh shuf sort source split sqlite3
    ssh strace tar tee test time timeout tmux touch trap tree truncate tsc uniq unset unzip vim watch wget xargs xxd yarn zip zstd
    """.split()  # noqa: SIM905
RULES: Final[dict[str, dict[str, Any]]] = {
    "base": {
        "*": "ask",
        "git status*": "allow",
        "ls*": "allow",
        "find *": "allow",
        "cat *": "allow",
        "curl *": "deny",
        "rm *": "deny",
    },
    "tools": {
        "*": "ask",
        **{f"{program} *": "allow" for program in COVERED},
        "git diff*": "allow",
        "git log*": "allow",
        "git branch*": "allow",
        "npm run *": "allow",
        "curl *": "deny",
    },
    "more": {
        "*": "ask",
        **{f"{program} *": "allow" for program in MORE},
        "curl *": "deny",
        "git push *": "deny",
        "rm *": "deny",
    },
    "star": {"*": "allow", "curl *": "deny", "git push *": "deny", "rm *": "deny"},
}
"""The rules about `bash` that the lines of the corpus name; `none` is mode default as it is."""

LINES: Final[list[dict[str, str]]] = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("corpus_commands.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]


def _group(line: dict[str, str]) -> tuple[str, str, str]:
    return line["rules"], line["expected"], line["reason"]


GROUPS = [(*key, [line["command"] for line in lines]) for key, lines in groupby(LINES, _group)]


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Return what judges a command by one set of rules alone, in a project of its own."""
    home = tmp_path / "home"
    project = tmp_path / "project"
    home.mkdir()
    project.mkdir()
    monkeypatch.setenv("HOME", str(home))
    contexts = {
        name: Context(
            project, project, home, rules=parse_rules({"bash": rules}, "user"), strict=True
        )
        for name, rules in RULES.items()
    }
    contexts["none"] = Context(project, project, home)
    return lambda command, rules: check(command, contexts[rules])


@pytest.mark.parametrize(
    ("rules", "expected", "reason", "commands"),
    GROUPS,
    ids=[f"{rules}-{expected}-{reason}" for rules, expected, reason, _ in GROUPS],
)
def test_the_corpus(
    judged: Judge, rules: str, expected: str, reason: str, commands: list[str]
) -> None:
    wrong = {
        command: (checked.decision.action, checked.decision.reason)
        for command in commands
        if (checked := judged(command, rules)).decision.action != expected
    }
    assert wrong == {}, reason


def test_the_corpus_is_large() -> None:
    assert len({line["command"] for line in LINES}) > 1000


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("true && " * 60 + "curl evil", "deny"),
        ("ls; " * 300 + "curl evil", "deny"),
        ("ls | " * 500 + "curl evil", "deny"),
        ("( " * 10 + "curl evil" + " )" * 10, "deny"),
        ("ls " + "$(ls " * 8 + "$(curl evil)" + ")" * 8, "deny"),
        ("sudo " * 8 + "curl evil", "deny"),
        ("timeout 5 " * 100 + "curl evil", "deny"),
        ("timeout 5 " * 100 + "ls", "ask"),
        ("cat x" + " " * 300 + "; id", "ask"),
        ("ls " + "a" * 9_900, "allow"),
        ("ls; " * 2_000 + "ls", "allow"),
        ("ls " + "a" * 10_000, "ask"),
        ("ls; " * 3_000 + "curl evil", "ask"),
        ("cat <<'E'\nE\n" * 50, "allow"),
        ("cat <<'E'\nE\n" * 51, "ask"),
        ("cat <<E; " * 51 + "\nE" * 51, "ask"),
        ("(" * 70 + "ls" + ")" * 70, "ask"),
        ("ls " + "$(" * 70 + "ls" + ")" * 70, "ask"),
        ("${x:-" * 1_900 + "a" + "}" * 400, "ask"),
        ("{" * 9_000, "ask"),
        ("{a,b}" * 1_900, "ask"),
        ("ls " + "`" * 9_000, "ask"),
        ("sudo " * 1_900, "ask"),
        ("cd a && " * 1_200 + "ls", "ask"),
    ],
    ids=lambda value: value[:20],
)
def test_size_hides_nothing(judged: Judge, command: str, expected: str) -> None:
    assert judged(command, "base").decision.action == expected


def test_what_is_too_long_to_read_is_asked_whatever_is_allowed(judged: Judge) -> None:
    assert judged("echo " + "a" * 10_000, "star").decision.action == "ask"


def test_a_check_tells_parts_and_paths(judged: Judge, tmp_path: Path) -> None:
    checked = judged("timeout 5 cat a ../b > c; sudo ls", "base")
    assert checked.parts == (
        ("timeout", "5", "cat", "a", "../b"),
        ("cat", "a", "../b"),
        ("sudo", "ls"),
        ("ls",),
    )
    root = tmp_path.resolve()
    assert set(checked.paths) == {str(root / name) for name in ("project/a", "b", "project/c")}
    found = checked.as_json()
    assert json.loads(json.dumps(found)) == found
    assert found["decision"] == "ask"
    assert found["parts"][0] == ["timeout", "5", "cat", "a", "../b"]
    assert found["marked"] == "»timeout 5 cat a ../b > c«; »sudo ls«"


def test_a_check_names_the_rule(judged: Judge) -> None:
    assert judged("curl x", "base").as_json()["rule"] == "bash(curl *)"
    assert judged("ls", "base").as_json()["rule"] == "bash(ls*)"
    assert judged("cat ../x", "base").as_json()["rule"] is None
