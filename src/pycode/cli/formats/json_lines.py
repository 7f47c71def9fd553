"""Writes JSON lines that any program can read: UTF-8, flushed one by one, none too long."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

LINE_BYTES = 1 << 20
"""How long a line may be with its end: programs that read lines give up at one that is longer."""
_SEPARATORS = str.maketrans({0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"})


class LineWriter:
    """Writes lines to a stream of bytes.

    Args:
        out: The stream; a text stream would change line ends and may not know every character.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, data: dict[str, Any]) -> None:
        """Write one line and flush it.

        Raises:
            OSError: The stream takes nothing.
        """
        self.write_bytes(encoded(data))

    def write_list(self, items: list[dict[str, Any]]) -> None:
        """Write one line with a list of everything; raises as `write` does."""
        lines = [encoded(item).rstrip(b"\n") for item in items]
        self.write_bytes(b"[" + b",".join(lines) + b"]\n")

    def write_bytes(self, line: bytes) -> None:
        """Write bytes and flush them; raises as `write` does."""
        self._out.write(line)
        self._out.flush()


def encoded(data: dict[str, Any]) -> bytes:
    """Return data as a line; texts in it are cut, the longest first, when it would be too long."""
    line = _line(data)
    room = LINE_BYTES // 2
    while len(line) > LINE_BYTES and room:
        data = {name: _shortened(value, room) for name, value in data.items()}
        line = _line(data)
        room //= 2
    return line


def _line(data: object) -> bytes:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Some readers take these for line ends, and a lone surrogate has no bytes: all have an escape in JSON.
    return (text.translate(_SEPARATORS) + "\n").encode("utf-8", errors="backslashreplace")


def _shortened(value: Any, room: int) -> Any:
    if isinstance(value, str) and len(value) > room:
        return f"{value[:room]}\n[cut here: {len(value) - room:,} more characters]"
    if isinstance(value, dict):
        return {name: _shortened(item, room) for name, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item, room) for item in value[:room]]
    return value
