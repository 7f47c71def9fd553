"""Writes a turn as Claude Code's lines: `system/init`, `assistant`, `user`, `stream_event` and at last `result`.

What PyCode adds lies under the key `pycode`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pycode import __version__
from pycode.cli.formats.claude_partial import (
    STOP_REASONS,
    PartialStream,
    claude_usage,
    model_name,
)
from pycode.cli.formats.claude_result import TurnEnd, failure_text, is_model_failure, result_of
from pycode.cli.formats.names import outward, outward_call
from pycode.cli.formats.tally import Tally, Totals
from pycode.core.events import (
    Event,
    MessageUpdated,
    PartDelta,
    PartUpdated,
    SessionError,
    SessionIdle,
)
from pycode.core.parts import (
    AnyPart,
    ReasoningPart,
    RetryPart,
    StepFinishPart,
    StepStartPart,
    TextPart,
    ToolPart,
)
from pycode.core.records import MessageInfo

CONTRACT = "2.1.330"
"""The version of Claude Code whose lines these are."""
INTERRUPTED_LINE = "[Request interrupted by user]"


@dataclass(slots=True)
class Init:
    """What a turn begins with."""

    directory: str
    """The working directory."""
    model: str
    """`provider/model`."""
    mode: str
    """The permission mode, by Claude Code's name."""
    tools: Sequence[str] = ()
    """The tools, by PyCode's names."""
    mcp_servers: Sequence[Mapping[str, str]] = ()
    """Name and status of each MCP server."""
    agents: Sequence[str] = field(default_factory=tuple)
    """The names of the agents."""


