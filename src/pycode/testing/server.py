"""An HTTP server on this machine that answers like a model's service, from a script.

It speaks Anthropic Messages, OpenAI Responses, OpenAI Chat Completions and Gemini, chosen by the path, with and without the
version, so that the same script drives a client through all four. In a test:

    async with ScriptedServer([[call("read", {"file_path": "a.py"})], say("Done.")]) as server:
        provider = OpenAIProvider(ProviderConfig("openai", api_key="k", base_url=server.url + "/v1"))

Beside other processes: `python -m pycode.testing.server --script FILE.json [--port N] [--log FILE] [--repeat]` prints the base URL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType

from pycode.providers.base import StreamEvent
from pycode.testing.endpoints import Endpoint, find_endpoint, model_list
from pycode.testing.script import (
    Answer,
    Cut,
    Fail,
    Item,
    OneByte,
    Request,
    Script,
    Status,
    Turn,
    Wait,
    error_status,
    items_of,
    load_script,
    status,
    turn_for,
)
from pycode.testing.wire import Wire


class ScriptedServer:
    """Answers each model request with the next turn of a script; use it in `async with`."""

    def __init__(
        self,
        script: Script = (),
        *,
        port: int = 0,
        models: Sequence[str] = ("scripted-model",),
        on_request: Callable[[Request], object] | None = None,
    ) -> None:
        """Prepare the server.

        Args:
            script: The turns, or one function that answers every request.
            port: Where to listen on 127.0.0.1; 0 takes a free one.
            models: What `/models` lists.
            on_request: Is called with each model request before it is answered.
        """
        self._script = script
        self._port = port
        self._models = list(models)
        self._on_request = on_request
        self._server: asyncio.Server | None = None
        self._handlers: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._stopped = asyncio.Event()
        self.requests: list[Request] = []
        """The model requests, in order of arrival."""
        self.connections = 0
        """How many connections were opened so far."""
        self.dropped = 0
        """How many answers were given up because the client went away."""

    @property
    def url(self) -> str:
        """The base URL, without `/v1`."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        self._stopped.set()
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        if self._handlers:
            await asyncio.wait(self._handlers)
        if self._server is not None:
            await self._server.wait_closed()

    async def serve_forever(self) -> None:
        """Wait until `stop` is called."""
        await self._stopped.wait()

    async def __aenter__(self) -> ScriptedServer:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - for mypy: a coroutine runs in a task
        self._handlers.add(task)
        self._writers.add(writer)
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            # The client went away, in an answer or between two.
            pass
        finally:
            writer.close()
            self._handlers.discard(task)
            self._writers.discard(writer)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection goes on."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            await _respond(writer, status(431))
            return False
        method, path, headers = _parse_head(head)
        body = await _read_body(reader, headers)
        endpoint = find_endpoint(path)
        if method == "GET" and path.partition("?")[0].rstrip("/").endswith("/models"):
            await _respond(writer, self._list_models())
            return True
        if method != "POST" or endpoint is None:
            error = {"error": {"type": "not_found_error", "message": f"no {method} {path} here"}}
            await _respond(writer, status(404, error))
            return True
        try:
            request = self._record(endpoint, path, headers, body)
        except ValueError as error:
            problem = {"type": "invalid_request_error", "message": f"bad JSON: {error}"}
            await _respond(writer, status(400, {"error": problem}))
            return True
        return await self._answer(request, endpoint.wire(request), reader, writer)

    def _list_models(self) -> Status:
        return status(200, model_list(self._models))

    def _record(
        self, endpoint: Endpoint, path: str, headers: dict[str, str], body: bytes
    ) -> Request:
        request = endpoint.read(body)
        request.number = len(self.requests) + 1
        request.path, request.headers = path, headers
        self.requests.append(request)
        if self._on_request is not None:
            self._on_request(request)
        return request

    async def _answer(
        self,
        request: Request,
        wire: Wire,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        turn = turn_for(self._script, request.number)
        if turn is None:
            message = f"the script has no turn {request.number}"
            await _respond(writer, status(400, {"error": {"message": message}}))
            return True
        items = items_of(turn, request)
        # Waits that come first stand before the response's first byte.
        first = items[0] if items else None
        while isinstance(first, Wait):
            if not await self._pause(first, reader):
                return False
            del items[0]
            first = items[0] if items else None
        if isinstance(first, Fail):
            kind = {"type": first.error.code, "message": str(first.error)}
            first = status(error_status(first.error), {"type": "error", "error": kind})
        if isinstance(first, Status):
            await _respond(writer, first)
            return True
        if isinstance(first, Cut):
            writer.transport.abort()
            return False
        return await self._stream(items, wire, reader, writer)

    async def _stream(
        self,
        items: list[Item | StreamEvent],
        wire: Wire,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        send = _Chunks(writer)
        await send.head()
        await send(wire.begin(items))
        for position, item in enumerate(items):
            match item:
                case Wait():
                    if not await self._pause(item, reader):
                        return False
                case Cut():
                    # What was written goes out; the terminating chunk does not.
                    writer.close()
                    return False
                case OneByte():
                    send.one_byte = True
                case Fail():
                    await send(wire.error(item.error))
                    await send.end()
                    return True
                case _:
                    for piece in wire.item(item, position):
                        await send(piece)
        await send(wire.end(items))
        await send.end()
        return True

    async def _pause(self, item: Wait, reader: asyncio.StreamReader) -> bool:
        """Wait as the item says; return False when the client or the server went away meanwhile."""
        # A client sends nothing while it waits for an answer: what can be read is the end of the connection.
        gone = asyncio.create_task(reader.read(1))
        stopped = asyncio.create_task(self._stopped.wait())
        tasks = {gone, stopped}
        try:
            done, _ = await asyncio.wait(
                tasks, timeout=item.seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if gone in done:
            gone.exception()
            self.dropped += 1
        return not done


class _Chunks:
    """Writes a streamed response in HTTP chunks."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.one_byte = False

    async def head(self) -> None:
        self._writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
            b"cache-control: no-cache\r\nrequest-id: req_scripted\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        await self._writer.drain()

    async def __call__(self, data: bytes) -> None:
        pieces = [data[i : i + 1] for i in range(len(data))] if self.one_byte else [data]
        for piece in pieces:
            if piece:
                self._writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await self._writer.drain()
            if self.one_byte:
                await asyncio.sleep(0)

    async def end(self) -> None:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()


async def _respond(writer: asyncio.StreamWriter, answer: Status) -> None:
    reason = HTTPStatus(answer.code).phrase if answer.code in list(HTTPStatus) else "Overloaded"
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(answer.body)),
        "request-id": "req_scripted",
        **answer.headers,
    }
    lines = [f"HTTP/1.1 {answer.code} {reason}", *(f"{k}: {v}" for k, v in headers.items())]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + answer.body)
    await writer.drain()


def _parse_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines if line)
    return method, path, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server as a program until it is interrupted; print its base URL first."""
    parser = argparse.ArgumentParser(prog="python -m pycode.testing.server", description=__doc__)
    parser.add_argument("--script", required=True, help="JSON file: a list of turns")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; a free one if 0")
    parser.add_argument("--log", help="file that gets each model request as one line of JSON")
    parser.add_argument("--repeat", action="store_true", help="begin again after the last turn")
    options = parser.parse_args(arguments)
    try:
        turns = load_script(Path(options.script).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"{options.script}: {error}", file=sys.stderr)
        return 2
    script: Script = _repeated(turns) if options.repeat else turns
    log = _logger(Path(options.log)) if options.log else None
    try:
        asyncio.run(_run(ScriptedServer(script, port=options.port, on_request=log)))
    except OSError as error:
        print(f"cannot listen on port {options.port}: {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _repeated(turns: list[Turn]) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        return items_of(turns[(request.number - 1) % len(turns)], request)

    return answer


async def _run(server: ScriptedServer) -> None:
    async with server:
        print(server.url, flush=True)
        await server.serve_forever()


def _logger(path: Path) -> Callable[[Request], object]:
    secrets = {"authorization", "x-api-key", "x-goog-api-key"}

    def log(request: Request) -> None:
        headers = {k: "(hidden)" if k in secrets else v for k, v in request.headers.items()}
        line = {"number": request.number, "path": request.path, "headers": headers}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, "body": request.body}) + "\n")

    return log


if __name__ == "__main__":
    sys.exit(main())
