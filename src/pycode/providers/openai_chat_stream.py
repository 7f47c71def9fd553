"""Reads the event stream of OpenAI Chat Completions, in all the dialects that compatible services speak."""

from __future__ import annotations

from typing import Any

from pycode.core.errors import OverloadedError
from pycode.providers.chat_calls import ChatCalls
from pycode.providers.failures import Service, stream_error
from pycode.providers.hosts import OPENAI_CHAT as OPAQUE
from pycode.providers.reading import Reader
from pycode.providers.think_tags import ThinkTags

_LENGTH = ("length", "max_tokens", "model_length", "model_context_window_exceeded")
_FILTERED = ("content_filter", "sensitive")
_BROKEN = (
    "error",
    "network_error",
    "insufficient_system_resource",
    "abort",
    "function_call_filter",
)
"""Reasons of an answer that the service broke off: Mistral, Z.ai, DeepSeek, vLLM and Google each have one of their own."""


class ChatReader(Reader):
    """Turns the events of one response into neutral ones."""

    def __init__(self, service: Service, model: str) -> None:
        super().__init__(service, model)
        self._started = False
        self._calls = ChatCalls()
        self._tags = ThinkTags()
        self._details: list[dict[str, Any]] = []
        self._field: str | None = None
        self._finish_reason: str | None = None
        self._refused = False

    def read(self, data: str) -> None:
        """Read one event; see `Reader.read`."""
        if data.startswith("[DONE]"):
            self._end()
            return
        chunk = self._parse(data)
        if not self._started:
            self._started = True
            self._emit("start")
        choices = chunk.get("choices")
        if choices:
            self._choice(choices[0])
        if "usage" in chunk or "x_groq" in chunk:
            self._count_tokens(chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage"))
        if not choices or "error" in chunk or "x_groq" in chunk:
            self._fail(chunk)
        if self._finish_reason in _BROKEN:
            said = "" if self._finish_reason == "error" else f" ({self._finish_reason})"
            raise OverloadedError(
                f"{self._service.name} broke off the answer{said}: try again later.",
                provider=self._service.name,
                model=self._model,
            )

    def end(self) -> None:
        """Read the end of the stream, which may come without `[DONE]`; see `Reader.end`."""
        if not self.done and self._finish_reason is not None:
            self._end()
        super().end()

    def close(self) -> None:
        """End what is still open after an error; see `Reader.close`."""
        self._close_block()
        self._events += self._calls.close(complete=False)

    def _fail(self, chunk: dict[str, Any]) -> None:
        """Raise the error that a chunk tells of, if it does: vLLM's is the chunk itself."""
        error = chunk.get("error") or (chunk.get("x_groq") or {}).get("error")
        if error or chunk.get("object") == "error":
            raise stream_error(self._service, error or chunk, self._model)

    def _choice(self, choice: dict[str, Any]) -> None:
        # Whole messages come from a service that does not stream.
        delta = choice.get("delta") or choice.get("message") or {}
        if len(delta) > 1 or "content" not in delta:
            self._reasoning(delta)
        self._content(delta.get("content"))
        if delta.get("refusal"):
            self._refused = True
            self._text("text", delta["refusal"])
        calls = delta.get("tool_calls")
        if calls:
            self._close_block()
            self.shown = True
            for call in calls:
                self._events += self._calls.add(call)
        reason = choice.get("finish_reason")
        if reason:
            # Google says what it filtered behind a colon.
            self._finish_reason = str(reason).partition(":")[0]
            self._count_tokens(choice.get("usage"))
            self._fail(choice)

    def _reasoning(self, delta: dict[str, Any]) -> None:
        details = delta.get("reasoning_details")
        if isinstance(details, list):
            for detail in details:
                _merge_detail(self._details, detail)
        for field in ("reasoning_content", "reasoning"):
            text = delta.get(field)
            if text and isinstance(text, str):
                self._field = field
                self._text("reasoning", text)
                return
        if isinstance(details, list):
            self._text(
                "reasoning", "".join(d.get("text") or d.get("summary") or "" for d in details)
            )

    def _content(self, content: Any) -> None:
        if isinstance(content, str):
            if self._tags.in_text:
                self._text("text", content)
                return
            for kind, text in self._tags.split(content):
                self._text(kind, text)
        elif isinstance(content, list):
            for part in content:
                if part.get("type") == "thinking":
                    thought = part.get("thinking") or ""
                    if isinstance(thought, list):
                        thought = "".join(item.get("text") or "" for item in thought)
                    self._text("reasoning", thought)
                else:
                    self._text("text", part.get("text") or "")

    def _close_block(self) -> None:
        if self._block == "reasoning":
            self._keep_reasoning()
        super()._close_block()

    def _keep_reasoning(self) -> None:
        """Give out what must go back with the reasoning that is open."""
        value: dict[str, Any] = {"protocol": OPAQUE, "model": self._model}
        if self._details:
            value["reasoning_details"] = self._details
            self._details = []
        elif self._field == "reasoning_content":
            value["field"] = self._field
        else:
            return
        self._emit("opaque", value=value)

    def _end(self) -> None:
        for kind, text in self._tags.rest():
            self._text(kind, text)
        self._close_block()
        if self._details:
            # They came after the reasoning, or without any: an empty one carries them.
            self._open_block("reasoning")
            self._close_block()
        self._events += self._calls.close(complete=True)
        self._finish(self._reason(), self._finish_reason)

    def _reason(self) -> str:
        raw = self._finish_reason
        if raw in _LENGTH:
            return "length"
        if raw in _FILTERED or self._refused:
            return "content_filter"
        # Services say "stop" beside calls, or nothing at all: what is there decides.
        return "tool_calls" if self._calls.seen else "stop"

    def _count_tokens(self, usage: dict[str, Any] | None) -> None:
        if usage:
            self._count(**_neutral_usage(usage))


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
    # DeepSeek and Moonshot have names of their own for it.
    cached = (details.get("cached_tokens"), usage.get("prompt_cache_hit_tokens"))
    read = next((number for number in (*cached, usage.get("cached_tokens")) if number), 0)
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
