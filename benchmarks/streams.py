"""`python -m benchmarks.streams` measures what reading the models' streams costs, protocol by protocol.

The same bytes are decoded as JSON and no more, read into PyCode's events, read over HTTP by PyCode's provider, and, where they are
installed, read over HTTP by the vendors' own libraries. All figures are CPU seconds of the reading thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import json
import re
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from time import thread_time
from typing import Any

from benchmarks.sessions import DELTAS
from pycode.providers import create_provider
from pycode.providers.anthropic_stream import AnthropicReader
from pycode.providers.failures import Service
from pycode.providers.gemini_stream import GeminiReader
from pycode.providers.openai_chat_stream import ChatReader
from pycode.providers.openai_responses_stream import ResponsesReader
from pycode.providers.reading import Reader
from pycode.providers.sse import SseReader
from pycode.testing.script import Item, Request, call, say
from pycode.testing.wire import AnthropicWire, OpenAIChatWire, Wire
from pycode.testing.wire_gemini import GeminiWire
from pycode.testing.wire_responses import ResponsesWire

RUNS = 3
"""How often each is measured; the least counts, since machines are noisy and never faster than they are."""
MEGABYTE = 1_000_000

_SERVICE = Service("bench", "http://127.0.0.1", (), (), False)
_PROTOCOLS: dict[str, tuple[Callable[[Request], Wire], Callable[[Service, str], Reader]]] = {
    "anthropic-messages": (AnthropicWire, AnthropicReader),
    "openai-responses": (ResponsesWire, ResponsesReader),
    "openai-chat": (OpenAIChatWire, ChatReader),
    "gemini": (GeminiWire, GeminiReader),
}
_QUESTION: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}]


def main() -> int:
    """Measure and print."""
    print(f"{DELTAS:,} deltas, CPU milliseconds; least of {RUNS}\n")
    print("| protocol | JSON alone | reading | ratio | over HTTP | vendor's library | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for protocol in _PROTOCOLS:
        _deltas(protocol)
    print(
        "\nOne tool argument in pieces of 1,000 bytes, CPU milliseconds; linear is a ratio of 10\n"
    )
    print("| protocol | 1 MB | 10 MB | ratio |")
    print("|---|---:|---:|---:|")
    for protocol in _PROTOCOLS:
        small, large = (_argument(protocol, size * MEGABYTE) for size in (1, 10))
        print(f"| {protocol} | {small:.1f} | {large:.1f} | {large / small:.1f} |")
    return 0


def _deltas(protocol: str) -> None:
    events = _events(protocol, [say(*(f"word{number} " for number in range(DELTAS)))])
    data = [match[1] for event in events if (match := re.search(rb"data: (\{.*\})", event))]
    alone = _least(lambda: _decode(data))
    reading = _least(lambda: _read(protocol, events))
    ours = _over_http(events, lambda url: _ask_ours(protocol, url))
    theirs = _over_http(events, _SDKS[protocol]) if _has_sdk(protocol) else None
    library = f"{theirs:.0f} | {ours / theirs:.2f}" if theirs else "not installed | "
    print(
        f"| {protocol} | {alone:.1f} | {reading:.1f} | {reading / alone:.2f} | {ours:.0f} | {library} |"
    )


def _argument(protocol: str, size: int) -> float:
    """Return what reading one long argument costs."""
    text = json.dumps({"content": "x" * size})
    pieces = [text[i : i + 1000] for i in range(0, len(text), 1000)]
    events = _events(protocol, [call("write", {"content": ""}, ident="c1")])
    match protocol:
        case "anthropic-messages":
            middle = [_delta_of(events, b'"partial_json": ""', piece) for piece in pieces]
        case "gemini":
            middle = [_gemini_piece(text[i : i + 1000]) for i in range(0, size, 1000)]
        case _:
            middle = [_first_delta_of(events, piece) for piece in pieces]
    place = next(i for i, event in enumerate(events) if _is_argument(event))
    rest = [event for event in events[place:] if not _is_argument(event)]
    stream = [*events[:place], *middle, *rest]
    return _least(lambda: _read(protocol, stream), runs=2)


def _is_argument(event: bytes) -> bool:
    return any(
        word in event for word in (b"partial_json", b"arguments.d", b'{"arguments"', b'"args"')
    )


def _delta_of(events: Sequence[bytes], empty: bytes, piece: str) -> bytes:
    event = next(event for event in events if empty in event)
    return event.replace(empty, b'"partial_json": ' + json.dumps(piece).encode())


def _first_delta_of(events: Sequence[bytes], piece: str) -> bytes:
    event = next(e for e in events if b"arguments.delta" in e or b'{"arguments"' in e)
    found = rb'("(?:delta|arguments)": )"(?:[^"\\]|\\.)*"'
    return re.sub(found, lambda match: match[1] + json.dumps(piece).encode(), event, count=1)


def _gemini_piece(piece: str) -> bytes:
    value = {"jsonPath": "$.content", "stringValue": piece, "willContinue": True}
    part = {"functionCall": {"name": "write", "partialArgs": [value], "willContinue": True}}
    payload = {"candidates": [{"content": {"parts": [part]}}]}
    return b"data: " + json.dumps(payload).encode() + b"\r\n\r\n"


def _events(protocol: str, items: list[Item]) -> list[bytes]:
    wire = _PROTOCOLS[protocol][0](Request(1, "m", [], body={"stream_options": {}}))
    pieces = [wire.begin(items)]
    for position, item in enumerate(items):
        pieces += wire.item(item, position)
    stream = b"".join([*pieces, wire.end(items)])
    return re.findall(rb".+?(?:\r\n\r\n|\n\n)", stream, re.DOTALL)


def _decode(data: Sequence[bytes]) -> None:
    for text in data:
        json.loads(text)


def _read(protocol: str, events: Sequence[bytes]) -> None:
    sse, reader = SseReader(), _PROTOCOLS[protocol][1](_SERVICE, "m")
    for event in events:
        reader.feed(sse.feed(event))
        reader.take()
    reader.end()
    if reader.failure is not None:
        raise reader.failure


def _least(function: Callable[[], object], runs: int = RUNS) -> float:
    """Return the least CPU milliseconds of several runs."""

    def once() -> float:
        begun = thread_time()
        function()
        return thread_time() - begun

    return min(once() for _ in range(runs)) * 1000


def _over_http(events: Sequence[bytes], ask: Callable[[str], Awaitable[int]]) -> float:
    with _serving(events) as url:

        async def measured() -> float:
            count = await ask(url)
            begun = thread_time()
            again = await ask(url)
            seconds = thread_time() - begun
            if count != again or count < DELTAS:
                raise SystemExit(f"{count} and {again} deltas were read instead of {DELTAS}")
            return seconds * 1000

        return min(asyncio.run(measured()) for _ in range(RUNS))


async def _ask_ours(protocol: str, url: str) -> int:
    version = "/v1" if protocol.startswith("openai") else ""
    provider = create_provider("bench", protocol=protocol, base_url=url + version, api_key="k")
    count = 0
    async for event in provider.stream("m", _QUESTION):
        count += event.type == "text_delta"
    await provider.close()
    return count


async def _ask_anthropic(url: str) -> int:
    library = importlib.import_module("anthropic")
    count = 0
    async with library.AsyncAnthropic(base_url=url, api_key="k") as client:
        asked = {"model": "m", "max_tokens": 9, "messages": _QUESTION, "stream": True}
        async for event in await client.messages.create(**asked):
            count += event.type == "content_block_delta"
    return count


async def _ask_responses(url: str) -> int:
    library = importlib.import_module("openai")
    count = 0
    async with library.AsyncOpenAI(base_url=f"{url}/v1", api_key="k") as client:
        async for event in await client.responses.create(model="m", input="Hi", stream=True):
            count += event.type == "response.output_text.delta"
    return count


async def _ask_chat(url: str) -> int:
    library = importlib.import_module("openai")
    count = 0
    async with library.AsyncOpenAI(base_url=f"{url}/v1", api_key="k") as client:
        asked = {"model": "m", "messages": _QUESTION, "stream": True}
        async for chunk in await client.chat.completions.create(**asked):
            count += bool(chunk.choices and chunk.choices[0].delta.content)
    return count


async def _ask_gemini(url: str) -> int:
    library = importlib.import_module("google.genai")
    count = 0
    client = library.Client(api_key="k", http_options={"base_url": url})
    async for chunk in await client.aio.models.generate_content_stream(model="m", contents="Hi"):
        count += bool(chunk.candidates[0].content.parts[0].text)
    await client.aio.aclose()
    return count


_SDKS: dict[str, Callable[[str], Awaitable[int]]] = {
    "anthropic-messages": _ask_anthropic,
    "openai-responses": _ask_responses,
    "openai-chat": _ask_chat,
    "gemini": _ask_gemini,
}


def _has_sdk(protocol: str) -> bool:
    name = {"anthropic-messages": "anthropic", "gemini": "google"}.get(protocol, "openai")
    return importlib.util.find_spec(name) is not None


@contextlib.contextmanager
def _serving(events: Sequence[bytes]) -> Iterator[str]:
    """Serve a stream, one event a chunk, to every request; give the base URL."""
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    chunks = [b"%x\r\n%s\r\n" % (len(event), event) for event in events]
    answer = b"".join([head, *chunks, b"0\r\n\r\n"])
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while _read_request(connection):
                connection.sendall(answer)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _read_request(connection: socket.socket) -> bool:
    """Read a request to its end; return whether there was one."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return False
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0:
        missing -= len(connection.recv(65536))
    return True


if __name__ == "__main__":
    sys.exit(main())
