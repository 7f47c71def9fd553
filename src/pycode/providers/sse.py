"""Reads server-sent events from bytes as they arrive."""

from __future__ import annotations

MAX_EVENT = 64 * 1024 * 1024
"""The most bytes that one event may have."""


class EventTooLargeError(ValueError):
    """An event is larger than `MAX_EVENT`."""


class SseReader:
    """Cuts a stream of bytes into the data of its events, wherever the bytes are cut.

    Lines end with LF, CR or CRLF, also when these two come in different chunks. A byte order mark at the beginning, comments
    and all fields but `data` are skipped: what the model services say stands in the data. The work is linear in the number of
    bytes.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._after_cr = False
        self._first_line = True
        self._data: list[bytes] = []
        self._data_size = 0

    def feed(self, chunk: bytes) -> list[str]:
        """Return the data of the events that these bytes complete, the lines of each joined by newlines.

        Raises:
            EventTooLargeError: An event has more than `MAX_EVENT` bytes.
        """
        if chunk.startswith(b"data: {") and chunk.endswith(b"}\n\n") and self._is_between():
            # What services send, whole events of one line each, needs no state.
            events = chunk[6:-2].decode("utf-8", "replace").split("\n\ndata: ")
            if b"\r" not in chunk and chunk.count(b"\n") == 2 * len(events):
                return events
        return self._feed_lines(chunk)

    def _is_between(self) -> bool:
        """Return whether no event has begun."""
        return not (self._rest or self._data or self._after_cr or self._first_line)

    def _feed_lines(self, chunk: bytes) -> list[str]:
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        events: list[str] = []
        if not chunk:
            return events
        self._after_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines()
        ends_open = not chunk.endswith((b"\n", b"\r"))
        last = lines.pop() if ends_open else b""
        if lines and (self._rest or self._first_line):
            lines[0] = self._complete(lines[0])
        for line in lines:
            if line.startswith(b"data"):
                self._add(line)
            elif not line and self._data:
                events.append(b"\n".join(self._data).decode("utf-8", "replace"))
                self._data.clear()
                self._data_size = 0
        if last:
            self._rest.append(last)
            self._rest_size += len(last)
        if self._rest_size + self._data_size > MAX_EVENT:
            raise EventTooLargeError(f"an event has more than {MAX_EVENT} bytes")
        return events

    def _complete(self, line: bytes) -> bytes:
        self._rest.append(line)
        line = b"".join(self._rest)
        self._rest.clear()
        self._rest_size = 0
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        return line

    def _add(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._data_size += len(value)
