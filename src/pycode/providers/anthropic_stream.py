"""Reads the event stream of Anthropic Messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pycode.providers.anthropic_request import OPAQUE
from pycode.providers.base import USAGE_KEYS, StreamEvent
from pycode.providers.encoded import dump, parse_arguments, whole_characters
from pycode.providers.failures import Service, stream_error
from pycode.providers.reading import parse_event, stream_was_cut, tool_call_end
from pycode.providers.sse import SseEvent

_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "pause_turn": "pause",
    "compaction": "pause",
}
_USAGE = {
    "input_tokens": "input",
    "cache_read_input_tokens": "cache_read",
    "cache_creation_input_tokens": "cache_write",
    "output_tokens": "output",
}


@dataclass(slots=True)
class _Block:
    """A content block that has begun and not ended."""

    raw: dict[str, Any]
    """As it began."""
    pieces: list[str] = field(default_factory=list)
    """The JSON text of its input so far."""

    @property
    def type(self) -> str:
        return str(self.raw.get("type"))


class AnthropicReader:
    """Turns the events of one response into neutral ones."""

    def __init__(self, service: Service, model: str) -> None:
        self._service = service
        self._model = model
        self._open: dict[int, _Block] = {}
        self._usage = dict.fromkeys(USAGE_KEYS, 0)
        self._called = False
        self._stop_reason: str | None = None
        self._done = False

    def read(self, event: SseEvent) -> Iterator[StreamEvent]:
        """Yield what one event means.

        Raises:
            ProviderError: The service reports an error, or the event is no JSON object.
        """
        payload = parse_event(self._service, event.data, self._model)
        match payload.get("type"):
            case "content_block_delta":
                yield from self._delta(int(payload.get("index", 0)), payload.get("delta") or {})
            case "content_block_start":
                yield from self._stop_all()
                block = payload.get("content_block") or {}
                yield from self._start(int(payload.get("index", 0)), block)
            case "content_block_stop":
                yield from self._stop(int(payload.get("index", 0)))
            case "message_start":
                yield from self._begin(payload.get("message") or {})
            case "message_delta":
                yield from self._stop_all()
                self._stop_reason = (payload.get("delta") or {}).get("stop_reason")
                yield self._count(payload.get("usage"))
            case "message_stop":
                yield from self._finish()
            case "message":
                # The whole answer at once, from a gateway that does not stream.
                yield from self._begin(payload)
                self._stop_reason = payload.get("stop_reason")
                yield from self._finish()
            case "error":
                raise stream_error(self._service, payload.get("error"), self._model)

    def end(self) -> list[StreamEvent]:
        """Return what the end of the stream means: nothing after `message_stop`.

        Raises:
            NetworkError: It ended too early.
        """
        if not self._done:
            raise stream_was_cut(self._service, self._model)
        return []

    def close(self) -> Iterator[StreamEvent]:
        """Yield the ends of what is still open; a call that is not complete stays raw."""
        while self._open:
            _, block = self._open.popitem()
            match block.type:
                case "text":
                    yield StreamEvent("text_end")
                case "thinking":
                    yield StreamEvent("reasoning_end")
                case "tool_use":
                    text = "".join(block.pieces)
                    yield tool_call_end(block.raw["id"], block.raw["name"], text, complete=False)

    def _begin(self, message: dict[str, Any]) -> Iterator[StreamEvent]:
        # A second beginning comes from a proxy that tried again: what came before it does not count.
        yield from self.close()
        self._usage = dict.fromkeys(USAGE_KEYS, 0)
        self._called = False
        self._stop_reason = None
        yield StreamEvent("start")
        yield self._count(message.get("usage"))
        for index, block in enumerate(message.get("content") or []):
            yield from self._start(index, block)
            yield from self._stop(index)

    def _start(self, index: int, raw: dict[str, Any]) -> Iterator[StreamEvent]:
        block = self._open[index] = _Block(dict(raw))
        match block.type:
            case "text":
                yield StreamEvent("text_start")
                if raw.get("text"):
                    yield StreamEvent("text_delta", {"text": whole_characters(raw["text"])})
            case "thinking":
                yield StreamEvent("reasoning_start")
                if raw.get("thinking"):
                    yield StreamEvent(
                        "reasoning_delta", {"text": whole_characters(raw["thinking"])}
                    )
            case "tool_use":
                self._called = True
                block.raw |= {"id": str(raw.get("id", "")), "name": str(raw.get("name", ""))}
                ident = {"id": block.raw["id"]}
                yield StreamEvent("tool_call_start", {**ident, "name": block.raw["name"]})
                if raw.get("input"):
                    block.pieces.append(dump(raw["input"]).decode())
                    yield StreamEvent("tool_call_delta", {**ident, "text": block.pieces[0]})

    def _delta(self, index: int, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        kind = delta.get("type")
        if index not in self._open and kind in ("text_delta", "thinking_delta"):
            # Some gateways leave out the beginning of a block.
            yield from self._start(index, {"type": str(kind).removesuffix("_delta")})
        block = self._open.get(index)
        if block is None:
            return
        match kind:
            case "text_delta" if block.type == "text":
                yield StreamEvent("text_delta", {"text": whole_characters(delta["text"])})
            case "thinking_delta" if block.type == "thinking":
                yield StreamEvent("reasoning_delta", {"text": whole_characters(delta["thinking"])})
            case "signature_delta":
                block.raw["signature"] = block.raw.get("signature", "") + delta["signature"]
            case "input_json_delta":
                text = delta.get("partial_json") or ""
                if text:
                    block.pieces.append(text)
                    if block.type == "tool_use":
                        yield StreamEvent("tool_call_delta", {"id": block.raw["id"], "text": text})
            case "compaction_delta":
                block.raw["content"] = (block.raw.get("content") or "") + (
                    delta.get("content") or ""
                )

    def _stop(self, index: int) -> Iterator[StreamEvent]:
        block = self._open.pop(index, None)
        if block is None:
            return
        match block.type:
            case "text":
                yield StreamEvent("text_end")
            case "thinking":
                if block.raw.get("signature"):
                    yield self._opaque(signature=block.raw["signature"])
                yield StreamEvent("reasoning_end")
            case "tool_use":
                caller = block.raw.get("caller")
                if caller and caller != {"type": "direct"}:
                    yield self._opaque(block.raw["id"], fields={"caller": caller})
                text = "".join(block.pieces)
                yield tool_call_end(block.raw["id"], block.raw["name"], text, complete=True)
            case _:
                # Redacted thinking, the service's own tools and what is not known yet go back as they came.
                if block.pieces:
                    block.raw["input"] = parse_arguments("".join(block.pieces)) or {}
                yield StreamEvent("reasoning_start")
                yield self._opaque(block=block.raw)
                yield StreamEvent("reasoning_end")

    def _stop_all(self) -> Iterator[StreamEvent]:
        for index in list(self._open):
            yield from self._stop(index)

    def _finish(self) -> Iterator[StreamEvent]:
        if self._done:
            return
        yield from self._stop_all()
        self._done = True
        raw = self._stop_reason
        reason = _REASONS.get(raw or "", "stop")
        if reason in ("stop", "tool_calls"):
            reason = "tool_calls" if self._called else "stop"
        usage = dict(self._usage)
        yield StreamEvent("finish", {"reason": reason, "raw_reason": raw, "usage": usage})

    def _count(self, usage: dict[str, Any] | None) -> StreamEvent:
        for theirs, ours in _USAGE.items():
            value = (usage or {}).get(theirs)
            if value is not None:
                self._usage[ours] = value
        thought = ((usage or {}).get("output_tokens_details") or {}).get("thinking_tokens")
        if thought is not None:
            self._usage["reasoning"] = thought
        return StreamEvent("usage", dict(self._usage))

    def _opaque(self, ident: str | None = None, **value: Any) -> StreamEvent:
        data: dict[str, Any] = {"value": {"protocol": OPAQUE, "model": self._model, **value}}
        if ident is not None:
            data["id"] = ident
        return StreamEvent("opaque", data)
