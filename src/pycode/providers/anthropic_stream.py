"""Reads the event stream of Anthropic Messages."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from pycode.providers.base import USAGE_KEYS
from pycode.providers.encoded import dump, parse_arguments
from pycode.providers.failures import Service, stream_error
from pycode.providers.hosts import ANTHROPIC_MESSAGES as OPAQUE
from pycode.providers.reading import Reader

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


class AnthropicReader(Reader):
    """Turns the events of one response into neutral ones."""

    def __init__(self, service: Service, model: str) -> None:
        super().__init__(service, model)
        self._open: dict[int, _Block] = {}
        self._called = False
        self._stop_reason: str | None = None

    def read(self, data: str) -> None:
        """Read one event; see `Reader.read`."""
        payload = self._parse(data)
        match payload.get("type"):
            case "content_block_delta":
                self._delta(int(payload.get("index", 0)), payload.get("delta") or {})
            case "content_block_start":
                self._start(int(payload.get("index", 0)), payload.get("content_block") or {})
            case "content_block_stop":
                self._stop(int(payload.get("index", 0)))
            case "message_start":
                self._begin(payload.get("message") or {})
            case "message_delta":
                self._stop_all()
                self._stop_reason = (payload.get("delta") or {}).get("stop_reason")
                self._count_tokens(payload.get("usage"))
            case "message_stop":
                self._end()
            case "message":
                # The whole answer at once, from a gateway that does not stream.
                self._begin(payload)
                self._stop_reason = payload.get("stop_reason")
                self._end()
            case kind if kind == "error" or payload.get("error"):
                raise stream_error(self._service, payload.get("error"), self._model)

    def close(self) -> None:
        """End what is still open after an error; see `Reader.close`."""
        while self._open:
            _, block = self._open.popitem()
            if block.type == "tool_use":
                text = "".join(block.pieces)
                self._end_call(block.raw["id"], block.raw["name"], text, complete=False)
        self._close_block()

    def _begin(self, message: dict[str, Any]) -> None:
        # A second beginning comes from a proxy that tried again: what came before it does not count.
        self.close()
        self.usage = dict.fromkeys(USAGE_KEYS, 0)
        self._called = False
        self._stop_reason = None
        self._emit("start")
        self._count_tokens(message.get("usage"))
        for index, block in enumerate(message.get("content") or []):
            self._start(index, block)
            self._stop(index)

    def _start(self, index: int, raw: dict[str, Any]) -> None:
        # Some gateways leave out the ends of blocks; others let several calls grow side by side.
        for place in [i for i, b in self._open.items() if i == index or b.type != "tool_use"]:
            self._stop(place)
        block = self._open[index] = _Block(dict(raw))
        match block.type:
            case "text":
                self._open_block("text")
                self._text("text", raw.get("text") or "")
            case "thinking":
                self._open_block("reasoning")
                self._text("reasoning", raw.get("thinking") or "")
            case "tool_use":
                self._called = True
                ident = str(raw.get("id") or f"call_{os.urandom(12).hex()}")
                block.raw |= {"id": ident, "name": str(raw.get("name", ""))}
                self._start_call(ident, block.raw["name"])

    def _delta(self, index: int, delta: dict[str, Any]) -> None:
        kind = delta.get("type")
        if index not in self._open and kind in ("text_delta", "thinking_delta"):
            # Some gateways leave out the beginning of a block.
            self._start(index, {"type": str(kind).removesuffix("_delta")})
        block = self._open.get(index)
        if block is None:
            return
        match kind:
            case "text_delta" if block.type == "text":
                self._text("text", delta["text"])
            case "thinking_delta" if block.type == "thinking":
                self._text("reasoning", delta["thinking"])
            case "signature_delta":
                block.raw["signature"] = block.raw.get("signature", "") + delta["signature"]
            case "input_json_delta" if delta.get("partial_json"):
                self._add_input(block, delta["partial_json"])
            case "compaction_delta":
                text = delta.get("content") or ""
                block.raw["content"] = (block.raw.get("content") or "") + text

    def _add_input(self, block: _Block, text: str) -> None:
        # Added to a text, so that anything else fails here and not when the call ends.
        block.pieces.append("" + text)
        if block.type == "tool_use":
            self._emit("tool_call_delta", id=block.raw["id"], text=text)

    def _stop(self, index: int) -> None:
        block = self._open.pop(index, None)
        if block is None:
            return
        match block.type:
            case "text":
                self._close_block()
            case "thinking":
                if block.raw.get("signature"):
                    self._keep(self._opaque(signature=block.raw["signature"]))
                self._close_block()
            case "tool_use":
                caller = block.raw.get("caller")
                ident = block.raw["id"]
                if caller and caller != {"type": "direct"}:
                    self._emit("opaque", value=self._opaque(fields={"caller": caller}), id=ident)
                whole = block.raw.get("input")
                if whole and not block.pieces:
                    # It came whole with the beginning; where pieces come too, they are all of it.
                    self._add_input(
                        block, whole if isinstance(whole, str) else dump(whole).decode()
                    )
                text = "".join(block.pieces)
                self._end_call(ident, block.raw["name"], text, complete=True)
            case _:
                # Redacted thinking, the service's own tools and what is not known yet go back as they came.
                if block.pieces:
                    block.raw["input"] = parse_arguments("".join(block.pieces)) or {}
                self._keep(self._opaque(block=block.raw))

    def _stop_all(self) -> None:
        for index in list(self._open):
            self._stop(index)

    def _end(self) -> None:
        self._stop_all()
        raw = self._stop_reason
        reason = _REASONS.get(raw or "", "stop")
        if reason in ("stop", "tool_calls"):
            reason = "tool_calls" if self._called else "stop"
        self._finish(reason, raw)

    def _count_tokens(self, usage: dict[str, Any] | None) -> None:
        usage = usage or {}
        counts = {ours: usage[t] for t, ours in _USAGE.items() if usage.get(t) is not None}
        thought = (usage.get("output_tokens_details") or {}).get("thinking_tokens")
        if thought is not None:
            counts["reasoning"] = thought
        self._count(**counts)

    def _opaque(self, **value: Any) -> dict[str, Any]:
        return {"protocol": OPAQUE, "model": self._model, **value}
