"""Turns records of a log back into the events that they were published as."""

from __future__ import annotations

from typing import Any

from pycode.core.events import (
    Event,
    HeadMoved,
    MessageUpdated,
    PartDelta,
    PartUpdated,
    SessionError,
    SessionIdle,
    SessionUpdated,
    TodoUpdated,
)
from pycode.core.parts import part_from_dict
from pycode.core.records import MessageInfo, SessionInfo
from pycode.storage.record import Record


def event_of(session_id: str, record: Record) -> Event | None:
    """Return the durable event that a record stands for, or None when it stands for none."""
    data = record.data
    common: dict[str, Any] = {"session_id": session_id, "seq": record.seq, "time": record.time}
    match record.kind:
        case "session":
            return SessionUpdated(session=SessionInfo.from_dict(data), **common)
        case "message":
            return MessageUpdated(message=MessageInfo.from_dict(data), **common)
        case "part":
            part = part_from_dict(data)
            return PartUpdated(part=part, **common) if part is not None else None
        case "append":
            return PartDelta(
                message_id=str(data.get("message_id")),
                part_id=record.id,
                part_type=str(data.get("part_type", "text")),
                text=str(data.get("text", "")),
                **common,
            )
        case "head":
            return HeadMoved(message_id=data.get("message_id"), **common)
        case "todo":
            return TodoUpdated(todos=data.get("todos", []), **common)
        case "error":
            return SessionError(
                code=str(data.get("code")), message=str(data.get("message")), **common
            )
        case "idle":
            return SessionIdle(
                message_id=data.get("message_id"),
                reason=str(data.get("reason")),
                detail=data.get("detail"),
                answer=data.get("answer"),
                **common,
            )
        case _:
            return None
