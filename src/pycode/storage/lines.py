"""Reading a long log by lines from any place, in either direction, without holding it whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

BLOCK = 64 * 1024
"""How many bytes are read at once."""


def lines_backward(file: BinaryIO, end: int) -> Iterator[bytes]:
    """Yield the lines that lie before the offset `end`, the last one first, without their newlines.

    The first one yielded is what follows the last newline: empty, unless the last line is torn.
    """
    pieces: list[bytes] = []
    while end > 0:
        start = max(0, end - BLOCK)
        file.seek(start)
        first, *rest = file.read(end - start).split(b"\n")
        if rest:
            pieces.append(rest.pop())
            yield b"".join(reversed(pieces))
            yield from reversed(rest)
            pieces = []
        pieces.append(first)
        end = start
    yield b"".join(reversed(pieces))


def find_after(file: BinaryIO, size: int, seq: int, seq_of: Callable[[bytes], int | None]) -> int:
    """Return the offset of the first line whose number is greater than `seq`, or of the end of the last line.

    The numbers rise through the file, so this reads a few dozen lines of a file of any length.

    Args:
        file: The log.
        size: Its length in bytes.
        seq: A number; 0 finds the first line.
        seq_of: Returns the number of a line, or None when the line has none.
    """
    low, high = 0, size
    # Every line before `low` has a number up to `seq`; every line from `high` on a greater one.
    while high - low > BLOCK:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        start, number = _next_numbered(file, high, seq_of)
        if number is None or number > seq:
            high = middle
        else:
            low = start
    file.seek(low)
    while True:
        start = file.tell()
        line = file.readline()
        number = seq_of(line)
        if not line.endswith(b"\n") or (number is not None and number > seq):
            return start


def _next_numbered(
    file: BinaryIO, stop: int, seq_of: Callable[[bytes], int | None]
) -> tuple[int, int | None]:
    while (start := file.tell()) < stop:
        if (number := seq_of(file.readline())) is not None:
            return start, number
    return stop, None
