"""What the readers of all protocols share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from pycode.core.errors import NetworkError, ProtocolError
from pycode.providers.base import StreamEvent
from pycode.providers.encoded import parse_arguments
from pycode.providers.failures import Service
from pycode.providers.sse import SseEvent


class Reader(Protocol):
    """Turns the events of one response into neutral ones."""

    def read(self, event: SseEvent) -> Iterator[StreamEvent]:
        """Yield what one event means; raise a `ProviderError` where it is an error."""

    def end(self) -> Iterable[StreamEvent]:
        """Return what the end of the stream means; raise a `ProviderError` where it came too early."""

    def close(self) -> Iterator[StreamEvent]:
        """Yield the ends of what is still open after an error; a call that is not complete stays raw."""


def parse_event(service: Service, data: str, model: str) -> dict[str, Any]:
    """Return an event's JSON object.

    Raises:
        ProtocolError: The data is something else.
    """
    try:
        payload = json.loads(data, strict=False)
    except (ValueError, RecursionError) as error:
        raise _no_object(service, data, model) from error
    if not isinstance(payload, dict):
        raise _no_object(service, data, model)
    return payload


def tool_call_end(ident: str, name: str, text: str, *, complete: bool) -> StreamEvent:
    """Return the end of a tool call; arguments that are cut or no object stay raw, so that it cannot run."""
    data: dict[str, Any] = {"id": ident, "name": name}
    arguments = parse_arguments(text) if complete else None
    if arguments is None:
        data["arguments_raw"] = text
    else:
        data["arguments"] = arguments
    return StreamEvent("tool_call_end", data)


def stream_was_cut(service: Service, model: str) -> NetworkError:
    """Return the error for an answer that ended before its end."""
    return NetworkError(
        f"The stream from {service.name} was cut before the answer was complete: try again.",
        provider=service.name,
        model=model,
    )


def _no_object(service: Service, data: str, model: str) -> ProtocolError:
    return ProtocolError(
        f"{service.name} sent an event that is no JSON object ({service.quote(data[:80])}): try again.",
        provider=service.name,
        model=model,
    )
