"""Keeps the beginning and the end of a stream within a bound."""

from __future__ import annotations


class HeadAndTail:
    """The beginning and the end of what was added; the middle is only counted.

    Args:
        limit: The most bytes to keep: half of it from the beginning, half from the end.
    """

    def __init__(self, limit: int) -> None:
        self._head_limit = limit // 2
        self._tail_limit = limit - self._head_limit
        self._head = bytearray()
        self._tail = bytearray()
        self.size = 0

    def add(self, data: bytes) -> None:
        """Take in what comes next."""
        self.size += len(data)
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        self._tail += data
        # Trimmed when it is twice too long, so that a byte is moved once and not with each addition.
        if len(self._tail) > 2 * self._tail_limit:
            self._trim()

    @property
    def head(self) -> bytes:
        """The beginning."""
        return bytes(self._head)

    @property
    def tail(self) -> bytes:
        """What came after the beginning, or the end of it."""
        self._trim()
        return bytes(self._tail)

    @property
    def omitted(self) -> int:
        """How many bytes between beginning and end were left out."""
        return max(self.size - len(self._head) - self._tail_limit, 0)

    def _trim(self) -> None:
        surplus = len(self._tail) - self._tail_limit
        if surplus > 0:
            del self._tail[:surplus]
