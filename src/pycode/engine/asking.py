"""Questions to a person that a tool call waits for, and their answers from any face."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from pycode.core.bus import Bus
from pycode.core.events import PermissionAsked, PermissionReplied
from pycode.core.identifier import Identifier
from pycode.core.parts import ToolPart

Answer = Literal["once", "always", "no"]


@dataclass(slots=True)
class Reply:
    """What somebody answered."""

    answer: Answer
    """`once` for this call, `always` for this project, or `no`."""
    reason: str = ""
    """With `no`: what the model is told."""


class Asker:
    """Keeps the open questions of all sessions.

    Args:
        bus: Carries the questions to the faces.
        attended: Whether somebody can answer; without, a question is not asked.
    """

    def __init__(self, bus: Bus, *, attended: bool) -> None:
        self._bus = bus
        self._open: dict[str, asyncio.Future[Reply]] = {}
        self.attended = attended

    async def ask(
        self, call: ToolPart, permission: str, patterns: list[str], title: str, reason: str
    ) -> Reply:
        """Put a question and wait for its answer."""
        request_id = Identifier.ascending("per")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._open[request_id] = future
        self._bus.publish(
            PermissionAsked(
                session_id=call.session_id,
                request_id=request_id,
                tool=call.tool,
                call_id=call.call_id,
                permission=permission,
                patterns=patterns,
                title=title,
                reason=reason,
            )
        )
        try:
            reply = await future
        finally:
            del self._open[request_id]
        self._bus.publish(
            PermissionReplied(
                session_id=call.session_id, request_id=request_id, answer=reply.answer
            )
        )
        return reply

    def reply(self, request_id: str, reply: Reply) -> bool:
        """Answer a question; the first answer wins. False when the question is not open any more."""
        future = self._open.get(request_id)
        if future is None or future.done():
            return False
        future.set_result(reply)
        return True
