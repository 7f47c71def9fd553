"""Reads server-sent events from bytes as they arrive."""

from __future__ import annotations

from dataclasses import dataclass

MAX_EVENT = 64 * 1024 * 1024
"""The most bytes that one event may have."""


class EventTooLargeError(ValueError):
    """An event is larger than `MAX_EVENT`."""


@dataclass(slots=True)
class SseEvent:
    """One event of a stream."""

    event: str
    """The event's name, empty when the stream gives none."""
    data: str
    """The event's data, its lines joined by newlines."""


class SseReader:
    """Cuts a stream of bytes into events, wherever the bytes are cut.

    Lines end with LF, CR or CRLF, also when these two come in different chunks. A byte order mark at the beginning and
    comments are skipped. The work is linear in the number of bytes.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._after_cr = False
        self._first_line = True
        self._event = ""
        self._data: list[bytes] = []
        self._data_size = 0

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """Return the events that these bytes complete.

        Raises:
            EventTooLargeError: An event has more than `MAX_EVENT` bytes.
        """
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        events: list[SseEvent] = []
        if not chunk:
            return events
        self._after_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines()
        ends_open = not chunk.endswith((b"\n", b"\r"))
        last = lines.pop() if ends_open else b""
        for line in lines:
            event = self._line(self._complete(line))
            if event is not None:
                events.append(event)
        if last:
            self._rest.append(last)
            self._rest_size += len(last)
        if self._rest_size + self._data_size > MAX_EVENT:
            raise EventTooLargeError(f"an event has more than {MAX_EVENT} bytes")
        return events

    def _complete(self, line: bytes) -> bytes:
        if self._rest:
            self._rest.append(line)
            line = b"".join(self._rest)
            self._rest.clear()
            self._rest_size = 0
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        return line

    def _line(self, line: bytes) -> SseEvent | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._data_size += len(value)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        return None

    def _dispatch(self) -> SseEvent | None:
        name, self._event = self._event, ""
        if not self._data:
            return None
        data = b"\n".join(self._data).decode("utf-8", "replace")
        self._data.clear()
        self._data_size = 0
        return SseEvent(name, data)
