"""A small HTTP server that answers with JSON, as local model servers and catalogues do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Answer: TypeAlias = "object | Callable[[dict[str, Any]], object]"
"""What a path answers: a value as JSON, bytes as they are, a function of the request's body, or SILENCE."""

SILENCE = object()
"""The path takes the request and never answers."""


@dataclass
class JsonServer:
    """What was asked, and where."""

    answers: Mapping[str, Answer]
    url: str = ""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while head := await self._head(reader):
                if not await self._answer(head, reader, writer):
                    break
        finally:
            writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> str:
        try:
            return (await reader.readuntil(b"\r\n\r\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            return ""

    async def _answer(
        self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        path = head.split(" ", 2)[1]
        lines = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.split("\r\n"))}
        data = await reader.readexactly(int(lines.get("content-length", 0)))
        body = json.loads(data) if data else {}
        self.asked.append((path, body))
        self.headers.append(head)
        answer = self.answers.get(path)
        if answer is SILENCE:
            await reader.read()
            return False
        status = "404 Not Found" if answer is None else "200 OK"
        value = answer(body) if callable(answer) else answer
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        start = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n"
        writer.write(f"{start}content-length: {len(text)}\r\n\r\n".encode() + text)
        await writer.drain()
        return True


@asynccontextmanager
async def json_server(answers: Mapping[str, Answer]) -> AsyncIterator[JsonServer]:
    """Run a server that answers these paths, and 404 for all others."""
    server = JsonServer(answers)
    connections: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            connections.add(task)
            task.add_done_callback(connections.discard)
        await server.handle(reader, writer)

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listening.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
