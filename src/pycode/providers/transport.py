"""The one way to a model's service: HTTP with server-sent events and deadlines, on httpx2.

httpx2 costs 70 ms to import and a CA bundle 20 more, so both are loaded when the first request is made, and the bundle
only for https.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

from pycode.core.errors import NetworkError
from pycode.providers.deadline import Deadline
from pycode.providers.exchange import Answer, Call, refusal
from pycode.providers.failures import Service, is_loopback, response_error, too_late
from pycode.providers.retries import Refusal, should_retry
from pycode.providers.sse import MAX_EVENT

if TYPE_CHECKING:
    import ssl

    import httpx2

_ERROR_BODY = 64 * 1024
_KEEP_ALIVE = 120.0

_log = logging.getLogger(__name__)


class Transport:
    """Talks to one service and keeps its connections from step to step."""

    def __init__(
        self,
        service: Service,
        base_url: str,
        headers: Mapping[str, str],
        ca_file: str | None = None,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            service: Whom errors speak of.
            base_url: Where the paths begin.
            headers: Sent with every request; they may hold keys and are never shown.
            ca_file: A PEM file of certificates to trust beside the usual ones.
        """
        self.service = service
        self._base_url = base_url
        self._headers = dict(headers)
        self._client: httpx2.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"Transport({self.service!r})"

    @asynccontextmanager
    async def post(self, call: Call) -> AsyncGenerator[Answer, None]:
        """Send a request, once, and give its answer, to be read inside of `async with`.

        Raises:
            Refusal: It failed; reading the answer raises this too.
        """
        with closing(Deadline(self._now() + call.timeout)) as deadline:
            async with aclosing(await self._open("POST", call, deadline)) as answer:
                yield answer

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
                async with aclosing(await self._open("GET", call, deadline)) as answer:
                    body = await answer.read(MAX_EVENT)
                    try:
                        return json.loads(body)
                    except (ValueError, RecursionError) as error:
                        raise answer.is_no_answer(body) from error
        except Refusal as failed:
            raise failed.error from failed.__cause__

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()

    async def _open(self, method: str, call: Call, deadline: Deadline) -> Answer:
        """Send a request; return its answer once it is known to be a success."""
        import httpx2

        client = self._get_client()
        try:
            with deadline:
                request = client.build_request(
                    method,
                    self._url(call.path),
                    content=call.body,
                    headers=call.headers,
                    timeout=httpx2.Timeout(None, connect=call.connect_timeout),
                )
                response = await client.send(request, stream=True)
        except TimeoutError as error:
            raise Refusal(too_late(self.service, call.timeout, call.model), retry=False) from error
        except httpx2.TransportError as error:
            raise refusal(self.service, error, call.model) from error
        _log.debug("%s %s: %d", self.service.name, call.path, response.status_code)
        answer = Answer(self.service, call, response, deadline)
        if response.is_success and "text/html" not in response.headers.get("content-type", ""):
            return answer
        async with aclosing(answer):
            body = await answer.read(_ERROR_BODY)
        if response.is_success:
            raise Refusal(answer.is_no_answer(body))
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise Refusal(
            response_error(self.service, response.status_code, headers, body, call.model),
            should_retry(headers),
        )

    def _get_client(self) -> httpx2.AsyncClient:
        import httpx2

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Connections belong to one event loop; those of an earlier one are of no use.
            if self._tls is None:
                self._tls = self._tls_context()
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

    def _tls_context(self) -> ssl.SSLContext:
        import ssl

        import httpx2

        if not self._base_url.startswith("https:"):
            # Without certificates, which take 20 ms to load, it trusts nobody.
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context = httpx2.create_ssl_context()
        if self._ca_file is not None:
            try:
                context.load_verify_locations(os.path.expanduser(self._ca_file))
            except OSError as error:
                name = self.service.name
                wrong = NetworkError(
                    f"The certificates in {self._ca_file} cannot be loaded ({error.strerror or error}): correct "
                    f"providers.{name}.ca_file in ~/.pycode/config.yaml.",
                    provider=name,
                )
                raise Refusal(wrong, retry=False) from error
        return context