class ClaudeLines:
    """Writes one turn. Use it once.

    Args:
        write: Takes each line.
        session: The id that stands in every line.
        totals: What the process used so far; grows.
        partial: Whether to write the growing answer, too.
    """

    def __init__(
        self,
        write: Callable[[dict[str, Any]], None],
        session: str,
        totals: Totals,
        *,
        partial: bool = False,
    ) -> None:
        self._write = write
        self._session = session
        self._totals = totals
        self._partial = PartialStream() if partial else None
        self._tally = Tally()
        self._messages: dict[str, MessageInfo] = {}
        self._started: dict[str, int] = {}
        self._written: set[str] = set()
        self._results: set[str] = set()
        self._last_texts: tuple[str, list[str]] = ("", [])
        self._calls: dict[str, ToolPart] = {}
        self._denials: list[dict[str, Any]] = []
        self._held: dict[str, Any] | None = None
        self._block = ""
        self._idle: SessionIdle | None = None
        self.error: SessionError | None = None

    def begin(self, init: Init) -> None:
        """Write the line that a turn begins with."""
        self._put(
            {
                "type": "system",
                "subtype": "init",
                "cwd": init.directory,
                "tools": [outward(name) for name in init.tools],
                "mcp_servers": [dict(server) for server in init.mcp_servers],
                "model": model_name(init.model),
                "permissionMode": init.mode,
                "slash_commands": [],
                "apiKeySource": "user",
                "claude_code_version": CONTRACT,
                "output_style": "default",
                "agents": list(init.agents),
                "skills": [],
                "plugins": [],
                "pycode": {"version": __version__, "model": init.model},
            }
        )

    def show(self, event: Event) -> None:
        """Write what an event means."""
        match event:
            case PartUpdated(part=StepFinishPart() as finish):
                self._complete(finish)
            case PartUpdated(part=part) if part.id != self._block:
                # Another block begins, so the one that is held is not the last.
                self._release()
            case PartDelta():
                self._release()
            case _:
                pass
        if self._partial is not None:
            for item in self._partial.events(event):
                self._put({"type": "stream_event", "event": item, "parent_tool_use_id": None})
        match event:
            case MessageUpdated(message=message):
                self._messages[message.id] = message
            case PartUpdated() if event.seq is not None:
                self._part(event.part)
            case SessionError():
                self.error = event
            case SessionIdle():
                self._idle = event
            case _:
                pass

    def call(self, call_id: str) -> ToolPart | None:
        """Return a call that was written, as it was then."""
        self._release()
        return self._calls.get(call_id)

    def finish(self, seconds: float, *, cancelled: bool = False) -> dict[str, Any]:
        """Write how the turn ended, and return the result.

        Args:
            seconds: How long the turn took.
            cancelled: Whether somebody stopped waiting for its end.
        """
        idle = self._idle or SessionIdle(
            session_id=self._session, reason="cancelled" if cancelled else "error"
        )
        end = TurnEnd(
            reason=idle.reason,
            detail=idle.detail or "",
            answer=idle.answer,
            text="\n".join(self._last_texts[1]),
            error=self.error,
        )
        if end.reason == "cancelled":
            self._user([{"type": "text", "text": INTERRUPTED_LINE}])
        if is_model_failure(end):
            block = {"type": "text", "text": failure_text(end)}
            self._assistant("msg_failure", "<synthetic>", block, error=end)
        result = result_of(end, self._tally, self._totals, self._denials, seconds)
        return self._put(result)

    def _part(self, part: AnyPart) -> None:
        message = self._messages.get(part.message_id)
        if message is None or message.role != "assistant":
            return
        match part:
            case TextPart(text=str() as text) if text and self._is_new(part):
                self._say(message, text)
            case ReasoningPart(text=str() as text) if text and self._is_new(part):
                block = {"type": "thinking", "thinking": text, "signature": ""}
                self._assistant(message.id, message.model, block)
            case ToolPart():
                self._tool(message, part)
            case StepStartPart():
                self._started[message.id] = part.started
            case StepFinishPart():
                self._tally.add(part, self._started.get(message.id))
                self._totals.add(part, message.model or "")
            case RetryPart():
                about = {"attempt": part.attempt, "error": part.error, "wait": part.wait}
                self._put({"type": "system", "subtype": "status", "pycode": {"retry": about}})
            case _:
                pass

    def _say(self, message: MessageInfo, text: str) -> None:
        if self._last_texts[0] != message.id:
            self._last_texts = (message.id, [])
        self._last_texts[1].append(text)
        self._assistant(message.id, message.model, {"type": "text", "text": text})

    def _tool(self, message: MessageInfo, part: ToolPart) -> None:
        if self._is_new(part):
            self._calls[part.call_id] = part
            name, arguments = outward_call(part)
            use: dict[str, Any] = {
                "type": "tool_use",
                "id": part.call_id,
                "name": name,
                "input": arguments,
            }
            self._assistant(message.id, message.model, use)
        if not part.finished or part.id in self._results:
            return
        self._results.add(part.id)
        if part.status == "rejected":
            name, arguments = outward_call(part)
            self._denials.append(
                {"tool_name": name, "tool_use_id": part.call_id, "tool_input": arguments}
            )
        block: dict[str, Any] = {
            "type": "tool_result",
            "tool_use_id": part.call_id,
            "content": _result_text(part),
            "is_error": part.status != "completed",
        }
        shown = {name: value for name, value in part.metadata.items() if name != "seen"}
        about = {"title": part.title, "status": part.status, "metadata": shown}
        self._user([block], pycode=about)

    def _is_new(self, part: AnyPart) -> bool:
        if part.id in self._written:
            return False
        self._written.add(part.id)
        self._block = part.id
        return True

    def _assistant(
        self,
        message_id: str,
        model: str | None,
        block: dict[str, Any],
        *,
        error: TurnEnd | None = None,
    ) -> None:
        message = {
            "id": message_id,
            "type": "message",
            "role": "assistant",
            "model": model_name(model),
            "content": [block],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": claude_usage({}),
        }
        line = {"type": "assistant", "message": message, "parent_tool_use_id": None}
        if error is None:
            self._hold(line)
        else:
            self._put({**line, "error": error.kind})

    def _user(self, content: list[dict[str, Any]], **more: Any) -> None:
        message = {"role": "user", "content": content}
        self._put({"type": "user", "message": message, "parent_tool_use_id": None, **more})

    def _put(self, line: dict[str, Any]) -> dict[str, Any]:
        self._release()
        line = {**line, "session_id": self._session, "uuid": str(uuid.uuid4())}
        self._write(line)
        return line

    def _hold(self, line: dict[str, Any]) -> None:
        """Write a block's line when something follows: services tell the usage at the end, right behind the last block."""
        self._release()
        self._held = line

    def _complete(self, finish: StepFinishPart) -> None:
        """Write the last block's line, with what the request used."""
        if self._held is not None:
            message = self._held["message"]
            message["usage"] = claude_usage(finish.usage)
            message["stop_reason"] = STOP_REASONS.get(finish.reason)
            self._release()

    def _release(self) -> None:
        line, self._held = self._held, None
        if line is not None:
            self._put(line)


def _result_text(part: ToolPart) -> str:
    """Return what the model reads of a call."""
    if part.status == "completed":
        return part.output or ""
    return "\n".join(text for text in (part.error or "interrupted", part.output) if text)
