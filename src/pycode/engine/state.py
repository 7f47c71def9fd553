"""What a session's log says: its facts, messages and parts, and where it stands.

A record applied is the same fact whether it comes from the disk or has just been written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pycode.core.data import Data
from pycode.core.parts import AnyPart, ReasoningPart, TextPart, ToolPart, part_from_dict
from pycode.core.records import MessageInfo, SessionInfo
from pycode.storage.record import Record
from pycode.storage.shapes import is_readable

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False, repr=False)
class Entry(Data):
    """A message with its parts, in order."""

    info: MessageInfo
    """The message's facts."""
    parts: dict[str, AnyPart] = field(default_factory=dict)
    """Part id to part."""


@dataclass(slots=True, eq=False, repr=False)
class SessionState(Data):
    """The present state of one session."""

    info: SessionInfo | None = None
    """The session's facts; None before the first record."""
    entries: dict[str, Entry] = field(default_factory=dict)
    """Message id to message, in the order of the log."""
    head: str | None = None
    """The message that the session stands at."""
    prefix: dict[str, Any] | None = None
    """The frozen beginning of every request: system prompt and tools."""
    seen: dict[str, str | None] = field(default_factory=dict)
    """Path to the SHA-256 of the content that the session saw last."""
    call_ids: set[str] = field(default_factory=set)
    """The ids of all calls so far."""
    todos: list[dict[str, str]] = field(default_factory=list)
    """The model's list of steps."""
    idle: bool = True
    """Whether the last turn ended."""
    unreadable: int = 0
    """How many records were left out, since nobody can make sense of them."""

    def apply(self, record: Record) -> None:
        """Take in one record of the log."""
        if not is_readable(record):
            self.unreadable += 1
            return
        data = record.data
        match record.kind:
            case "session":
                self.info = SessionInfo.from_dict(data)
            case "message":
                self._read_message(MessageInfo.from_dict(data))
            case "part":
                part = part_from_dict(data)
                if part is not None:
                    self.put_part(part)
            case "append":
                self._grow(record.id, data)
            case "head" if (head := data.get("message_id")) is None or head in self.entries:
                self.head = head
            case "prefix":
                self.prefix = data
            case "todo":
                self.todos = data.get("todos", [])
            case "idle":
                self.idle = True

    def put_message(self, info: MessageInfo) -> None:
        """Add a message, or replace its facts; a new one becomes the head."""
        entry = self.entries.get(info.id)
        if entry is None:
            self.entries[info.id] = Entry(info)
            self.head = info.id
            self.idle = False
        else:
            entry.info = info

    def _read_message(self, info: MessageInfo) -> None:
        """Take in a message; a parent that was lost leaves a gap, and one that comes to it later never a loop."""
        known = self.entries.get(info.id)
        if known is not None:
            info.parent = known.info.parent
        elif info.parent is not None and info.parent not in self.entries:
            info.parent = self.head
        self.put_message(info)

    def put_part(self, part: AnyPart) -> None:
        """Add a part, or replace it."""
        entry = self.entries.get(part.message_id)
        if entry is None:
            return
        entry.parts[part.id] = part
        if isinstance(part, ToolPart):
            self.call_ids.add(part.call_id)
            self.seen.update(part.metadata.get("seen", {}))

    def _grow(self, part_id: str, data: dict[str, Any]) -> None:
        entry = self.entries.get(str(data.get("message_id")))
        part = entry.parts.get(part_id) if entry else None
        if isinstance(part, TextPart | ReasoningPart):
            part.text += str(data.get("text", ""))

    def path(self) -> list[Entry]:
        """Return the messages from the first to the head, along their parents."""
        entries: list[Entry] = []
        current = self.head
        while current is not None:
            entry = self.entries.get(current)
            if entry is None:
                break
            entries.append(entry)
            current = entry.info.parent
        entries.reverse()
        return entries


def fold(records: Iterable[Record]) -> SessionState:
    """Return the state that the records of a log lead to."""
    state = SessionState()
    for record in records:
        state.apply(record)
    if state.unreadable:
        _log.warning(
            "%d records of a session's log cannot be read; they are left out", state.unreadable
        )
    return state
