"""Nothing that is shown drives the terminal, is wider than it, or is written in characters that it does not have."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from pycode.cli.interactive.look import NARROWEST, Look

PLAIN = {"TERM": "xterm", "NO_COLOR": "1", "LANG": "C.UTF-8"}
PAGE = "# Title\n\nSome **bold** words and `code`, 漢字かな交じり文 in a long line of text.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "20")


@pytest.mark.parametrize(
    ("environ", "dumb", "colour", "unicode"),
    [
        ({"TERM": "xterm"}, False, True, True),
        ({"TERM": "dumb"}, True, False, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False, False, True),
        ({"TERM": "xterm", "LANG": "en_US.UTF-8", "LC_ALL": "C"}, False, True, False),
        ({"TERM": "xterm", "LANG": "de_DE.utf8"}, False, True, True),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, False, True, False),
    ],
)
def test_what_a_terminal_can_show(
    environ: dict[str, str], dumb: bool, colour: bool, unicode: bool
) -> None:
    look = Look(environ)
    assert (look.dumb, look.colour, look.unicode) == (dumb, colour, unicode)


def test_markdown_fits_and_has_no_colours_where_there_are_none() -> None:
    shown = Look(PLAIN).markdown(PAGE)
    assert "\x1b" not in shown
    assert "**" not in shown
    assert shown.endswith("\n")
    assert max(cell_len(line) for line in shown.splitlines()) <= 40
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_markdown_has_colours() -> None:
    assert "\x1b[1m" in Look({"TERM": "xterm"}).markdown("**bold**")


def test_markdown_cannot_drive_the_terminal() -> None:
    shown = Look({"TERM": "xterm"}).markdown(
        "\x1b]0;owned\x07 [link](https://example.org/\x1b[2J) `\x1b[2J`\n\n```\n\x1b[2J\n```\n"
    )
    # Colours are all that is left.
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "https://example.org/" in shown


def test_without_utf8_everything_is_ascii() -> None:
    look = Look({**PLAIN, "LC_ALL": "C"})
    assert look.markdown("- é · … ✓").isascii()
    assert look.spelled("✓ fertig…") == "+ fertig..."
    assert look.spelled("é") == "\\xe9"
    assert look.spinner.isascii()


def test_a_lone_surrogate_can_be_written() -> None:
    Look(PLAIN).spelled("\udc80").encode("utf-8")


def test_lines_are_wrapped_by_cells() -> None:
    pieces = Look(PLAIN).wrapped("漢字" * 30)
    assert "".join(pieces) == "漢字" * 30
    assert all(cell_len(piece) < 40 for piece in pieces)


def test_a_diff_is_bounded_and_coloured() -> None:
    diff = "\n".join(["@@ -1 +1 @@", "-a\x1b[2J", "+b", *[" c"] * 10])
    shown = Look({"TERM": "xterm"}).diff(diff, 5)
    assert "\x1b[31m-a" in shown
    assert "\x1b[32m+b\x1b[0m" in shown
    assert "\x1b[2J" not in shown
    assert shown.splitlines()[-1] == "… 8 more lines"
    assert "\x1b" not in Look(PLAIN).diff("+b", 5)


def test_no_terminal_is_narrower_than_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "3")
    assert Look(PLAIN).width == NARROWEST
