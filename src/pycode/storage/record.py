"""One line of a session's log, and how lines of other versions are read.

A line is `{"v":1,"seq":n,"time":<UTC ms>,"kind":...,"id":...,"data":{...}}`. Kinds that this version does not know are kept and
passed through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pycode.core.data import Data
from pycode.storage.encoding import decode_object, encode

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns a line of one version into a line of the next."""

UPCASTS: tuple[Upcast, ...] = ()
"""From version 1 to 2, from 2 to 3, and so on: the version written is one more than there are of them."""


@dataclass(slots=True, eq=False, repr=False)
class Record(Data):
    """One fact in a session's log."""

    v: int
    """The version of the line's form."""
    seq: int
    """Its number in the log, from 1; each is greater than the one before."""
    time: int
    """When it was written, in UTC milliseconds."""
    kind: str
    """What it is: session, message, part, append, head, prefix, todo, error, idle, or something newer."""
    id: str
    """What it is about: the id of the session, message or part."""
    data: dict[str, Any]
    """The fact itself."""

    def to_line(self) -> bytes:
        """Return the line, with its newline."""
        line = {
            "v": self.v,
            "seq": self.seq,
            "time": self.time,
            "kind": self.kind,
            "id": self.id,
            "data": self.data,
        }
        return encode(line) + b"\n"


def version(upcasts: Sequence[Upcast] = UPCASTS) -> int:
    """Return the version that is written where `upcasts` lead to it."""
    return 1 + len(upcasts)


def parse_line(line: bytes, upcasts: Sequence[Upcast] = UPCASTS) -> Record | None:
    """Return the record that a line holds, or None for garbage.

    A line of an older version is brought up to date; one of a newer version is returned as far as it has the known form.

    Args:
        line: The line, with or without its newline.
        upcasts: How older versions are brought up to date.
    """
    raw = decode_object(line)
    if raw is None:
        return None
    v = raw.get("v")
    if not isinstance(v, int) or v < 1:
        return None
    for upcast in upcasts[v - 1 :]:
        raw = upcast(raw)
    return _to_record(raw, max(v, version(upcasts)))


def line_version(line: bytes) -> int:
    """Return the version of a line, or 0 for garbage."""
    raw = decode_object(line)
    v = raw.get("v") if raw is not None else None
    return v if isinstance(v, int) and v > 0 else 0


def _to_record(raw: dict[str, Any], v: int) -> Record | None:
    seq, time = raw.get("seq"), raw.get("time")
    kind, identifier, data = raw.get("kind"), raw.get("id"), raw.get("data")
    if (
        isinstance(seq, int)
        and seq > 0
        and isinstance(time, int)
        and isinstance(kind, str)
        and isinstance(identifier, str)
        and isinstance(data, dict)
    ):
        return Record(v, seq, time, kind, identifier, data)
    return None
