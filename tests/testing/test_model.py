"""The scripted provider."""

from __future__ import annotations

import asyncio

import pytest

from pycode.core.errors import NetworkError, RateLimitError
from pycode.providers.base import StreamEvent
from pycode.testing import ScriptedProvider, call, cut, fail, hang, html, say, think, usage, wait
from pycode.testing.script import Script

HELLO = [{"role": "user", "content": "Hello"}]


async def events(script: Script) -> list[StreamEvent]:
    return [event async for event in ScriptedProvider(script).stream("m", HELLO)]


async def test_a_whole_turn() -> None:
    turn = [
        think("Hm"),
        say("a", "b"),
        call("bash", {"x": 1}, ident="c"),
        wait(0),
        usage(input=3, output=2),
    ]
    counts = {"input": 3, "cache_read": 0, "cache_write": 0, "output": 2, "reasoning": 0}
    assert await events([turn]) == [
        StreamEvent("start"),
        StreamEvent("reasoning_start"),
        StreamEvent("reasoning_delta", {"text": "Hm"}),
        StreamEvent("opaque", {"value": {"signature": "sig_scripted"}}),
        StreamEvent("reasoning_end"),
        StreamEvent("text_start"),
        StreamEvent("text_delta", {"text": "a"}),
        StreamEvent("text_delta", {"text": "b"}),
        StreamEvent("text_end"),
        StreamEvent("tool_call_start", {"id": "c", "name": "bash"}),
        StreamEvent("tool_call_delta", {"id": "c", "text": '{"x": 1}'}),
        StreamEvent("tool_call_end", {"id": "c", "name": "bash", "arguments": {"x": 1}}),
        StreamEvent("usage", counts),
        StreamEvent(
            "finish", {"reason": "tool_calls", "raw_reason": "tool_calls", "usage": counts}
        ),
    ]


async def test_arguments_given_as_text() -> None:
    ends = [event.data for event in await events([[call("x", '{"a": '), call("x", '{"a": 1}')]])]
    found = [data for data in ends if "arguments" in data or "arguments_raw" in data]
    assert found[0]["arguments_raw"] == '{"a": '
    assert found[1]["arguments"] == {"a": 1}


async def test_own_events_go_out_as_they_are() -> None:
    own = [StreamEvent("text_delta", {"text": "x"})]
    assert await events([own]) == own
    with pytest.raises(RateLimitError):
        await events([[*own, fail(RateLimitError("slow"))]])


async def test_failures_come_after_what_had_arrived() -> None:
    stream = ScriptedProvider([[say("a"), cut()]]).stream("m", HELLO)
    seen = [(await anext(stream)).type for _ in range(4)]
    assert seen == ["start", "text_start", "text_delta", "text_end"]
    with pytest.raises(NetworkError):
        await anext(stream)


async def test_functions_see_the_request_and_requests_are_kept() -> None:
    provider = ScriptedProvider(lambda request: say(f"{request.number} {request.prompt()}"))
    for number in (1, 2):
        texts = [
            event.data["text"]
            async for event in provider.stream("m", HELLO, system="S", temperature=0.5, depth=3)
            if event.type == "text_delta"
        ]
        assert texts == [f"{number} Hello"]
    request = provider.requests[1]
    assert (request.model, request.system, request.messages) == ("m", "S", HELLO)
    assert request.options == {"temperature": 0.5, "max_tokens": None, "depth": 3}


async def test_what_it_cannot_do() -> None:
    provider = ScriptedProvider([say("a")])
    assert [event async for event in provider.stream("m", HELLO)]
    with pytest.raises(AssertionError, match="1 turns"):
        await anext(provider.stream("m", HELLO))
    with pytest.raises(AssertionError, match="server only"):
        await events([html()])


async def test_hanging_ends_when_cancelled() -> None:
    task = asyncio.create_task(events([[say("a"), hang()]]))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_names_and_models() -> None:
    provider = ScriptedProvider(name="mine", models=["a", "b"])
    assert (provider.name, await provider.list_models()) == ("mine", ["a", "b"])
    await provider.close()
