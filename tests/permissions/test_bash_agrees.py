"""Holds the reading of command lines against bash itself: whatever bash starts has to be among the parts."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.permissions.command_line import analyse
from pycode.permissions.parts import Part

BASH = "/bin/bash"
_HOME = "/home/u"
pytestmark = pytest.mark.skipif(not os.access(BASH, os.X_OK), reason="there is no bash")

PIECES = [
    "a",
    "b",
    "c",
    "d e",
    "x=1",
    "x=b",
    "$x",
    "${x:-b}",
    "${x}",
    "'a'",
    '"b"',
    '"$x"',
    "'",
    '"',
    "\\",
    ";",
    "&&",
    " ",
    "",
    " ",
    ">o",
    "> o",
    "<",
    "#",
    " #",
    "if ",
    "; then ",
    "; fi",
    "else ",
    "while ",
    "; do ",
    "; done",
    "for i in a b; do ",
    "case a in ",
    "a) ",
    "*) ",
    ";;",
    " esac",
    "$((",
    "))",
    "((",
    "[[ ",
    " ]]",
    "! ",
    "time ",
    "{a,b}",
    "*",
    "function ",
    "f() { ",
    "; }",
    "f",
    "eval ",
    "command ",
    "exec ",
    "$'a'",
    "a#b",
    "<(",
    "&>o",
    "builtin ",
    "$@",
    "set -- a b; ",
    "bash -c ",
    "'a b'",
    "(",
    ")",
    "{ ",
    "}",
    "$(",
    "`",
    "<<< a",
    "2>&1",
    "a$(b)",
    '"a$(c)"',
    "~",
]
PIECES += ["\n", " ", "\\\n", "b\\\nc", "<<E\n", "<<'E'\n", "\nE\n", " | ", "<<-E\n\t", "a\\\n "]
LINES = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " "])), max_size=9)

HANDLER = "() { printf '%s\\0' \"$@\" $'\\1' >&9; return $CODE; }"
"""What bash calls for each program that it does not find, which is every one; one write a call."""


def started(command: str, code: int) -> list[tuple[str, ...]]:
    """Return the programs that bash would start, each with its arguments; each of them ends with a code."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("ab") as log:
        environment = {
            "PATH": "/nonexistent",
            "HOME": _HOME,
            "CODE": str(code),
            "BASH_FUNC_command_not_found_handle%%": HANDLER,
        }
        script = f"exec 9>>'{folder}/log'\n"
        # A loop without an end is stopped; what it had started is in the log.
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [BASH, "--norc", "--noprofile", "-c", f'{script}eval "$1"', "bash", command],
                check=False,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=1,
            )
        log.flush()
        records = (Path(folder) / "log").read_bytes().split(b"\0\1\0")
    calls = [record.decode("utf-8", "replace").split("\0") for record in records if record]
    return [tuple(call) for call in calls]


def is_among(call: tuple[str, ...], parts: list[Part]) -> bool:
    """Return whether a call is one of the parts, or begins as one surely does."""
    text = " ".join(call)
    return any(
        part.argv == call
        or (part.prefix is not None and text.startswith(part.prefix.rstrip()))
        or (part.argv[0] == "time" and part.argv[1:] == call)
        for part in parts
    )


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_what_bash_starts_is_a_part(pieces: list[tuple[str, str]]) -> None:
    command = "".join(piece + blank for piece, blank in pieces)
    line = analyse(command, _HOME, "/w")
    if line.unread or line.refused:
        return  # asks, whatever it does
    for code in (0, 1):
        for call in started(command, code):
            assert is_among(call, line.parts), (command, call)


def test_bash_starts_what_this_test_relies_on() -> None:
    assert started("a 'b c' && d", 0) == [("a", "b c"), ("d",)]
    assert started("a && d", 1) == [("a",)]
