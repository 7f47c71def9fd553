"""Writes what happens in a session: first to its log, then to its state and to the bus.

Text that streams in is logged at most once a second, so a crash loses at most the last second of it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pycode.core.bus import Bus
from pycode.core.errors import PyCodeError, StorageError
from pycode.core.events import (
    DeltaField,
    Event,
    MessageUpdated,
    PartDelta,
    PartUpdated,
    SessionCreated,
    SessionError,
    SessionIdle,
    SessionUpdated,
    TodoUpdated,
)
from pycode.core.parts import AnyPart, ToolPart
from pycode.core.records import MessageInfo, SessionInfo
from pycode.engine.state import SessionState
from pycode.storage.transcript import Transcript

FLUSH_SECONDS = 1.0
"""How long streamed text may wait for the log."""


class Journal:
    """One session's log, state and place on the bus. Only the session's owner has one."""

    def __init__(self, transcript: Transcript, state: SessionState, bus: Bus) -> None:
        self.transcript = transcript
        self.state = state
        self.bus = bus
        self._growing: dict[str, tuple[AnyPart, list[str]]] = {}
        self._logged: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._grown: PartDelta | None = None
        self._grown_texts: list[str] = []

    @property
    def info(self) -> SessionInfo:
        """The session's facts."""
        if self.state.info is None:
            raise AssertionError("a session's first record holds its facts")
        return self.state.info

    def session(self, info: SessionInfo) -> None:
        """Log the session's facts."""
        created = self.state.info is None
        seq = self.transcript.append("session", info.id, info.to_dict()).seq
        self.state.info = info
        event = SessionCreated if created else SessionUpdated
        self.bus.publish(event(session_id=info.id, seq=seq, session=info))

    def message(self, info: MessageInfo) -> None:
        """Log a message's facts."""
        seq = self.transcript.append("message", info.id, info.to_dict()).seq
        self.state.put_message(info)
        self.publish(MessageUpdated(session_id=self.info.id, seq=seq, message=replace(info)))

    def part(self, part: AnyPart) -> None:
        """Log a part as it is now."""
        self._growing.pop(part.id, None)
        self._logged.discard(part.id)
        seq = self.transcript.append("part", part.id, part.to_dict()).seq
        self.state.put_part(part)
        self.show(part, seq)

    def show(self, part: AnyPart, seq: int | None = None) -> None:
        """Publish a part as it is now, without logging it."""
        self.publish(PartUpdated(session_id=self.info.id, seq=seq, part=replace(part)))

    def delta(self, part: AnyPart, text: str) -> None:
        """Publish text that was added to a part; arguments of a call are not logged before they are complete.

        What arrives together is published together: an event for each piece costs more than reading it.
        """
        call = isinstance(part, ToolPart)
        grown = self._grown
        if grown is None or grown.part_id != part.id:
            self._publish_grown()
            field: DeltaField = "arguments" if call else "text"
            self._grown = PartDelta(
                session_id=part.session_id,
                message_id=part.message_id,
                part_id=part.id,
                part_type=part.type,
                field=field,
                text="",
            )
            asyncio.get_running_loop().call_soon(self._publish_grown)
        self._grown_texts.append(text)
        if call:
            return
        growing = self._growing.get(part.id)
        if growing is None:
            growing = self._growing[part.id] = (part, [])
        growing[1].append(text)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(FLUSH_SECONDS, self._flush_in_time)

    def _flush_in_time(self) -> None:
        # Nobody waits for this write; the next one fails as well, and its caller hears of it.
        with suppress(StorageError):
            self.flush()

    def flush(self) -> None:
        """Log the streamed text that still waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for part, pieces in self._growing.values():
            if part.id not in self._logged:
                self.transcript.append("part", part.id, part.to_dict())
                self._logged.add(part.id)
                self.state.put_part(part)
            if pieces:
                data = {
                    "message_id": part.message_id,
                    "part_type": part.type,
                    "field": "text",
                    "text": "".join(pieces),
                }
                self.transcript.append("append", part.id, data)
                pieces.clear()

    def todo(self, todos: list[dict[str, str]]) -> None:
        """Log the model's list of steps."""
        seq = self.transcript.append("todo", self.info.id, {"todos": todos}).seq
        self.state.todos = todos
        self.publish(TodoUpdated(session_id=self.info.id, seq=seq, todos=todos))

    def prefix(self, data: dict[str, Any]) -> None:
        """Log the beginning that all of the session's requests share from now on."""
        self.transcript.append("prefix", self.info.id, data)
        self.state.prefix = data

    def error(self, error: PyCodeError) -> None:
        """Log why a turn fails, for whoever follows the log."""
        event = SessionError(session_id=self.info.id, code=error.code, message=str(error))
        data = {"code": event.code, "message": event.message}
        event.seq = self.transcript.append("error", self.info.id, data).seq
        self.publish(event)

    def idle(
        self, message_id: str | None, reason: str, detail: str | None = None, answer: Any = None
    ) -> None:
        """Log that a turn ended, and bring the log to the disk."""
        self.flush()
        data = {"message_id": message_id, "reason": reason, "detail": detail, "answer": answer}
        seq = self.transcript.append("idle", self.info.id, data).seq
        self.transcript.sync()
        self.state.idle = True
        self.publish(
            SessionIdle(
                session_id=self.info.id,
                seq=seq,
                message_id=message_id,
                reason=reason,
                detail=detail,
                answer=answer,
            )
        )

    def publish(self, event: Event) -> None:
        """Hand an event to the bus, behind the text that came before it."""
        self._publish_grown()
        self.bus.publish(event)

    def _publish_grown(self) -> None:
        grown, self._grown = self._grown, None
        if grown is not None:
            grown.text = "".join(self._grown_texts)
            self._grown_texts.clear()
            self.bus.publish(grown)

    def close(self) -> None:
        """Log what waits and close the log."""
        try:
            self.flush()
        finally:
            self.transcript.close()
