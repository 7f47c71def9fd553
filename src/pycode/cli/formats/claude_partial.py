"""Makes the stream of Anthropic's API out of PyCode's events, whatever service the model is at.

What is made are the objects that `stream_event` lines carry: `message_start`, `content_block_start`, `_delta`, `_stop`,
`message_delta`, `message_stop`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pycode.cli.formats.names import outward
from pycode.core.events import Event, MessageUpdated, PartDelta, PartUpdated
from pycode.core.parts import ReasoningPart, StepFinishPart, TextPart, ToolPart

STOP_REASONS: Final[Mapping[str, str]] = {
    "stop": "end_turn",
    "tool_calls": "tool_use",
    "length": "max_tokens",
    "content_filter": "refusal",
    "pause": "pause_turn",
}
"""Why a response ended: PyCode's word to Anthropic's. A response that broke has none."""


class PartialStream:
    """Follows the events of one session."""

    def __init__(self) -> None:
        self._message = ""
        self._indexes: dict[str, int] = {}
        self._open: list[str] = []

    def events(self, event: Event) -> Iterator[dict[str, Any]]:
        """Yield what an event means in Anthropic's stream."""
        match event:
            case MessageUpdated() if event.message.role == "assistant":
                if event.message.completed is None and event.message.id != self._message:
                    yield self._begin(event.message.id, event.message.model)
            # One with a number stands for text that was shown before.
            case PartDelta(seq=None, message_id=self._message):
                yield from self._grow(event.part_id, event.part_type, event.text)
            case PartUpdated():
                yield from self._part(event)
            case _:
                pass

    def _begin(self, message_id: str, model: str | None) -> dict[str, Any]:
        self._message = message_id
        self._indexes.clear()
        self._open.clear()
        message: dict[str, Any] = {
            "id": message_id,
            "type": "message",
            "role": "assistant",
            "model": model_name(model),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": claude_usage({}),
        }
        return {"type": "message_start", "message": message}

    def _part(self, event: PartUpdated) -> Iterator[dict[str, Any]]:
        part = event.part
        if part.message_id != self._message:
            return
        match part:
            case TextPart(text=str() as text) | ReasoningPart(text=str() as text):
                if event.seq is not None and text:
                    if part.id not in self._indexes:
                        yield from self._grow(part.id, part.type, text)
                    yield from self._stop(part.id)
            case ToolPart(status="pending") if event.seq is None:
                yield self._start(part.id, _tool_block(part))
            case ToolPart(status="pending"):
                if part.id not in self._indexes:
                    yield self._start(part.id, _tool_block(part))
                    yield from self._grow(part.id, part.type, _arguments(part))
                yield from self._stop(part.id)
            case StepFinishPart():
                for part_id in list(self._open):
                    yield from self._stop(part_id)
                delta = {"stop_reason": STOP_REASONS.get(part.reason), "stop_sequence": None}
                yield {"type": "message_delta", "delta": delta, "usage": claude_usage(part.usage)}
                yield {"type": "message_stop"}
            case _:
                pass

    def _start(self, part_id: str, block: dict[str, Any]) -> dict[str, Any]:
        index = self._indexes[part_id] = len(self._indexes)
        self._open.append(part_id)
        return {"type": "content_block_start", "index": index, "content_block": block}

    def _grow(self, part_id: str, part_type: str, text: str) -> Iterator[dict[str, Any]]:
        if part_id not in self._indexes:
            empty = {"type": "text", "text": ""}
            if part_type == "reasoning":
                empty = {"type": "thinking", "thinking": "", "signature": ""}
            yield self._start(part_id, empty)
        delta = {
            "text": {"type": "text_delta", "text": text},
            "reasoning": {"type": "thinking_delta", "thinking": text},
            "tool": {"type": "input_json_delta", "partial_json": text},
        }[part_type]
        yield {"type": "content_block_delta", "index": self._indexes[part_id], "delta": delta}

    def _stop(self, part_id: str) -> Iterator[dict[str, Any]]:
        if part_id in self._open:
            self._open.remove(part_id)
            yield {"type": "content_block_stop", "index": self._indexes[part_id]}


def model_name(label: str | None) -> str:
    """Return the model's name at its service, out of `provider/model`."""
    return (label or "").partition("/")[2] or (label or "unknown")


def claude_usage(usage: Mapping[str, int]) -> dict[str, int]:
    """Return token counts under Anthropic's names."""
    return {
        "input_tokens": usage.get("input", 0),
        "output_tokens": usage.get("output", 0),
        "cache_creation_input_tokens": usage.get("cache_write", 0),
        "cache_read_input_tokens": usage.get("cache_read", 0),
    }


def _tool_block(part: ToolPart) -> dict[str, Any]:
    return {"type": "tool_use", "id": part.call_id, "name": outward(part.tool), "input": {}}


def _arguments(part: ToolPart) -> str:
    return part.input_raw or json.dumps(part.input, ensure_ascii=False)
