"""Helpers for the tests of the providers: streams read without a network, and the recorded ones."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.support.providers import KEY, Make

from pycode.core.errors import ProviderError
from pycode.providers import create_provider
from pycode.providers.base import StreamEvent
from pycode.providers.create import PROTOCOLS
from pycode.providers.failures import Service
from pycode.providers.hosted import HostedProvider
from pycode.providers.reading import Reader
from pycode.providers.sse import SseReader
from pycode.testing import ScriptedServer

FOLDERS = {
    "anthropic_recording": "anthropic_messages",
    "chat_recording": "openai_chat",
    "gemini_recording": "gemini",
    "responses_recording": "openai_responses",
}
"""Fixture name to the folder of its recorded streams."""


@dataclass
class Reading:
    """What a stream came to."""

    events: list[StreamEvent] = field(default_factory=list)
    error: ProviderError | None = None

    def types(self) -> list[str]:
        """Return the types of the events, in order."""
        return [event.type for event in self.events]

    def joined(self, kind: str) -> str:
        """Return the text of all deltas of a kind."""
        return "".join(e.data["text"] for e in self.events if e.type == f"{kind}_delta")

    def data(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of all events of a type."""
        return [event.data for event in self.events if event.type == kind]

    def calls(self) -> list[dict[str, Any]]:
        """Return the ends of the tool calls."""
        return self.data("tool_call_end")

    def finish(self) -> dict[str, Any]:
        """Return the data of the one finish."""
        (data,) = self.data("finish")
        return data

    def check_order(self) -> None:
        """Check what holds for every stream: starts and ends pair up, nothing follows the finish."""
        opened: str | None = None
        calls: set[str] = set()
        for position, event in enumerate(self.events):
            kind, _, step = event.type.rpartition("_")
            if kind in ("text", "reasoning"):
                assert opened is None if step == "start" else opened == kind
                opened = None if step == "end" else kind
            elif event.type == "opaque" and "id" not in event.data:
                assert opened == "reasoning"
            elif event.type == "tool_call_start":
                assert event.data["id"] not in calls
                calls.add(event.data["id"])
            elif event.type == "tool_call_delta":
                assert event.data["id"] in calls
            elif event.type == "tool_call_end":
                assert ("arguments" in event.data) != ("arguments_raw" in event.data)
                calls.remove(event.data["id"])
            elif event.type == "finish":
                assert position == len(self.events) - 1
        assert opened is None
        assert not calls


@dataclass
class Recording:
    """A recorded stream."""

    body: bytes
    expected: dict[str, Any]
    """What a right reader gets from it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give `anthropic_recording` and `chat_recording` every recorded stream; none where they are absent."""
    root = Path(__file__).parents[3] / "shared" / "fixtures"
    streams = Path(os.environ.get("PYCODE_FIXTURES", root)) / "provider_streams"
    for name, folder in FOLDERS.items():
        if name in metafunc.fixturenames:
            paths = sorted((streams / folder).glob("*.sse"))
            metafunc.parametrize(name, paths, ids=[path.stem for path in paths], indirect=True)


@pytest.fixture
def anthropic_recording(request: pytest.FixtureRequest) -> Recording:
    """Return one recorded stream of Anthropic Messages."""
    return _load(request.param)


@pytest.fixture
def chat_recording(request: pytest.FixtureRequest) -> Recording:
    """Return one recorded stream of Chat Completions."""
    return _load(request.param)


@pytest.fixture
def responses_recording(request: pytest.FixtureRequest) -> Recording:
    """Return one recorded stream of Responses."""
    return _load(request.param)


@pytest.fixture
def gemini_recording(request: pytest.FixtureRequest) -> Recording:
    """Return one recorded stream of Gemini."""
    return _load(request.param)


@pytest.fixture(scope="session")
def service() -> Service:
    """Return a service for errors to speak of."""
    return Service("tester", "http://service.test", ("TESTER_API_KEY",), ("secret-key",), True)


@pytest.fixture(scope="session")
def read() -> Callable[[Reader, Iterable[bytes]], Reading]:
    """Return a function that reads a stream arriving in pieces, as a provider does."""

    def read_pieces(reader: Reader, pieces: Iterable[bytes]) -> Reading:
        reading, sse = Reading(), SseReader()
        try:
            for piece in pieces:
                reader.feed(sse.feed(piece))
                if reader.failure is not None:
                    raise reader.failure
            reader.end()
        except ProviderError as error:
            reading.error = error
            reader.close()
        reading.events = reader.take()
        reading.check_order()
        return reading

    return read_pieces


@pytest.fixture
def collect() -> Callable[[AsyncIterator[StreamEvent]], Any]:
    """Return a function that reads a provider's stream to its end or error."""

    async def collect_events(stream: AsyncIterator[StreamEvent]) -> Reading:
        reading = Reading()
        try:
            async for event in stream:
                reading.events.append(event)
        except ProviderError as error:
            reading.error = error
        reading.check_order()
        return reading

    return collect_events


@pytest.fixture(params=PROTOCOLS)
def make(request: pytest.FixtureRequest) -> Make:
    """Return a function that makes a provider of each protocol for a server, with waits that pass at once."""

    def make_provider(server: ScriptedServer) -> HostedProvider:
        name = {"anthropic-messages": "anthropic", "gemini": "google"}.get(request.param, "openai")
        url = server.url + ("/v1" if name == "openai" else "")
        provider = create_provider(name, protocol=request.param, base_url=url, api_key=KEY)
        assert isinstance(provider, HostedProvider)

        async def pass_at_once(seconds: float) -> None:
            await asyncio.sleep(0)

        provider._sleep = pass_at_once
        provider._random = lambda: 0.0
        return provider

    return make_provider


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own proxies out."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def _load(path: Path) -> Recording:
    answer = path.with_name(f"{path.stem}.expected.json").read_text(encoding="utf-8")
    return Recording(path.read_bytes(), json.loads(answer)["expected"])
