"""Every protocol's stream, cut and changed in every way that a network and a gateway can think of.

The same comes of it, or a typed error: never a hang, and never a call that runs with half of its arguments.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from tests.support.streams import READERS, byte_server, events_of

from pycode.core.errors import NetworkError, ProtocolError, ProviderError
from pycode.providers import StreamEvent, create_provider
from pycode.providers.failures import Service
from pycode.providers.reading import Reader
from pycode.testing import call, say, think, usage

Read = Callable[[Reader, Iterable[bytes]], Any]

ARGUMENTS = {"path": "src/größe.py", "edits": [{"old": '"a"\n', "new": "b\\"}], "all": True}
ITEMS = [
    think("Let me ", "see: 你好."),
    say("I ", "change ", "größe 😀", ".\n\n"),
    call("edit", ARGUMENTS, ident="c1"),
    call("bash", {"command": "ls -l"}, ident="c2"),
    usage(input=10, cache_read=4, output=20, reasoning=5),
]


@pytest.fixture(params=sorted(READERS))
def protocol(request: pytest.FixtureRequest) -> str:
    """Return the name of each protocol."""
    return str(request.param)


@pytest.fixture
def body(protocol: str) -> bytes:
    """Return a whole stream."""
    return b"".join(events_of(protocol, list(ITEMS)))


@pytest.fixture
def reader(protocol: str, service: Service) -> Callable[[], Reader]:
    """Return a function that makes a fresh reader."""
    return lambda: READERS[protocol](service, "m")


def test_a_good_stream(body: bytes, reader: Callable[[], Reader], read: Read) -> None:
    got = read(reader(), [body])
    assert got.error is None
    assert got.joined("reasoning") == "Let me see: 你好."
    assert got.joined("text") == "I change größe 😀.\n\n"
    assert got.calls() == [
        {"id": "c1", "name": "edit", "arguments": ARGUMENTS},
        {"id": "c2", "name": "bash", "arguments": {"command": "ls -l"}},
    ]
    assert got.finish()["reason"] == "tool_calls"
    counts = {"input": 10, "cache_read": 4, "cache_write": 0, "output": 20}
    assert {key: got.finish()["usage"][key] for key in counts} == counts


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("size", [1, 2, 7, 4096])
def test_line_ends_marks_and_small_pieces(
    end: bytes, mark: bytes, size: int, body: bytes, reader: Callable[[], Reader], read: Read
) -> None:
    stream = mark + body.replace(b"\r\n", b"\n").replace(b"\n", end)
    pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
    got = read(reader(), pieces)
    assert got.error is None
    assert got.events == read(reader(), [body]).events


def test_every_cut(body: bytes, reader: Callable[[], Reader], read: Read) -> None:
    whole = read(reader(), [body])
    complete = {made["id"]: made["arguments"] for made in whole.calls()}
    later = random.Random(7).sample(range(1024, len(body)), 200)
    for place in [*range(1024), *later]:
        got = read(reader(), [body[:place]])
        assert whole.joined("text").startswith(got.joined("text"))
        assert whole.joined("reasoning").startswith(got.joined("reasoning"))
        for made in got.calls():
            assert "arguments_raw" in made or made["arguments"] == complete[made["id"]]
        if got.error is None:
            assert got.calls() == whole.calls()
        else:
            assert isinstance(got.error, NetworkError)
            assert got.data("finish") == []


def test_unknown_events_and_fields(
    protocol: str, reader: Callable[[], Reader], read: Read, body: bytes
) -> None:
    strange = b'event: brand_new\ndata: {"type": "brand_new", "index": 0, "choices": []}\n\n'
    events = [_with_more(event) for event in events_of(protocol, list(ITEMS))]
    stream = b"".join(b": comment\n\nretry: 10\nid: 3\n" + strange + event for event in events)
    got = read(reader(), [stream])
    whole = read(reader(), [body])
    assert got.error is None
    assert [_bare(event) for event in got.events] == [_bare(event) for event in whole.events]


def _bare(event: StreamEvent) -> tuple[str, Any]:
    """Return an event without what goes back as it came."""
    return event.type, None if event.type == "opaque" else event.data


def _with_more(event: bytes) -> bytes:
    head, mark, data = event.partition(b"data: ")
    if not data.startswith(b"{"):
        return event
    payload = _grown(json.loads(data))
    return head + mark + json.dumps(payload).encode() + b"\n\n"


def _grown(value: Any) -> Any:
    """Add fields that nobody knows, except where a tool's arguments stand as they are."""
    if isinstance(value, list):
        return [_grown(item) for item in value]
    if not isinstance(value, dict):
        return value
    whole = ("args", "input")
    grown = {key: item if key in whole else _grown(item) for key, item in value.items()}
    return {**grown, "brand_new": {"x": [1, None]}, "obfuscation": "abc"}


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {\n\n",
        b"data: [1, 2]\n\n",
        b'data: "x"\n\n',
        b"data: 7\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"data: \xff\xfe\n\n",
        b"<html>\n\ndata: <html>\n\n",
    ],
)
def test_garbage_in_the_middle(
    garbage: bytes, protocol: str, reader: Callable[[], Reader], read: Read
) -> None:
    events = events_of(protocol, list(ITEMS))
    for place in range(1, len(events)):
        got = read(reader(), [b"".join([*events[:place], garbage, *events[place:]])])
        assert isinstance(got.error, ProtocolError)
        assert got.data("finish") == []


