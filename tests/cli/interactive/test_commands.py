"""What is a command, and what is a prompt."""

from __future__ import annotations

import pytest

from pycode.cli.interactive.commands import COMMANDS, parse


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("/help", ("help", "")),
        ("  /Resume   2 ", ("resume", "2")),
        ("/export my file.md", ("export", "my file.md")),
        ("/etc/hosts is what?", None),
        ("/", None),
        ("what is /help", None),
        ("/no-such", None),
        ("", None),
    ],
)
def test_parse(text: str, parsed: tuple[str, str] | None) -> None:
    assert parse(text) == parsed


def test_there_are_those_that_people_know() -> None:
    known = "help new sessions resume model agent mode cost diff export exit"
    assert list(COMMANDS) == known.split()
