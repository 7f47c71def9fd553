"""How a scripted turn looks over OpenAI Responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pycode.core.errors import ProviderError
from pycode.providers.base import StreamEvent
from pycode.testing.script import (
    Call,
    Item,
    Raw,
    Request,
    Say,
    Think,
    arguments_text,
    call_id,
    finish_reason,
    usage_of,
)
from pycode.testing.wire import halves, named_event


class ResponsesWire:
    """OpenAI Responses."""

    _incomplete: ClassVar = {"length": "max_output_tokens", "content_filter": "content_filter"}

    def __init__(self, request: Request) -> None:
        self._request = request
        self._output: list[dict[str, Any]] = []

    def begin(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return `response.created`."""
        return _event("created", response=self._response("in_progress"))

    def item(self, item: Item | StreamEvent, position: int) -> Iterator[bytes]:
        """Yield one output item, event by event."""
        match item:
            case Say():
                yield from self._say(item, position)
            case Think():
                yield from self._think(item, position)
            case Call():
                yield from self._call(item, call_id(item, self._request, position), position)
            case Raw():
                yield item.data

    def error(self, error: ProviderError) -> bytes:
        """Return an `error` event."""
        return named_event({"type": "error", "code": "server_error", "message": str(error)})

    def end(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return `response.completed`, or `response.incomplete`."""
        reason = self._incomplete.get(finish_reason(items))
        status = "incomplete" if reason else "completed"
        response = self._response(status) | {"usage": self._usage(items)}
        if reason:
            response["incomplete_details"] = {"reason": reason}
        return _event(status, response=response)

    def _say(self, item: Say, position: int) -> Iterator[bytes]:
        place = {"output_index": len(self._output), "content_index": 0}
        message: dict[str, Any] = {
            "type": "message",
            "id": f"msg_{self._request.number}_{position}",
            "role": "assistant",
            "status": "in_progress",
            "content": [],
        }
        yield from self._added(message)
        part = {"type": "output_text", "text": "", "annotations": []}
        where = {**place, "item_id": message["id"]}
        yield _event("content_part.added", **where, part=part)
        for piece in item.pieces:
            yield _event("output_text.delta", **where, delta=piece, logprobs=[])
        text = "".join(item.pieces)
        yield _event("output_text.done", **where, text=text, logprobs=[])
        part = part | {"text": text}
        yield _event("content_part.done", **where, part=part)
        yield from self._done(message | {"status": "completed", "content": [part]})

    def _think(self, item: Think, position: int) -> Iterator[bytes]:
        ident = f"rs_{self._request.number}_{position}"
        where = {"output_index": len(self._output), "item_id": ident, "summary_index": 0}
        thought: dict[str, Any] = {"type": "reasoning", "id": ident, "summary": []}
        part = {"type": "summary_text", "text": ""}
        yield from self._added(thought)
        yield _event("reasoning_summary_part.added", **where, part=part)
        for piece in item.pieces:
            yield _event("reasoning_summary_text.delta", **where, delta=piece)
        part = part | {"text": "".join(item.pieces)}
        yield _event("reasoning_summary_text.done", **where, text=part["text"])
        yield _event("reasoning_summary_part.done", **where, part=part)
        yield from self._done(thought | {"summary": [part], "encrypted_content": item.signature})

    def _call(self, item: Call, ident: str, position: int) -> Iterator[bytes]:
        call: dict[str, Any] = {
            "type": "function_call",
            "id": f"fc_{self._request.number}_{position}",
            "call_id": ident,
            "name": item.name,
            "arguments": "",
            "status": "in_progress",
        }
        where = {"output_index": len(self._output), "item_id": call["id"]}
        yield from self._added(call)
        text = arguments_text(item)
        for piece in halves(text):
            yield _event("function_call_arguments.delta", **where, delta=piece)
        yield _event("function_call_arguments.done", **where, name=item.name, arguments=text)
        yield from self._done(call | {"arguments": text, "status": "completed"})

    def _added(self, item: dict[str, Any]) -> Iterator[bytes]:
        yield _event("output_item.added", output_index=len(self._output), item=item)

    def _done(self, item: dict[str, Any]) -> Iterator[bytes]:
        yield _event("output_item.done", output_index=len(self._output), item=item)
        self._output.append(item)

    def _response(self, status: str) -> dict[str, Any]:
        return {
            "id": f"resp_scripted_{self._request.number}",
            "object": "response",
            "created_at": 1700000000,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "model": self._request.model,
            "output": list(self._output),
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": None,
        }

    def _usage(self, items: Sequence[Item | StreamEvent]) -> dict[str, Any]:
        counts = usage_of(items, self._request)
        prompt = counts["input"] + counts["cache_read"] + counts["cache_write"]
        return {
            "input_tokens": prompt,
            "input_tokens_details": {
                "cached_tokens": counts["cache_read"],
                "cache_write_tokens": counts["cache_write"],
            },
            "output_tokens": counts["output"],
            "output_tokens_details": {"reasoning_tokens": counts["reasoning"]},
            "total_tokens": prompt + counts["output"],
        }


def _event(kind: str, **fields: Any) -> bytes:
    return named_event({"type": f"response.{kind}", **fields})
