"""A command that is allowed by rules for programs that read, when it really runs, changes nothing and reads nothing outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.permissions.test_corpus import LINES
from tests.permissions.test_corpus import RULES as CORPUS_RULES
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


def test_what_the_corpus_says_is_allowed_changes_nothing(repository: Path, tmp_path: Path) -> None:
    context = Context(
        repository,
        repository,
        repository.parent,
        rules=parse_rules({"bash": CORPUS_RULES["base"]}, "user"),
        strict=True,
    )
    before = canaries(repository)
    ran = 0
    for line in LINES:
        command = line["command"]
        if command.startswith(("while", "until")):
            continue  # it would never end
        if line["rules"] == "base" and check(command, context).decision.action == "allow":
            output = run(command, repository)
            ran += 1
            assert b"the secret beside" not in output.stdout, command
    assert canaries(repository) == before
    assert ran > 80


WRITERS = [
    "cp",
    "mv",
    "touch",
    "tee",
    "mkdir",
    "ln",
    "install",
    "truncate -s 0",
    "rm",
    "rmdir",
    "gzip",
]
WRITERS += [
    "gzip -k",
    "split -b 2",
    "dd if=a of=out/x",
    "tar -cf out/t.tar",
    "sort -o out/s",
    "sed -i s/a/b/",
]
WRITERS += [
    "ls >",
    "cat a >",
    "echo x >>",
    "cat a | tee",
    "cd src &&",
    "cd src; touch",
    "cd out && cp ../a",
]
WRITERS += [
    "find src -type f -fprint",
    "bash -c 'touch x' &&",
    "timeout 5 touch",
    "env touch",
    "xxd a",
    "uniq a",
]
WRITER_RULES = {
    "bash": {
        "*": "ask",
        **{
            f"{program} *": "allow"
            for program in [
                "cd",
                "cp",
                "mv",
                "touch",
                "tee",
                "mkdir",
                "ln",
                "install",
                "truncate",
                "rm",
                "rmdir",
                "gzip",
                "split",
                "ls",
                "cat",
                "echo",
                "xxd",
                "uniq",
            ]
        },
        **dict.fromkeys(
            (
                "dd * of=*",
                "tar -cf *",
                "sort -o *",
                "sed -i *",
                "find * -fprint *",
                "uniq * b",
                "xxd * b",
            ),
            "allow",
        ),
    },
    "edit": {"*": "allow", "kept/**": "deny"},
    "read": "allow",
}
TARGETS = [
    "a",
    "b",
    "src",
    "src/a",
    "out",
    "out/x",
    "kept/a",
    "kept",
    "../beside",
    "../beside/x",
    "link",
    "link/x",
    "far",
    "far/a",
]
TARGETS += [
    "-t",
    "-t out",
    "-T",
    "-p",
    "-r",
    "-f",
    "-s",
    "-a",
    "-v",
    "--",
    "../a",
    "./b",
    "~/x",
    "$HOME/x",
    "src/../b",
    "{a,b}",
]
TARGETS += [
    "--target-directory=out",
    "-tout",
    "--target-directory=../beside",
    "> b",
    "> ../beside/x",
    "&& touch b",
    "| tee b",
    "*",
    "a*",
]


def _small_project(base: Path) -> Path:
    """Make a project with a folder that must not change, links out of it, and what lies beside it."""
    root = base / "project"
    for folder in (root / "src", root / "out", root / "kept", base / "beside"):
        folder.mkdir(parents=True)
    for file in (root / "a", root / "src/a", root / "kept/a", base / "beside/a"):
        file.write_text("some text\n", encoding="utf-8")
    (root / "link").symlink_to(base / "beside")
    (root / "far").symlink_to("kept")
    return root


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(WRITERS), st.lists(st.sampled_from(TARGETS), min_size=1, max_size=3))
def test_an_allowed_command_changes_only_the_paths_that_were_judged(
    tmp_path_factory: pytest.TempPathFactory, writer: str, targets: list[str]
) -> None:
    command = " ".join([writer, *targets])
    root = _small_project(tmp_path_factory.mktemp("writes"))
    rules = parse_rules(WRITER_RULES, "user")
    checked = check(command, Context(root, root, root.parent, rules=rules, strict=True))
    if checked.decision.action != "allow":
        return
    before = canaries(root)
    run(command, root)
    after = canaries(root)
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    judged = [Path(path) for path in checked.paths]
    for path in map(Path, changed):
        # The links are followed: what is behind them is what was judged.
        real = path.parent.resolve() / path.name
        assert real.is_relative_to(root.resolve()), command
        assert not real.is_relative_to(root.resolve() / "kept"), command
        assert any(
            real.is_relative_to(judge) or judge.is_relative_to(real) for judge in judged
        ), f"{command!r} changed {real}, and only {judged} were looked at"
