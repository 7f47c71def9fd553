"""The one way to a model's service: HTTP with server-sent events, retries and deadlines, on httpx2.

httpx2 costs 70 ms to import and a CA bundle 20 more, so both are loaded when the first request is made (or by `prepare`,
from a thread beside other work), and the bundle only for https.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pycode.core.errors import DeadlineError, NetworkError, ProtocolError, ProviderError
from pycode.providers.deadline import Deadline
from pycode.providers.failures import (
    Service,
    connection_error,
    is_loopback,
    not_a_stream,
    response_error,
)
from pycode.providers.retries import Refusal, in_words, jitter, retry_wait, should_retry
from pycode.providers.sse import MAX_EVENT, EventTooLargeError, SseEvent, SseReader

if TYPE_CHECKING:
    import ssl

    import httpx2

MAX_RETRIES = 4
"""Tries after the first."""
CONNECT_TIMEOUT = 10.0
"""Seconds until a connection stands."""
FIRST_EVENT_TIMEOUT = 300.0
"""Seconds until the first event of an answer."""
IDLE_TIMEOUT = 120.0
"""Seconds without a byte inside an answer."""
_ERROR_BODY = 64 * 1024
_DRAIN_TIMEOUT = 0.25
_KEEP_ALIVE = 120.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Retry:
    """A request failed and is sent again; nothing of an answer had arrived."""

    attempt: int
    """Which try failed, from 1."""
    error: ProviderError
    """Why."""
    wait: float
    """Seconds until the next try."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    path: str
    """The path after the base URL."""
    body: bytes
    """The JSON body."""
    model: str = ""
    """The model that is asked, for errors."""
    max_retries: int = MAX_RETRIES
    """Tries after the first."""
    connect_timeout: float = CONNECT_TIMEOUT
    """Seconds until the connection stands."""
    timeout: float = FIRST_EVENT_TIMEOUT
    """Seconds until the first event."""
    idle_timeout: float = IDLE_TIMEOUT
    """Seconds between bytes after that; comments and pings count."""
    is_last: Callable[[SseEvent], bool] = field(default=lambda event: False)
    """Tells the event that ends the stream."""
    first_error: Callable[[SseEvent], ProviderError | None] = field(default=lambda event: None)
    """Tells whether a stream begins with an error, which can be retried like a status."""


