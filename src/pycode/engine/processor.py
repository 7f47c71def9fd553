"""Folds one model stream into the parts of an assistant message.

A provider may leave out every event but `text_delta`: missing starts, ends, usage and the finish are supplied here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, field
from typing import Any

from pycode.core.data import Data
from pycode.core.errors import NetworkError, ProviderError
from pycode.core.identifier import Identifier
from pycode.core.parts import ReasoningPart, RetryPart, TextPart, ToolPart
from pycode.core.records import MessageInfo
from pycode.engine.journal import Journal
from pycode.providers.base import StreamEvent


@dataclass(slots=True, eq=False, repr=False)
class Outcome(Data):
    """What a stream came to."""

    reason: str = ""
    """The finish reason; `cut` when the stream broke."""
    usage: dict[str, int] = field(default_factory=dict)
    """Tokens, as far as the service told."""
    calls: list[ToolPart] = field(default_factory=list)
    """The calls whose arguments are complete or known to be malformed, in order."""
    error: ProviderError | None = None
    """Why the stream broke."""
    shown: bool = False
    """Whether anything of the answer had arrived."""


class Processor:
    """Reads one response. Use it once.

    Args:
        journal: Where parts go.
        message: The assistant message that the parts belong to.
        on_call: Told of each call as soon as its arguments are complete.
        printed_by: The tools whose calls the model may have printed as text; empty where that is not looked for.
    """

    def __init__(
        self,
        journal: Journal,
        message: MessageInfo,
        on_call: Callable[[ToolPart], None],
        printed_by: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._journal = journal
        self._message = message
        self._on_call = on_call
        self._printed_by = printed_by
        self._texts: list[TextPart] = []
        self._outcome = Outcome()
        self._text: TextPart | ReasoningPart | None = None
        self._pieces: list[str] = []
        self._open_calls: dict[str, ToolPart] = {}
        self._calls_by_id: dict[str, ToolPart] = {}
        self._call_ids: set[str] = set()
        self._handlers: dict[str, Callable[[dict[str, Any]], object]] = {
            "start": lambda data: self._begin(),
            "text_start": lambda data: self._open_text(TextPart),
            "text_delta": lambda data: self._grow(TextPart, data["text"]),
            "text_end": lambda data: self._close_text(),
            "reasoning_start": lambda data: self._open_text(ReasoningPart),
            "reasoning_delta": lambda data: self._grow(ReasoningPart, data["text"]),
            "reasoning_end": lambda data: self._close_text(),
            "tool_call_start": self._start_call,
            "tool_call_delta": self._grow_call,
            "tool_call_end": self._end_call,
            "opaque": self._keep_opaque,
            "usage": self._outcome.usage.update,
            "retry": self._note_retry,
            "finish": self._finish,
        }

    async def fold(self, stream: AsyncIterator[StreamEvent]) -> Outcome:
        """Read the stream to its end; a provider's error ends it and is in the outcome."""
        handlers = self._handlers
        try:
            async with _closing(stream):
                async for event in stream:
                    handler = handlers.get(event.type)
                    if handler is not None:
                        handler(event.data)
        except ProviderError as error:
            self._outcome.error = error
            self._outcome.reason = "cut"
        finally:
            self._close_text()
            self._close_calls()
        if self._printed_by and self._outcome.reason in {"", "stop"} and not self._outcome.calls:
            self._take_printed_calls()
        if not self._outcome.reason:
            self._outcome.reason = "tool_calls" if self._outcome.calls else "stop"
        return self._outcome

    def _begin(self) -> None:
        """Break off at a second start: what was shown and logged cannot be taken back, so the request is made again."""
        if self._outcome.shown:
            raise NetworkError(
                "the service began its answer anew in the middle of it, as some proxies do; try again, or without the proxy"
            )

    def _open_text(self, cls: type[TextPart] | type[ReasoningPart]) -> TextPart | ReasoningPart:
        self._close_text()
        self._outcome.shown = True
        part = cls().placed(self._message.session_id, self._message.id)
        if isinstance(part, ReasoningPart):
            part.model = self._message.model
        self._text = part
        return part

    def _open_reasoning(self) -> ReasoningPart:
        self._open_text(ReasoningPart)
        if not isinstance(self._text, ReasoningPart):
            raise AssertionError("it was opened just now")
        return self._text

    def _grow(self, cls: type[TextPart] | type[ReasoningPart], text: str) -> None:
        part = self._text
        if part is None or type(part) is not cls:
            part = self._open_text(cls)
        if text:
            self._pieces.append(text)
            self._journal.delta(part, text)

    def _close_text(self) -> None:
        part, self._text = self._text, None
        if part is None:
            return
        part.text = "".join(self._pieces)
        self._pieces.clear()
        if part.text or (isinstance(part, ReasoningPart) and part.opaque):
            self._journal.part(part)
            if isinstance(part, TextPart):
                self._texts.append(part)

    def _take_printed_calls(self) -> None:
        """Make calls of an answer that consists of calls written out as text."""
        from pycode.providers.text_calls import calls_in_text

        found = calls_in_text("".join(part.text for part in self._texts), self._printed_by)
        if found is None:
            return
        words, calls = found
        for part in self._texts:
            # The first keeps the words before the calls; the others have none.
            part.text, words = words, ""
            self._journal.part(part)
        for call in calls:
            call_id = Identifier.ascending("call")
            self._end_call({"id": call_id, "name": call.name, "arguments": call.arguments})
        self._outcome.reason = "tool_calls"

    def _close_calls(self) -> None:
        for part in self._open_calls.values():
            part.error = "the response ended before the arguments of this call were complete"
            part.advance("error")
            self._journal.part(part)
        self._open_calls.clear()

    def _start_call(self, data: dict[str, Any]) -> None:
        self._close_text()
        self._outcome.shown = True
        part = ToolPart(tool=data["name"], call_id=self._unused_id(data["id"]))
        part.placed(self._message.session_id, self._message.id)
        self._open_calls[data["id"]] = self._calls_by_id[data["id"]] = part
        self._journal.show(part)

    def _unused_id(self, call_id: str) -> str:
        """Return the id, or a new one when an earlier call has it, also in an earlier step: some services count anew in each
        answer, others refuse a conversation in which an id comes twice."""
        unused, number = call_id, 2
        while unused in self._call_ids or unused in self._journal.state.call_ids:
            unused, number = f"{call_id}_{number}", number + 1
        self._call_ids.add(unused)
        return unused

    def _grow_call(self, data: dict[str, Any]) -> None:
        part = self._open_calls.get(data["id"])
        if part is not None and data["text"]:
            self._journal.delta(part, data["text"])

    def _end_call(self, data: dict[str, Any]) -> None:
        if data["id"] not in self._open_calls:
            self._start_call(data)
        part = self._open_calls.pop(data["id"])
        part.tool = data["name"]
        if "arguments" in data:
            part.input = data["arguments"]
        else:
            part.input_raw = data["arguments_raw"]
        self._journal.part(part)
        self._outcome.calls.append(part)
        self._on_call(part)

    def _keep_opaque(self, data: dict[str, Any]) -> None:
        call_id = data.get("id")
        owner: ReasoningPart | ToolPart
        if call_id is not None:
            owner = self._calls_by_id[call_id]
        elif isinstance(self._text, ReasoningPart):
            owner = self._text
        else:
            owner = self._open_reasoning()
        owner.opaque = [*(owner.opaque or []), data["value"]]

    def _note_retry(self, data: dict[str, Any]) -> None:
        part = RetryPart(attempt=data["attempt"], error=str(data["error"]), wait=data["wait"])
        self._journal.part(part.placed(self._message.session_id, self._message.id))

    def _finish(self, data: dict[str, Any]) -> None:
        self._outcome.reason = data.get("reason") or ""
        self._outcome.usage.update(data.get("usage") or {})


def _closing(stream: AsyncIterator[StreamEvent]) -> AbstractAsyncContextManager[object]:
    """Close a generator at once when reading it ends early, and not when it is collected."""
    return aclosing(stream) if isinstance(stream, AsyncGenerator) else nullcontext()
