"""Streams of all protocols for tests: made by the scripted wires, served as bare bytes, read by the readers."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from pycode.providers.anthropic_stream import AnthropicReader
from pycode.providers.failures import Service
from pycode.providers.gemini_stream import GeminiReader
from pycode.providers.openai_chat_stream import ChatReader
from pycode.providers.openai_responses_stream import ResponsesReader
from pycode.providers.reading import Reader
from pycode.testing.script import Item, Request
from pycode.testing.wire import AnthropicWire, OpenAIChatWire, Wire
from pycode.testing.wire_gemini import GeminiWire
from pycode.testing.wire_responses import ResponsesWire

READERS: dict[str, Callable[[Service, str], Reader]] = {
    "anthropic-messages": AnthropicReader,
    "openai-responses": ResponsesReader,
    "openai-chat": ChatReader,
    "gemini": GeminiReader,
}
"""Protocol to what reads its streams."""

_WIRES: dict[str, Callable[[Request], Wire]] = {
    "anthropic-messages": AnthropicWire,
    "openai-responses": ResponsesWire,
    "openai-chat": OpenAIChatWire,
    "gemini": GeminiWire,
}
_RESET = struct.pack("ii", 1, 0)


def events_of(protocol: str, items: list[Item]) -> list[bytes]:
    """Return the events of a stream that says these items."""
    options = {"stream_options": {"include_usage": True}}
    wire = _WIRES[protocol](Request(1, "m", [], body=options))
    pieces = [wire.begin(items)]
    for position, item in enumerate(items):
        pieces += wire.item(item, position)
    return re.findall(rb".+?(?:\r\n\r\n|\n\n)", b"".join([*pieces, wire.end(items)]), re.DOTALL)


@asynccontextmanager
async def byte_server(
    pieces: Iterable[bytes], *, reset: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve these bytes as the body of a stream to every request, and give the base URL.

    Args:
        pieces: The body; each piece is a chunk.
        reset: Whether the connection is reset behind the last piece instead of ended.
        tls: The certificate to show.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if b"content-length" in line)
        await reader.readexactly(int(length.partition(b":")[2]))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
        writer.write(b"transfer-encoding: chunked\r\n\r\n")
        for piece in pieces:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if not reset:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        if reset:
            # With a linger of nothing, closing sends a reset.
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}" if tls is None else f"https://localhost:{port}"
