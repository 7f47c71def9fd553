"""The output of a command: made readable as it arrives, bounded in memory, and all of it in a file when it is long."""

from __future__ import annotations

import re
from collections.abc import Callable

from pycode.system.head_and_tail import HeadAndTail
from pycode.system.spill import SpillFile
from pycode.tools.output import MAX_BYTES, MAX_LINES, clean

FILE_BYTES = 50_000_000
"""The most output that is kept in a file; of more, the file has the beginning."""

_SHOWN_BYTES = MAX_BYTES - 1000  # the rest is for the notes around it
_SHOWN_LINES = MAX_LINES - 10
_LONGEST_PENDING = 65_536
_LONGEST_ESCAPE = 100
_PLAIN = bytes([9, 10, *range(32, 127)])
_TEXT = bytes([8, 9, 10, 13, 27, *range(32, 256)])
_MOST_CONTROLS = 100
_DOTS = bytes(byte if byte in _PLAIN else ord(".") for byte in range(256))
_LAST_CHARACTER = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")


class CommandOutput:
    """Takes in what a command writes, and gives out what the model reads of it.

    Args:
        new_file: Returns the path for a file that takes a long output, or None where nothing is kept; None for no file.
    """

    def __init__(self, new_file: Callable[[], str | None] | None = None) -> None:
        self._new_file = new_file
        self._pending = b""
        self._kept = HeadAndTail(_SHOWN_BYTES)
        self._lines = 0
        self._all = bytearray()
        self._all_lines = 0
        self._file: SpillFile | None = None
        self._is_long = False
        self._finished = False

    def feed(self, data: bytes) -> None:
        """Take in what was written."""
        border = data.rfind(b"\n") + 1
        if border:
            self._add(self._pending + data[:border])
            self._pending = data[border:]
        else:
            self._pending += data
        if len(self._pending) > _LONGEST_PENDING:
            border = _cut(self._pending)
            self._add(self._pending[:border])
            self._pending = self._pending[border:]

    def finish(self) -> None:
        """Take note that nothing follows."""
        self._flush()
        self._finished = True
        if self._file is not None:
            self._file.close()

    @property
    def has_more(self) -> bool:
        """Whether there is something that was not taken yet."""
        return self._kept.size > 0 or bool(self._pending)

    def take(self) -> tuple[str, bool]:
        """Return what came since the last time, within bounds, and whether something of it was left out."""
        taken = self.peek()
        self._kept, self._lines = HeadAndTail(_SHOWN_BYTES), 0
        return taken

    def peek(self) -> tuple[str, bool]:
        """Return the same as `take`, which will return it again."""
        self._flush()
        kept, lines = self._kept, self._lines
        head, tail = kept.head, kept.tail
        if kept.omitted:
            head, tail = _to_whole_line(head), _from_whole_line(tail)
        elif lines > _SHOWN_LINES:
            head = tail = head + tail
        else:
            return (head + tail).decode(), False
        lines -= tail.endswith(b"\n")
        head, tail = _first_lines(head), _last_lines(tail)
        cut_lines = lines - head.count(b"\n") - tail.count(b"\n")
        note = self._note(max(cut_lines - 1, 1), kept.size - len(head) - len(tail))
        return f"{head.decode('utf-8', 'ignore')}\n{note}\n{tail.decode('utf-8', 'ignore')}", True

    def _flush(self) -> None:
        """Take in a line that has no end yet: somebody wants to see it."""
        if self._pending:
            self._add(self._pending)
            self._pending = b""

    def _add(self, data: bytes) -> None:
        data = _readable(data)
        lines = data.count(b"\n")
        self._kept.add(data)
        self._lines += lines
        self._all_lines += lines
        if self._is_long:
            if self._file is not None:
                self._file.write(data)
            return
        self._all += data
        if len(self._all) > _SHOWN_BYTES or self._all_lines > _SHOWN_LINES:
            self._become_long()

    def _become_long(self) -> None:
        self._is_long = True
        path = None if self._new_file is None else self._new_file()
        if path is not None:
            self._file = SpillFile(path, FILE_BYTES)
            self._file.write(bytes(self._all))
        self._all.clear()

    def _note(self, lines: int, size: int) -> str:
        count = f"{lines} lines" if lines > 1 else "1 line"
        return f"[{count}, {size} bytes left out{self._where()}]"

    def _where(self) -> str:
        file = self._file
        if file is None:
            return ""
        if file.problem is not None and not file.size:
            return f"; they could not be kept in a file: {file.problem}"
        if file.problem is not None:
            what = f"the first {file.size} bytes, until {file.problem},"
        elif file.complete:
            what = "all of it" if self._finished else "all until now"
        else:
            what = f"the first {file.size // 1_000_000} MB"
        verb = "are" if what.startswith("the") else "is"
        how = "read with offset, or grep" if self._all_lines > 1 else "cut -b or grep -o in bash"
        return f"; {what} {verb} in {file.path}: use {how}"


def _readable(data: bytes) -> bytes:
    """Return output as UTF-8 that can be read; of what is no text a dot for each byte."""
    if not data.translate(None, _PLAIN):
        return data
    controls = len(data.translate(None, _TEXT))
    if controls > max(_MOST_CONTROLS, len(data) // 20):
        return data.translate(_DOTS)
    return clean(data.decode("utf-8", "replace")).encode()


def _cut(data: bytes) -> int:
    """Return where a line that has no end yet may be cut: in no character and in no escape sequence."""
    escape = data.rfind(b"\x1b", len(data) - _LONGEST_ESCAPE)
    if escape > 0:
        return escape
    last = _LAST_CHARACTER.search(data, len(data) - 3)
    return last.start() if last else len(data)


def _to_whole_line(head: bytes) -> bytes:
    """Return a beginning up to the end of its last whole line; one very long line stays, so that not all of it is lost."""
    border = head.rfind(b"\n")
    return head[:border] if border > len(head) // 2 else head


def _from_whole_line(tail: bytes) -> bytes:
    """Return an end from the beginning of its first whole line on."""
    border = tail.find(b"\n") + 1
    return tail[border:] if 0 < border < len(tail) // 2 else tail


def _first_lines(data: bytes) -> bytes:
    lines = data.split(b"\n", _SHOWN_LINES // 2)
    return b"\n".join(lines[: _SHOWN_LINES // 2])


def _last_lines(data: bytes) -> bytes:
    lines = data.removesuffix(b"\n").rsplit(b"\n", _SHOWN_LINES // 2)
    return b"\n".join(lines[-(_SHOWN_LINES // 2) :])
