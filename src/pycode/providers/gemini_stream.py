"""Reads the event stream of Gemini."""

from __future__ import annotations

import os
from typing import Any

from pycode.core.errors import OverloadedError
from pycode.providers.encoded import dump, whole_characters
from pycode.providers.failures import Service, stream_error
from pycode.providers.gemini_arguments import StreamedArguments
from pycode.providers.hosts import GEMINI as OPAQUE
from pycode.providers.reading import Reader

_REASONS = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
}
"""Every other reason says that the model broke down."""


class GeminiReader(Reader):
    """Turns the events of one response into neutral ones."""

    def __init__(self, service: Service, model: str) -> None:
        super().__init__(service, model)
        self._started = False
        self._called = False
        self._streamed: tuple[str, str, StreamedArguments] | None = None
        self._length = 0
        self._signed: list[list[Any]] = []
        self._finish_reason: str | None = None
        self._blocked = False

    def read(self, data: str) -> None:
        """Read one event; see `Reader.read`."""
        payload = self._parse(data)
        if payload.get("error"):
            raise stream_error(self._service, payload["error"], self._model)
        if not self._started:
            self._started = True
            self._emit("start")
        for candidate in (payload.get("candidates") or [])[:1]:
            for part in (candidate.get("content") or {}).get("parts") or []:
                self._part(part)
            self._finish_reason = candidate.get("finishReason") or self._finish_reason
        refused = (payload.get("promptFeedback") or {}).get("blockReason")
        if refused and not payload.get("candidates"):
            self._finish_reason, self._blocked = refused, True
        if payload.get("usageMetadata"):
            self._count_tokens(payload["usageMetadata"])
        if self._finish_reason and self._reason() is None:
            raise self._broke_down(payload)

    def end(self) -> None:
        """Read the end of the stream, which nothing else marks; see `Reader.end`."""
        reason = self._reason()
        if reason is not None:
            self.close()
            self._finish(reason, self._finish_reason)
        super().end()

    def close(self) -> None:
        """End what is still open after an error; see `Reader.close`."""
        self._close_block()
        self._end_streamed()

    def _part(self, part: dict[str, Any]) -> None:
        signature = part.get("thoughtSignature")
        if "functionCall" in part:
            self._call(part["functionCall"], signature)
        elif part.get("thought"):
            self._text("reasoning", part.get("text") or "")
            if signature:
                self._keep(self._opaque(signature=signature))
                self._close_block()
        elif "text" in part:
            self._answer(part["text"] or "", signature)
        elif part:
            # What the service made or ran by itself goes back as it came.
            self._keep(self._opaque(part=part))

    def _answer(self, text: str, signature: str | None) -> None:
        if signature and not text and self._block != "text":
            self._keep(self._opaque(part={"text": "", "thoughtSignature": signature}))
            return
        self._text("text", text)
        start, self._length = self._length, self._length + len(whole_characters(text))
        if signature:
            self._signed.append([start, self._length, signature])

    def _close_block(self) -> None:
        was = self._block
        super()._close_block()
        if was == "text":
            signed, self._signed, self._length = self._signed, [], 0
            if signed:
                # Which characters of the text had a signature: they go back as parts of their own.
                self._keep(self._opaque(signed=signed))

    def _call(self, call: dict[str, Any], signature: str | None) -> None:
        if self._streamed is not None and call.get("name") not in (None, "", self._streamed[1]):
            # Another call begins, and nobody said that the first is complete.
            self._end_streamed()
        if self._streamed is None:
            if not call.get("name"):
                return
            ident = str(call.get("id") or f"call_{os.urandom(12).hex()}")
            name = str(call["name"])
            self._called = True
            self._start_call(ident, name)
            self._streamed = ident, name, StreamedArguments()
        ident, name, arguments = self._streamed
        if signature:
            self._emit("opaque", value=self._opaque(signature=signature), id=ident)
        for piece in call.get("partialArgs") or []:
            arguments.add(piece)
        arguments.update(call.get("args") or {})
        if call.get("willContinue"):
            return
        self._streamed = None
        text = dump(arguments.result()).decode()
        self._emit("tool_call_delta", id=ident, text=text)
        self._end_call(ident, name, text, complete=True)

    def _end_streamed(self) -> None:
        """End a call without its own end: it stays raw."""
        if self._streamed is not None:
            (ident, name, arguments), self._streamed = self._streamed, None
            text = dump(arguments.result()).decode()
            self._end_call(ident, name, text, complete=False)

    def _reason(self) -> str | None:
        if self._blocked:
            return "content_filter"
        reason = _REASONS.get(self._finish_reason or "")
        return "tool_calls" if reason == "stop" and self._called else reason

    def _count_tokens(self, usage: dict[str, Any]) -> None:
        read = usage.get("cachedContentTokenCount") or 0
        prompt = (usage.get("promptTokenCount") or 0) + (usage.get("toolUsePromptTokenCount") or 0)
        thought = usage.get("thoughtsTokenCount") or 0
        self._count(
            input=max(0, prompt - read),
            cache_read=read,
            output=(usage.get("candidatesTokenCount") or 0) + thought,
            reasoning=thought,
        )

    def _broke_down(self, payload: dict[str, Any]) -> OverloadedError:
        said = ""
        for candidate in payload.get("candidates") or []:
            said = self._service.quote(candidate.get("finishMessage") or "")
        reason = f"{self._finish_reason}: {said}" if said else self._finish_reason
        return OverloadedError(
            f"{self._service.name} broke off the answer ({reason}): try again.",
            provider=self._service.name,
            model=self._model,
        )

    def _opaque(self, **value: Any) -> dict[str, Any]:
        return {"protocol": OPAQUE, "model": self._model, **value}