@pytest.mark.parametrize("seed", range(60))
def test_values_of_wrong_types(
    seed: int, protocol: str, reader: Callable[[], Reader], read: Read
) -> None:
    events = events_of(protocol, list(ITEMS))
    dice = random.Random(seed)
    place = dice.randrange(len(events))
    head, mark, data = events[place].partition(b"data: ")
    if data.startswith(b"{"):
        payload = json.loads(data)
        _spoil(payload, dice)
        events[place] = head + mark + json.dumps(payload).encode() + b"\n\n"
    got = read(reader(), [b"".join(events)])
    assert got.error is None or isinstance(got.error, ProviderError)


def _spoil(value: Any, dice: random.Random) -> None:
    """Replace one value somewhere inside by one of another type."""
    while isinstance(value, dict | list) and value:
        key = dice.choice(list(value) if isinstance(value, dict) else range(len(value)))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or dice.random() < 0.3:
            value[key] = dice.choice([None, 7, -1, 0.5, True, "x", [], {}, [None], {"x": None}])
            return
        value = inner


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_over_the_network(size: int, protocol: str, body: bytes, collect: Any) -> None:
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    got = await _ask(protocol, pieces, collect, reset=False)
    assert got.error is None
    assert [made["id"] for made in got.calls()] == ["c1", "c2"]


async def test_a_reset_in_the_middle(protocol: str, body: bytes, collect: Any) -> None:
    places = random.Random(3).sample(range(len(body) - 300), 12)
    for place in places:
        got = await _ask(protocol, [body[:place]], collect, reset=True)
        assert isinstance(got.error, NetworkError)
        for made in got.calls():
            is_first = made["id"] == "c1"
            assert made.get("arguments") in (None, ARGUMENTS if is_first else {"command": "ls -l"})


async def _ask(protocol: str, pieces: list[bytes], collect: Any, *, reset: bool) -> Any:
    async with byte_server([piece for piece in pieces if piece], reset=reset) as url:
        version = "/v1" if protocol.startswith("openai") else ""
        provider = create_provider("test", protocol=protocol, base_url=url + version, api_key="k")
        question = [{"role": "user", "content": "Hi"}]
        stream = provider.stream("m", question, max_retries=0, timeout=20, idle_timeout=20)
        reading = await collect(stream)
        await provider.close()
    return reading
