"""How a scripted turn looks on the wire: what a protocol has to say, Anthropic Messages and Chat Completions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Protocol

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


class Wire(Protocol):
    """Turns a turn's items into bytes of one protocol's stream."""

    def begin(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return what comes before the first item."""

    def item(self, item: Item | StreamEvent, position: int) -> Iterator[bytes]:
        """Yield what stands for one item, one event a piece."""

    def error(self, error: ProviderError) -> bytes:
        """Return an error inside the stream."""

    def end(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return what comes after the last item."""


class AnthropicWire:
    """Anthropic Messages."""

    _reasons: ClassVar = {
        "stop": "end_turn",
        "tool_calls": "tool_use",
        "length": "max_tokens",
        "content_filter": "refusal",
        "pause": "pause_turn",
    }

    def __init__(self, request: Request) -> None:
        self._request = request
        self._index = -1

    def begin(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return `message_start`."""
        message: dict[str, Any] = {
            "id": f"msg_scripted_{self._request.number}",
            "type": "message",
            "role": "assistant",
            "model": self._request.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {**self._usage(items), "output_tokens": 1},
        }
        return named_event({"type": "message_start", "message": message})

    def item(self, item: Item | StreamEvent, position: int) -> Iterator[bytes]:
        """Yield one content block, event by event."""
        match item:
            case Say():
                deltas = [{"type": "text_delta", "text": piece} for piece in item.pieces]
                yield from self._block({"type": "text", "text": ""}, deltas)
            case Think():
                block = {"type": "thinking", "thinking": "", "signature": ""}
                deltas = [{"type": "thinking_delta", "thinking": piece} for piece in item.pieces]
                deltas.append({"type": "signature_delta", "signature": item.signature})
                yield from self._block(block, deltas)
            case Call():
                ident = call_id(item, self._request, position)
                opening: dict[str, Any] = {
                    "type": "tool_use",
                    "id": ident,
                    "name": item.name,
                    "input": {},
                }
                pieces = ["", *halves(arguments_text(item))]
                deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
                yield from self._block(opening, deltas)
            case Raw():
                yield item.data

    def error(self, error: ProviderError) -> bytes:
        """Return an `error` event."""
        return named_event({"type": "error", "error": {"type": "api_error", "message": str(error)}})

    def end(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return `message_delta` and `message_stop`."""
        reason = self._reasons[finish_reason(items)]
        delta = {"stop_reason": reason, "stop_sequence": None}
        closing = {"type": "message_delta", "delta": delta, "usage": self._usage(items)}
        return named_event(closing) + named_event({"type": "message_stop"})

    def _block(self, block: dict[str, Any], deltas: list[dict[str, str]]) -> Iterator[bytes]:
        self._index += 1
        place = {"index": self._index}
        yield named_event({"type": "content_block_start", **place, "content_block": block})
        if self._index == 0:
            yield named_event({"type": "ping"})
        for delta in deltas:
            yield named_event({"type": "content_block_delta", **place, "delta": delta})
        yield named_event({"type": "content_block_stop", **place})

    def _usage(self, items: Sequence[Item | StreamEvent]) -> dict[str, int]:
        counts = usage_of(items, self._request)
        return {
            "input_tokens": counts["input"],
            "cache_creation_input_tokens": counts["cache_write"],
            "cache_read_input_tokens": counts["cache_read"],
            "output_tokens": counts["output"],
        }


class OpenAIChatWire:
    """OpenAI Chat Completions."""

    _reasons: ClassVar = {"pause": "stop"}

    def __init__(self, request: Request) -> None:
        self._request = request
        self._calls = -1

    def begin(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return the chunk with the role."""
        return self._chunk({"role": "assistant", "content": ""})

    def item(self, item: Item | StreamEvent, position: int) -> Iterator[bytes]:
        """Yield one item's chunks."""
        match item:
            case Say():
                for piece in item.pieces:
                    yield self._chunk({"content": piece})
            case Think():
                for piece in item.pieces:
                    yield self._chunk({"reasoning_content": piece})
            case Call():
                yield from self._call(item, call_id(item, self._request, position))
            case Raw():
                yield item.data

    def error(self, error: ProviderError) -> bytes:
        """Return a chunk that is an error."""
        return _data({"error": {"message": str(error), "type": "server_error", "code": None}})

    def end(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return the finish chunk, the usage chunk where it was asked for, and `[DONE]`."""
        reason = finish_reason(items)
        ending = self._chunk({}, finish_reason=self._reasons.get(reason, reason))
        options = self._request.body.get("stream_options") or {}
        if options.get("include_usage"):
            ending += _data({**self._head(), "choices": [], "usage": self._usage(items)})
        return ending + b"data: [DONE]\n\n"

    def _call(self, item: Call, ident: str) -> Iterator[bytes]:
        self._calls += 1
        place = {"index": self._calls}
        function = {"name": item.name, "arguments": ""}
        opening = {**place, "id": ident, "type": "function", "function": function}
        yield self._chunk({"tool_calls": [opening]})
        for piece in halves(arguments_text(item)):
            yield self._chunk({"tool_calls": [{**place, "function": {"arguments": piece}}]})

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return _data({**self._head(), "choices": [choice]})

    def _head(self) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-scripted-{self._request.number}",
            "object": "chat.completion.chunk",
            "created": 1700000000,
            "model": self._request.model,
        }

    def _usage(self, items: Sequence[Item | StreamEvent]) -> dict[str, Any]:
        counts = usage_of(items, self._request)
        prompt = counts["input"] + counts["cache_read"] + counts["cache_write"]
        return {
            "prompt_tokens": prompt,
            "completion_tokens": counts["output"],
            "total_tokens": prompt + counts["output"],
            "prompt_tokens_details": {"cached_tokens": counts["cache_read"]},
            "completion_tokens_details": {"reasoning_tokens": counts["reasoning"]},
        }


def halves(text: str) -> list[str]:
    """Return a text in two pieces, as if it was streamed."""
    middle = len(text) // 2
    return [piece for piece in (text[:middle], text[middle:]) if piece]


def named_event(payload: dict[str, Any]) -> bytes:
    """Return an event that says its type twice, as Anthropic and Responses do."""
    return f"event: {payload['type']}\n".encode() + _data(payload)


def _data(payload: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"
