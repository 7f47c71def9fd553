"""A provider whose answers are written beforehand, for tests that need a model and no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pycode.core.errors import NetworkError
from pycode.providers.base import Provider, ProviderConfig, StreamEvent
from pycode.testing.script import (
    Call,
    Cut,
    Fail,
    Finish,
    Item,
    Request,
    Say,
    Script,
    Think,
    Usage,
    Wait,
    arguments_text,
    call_id,
    finish_reason,
    items_of,
    turn_for,
    usage_of,
)


class ScriptedProvider(Provider):
    """Answers each request with the next turn of a script.

    A turn is an item, a list of items (`say`, `call`, `fail`, …, or `StreamEvent`s that go out as they are), or a
    function of the `Request`. A function in place of the list of turns answers every request.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        name: str = "scripted",
        models: Sequence[str] = ("scripted-model",),
    ) -> None:
        self._name = name
        self._script = script
        self._models = list(models)
        self.requests: list[Request] = []
        """What was asked, in order."""
        super().__init__(ProviderConfig(name=name))

    @property
    def name(self) -> str:
        """The provider's name."""
        return self._name

    async def stream(
        self,
        model: str,
        messages: list[dict[str, Any]],
        *,
        system: str | None = None,
        tools: list[dict[str, Any]] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        **options: Any,
    ) -> AsyncIterator[StreamEvent]:
        """Yield the next turn.

        Raises:
            ProviderError: The turn says so.
            AssertionError: The script has no more turns.
        """
        options |= {"temperature": temperature, "max_tokens": max_tokens}
        number = len(self.requests) + 1
        request = Request(number, model, list(messages), system, list(tools or []), options)
        self.requests.append(request)
        turn = turn_for(self._script, number)
        if turn is None:
            raise AssertionError(f"the script has {number - 1} turns and was asked for one more")
        items = items_of(turn, request)
        if any(isinstance(item, StreamEvent) for item in items):
            events = (piece for item in items for piece in _play_plain(item))
            for event in events:
                yield event
            return
        async for event in _play(items, request):
            yield event

    async def list_models(self) -> list[str]:
        """Return the models that the script's provider claims to have."""
        return list(self._models)


def _play_plain(item: Item | StreamEvent) -> list[StreamEvent]:
    """Return a turn's own events as they are; only a failure may stand between them."""
    if isinstance(item, StreamEvent):
        return [item]
    if isinstance(item, Fail):
        raise item.error
    raise AssertionError(f"{item} cannot stand in one turn with StreamEvents")


async def _play(items: list[Item | StreamEvent], request: Request) -> AsyncIterator[StreamEvent]:
    yield StreamEvent("start")
    for position, item in enumerate(items):
        if isinstance(item, Wait):
            await _wait(item)
        for event in _events(item, request, position):
            yield event
    counts = usage_of(items, request)
    yield StreamEvent("usage", counts)
    reason = finish_reason(items)
    yield StreamEvent("finish", {"reason": reason, "raw_reason": reason, "usage": counts})


async def _wait(item: Wait) -> None:
    if item.seconds is None:
        await asyncio.get_running_loop().create_future()
    else:
        await asyncio.sleep(item.seconds)


def _events(item: Item | StreamEvent, request: Request, position: int) -> list[StreamEvent]:
    match item:
        case Say():
            return _block("text", item.pieces)
        case Think():
            events = _block("reasoning", item.pieces)
            events.insert(-1, StreamEvent("opaque", {"value": {"signature": item.signature}}))
            return events
        case Call():
            return _call_events(item, call_id(item, request, position))
        case Fail():
            raise item.error
        case Cut():
            raise NetworkError("The stream was cut.", provider="scripted", model=request.model)
        case Usage() | Finish() | Wait():
            return []
    raise AssertionError(f"{item} is for the scripted server only")


def _block(kind: str, pieces: Sequence[str]) -> list[StreamEvent]:
    deltas = [StreamEvent(f"{kind}_delta", {"text": piece}) for piece in pieces]
    return [StreamEvent(f"{kind}_start"), *deltas, StreamEvent(f"{kind}_end")]


def _call_events(item: Call, ident: str) -> list[StreamEvent]:
    # Through JSON text, as from a real service: a test shares no object with the model.
    text = arguments_text(item)
    end: dict[str, Any] = {"id": ident, "name": item.name}
    try:
        arguments = json.loads(text)
    except ValueError:
        arguments = None
    if isinstance(arguments, dict):
        end["arguments"] = arguments
    else:
        end["arguments_raw"] = text
    return [
        StreamEvent("tool_call_start", {"id": ident, "name": item.name}),
        StreamEvent("tool_call_delta", {"id": ident, "text": text}),
        StreamEvent("tool_call_end", end),
    ]
