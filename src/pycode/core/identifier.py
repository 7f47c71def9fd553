"""Sortable identifiers: a prefix, an underscore and a 26-character ULID.

`python-ulid` costs 45 ms to import, so the two dozen lines that make an id are here; the tests hold them
against the package.
"""

from __future__ import annotations

import os
import threading
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_LENGTH = 26
_RANDOM_BITS = 80
_TIME_MAX = (1 << 48) - 1
_ALL_BITS = (1 << 128) - 1


class _Clock:
    """Hands out 128-bit ULID values, each greater than the one before, also within one millisecond."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._last >> _RANDOM_BITS:
                # The top random bit stays clear, so that a burst within one millisecond has room to count up.
                entropy = int.from_bytes(os.urandom(10), "big") >> 1
                self._last = (now << _RANDOM_BITS) | entropy
            else:
                self._last += 1
            return self._last


_clock = _Clock()


def _encode(value: int) -> str:
    characters = []
    for _ in range(_LENGTH):
        characters.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(characters))


def _decode(identifier: str) -> int:
    ulid = identifier.rpartition("_")[2]
    if len(ulid) != _LENGTH or ulid[0] > "7" or any(c not in _VALUES for c in ulid):
        raise ValueError(f"{identifier!r} is not an identifier: expected a prefix, '_' and a ULID")
    value = 0
    for character in ulid:
        value = (value << 5) | _VALUES[character]
    return value


class Identifier:
    """Makes and reads the ids of sessions, messages, parts and requests."""

    @staticmethod
    def ascending(prefix: str) -> str:
        """Return a new id; ids of one process sort oldest first.

        Args:
            prefix: What the id names, for example `msg`.
        """
        return f"{prefix}_{_encode(_clock.next())}"

    @staticmethod
    def descending(prefix: str) -> str:
        """Return a new id; ids of one process sort newest first.

        Args:
            prefix: What the id names, for example `ses`.
        """
        return f"{prefix}_{_encode(_clock.next() ^ _ALL_BITS)}"

    @staticmethod
    def extract_timestamp(identifier: str) -> int:
        """Return when an id was made, in milliseconds since 1970 (UTC).

        Raises:
            ValueError: The text is not an identifier.
        """
        timestamp = _decode(identifier) >> _RANDOM_BITS
        # A descending id holds the complement: its top bit is set, which a plain time only has after the year 6400.
        return _TIME_MAX - timestamp if timestamp >> 47 else timestamp

    @staticmethod
    def compare(a: str, b: str) -> int:
        """Return -1, 0 or 1 as `a` sorts before, with or after `b`."""
        return (a > b) - (a < b)