class Transport:
    """Talks to one service and keeps its connections from step to step."""

    def __init__(
        self,
        service: Service,
        base_url: str,
        headers: Mapping[str, str],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = jitter,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            service: Whom errors speak of.
            base_url: Where the paths begin.
            headers: Sent with every request; they may hold keys and are never shown.
            sleep: How to wait between tries.
            random: A source of numbers from 0 to 1, for the jitter.
        """
        self.service = service
        self._base_url = base_url
        self._headers = dict(headers)
        self._sleep = sleep
        self._random = random
        self._client: httpx2.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tls: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"Transport({self.service!r})"

    async def stream_sse(self, call: Call) -> AsyncGenerator[SseEvent | Retry, None]:
        """Post a request and yield the events of its answer, and a `Retry` before each further try.

        Raises:
            ProviderError: It failed for good, or after events had been yielded.
        """
        attempt = 1
        while True:
            begun = False
            try:
                async with aclosing(self._exchange(call)) as events:
                    async for event in events:
                        if not begun and (error := call.first_error(event)) is not None:
                            raise Refusal(error)
                        begun = True
                        yield event
            except Refusal as refusal:
                wait = retry_wait(refusal, attempt, call.max_retries, self._random)
                if begun or wait is None:
                    raise refusal.error from refusal.__cause__
                failed = Retry(attempt, refusal.error, wait)
            else:
                return
            _log.debug("%s: try %d failed, next in %.1f s", self.service.name, attempt, failed.wait)
            yield failed
            await self._sleep(failed.wait)
            attempt += 1

    async def get_json(self, path: str, *, timeout: float = 30.0) -> Any:
        """Fetch a JSON document, in one try.

        Args:
            path: The path after the base URL.
            timeout: Seconds until the whole answer must be there.

        Raises:
            ProviderError: The service cannot be reached, refuses, or answers something else.
        """
        call = Call(path, b"", timeout=timeout)
        try:
            with closing(Deadline(self._now() + timeout)) as deadline:
                response = await self._open("GET", call, deadline)
                try:
                    body = await self._read(response, call, deadline, MAX_EVENT)
                finally:
                    await response.aclose()
        except Refusal as refusal:
            raise refusal.error from refusal.__cause__
        try:
            return json.loads(body)
        except ValueError as error:
            raise self._no_answer(response, body, "") from error

    def prepare(self) -> None:
        """Load what the first request needs; may be called in a thread beside other work."""
        import httpx2  # noqa: F401

        if self._tls is None:
            self._tls = _tls_context(self._base_url)

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()

    async def _exchange(self, call: Call) -> AsyncGenerator[SseEvent, None]:
        """Make one try; every failure is a `Refusal`."""
        with closing(Deadline(self._now() + call.timeout)) as deadline:
            response = await self._open("POST", call, deadline)
            try:
                async with aclosing(self._answer(response, call, deadline)) as events:
                    async for event in events:
                        yield event
            finally:
                await response.aclose()

    async def _answer(
        self, response: httpx2.Response, call: Call, deadline: Deadline
    ) -> AsyncGenerator[SseEvent, None]:
        """Yield the events of a response."""
        content_type = response.headers.get("content-type", "")
        if "json" in content_type:
            # A service that does not stream: the whole answer is one event.
            body = await self._read(response, call, deadline, MAX_EVENT)
            yield SseEvent("", body.decode("utf-8", "replace"))
            return
        pieces, reader, begun, head = response.aiter_bytes(), SseReader(), False, b""
        while chunk := await self._next(pieces, call, deadline, begun):
            head = head or chunk
            for event in self._events(reader, chunk, call):
                begun = True
                if call.is_last(event):
                    await _drain(pieces)
                yield event
            if begun:
                deadline.move(self._now() + call.idle_timeout)
        if begun:
            return
        if head and "event-stream" not in content_type:
            raise Refusal(self._no_answer(response, head, call.model))
        raise Refusal(self._broken("it ended without an answer", call))

    async def _open(self, method: str, call: Call, deadline: Deadline) -> httpx2.Response:
        """Send a request; return the response once it is known to be a success."""
        import httpx2

        client = self._get_client()
        try:
            with deadline:
                request = client.build_request(
                    method,
                    self._url(call.path),
                    content=call.body,
                    timeout=httpx2.Timeout(None, connect=call.connect_timeout),
                )
                response = await client.send(request, stream=True)
        except TimeoutError as error:
            raise Refusal(self._late(call, begun=False), retry=False) from error
        except httpx2.TransportError as error:
            raise self._refusal(error, call) from error
        _log.debug("%s %s: %d", self.service.name, call.path, response.status_code)
        content_type = response.headers.get("content-type", "")
        if response.is_success and "text/html" not in content_type:
            return response
        try:
            body = await self._read(response, call, deadline, _ERROR_BODY)
        finally:
            await response.aclose()
        if response.is_success:
            raise Refusal(self._no_answer(response, body, call.model))
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise Refusal(
            response_error(self.service, response.status_code, headers, body, call.model),
            should_retry(headers),
        )

    async def _read(
        self, response: httpx2.Response, call: Call, deadline: Deadline, limit: int
    ) -> bytes:
        """Return a body, at most `limit` bytes of it."""
        pieces, body = response.aiter_bytes(), bytearray()
        while len(body) < limit and (chunk := await self._next(pieces, call, deadline, False)):
            body += chunk
        return bytes(body[:limit])

    async def _next(
        self, pieces: AsyncIterator[bytes], call: Call, deadline: Deadline, begun: bool
    ) -> bytes:
        """Return the next bytes of a body, empty at its end."""
        import httpx2

        try:
            with deadline:
                return await anext(pieces, b"")
        except TimeoutError as error:
            raise Refusal(self._late(call, begun=begun), retry=False) from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise self._refusal(error, call) from error

    def _events(self, reader: SseReader, chunk: bytes, call: Call) -> list[SseEvent]:
        try:
            return reader.feed(chunk)
        except EventTooLargeError as error:
            raise Refusal(
                ProtocolError(
                    f"{self.service.url} sent an event that no model sends ({error}): check the base URL.",
                    provider=self.service.name,
                    model=call.model,
                )
            ) from error

    def _get_client(self) -> httpx2.AsyncClient:
        import httpx2

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Connections belong to one event loop; those of an earlier one are of no use.
            if self._tls is None:
                self._tls = _tls_context(self._base_url)
            try:
                self._client = httpx2.AsyncClient(
                    headers=self._headers,
                    verify=self._tls,
                    limits=httpx2.Limits(keepalive_expiry=_KEEP_ALIVE),
                    trust_env=not is_loopback(self._base_url),
                )
            except (ImportError, ValueError, httpx2.InvalidURL) as error:
                reason = self.service.quote(error)
                raise NetworkError(
                    f"The proxy in the environment cannot be used ({reason}): correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY.",
                    provider=self.service.name,
                ) from error
            self._loop = loop
        return self._client

    def _url(self, path: str) -> str:
        base, _, query = self._base_url.partition("?")
        if not query:
            return base + path
        return f"{base}{path}{'&' if '?' in path else '?'}{query}"

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _refusal(self, error: httpx2.HTTPError, call: Call) -> Refusal:
        import httpx2

        if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError | httpx2.ProxyError):
            return Refusal(connection_error(self.service, error, call.model))
        if isinstance(error, httpx2.UnsupportedProtocol):
            return Refusal(connection_error(self.service, error, call.model), retry=False)
        return Refusal(self._broken(str(error) or type(error).__name__, call))

    def _broken(self, reason: str, call: Call) -> NetworkError:
        return NetworkError(
            f"The connection to {self.service.url} broke ({self.service.quote(reason)}): try again.",
            provider=self.service.name,
            model=call.model,
        )

    def _late(self, call: Call, *, begun: bool) -> DeadlineError:
        limit = call.idle_timeout if begun else call.timeout
        return DeadlineError(
            f"{self.service.name} sent nothing for {in_words(limit)}: try again, or set a longer limit "
            f"under timeouts in config.yaml.",
            provider=self.service.name,
            model=call.model,
        )

    def _no_answer(self, response: httpx2.Response, body: bytes, model: str) -> ProtocolError:
        content_type = response.headers.get("content-type", "")
        return not_a_stream(self.service, content_type, body.decode("utf-8", "replace"), model)


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Read the few bytes after the last event, so that the connection can be used again."""
    import httpx2

    try:
        async with asyncio.timeout(_DRAIN_TIMEOUT):
            async for _ in pieces:
                pass
    except (TimeoutError, httpx2.TransportError) as error:
        # The answer is complete; only the connection is lost.
        _log.debug("the connection did not end in time after the answer: %r", error)


def _tls_context(url: str) -> ssl.SSLContext:
    import ssl

    import httpx2

    if url.startswith("https:"):
        return httpx2.create_ssl_context()
    # Without certificates, which take 20 ms to load, it trusts nobody.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
