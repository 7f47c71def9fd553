"""Asks the program behind stdin whether a call may run: `can_use_tool` requests and their answers."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pycode.cli.formats.names import outward_call
from pycode.core.parts import ToolPart

NOBODY = "nobody is there to ask any more"


@dataclass(slots=True)
class Verdict:
    """What the program answered."""

    allowed: bool
    """Whether the call may run."""
    message: str = ""
    """With a no: what the model is told."""
    input: dict[str, Any] | None = None
    """With a yes: what the call shall be made with."""
    stops_turn: bool = False
    """Whether the turn ends with this no."""
    updates: list[Any] = field(default_factory=list)
    """With a yes: what changes for the calls after it."""


class Questions:
    """Keeps the requests that are not answered yet.

    Args:
        write: Takes each line.
    """

    def __init__(self, write: Callable[[dict[str, Any]], None]) -> None:
        self._write = write
        self._open: dict[str, asyncio.Future[Verdict]] = {}
        self._closed = False

    async def ask(self, call: ToolPart, reason: str, suggestions: list[dict[str, Any]]) -> Verdict:
        """Ask about a call and wait for the answer. One that is not wanted any more is taken back.

        Args:
            call: The call.
            reason: Why it is asked about.
            suggestions: What the answer may change, so that such a call is not asked about again.
        """
        if self._closed:
            return Verdict(False, NOBODY)
        request_id = str(uuid.uuid4())
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._open[request_id] = answer
        name, arguments = outward_call(call)
        request = {
            "subtype": "can_use_tool",
            "tool_name": name,
            "input": arguments,
            "tool_use_id": call.call_id,
            "permission_suggestions": suggestions,
            "decision_reason": reason,
        }
        self._write({"type": "control_request", "request_id": request_id, "request": request})
        try:
            return await answer
        except asyncio.CancelledError:
            self._write({"type": "control_cancel_request", "request_id": request_id})
            raise
        finally:
            del self._open[request_id]

    def answer(self, response: Any) -> None:
        """Take an answer; one to a question that is not open is ignored."""
        if not isinstance(response, dict):
            return
        waiting = self._open.get(str(response.get("request_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(_verdict(response))

    def close(self) -> None:
        """Deny what is open and what will be asked: nobody answers any more."""
        self._closed = True
        for waiting in self._open.values():
            if not waiting.done():
                waiting.set_result(Verdict(False, NOBODY))


def _verdict(response: dict[str, Any]) -> Verdict:
    """Return what an answer means; whatever is no clear yes is a no."""
    if response.get("subtype") != "success":
        return Verdict(False, f"the permission check failed: {response.get('error')}")
    answer = response.get("response")
    if not isinstance(answer, dict):
        return Verdict(False, "the permission check gave no answer")
    if answer.get("behavior") == "allow":
        changed = answer.get("updatedInput")
        if changed is not None and not isinstance(changed, dict):
            return Verdict(False, "the permission check changed the input to something else")
        updates = answer.get("updatedPermissions")
        return Verdict(True, input=changed, updates=updates if isinstance(updates, list) else [])
    message = answer.get("message")
    return Verdict(
        False,
        message if isinstance(message, str) and message else "denied",
        stops_turn=bool(answer.get("interrupt")),
    )
