"""A model's service that answers at once and notes when each request came and when its answer was gone.

It takes its bytes from `pycode.testing`, but not its server: here the time between two requests is what is measured, so
every answer is made beforehand, nothing is parsed, and the clock is read right at the socket.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType

from pycode.testing.script import Item, Request
from pycode.testing.wire import OpenAIChatWire


@dataclass(slots=True)
class Exchange:
    """One request and its answer; times are `time.perf_counter()` seconds."""

    arrived: float
    """When the request's first byte was read."""
    body: bytes
    """What was asked."""
    answered: float = 0.0
    """When the answer's last byte was handed to the system."""


class TimingServer:
    """Answers each model request with the next answer; use it in `with`."""

    def __init__(self, answers: Sequence[Sequence[Item]]) -> None:
        self._answers = [_encode(number, items) for number, items in enumerate(answers, 1)]
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self.exchanges: list[Exchange] = []
        """What was asked and answered, in order."""

    @property
    def url(self) -> str:
        """The base URL, with `/v1`."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def __enter__(self) -> TimingServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Closing alone does not wake the thread that waits in `accept`; where this is refused, it does.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while (request := _read_request(connection)) is not None:
                arrived, head, body = request
                if not head.startswith(b"POST "):
                    connection.sendall(_plain("404 Not Found", b"{}"))
                    continue
                exchange = Exchange(arrived, body)
                with self._lock:
                    self.exchanges.append(exchange)
                    number = len(self.exchanges)
                if number > len(self._answers):
                    problem = b'{"error": {"message": "the session has no more answers"}}'
                    connection.sendall(_plain("400 Bad Request", problem))
                    continue
                connection.sendall(self._answers[number - 1])
                exchange.answered = perf_counter()


def _read_request(connection: socket.socket) -> tuple[float, bytes, bytes] | None:
    data = connection.recv(65536)
    arrived = perf_counter()
    while data and b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    if not data:
        return None
    head, _, start = data.partition(b"\r\n\r\n")
    body = bytearray(start)
    length = _content_length(head)
    while len(body) < length:
        body += connection.recv(1 << 20)
    return arrived, head, bytes(body)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _encode(number: int, items: Sequence[Item]) -> bytes:
    request = Request(number, "scripted", [], body={"stream_options": {"include_usage": True}})
    wire = OpenAIChatWire(request)
    events = [wire.begin(items)]
    for position, item in enumerate(items):
        events.extend(wire.item(item, position))
    events.append(wire.end(items))
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
        b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    return head + b"".join(b"%x\r\n%s\r\n" % (len(e), e) for e in events) + b"0\r\n\r\n"


def _plain(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body
