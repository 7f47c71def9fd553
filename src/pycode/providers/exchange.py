"""One request to a model's service, and its answer as it is read from the network."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from pycode.core.data import Data
from pycode.core.errors import ProtocolError
from pycode.providers.deadline import Deadline
from pycode.providers.failures import (
    Service,
    broken_connection,
    connection_error,
    not_a_stream,
    too_late,
)
from pycode.providers.retries import Refusal
from pycode.providers.sse import MAX_EVENT, EventTooLargeError, SseReader

if TYPE_CHECKING:
    import httpx2

CONNECT_TIMEOUT = 10.0
"""Seconds until a connection stands."""
FIRST_EVENT_TIMEOUT = 300.0
"""Seconds until the first event of an answer."""
IDLE_TIMEOUT = 120.0
"""Seconds without a byte inside an answer."""
_DRAIN_TIMEOUT = 0.25

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Data):
    """One request."""

    path: str
    """The path after the base URL."""
    body: bytes
    """The JSON body."""
    model: str = ""
    """The model that is asked, for errors."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of this request alone."""
    connect_timeout: float = CONNECT_TIMEOUT
    """Seconds until the connection stands."""
    timeout: float = FIRST_EVENT_TIMEOUT
    """Seconds until the first event."""
    idle_timeout: float = IDLE_TIMEOUT
    """Seconds between bytes after that; comments and pings count."""


class Answer:
    """A response that is being read. Every failure is a `Refusal`."""

    def __init__(
        self, service: Service, call: Call, response: httpx2.Response, deadline: Deadline
    ) -> None:
        import httpx2

        self._service = service
        self._call = call
        self._failures = (httpx2.TransportError, httpx2.DecodingError)
        self._response = response
        self._deadline = deadline
        self._now = asyncio.get_running_loop().time
        self._content_type = str(response.headers.get("content-type", ""))
        is_encoded = response.headers.get("content-encoding", "identity") != "identity"
        # The stream itself: what `aiter_raw` puts around it costs more than reading an event.
        pieces = response.aiter_bytes() if is_encoded else aiter(cast("Any", response.stream))
        self._pieces = cast("AsyncGenerator[bytes, None]", pieces)
        self._sse = SseReader()
        self._head = b""
        self._begun = False

    async def events(self) -> list[str]:
        """Return the data of the next events, as many as came together; none at the end."""
        if "json" in self._content_type:
            return await self._whole()
        pieces, deadline = self._pieces, self._deadline
        while True:
            # As in `_next`, which would cost another coroutine for each event.
            try:
                with deadline:
                    chunk = await anext(pieces, b"")
            except (TimeoutError, *self._failures) as error:
                raise self._refusal(error) from error
            if not chunk:
                break
            if not self._begun:
                self._head = self._head or chunk
            events = self._feed(chunk)
            self._begun = self._begun or bool(events)
            if self._begun:
                deadline.move(self._now() + self._call.idle_timeout)
            if events:
                return events
        if self._begun:
            return []
        if self._head and "event-stream" not in self._content_type:
            raise Refusal(self.is_no_answer(self._head))
        raise Refusal(
            broken_connection(self._service, "it ended without an answer", self._call.model)
        )

    async def read(self, limit: int) -> bytes:
        """Return the body, at most `limit` bytes of it."""
        body = bytearray()
        while len(body) < limit and (chunk := await self._next()):
            body += chunk
        return bytes(body[:limit])

    async def drain(self) -> None:
        """Read the few bytes after the last event, so that the connection can be used again."""
        import httpx2

        try:
            async with asyncio.timeout(_DRAIN_TIMEOUT):
                async for _ in self._pieces:
                    pass
        except (TimeoutError, httpx2.TransportError) as error:
            # The answer is complete; only the connection is lost.
            _log.debug("the connection did not end in time after the answer: %r", error)

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._pieces.aclose()
        await self._response.aclose()

    def is_no_answer(self, body: bytes) -> ProtocolError:
        """Return the error for a body that is no model's answer."""
        text = body.decode("utf-8", "replace")
        return not_a_stream(self._service, self._content_type, text, self._call.model)

    async def _whole(self) -> list[str]:
        """Return the whole answer of a service that does not stream, as one event."""
        if self._begun:
            return []
        self._begun = True
        body = await self.read(MAX_EVENT)
        return [body.decode("utf-8-sig", "replace")]

    async def _next(self) -> bytes:
        """Return the next bytes of the body, empty at its end."""
        try:
            with self._deadline:
                return await anext(self._pieces, b"")
        except (TimeoutError, *self._failures) as error:
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> Refusal:
        """Return what a failure while reading means."""
        if isinstance(error, TimeoutError):
            limit = self._call.idle_timeout if self._begun else self._call.timeout
            return Refusal(too_late(self._service, limit, self._call.model), retry=False)
        return refusal(self._service, cast("httpx2.RequestError", error), self._call.model)

    def _feed(self, chunk: bytes) -> list[str]:
        try:
            return self._sse.feed(chunk)
        except EventTooLargeError as error:
            raise Refusal(
                ProtocolError(
                    f"{self._service.url} sent an event that no model sends ({error}): check the base URL.",
                    provider=self._service.name,
                    model=self._call.model,
                )
            ) from error


def refusal(service: Service, error: httpx2.RequestError, model: str) -> Refusal:
    """Return what a failure of the network means for a try."""
    import httpx2

    if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError | httpx2.ProxyError):
        # A certificate that is not trusted is not trusted at the next try either.
        return Refusal(
            connection_error(service, error, model), retry="certificate" not in str(error).lower()
        )
    if isinstance(error, httpx2.UnsupportedProtocol):
        return Refusal(connection_error(service, error, model), retry=False)
    return Refusal(broken_connection(service, str(error) or type(error).__name__, model))
