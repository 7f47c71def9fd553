"""A web server that has one file, and every fault that such servers have."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FileServer:
    """What the server has, how it serves it, and what it was asked for."""

    data: bytes
    """The file, at every path."""
    status: int = 0
    """What it answers instead of the file."""
    ranges: bool = True
    """Whether it can send a part of the file."""
    skips: int = 0
    """By how many bytes a part begins too late."""
    has_length: bool = True
    """Whether it says how long its answer is."""
    cuts: list[int] = field(default_factory=list)
    """After how many bytes each answer breaks off, one after the other; the answers after these are whole."""
    stalls_at: int | None = None
    """Where in the file it goes silent until the test lets go of it."""
    moved_to: str = ""
    """The path where the file is now; asked for elsewhere it says so."""
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The path and the range of each request."""
    stalled: threading.Event = field(default_factory=threading.Event)
    """Set when it went silent."""
    let_go: threading.Event = field(default_factory=threading.Event)
    """Ends the silence."""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        wanted = request.headers.get("range") or ""
        self.asked.append((request.path, wanted))
        request.close_connection = True
        if self.moved_to and request.path != self.moved_to:
            request.send_response(302)
            request.send_header("location", self.moved_to)
            request.send_header("content-length", "0")
            request.end_headers()
            return
        if self.status:
            request.send_error(self.status)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        start += self.skips if start else 0
        if start >= len(self.data) > 0:
            request.send_error(416)
            return
        self._send(request, start)

    def _send(self, request: BaseHTTPRequestHandler, start: int) -> None:
        body = self.data[start:]
        request.send_response(206 if start else 200)
        if start:
            last, size = len(self.data) - 1, len(self.data)
            request.send_header("content-range", f"bytes {start}-{last}/{size}")
        if self.has_length:
            request.send_header("content-length", str(len(body)))
        request.end_headers()
        if self.stalls_at is not None and start < self.stalls_at:
            request.wfile.write(body[: self.stalls_at - start])
            request.wfile.flush()
            self.stalled.set()
            self.let_go.wait(60)
            return
        request.wfile.write(body[: self.cuts.pop(0)] if self.cuts else body)


@contextmanager
def file_server(data: bytes, **options: Any) -> Iterator[FileServer]:
    """Run a server that has this file."""
    state = FileServer(data, **options)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.answer(self)

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Say nothing."""

        def log_error(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            state.let_go.set()
            server.shutdown()
            thread.join()
