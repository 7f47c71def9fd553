"""A command that is allowed by rules for programs that read, when it really runs, changes nothing and reads nothing outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.canaries import canaries, run

from pycode.permissions.checking import check
from pycode.permissions.request import Context
from pycode.permissions.rules import parse_rules

PROGRAMS = [
    "ls",
    "cat",
    "find",
    "head",
    "sed",
    "awk",
    "sort",
    "grep",
    "rg",
    "uniq",
    "tar",
    "git log",
]
PROGRAMS += ["git diff", "git status", "env", "timeout 5", "nice", "bash", "eval", "xargs"]
RULES = {
    "bash": {
        "*": "ask",
        **{f"{program} *": "allow" for program in PROGRAMS},
        **{f"{program}*": "allow" for program in ("ls", "git status")},
    }
}
WORDS = [
    ".",
    "README.md",
    "notes.txt",
    "src",
    "src/app.py",
    "out",
    "-o",
    "-oout",
    "--output=out",
    "--output",
    "-delete",
    "-exec",
    "touch",
    "-fprint",
    ";",
    "+",
    "{}",
    "-i",
    "-n",
    "-e",
    "-f",
    "-c",
    "-C",
    "-x",
    "-xf",
    "-cf",
    "--to-command=touch",
    "-I",
    "--pre=touch",
    "--pre",
    "-z",
    "w",
    "s/o/0/",
    "s/o/0/w",
    "1p",
    "p",
    "-name",
    "x.*",
    "-t",
    "-k",
    "-u",
    "-r",
    "--",
    "-",
    "'w\\",
    "out'",
    "'s/o/touch\\",
    "out/e'",
    "1e\\",
    "touch\\",
    "out",
    '{print>"out"}',
    '{system("touch\\',
    'out")}',
    "{print}",
    ">",
    ">>",
    ">|",
    "|",
    "&&",
    "||",
    "&",
    "<",
    "2>",
    "tee",
    "$(touch\\",
    "out)",
    "`touch\\",
    "out`",
    "X=1",
    "LANG=C",
    "PAGER=touch",
    "../outside",
    "/etc/passwd",
    "~",
    "$HOME",
    '"touch',
    'out"',
    "'touch",
    "out'",
    "--compress-program=touch",
    "-P",
    "-p",
    "--ext-diff",
    "-ls",
    "ls",
    "cat",
    "-D",
    "-m",
    "--list",
    "sh",
    "<(touch\\",
    "out)",
    ">(touch\\",
    "out)",
    "*",
]


@pytest.fixture(scope="module")
def repository(
    tmp_path_factory: pytest.TempPathFactory, make_repository: Callable[[Path], Path]
) -> Path:
    """Return a repository that no test may change, with a secret beside it."""
    root = make_repository(tmp_path_factory.mktemp("canaries") / "repository")
    (root.parent / "outside").write_text("the secret beside", encoding="utf-8")
    return root


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PROGRAMS), st.lists(st.sampled_from(WORDS), max_size=5))
def test_an_allowed_command_touches_only_what_its_rule_says(
    repository: Path, program: str, words: list[str]
) -> None:
    command = " ".join([program, *(word.replace("\\ ", " ") for word in words)])
    rules = parse_rules(RULES, "user")
    context = Context(repository, repository, repository.parent, rules=rules, strict=True)
    if check(command, context).decision.action == "allow":
        before = canaries(repository)
        output = run(command, repository)
        assert canaries(repository) == before, command
        assert b"the secret beside" not in output.stdout, command
