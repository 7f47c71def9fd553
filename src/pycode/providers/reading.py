"""What the readers of all protocols share: blocks that open and close, tool calls, and the ends of streams."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from pycode.core.errors import NetworkError, ProtocolError, ProviderError
from pycode.providers.base import USAGE_KEYS, StreamEvent
from pycode.providers.encoded import parse_arguments, whole_characters
from pycode.providers.failures import Service

_DECODER = json.JSONDecoder(strict=False)
# The scanner alone takes two thirds of what `decode` takes; it stops behind the value.
_scan: Callable[[str, int], tuple[Any, int]] = _DECODER.scan_once  # type: ignore[attr-defined]


class Reader(ABC):
    """Turns the events of one response into neutral ones, which gather until they are taken."""

    def __init__(self, service: Service, model: str) -> None:
        self._service = service
        self._model = model
        self._events: list[StreamEvent] = []
        self._block = ""
        self.names: Mapping[str, str] = {}
        """What the service calls a tool, where that is not the tool's name."""
        self.usage = dict.fromkeys(USAGE_KEYS, 0)
        """The tokens counted so far."""
        self.shown = False
        """Whether anything of the answer came; what came before it can be dropped and asked for again."""
        self.done = False
        """Whether the answer is complete; nothing after it counts."""
        self.failure: ProviderError | None = None
        """What went wrong in the last events, behind what they gave."""

    def feed(self, batch: list[str]) -> bool:
        """Read the events that came together, to the last one or to an error; return whether the answer is complete."""
        data = ""
        try:
            for data in batch:
                if self.done:
                    break
                self.read(data)
        except ProviderError as error:
            self.failure = error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # JSON of another shape than the protocol's; readers take the right shape for granted.
            shown = self._service.quote(data[:80])
            self.failure = ProtocolError(
                f"{self._service.name} sent an event of a wrong shape ({shown}): try again.",
                provider=self._service.name,
                model=self._model,
            )
            self.failure.__cause__ = error
        return self.done

    @abstractmethod
    def read(self, data: str) -> None:
        """Read one event.

        Raises:
            ProviderError: The service reports an error, or the event is no JSON object.
        """

    def end(self) -> None:
        """Read the end of the stream.

        Raises:
            NetworkError: It came too early.
        """
        if not self.done:
            raise NetworkError(
                f"The stream from {self._service.name} was cut before the answer was complete: try again.",
                provider=self._service.name,
                model=self._model,
            )

    @abstractmethod
    def close(self) -> None:
        """End what is still open after an error; a call that is not complete stays raw."""

    def take(self) -> list[StreamEvent]:
        """Return the neutral events since the last time."""
        events, self._events = self._events, []
        if self.names:
            for event in events:
                if "name" in event.data:
                    event.data["name"] = self.names.get(event.data["name"], event.data["name"])
        return events

    def _emit(self, kind: str, **data: Any) -> None:
        self._events.append(StreamEvent(kind, data))

    def _text(self, kind: str, text: str) -> None:
        """Add to the open block of a kind, `text` or `reasoning`; another one that is open ends before."""
        if not text:
            return
        if self._block != kind:
            self._open_block(kind)
        self._events.append(StreamEvent(f"{kind}_delta", {"text": whole_characters(text)}))

    def _open_block(self, kind: str) -> None:
        self._close_block()
        self._block = kind
        self.shown = True
        self._emit(f"{kind}_start")

    def _close_block(self) -> None:
        kind, self._block = self._block, ""
        if kind:
            self._emit(f"{kind}_end")

    def _keep(self, value: dict[str, Any]) -> None:
        """Give out what must go back, on the open reasoning, or on one of its own that says nothing."""
        if self._block == "reasoning":
            self._emit("opaque", value=value)
            return
        self._open_block("reasoning")
        self._emit("opaque", value=value)
        self._close_block()

    def _start_call(self, ident: str, name: str) -> None:
        self._close_block()
        self.shown = True
        self._emit("tool_call_start", id=ident, name=name)

    def _end_call(self, ident: str, name: str, text: str, *, complete: bool) -> None:
        self._events.append(call_end(ident, name, text, complete=complete))

    def _count(self, **counts: int) -> None:
        self.usage.update(counts)
        self._emit("usage", **self.usage)

    def _finish(self, reason: str, raw_reason: str | None) -> None:
        self._close_block()
        self.done = True
        self._emit("finish", reason=reason, raw_reason=raw_reason, usage=dict(self.usage))

    def _parse(self, data: str) -> dict[str, Any]:
        """Return an event's JSON object."""
        try:
            payload, end = _scan(data, 0)
        except (ValueError, RecursionError, StopIteration):
            end = -1
        if end != len(data):
            payload = self._decode(data)
        if not isinstance(payload, dict):
            raise self._no_object(data)
        return payload

    def _decode(self, data: str) -> Any:
        """Parse what the scanner does not: white space may stand around the value."""
        try:
            return _DECODER.decode(data)
        except (ValueError, RecursionError) as error:
            raise self._no_object(data) from error

    def _no_object(self, data: str) -> ProtocolError:
        shown = self._service.quote(data[:80])
        return ProtocolError(
            f"{self._service.name} sent an event that is no JSON object ({shown}): try again.",
            provider=self._service.name,
            model=self._model,
        )


def call_end(ident: str, name: str, text: str, *, complete: bool) -> StreamEvent:
    """Return the end of a tool call; arguments that are cut or no object stay raw, so that it cannot run."""
    data: dict[str, Any] = {"id": ident, "name": name}
    arguments = parse_arguments(text) if complete else None
    if arguments is None:
        data["arguments_raw"] = text
    else:
        data["arguments"] = arguments
    return StreamEvent("tool_call_end", data)
