"""Reads the event stream of OpenAI Chat Completions, in all the dialects that compatible services speak."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pycode.core.errors import OverloadedError
from pycode.providers.base import USAGE_KEYS, StreamEvent
from pycode.providers.chat_calls import ChatCalls
from pycode.providers.encoded import whole_characters
from pycode.providers.failures import Service, stream_error
from pycode.providers.openai_chat_request import OPAQUE
from pycode.providers.reading import parse_event, stream_was_cut
from pycode.providers.sse import SseEvent
from pycode.providers.think_tags import ThinkTags


class ChatReader:
    """Turns the events of one response into neutral ones."""

    def __init__(self, service: Service, model: str) -> None:
        self._service = service
        self._model = model
        self._started = False
        self._open = ""
        self._calls = ChatCalls()
        self._tags = ThinkTags()
        self._details: list[dict[str, Any]] = []
        self._field: str | None = None
        self._usage: dict[str, int] = {}
        self._finish_reason: str | None = None
        self._refused = False
        self._done = False

    def read(self, event: SseEvent) -> Iterator[StreamEvent]:
        """Yield what one event means.

        Raises:
            ProviderError: The service reports an error, or the event is no JSON object.
        """
        if self._done:
            return
        if event.data.strip() == "[DONE]":
            yield from self._finish()
            return
        chunk = parse_event(self._service, event.data, self._model)
        if not self._started:
            self._started = True
            yield StreamEvent("start")
        for choice in (chunk.get("choices") or [])[:1]:
            yield from self._choice(choice)
        usage = chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage")
        if usage:
            self._usage = _neutral_usage(usage)
            yield StreamEvent("usage", dict(self._usage))
        error = chunk.get("error") or (chunk.get("x_groq") or {}).get("error")
        if error:
            raise stream_error(self._service, error, self._model)
        if self._finish_reason == "error":
            raise OverloadedError(
                f"{self._service.name} broke off the answer: try again later.",
                provider=self._service.name,
                model=self._model,
            )

    def end(self) -> Iterator[StreamEvent]:
        """Yield the finish where the service sent no `[DONE]`.

        Raises:
            NetworkError: The stream ended too early.
        """
        if self._done:
            return
        if self._finish_reason is None:
            raise stream_was_cut(self._service, self._model)
        yield from self._finish()

    def close(self) -> Iterator[StreamEvent]:
        """Yield the ends of what is still open; a call that is not complete stays raw."""
        yield from self._close_block()
        yield from self._calls.close(complete=False)

    def _choice(self, choice: dict[str, Any]) -> Iterator[StreamEvent]:
        # Whole messages come from a service that does not stream.
        delta = choice.get("delta") or choice.get("message") or {}
        yield from self._reasoning(delta)
        yield from self._content(delta.get("content"))
        if delta.get("refusal"):
            self._refused = True
            yield from self._text("text", delta["refusal"])
        calls = delta.get("tool_calls")
        if calls:
            yield from self._close_block()
            for call in calls:
                yield from self._calls.add(call)
        if choice.get("finish_reason"):
            self._finish_reason = choice["finish_reason"]

    def _reasoning(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        details = delta.get("reasoning_details")
        if isinstance(details, list):
            for detail in details:
                _merge_detail(self._details, detail)
        for field in ("reasoning_content", "reasoning"):
            text = delta.get(field)
            if isinstance(text, str) and text:
                self._field = field
                yield from self._text("reasoning", text)
                return
        if isinstance(details, list):
            text = "".join(d.get("text") or d.get("summary") or "" for d in details)
            yield from self._text("reasoning", text)

    def _content(self, content: Any) -> Iterator[StreamEvent]:
        if isinstance(content, str):
            for kind, text in self._tags.split(content):
                yield from self._text(kind, text)
        elif isinstance(content, list):
            for part in content:
                if part.get("type") == "thinking":
                    text = "".join(item.get("text") or "" for item in part.get("thinking") or [])
                    yield from self._text("reasoning", text)
                else:
                    yield from self._text("text", part.get("text") or "")

    def _text(self, kind: str, text: str) -> Iterator[StreamEvent]:
        if not text:
            return
        if self._open != kind:
            yield from self._close_block()
            self._open = kind
            yield StreamEvent(f"{kind}_start")
        yield StreamEvent(f"{kind}_delta", {"text": whole_characters(text)})

    def _close_block(self) -> Iterator[StreamEvent]:
        kind, self._open = self._open, ""
        if kind == "reasoning":
            yield from self._opaque()
        if kind:
            yield StreamEvent(f"{kind}_end")

    def _opaque(self) -> Iterator[StreamEvent]:
        """Yield what must go back with the reasoning that is open."""
        value: dict[str, Any] = {"protocol": OPAQUE, "model": self._model}
        if self._details:
            value["reasoning_details"] = self._details
            self._details = []
        elif self._field == "reasoning_content":
            value["field"] = self._field
        else:
            return
        yield StreamEvent("opaque", {"value": value})

    def _finish(self) -> Iterator[StreamEvent]:
        for kind, text in self._tags.rest():
            yield from self._text(kind, text)
        yield from self._close_block()
        if self._details:
            # They came after the reasoning, or without any: an empty one carries them.
            yield StreamEvent("reasoning_start")
            yield from self._opaque()
            yield StreamEvent("reasoning_end")
        yield from self._calls.close(complete=True)
        self._done = True
        usage = self._usage or dict.fromkeys(USAGE_KEYS, 0)
        data = {"reason": self._reason(), "raw_reason": self._finish_reason, "usage": dict(usage)}
        yield StreamEvent("finish", data)

    def _reason(self) -> str:
        raw = self._finish_reason
        if raw in ("length", "max_tokens"):
            return "length"
        if raw == "content_filter" or self._refused:
            return "content_filter"
        # Services say "stop" beside calls, or nothing at all: what is there decides.
        return "tool_calls" if self._calls.seen else "stop"


def _merge_detail(details: list[dict[str, Any]], piece: dict[str, Any]) -> None:
    """Add a piece of `reasoning_details`; pieces of one detail become one again."""
    last = details[-1] if details else None
    same = ("type", "index", "id")
    if last is None or any(piece.get(key) not in (None, last.get(key)) for key in same):
        details.append(dict(piece))
        return
    for key, value in piece.items():
        if key in ("text", "summary", "data") and isinstance(last.get(key), str) and value:
            last[key] += value
        elif value is not None:
            last[key] = value


def _neutral_usage(usage: dict[str, Any]) -> dict[str, int]:
    """Return a service's count in neutral keys; theirs has cached tokens inside the input."""
    prompt = usage.get("prompt_tokens") or 0
    output = usage.get("completion_tokens") or 0
    details = usage.get("prompt_tokens_details") or {}
    reasoning = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens") or 0
    read = details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or 0
    write = details.get("cache_write_tokens") or 0
    if reasoning and usage.get("total_tokens") == prompt + output + reasoning:
        # xAI counts reasoning beside the output.
        output += reasoning
    return {
        "input": max(0, prompt - read - write),
        "cache_read": read,
        "cache_write": write,
        "output": output,
        "reasoning": reasoning,
    }
