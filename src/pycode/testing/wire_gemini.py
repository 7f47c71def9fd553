"""How a scripted turn looks over Gemini."""

from __future__ import annotations

import json
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
    call_id,
    finish_reason,
    usage_of,
)


class GeminiWire:
    """Gemini, whose streams are framed with CRLF and end without a mark."""

    _reasons: ClassVar = {"length": "MAX_TOKENS", "content_filter": "SAFETY"}

    def __init__(self, request: Request) -> None:
        self._request = request

    def begin(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return nothing: the first part begins the stream."""
        return b""

    def item(self, item: Item | StreamEvent, position: int) -> Iterator[bytes]:
        """Yield one item's events."""
        match item:
            case Say():
                for piece in item.pieces:
                    yield self._chunk({"text": piece})
            case Think():
                *pieces, last = item.pieces
                for piece in pieces:
                    yield self._chunk({"text": piece, "thought": True})
                signed = {"text": last, "thought": True, "thoughtSignature": item.signature}
                yield self._chunk(signed)
            case Call():
                ident = call_id(item, self._request, position)
                yield self._chunk({"functionCall": _function_call(item, ident)})
            case Raw():
                yield item.data

    def error(self, error: ProviderError) -> bytes:
        """Return an event that is an error."""
        return _data({"error": {"code": 500, "status": "INTERNAL", "message": str(error)}})

    def end(self, items: Sequence[Item | StreamEvent]) -> bytes:
        """Return the event with the finish reason and the usage."""
        reason = self._reasons.get(finish_reason(items), "STOP")
        counts = usage_of(items, self._request)
        prompt = counts["input"] + counts["cache_read"] + counts["cache_write"]
        usage = {
            "promptTokenCount": prompt,
            "cachedContentTokenCount": counts["cache_read"],
            "candidatesTokenCount": counts["output"] - counts["reasoning"],
            "thoughtsTokenCount": counts["reasoning"],
            "totalTokenCount": prompt + counts["output"],
        }
        return _data(self._payload({"text": ""}, reason) | {"usageMetadata": usage})

    def _chunk(self, part: dict[str, Any]) -> bytes:
        return _data(self._payload(part, None))

    def _payload(self, part: dict[str, Any], reason: str | None) -> dict[str, Any]:
        candidate: dict[str, Any] = {"content": {"parts": [part], "role": "model"}, "index": 0}
        if reason is not None:
            candidate["finishReason"] = reason
        return {
            "candidates": [candidate],
            "modelVersion": self._request.model,
            "responseId": f"scripted_{self._request.number}",
        }


def _function_call(item: Call, ident: str) -> dict[str, Any]:
    """Return a call; arguments that are no object are begun and never ended, since this protocol knows no text for them."""
    arguments = item.arguments
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            piece = {"jsonPath": "$.text", "stringValue": item.arguments}
            return {"id": ident, "name": item.name, "partialArgs": [piece], "willContinue": True}
    return {"id": ident, "name": item.name, "args": arguments}


def _data(payload: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\r\n\r\n"
