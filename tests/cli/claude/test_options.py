"""Claude Code's command line, as its own program reads it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.cli.claude.options import is_headless, read_arguments, split_rules
from pycode.cli.claude.plan import headless_of
from pycode.core.errors import UsageError

GROUP_VALUES = {"--model", "-m", "--agent", "--cwd"}


@pytest.mark.parametrize(
    ("line", "headless"),
    [
        ("-p go", True),
        ("--print go", True),
        ("go -p", True),
        ("--model x -p go", True),
        ("--model run -p go", True),
        ("-p run", True),
        ("--output-format stream-json --verbose --input-format stream-json", True),
        ("--input-format=stream-json", True),
        ("--input-format text", False),
        ("run -p go", False),
        ("--model x run -p go", False),
        ("run --input-format stream-json", False),
        ("-- -p", False),
        ("", False),
        ("--help", False),
    ],
)
def test_what_is_a_headless_run(line: str, headless: bool) -> None:
    assert is_headless(line.split(), GROUP_VALUES.__contains__) is headless


def test_the_sdks_line() -> None:
    line = ["--output-format", "stream-json", "--verbose", "--system-prompt", ""]
    line += ["--allowedTools", "Read,Bash(git log:*)", "--resume=abc", "--permission-mode", "plan"]
    line += ["--include-partial-messages", "--permission-prompt-tool", "stdio"]
    headless = headless_of(read_arguments([*line, "--input-format", "stream-json"]))
    local = headless.local
    assert local.system_prompt == ""
    assert local.allow == ("read", "bash(git log:*)")
    assert local.claude_mode == "plan"
    assert (headless.resume, headless.asks, headless.partial) == ("abc", True, True)
    assert headless.prompt is None
    assert headless.notices == []


def test_lists_are_greedy_and_two_dashes_end_them() -> None:
    greedy = read_arguments(["-p", "--allowedTools", "Read", "the prompt"])
    assert greedy.words == []
    assert greedy.lists["--allowedTools"] == ["Read", "the prompt"]
    ended = read_arguments(["-p", "--allowedTools", "Read", "--", "the prompt", "--x"])
    assert ended.words == ["the prompt", "--x"]
    joined = read_arguments(["-p", "--allowed-tools=Read", "the prompt"])
    assert joined.words == ["the prompt"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Read,Write Edit", ["Read", "Write", "Edit"]),
        ("Bash(git log:*, x) Read", ["Bash(git log:*, x)", "Read"]),
        ("Bash(npm run test:*),mcp__a__b", ["Bash(npm run test:*)", "mcp__a__b"]),
        ("", []),
        (" , ", []),
    ],
)
def test_rules_are_parted_outside_of_brackets(text: str, rules: list[str]) -> None:
    assert split_rules([text]) == rules


@given(st.lists(st.from_regex(r"[A-Z][a-z]{0,5}(\([a-z ,:*]{1,9}\))?", fullmatch=True)))
def test_rules_survive_being_joined(rules: list[str]) -> None:
    assert split_rules([",".join(rules)]) == rules
    assert split_rules([" ".join(rules)]) == rules


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_line_is_read_or_refused_with_a_sentence(line: list[str]) -> None:
    with suppress(UsageError):
        assert set(read_arguments(line).words) <= set(line)


def test_names_of_tools_become_pycodes() -> None:
    line = ["-p", "--tools", "Read,NotebookEdit", "--disallowedTools", "Write", "Bash(rm:*)"]
    local = headless_of(read_arguments([*line, "mcp__github", "--", "go"])).local
    assert local.tools == ("read", "NotebookEdit")
    assert local.deny == ("bash(rm:*)", "mcp__github__*")
    assert local.without_tools == ("write",)


@pytest.mark.parametrize(
    "line",
    [
        ["--allowedTools"],
        ["--max-turns", "1.5", "go"],
        ["--max-budget-usd", "nan", "go"],
        ["--effort", "huge", "go"],
        ["--mcp-config", "[]", "--", "go"],
        ["--allowedTools", "(x)", "--", "go"],
        ["--session-id", "x", "--continue", "go"],
        ["--nonsense", "go"],
        ["-x"],
    ],
)
def test_what_cannot_be(line: list[str]) -> None:
    with pytest.raises(UsageError):
        headless_of(read_arguments(["-p", *line]))
