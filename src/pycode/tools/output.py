"""What the model reads of a result: bounded, and free of what could drive a terminal or hide text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from pycode.system.text import visible
from pycode.tools.base import ToolResult

MAX_LINES = 2000
"""The most lines of a result."""
MAX_BYTES = 50_000
"""The most bytes of a result, in UTF-8."""
MAX_LINE_CHARACTERS = 2000
"""The most characters of a line that is shown by number."""

Keep = Literal["head", "tail", "both"]

_RESERVED_BYTES = 300  # for the note that says what was cut, beside the path in it

# CSI and OSC sequences, then any other escape. An OSC that never ends stops at its line, so that it hides no output.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]"
)
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?=[^\r\n])", re.MULTILINE)


def bound(
    text: str,
    max_lines: int = MAX_LINES,
    max_bytes: int = MAX_BYTES,
    keep: Keep = "head",
    save: Callable[[str], str | None] | None = None,
) -> tuple[str, bool]:
    """Return `text` cleaned and within bounds, and whether something was left out.

    It is cut between lines where that is possible and never inside a character. A line in its place says how much was left out.

    Args:
        text: A tool's output.
        max_lines: The most lines to return.
        max_bytes: The most bytes to return, in UTF-8.
        keep: Which end matters.
        save: Keeps the full text and returns the path of its file, or None.
    """
    text = clean(text)
    if _fits(text, max_lines, max_bytes):
        return text, False
    path = save(text) if save is not None else None
    body = text.rstrip("\n")
    lines = max(max_lines - 1, 1)
    size = max(max_bytes - _RESERVED_BYTES - len((path or "").encode()), 1)
    if keep == "both":
        head = _head(body, lines // 2, size // 2)
        tail = _tail(body[len(head) :], lines // 2, size // 2)
    elif keep == "head":
        head, tail = _head(body, lines, size), ""
    else:
        head, tail = "", _tail(body, lines, size)
    note = _note(body[len(head) : len(body) - len(tail)].strip("\n"), path)
    return "\n".join(piece for piece in (head, note, tail) if piece), True


def bound_result(result: ToolResult, save: Callable[[str], str | None] | None = None) -> ToolResult:
    """Return a result whose output and error are within the usual bounds.

    Args:
        result: What a tool returned.
        save: Keeps the full text and returns the path of its file, or None.
    """
    output, truncated = bound(result.output, save=save)
    error = None if result.error is None else bound(result.error)[0]
    if output == result.output and error == result.error:
        return result
    metadata = {**result.metadata, "truncated": True} if truncated else result.metadata
    return replace(result, output=output, error=error, metadata=metadata)


def clean(text: str) -> str:
    """Return what a terminal would show of `text`: no escape sequences, no overwritten parts of lines, all else visible."""
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", text)
    if "\r" in text:
        text = _OVERWRITTEN.sub("", text.replace("\r\n", "\n")).replace("\r", "")
    return visible(text)


def cut_line(line: str) -> str:
    """Return a line of a file for display: visible, and cut when it is too long."""
    if len(line) > MAX_LINE_CHARACTERS:
        return f"{visible(line[:MAX_LINE_CHARACTERS])} [line cut, {len(line)} characters]"
    return visible(line)


def number_lines(lines: Iterable[str], first: int = 1) -> str:
    """Return lines as `number<tab>text`, the form in which `read` shows a file."""
    return "\n".join(f"{number}\t{cut_line(line)}" for number, line in enumerate(lines, first))


def _fits(text: str, max_lines: int, max_bytes: int) -> bool:
    if len(text) > max_bytes or text.count("\n") > max_lines:
        return False
    return len(text.encode()) <= max_bytes


def _head(text: str, max_lines: int, max_bytes: int) -> str:
    piece = "\n".join(text[:max_bytes].split("\n")[:max_lines])
    piece = piece.encode()[:max_bytes].decode("utf-8", "ignore")
    if text[len(piece) : len(piece) + 1] in ("", "\n"):
        return piece
    border = piece.rfind("\n")
    # One very long line is cut inside, so that not all of it is lost.
    return piece[:border] if border > len(piece) // 2 else piece


def _tail(text: str, max_lines: int, max_bytes: int) -> str:
    piece = "\n".join(text[-max_bytes:].split("\n")[-max_lines:])
    piece = piece.encode()[-max_bytes:].decode("utf-8", "ignore")
    start = len(text) - len(piece)
    if start == 0 or text[start - 1] == "\n":
        return piece
    border = piece.find("\n") + 1
    return piece[border:] if 0 < border < len(piece) // 2 else piece


def _note(omitted: str, path: str | None) -> str:
    count = omitted.count("\n") + 1
    lines = f"{count} lines" if count > 1 else "1 line"
    where = f"; all of it is in {path}: use read with offset, or grep" if path else ""
    return f"[{lines}, {len(omitted.encode())} bytes left out{where}]"
