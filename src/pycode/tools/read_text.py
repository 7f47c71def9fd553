"""Text files as numbered lines; large ones are streamed."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader
from itertools import islice

from pycode.system import files
from pycode.system.text import visible
from pycode.tools.base import ToolResult
from pycode.tools.output import MAX_LINE_CHARACTERS, cut_line
from pycode.tools.read_window import Window, page, result

_PIECE_BYTES = MAX_LINE_CHARACTERS * 4


def show_text(data: bytes, name: str, window: Window) -> ToolResult:
    """Return the lines of a file.

    Args:
        data: Its whole content.
        name: How it is shown.
        window: Which lines.
    """
    lines = _lines(files.decode(data).text)
    wanted = islice(lines, window.offset - 1, None)
    shown = page(_numbered(map(cut_line, wanted), window), window)
    if not lines:
        return ToolResult(f"read {name}", "[the file is empty]", {"lines": 0, "truncated": False})
    return result(shown, window, name, len(lines), "lines")


def show_large_text(file: BufferedReader, name: str, window: Window) -> ToolResult:
    """Return the lines of a file that is too large to hold.

    Args:
        file: The file, at its beginning.
        name: How it is shown.
        window: Which lines.
    """
    wanted = islice(_pieces(file), window.offset - 1, None)
    shown = page(_numbered(map(_show_piece, wanted), window), window)
    return result(shown, window, name, None, "lines")


def _numbered(lines: Iterator[str], window: Window) -> Iterator[str]:
    return (f"{number}\t{line}" for number, line in enumerate(lines, window.offset))


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _pieces(file: BufferedReader) -> Iterator[tuple[bytes, int]]:
    """Yield the beginning of each line, and the line's length in bytes."""
    while piece := file.readline(_PIECE_BYTES):
        length = len(piece)
        rest = piece
        while not rest.endswith(b"\n") and (rest := file.readline(_PIECE_BYTES)):
            length += len(rest)
        yield piece, length


def _show_piece(piece: tuple[bytes, int]) -> str:
    beginning, length = piece
    line = beginning.rstrip(b"\r\n").decode("utf-8", "replace")
    if length <= len(beginning) and len(line) <= MAX_LINE_CHARACTERS:
        return visible(line)
    return f"{visible(line[:MAX_LINE_CHARACTERS])} [line cut, {length} bytes]"
