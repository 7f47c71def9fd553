"""What all providers over HTTP share: a transport, a stream read into events, and errors that help."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pycode.core.version import __version__
from pycode.core.errors import (
    AuthenticationError,
    ModelNotFoundError,
    ProtocolError,
    ProviderError,
    UsageError,
)
from pycode.providers.base import Provider, ProviderConfig, StreamEvent
from pycode.providers.failures import Service
from pycode.providers.hosts import Host
from pycode.providers.profiles import Profile, profile_for
from pycode.providers.reading import Reader
from pycode.providers.sse import SseEvent
from pycode.providers.transport import Call, Retry, Transport

_TIMING = ("max_retries", "connect_timeout", "timeout", "idle_timeout")


class HostedProvider(Provider):
    """Streams answers over HTTP; a protocol adds how requests are built and answers are read."""

    def __init__(self, config: ProviderConfig | None, host: Host) -> None:
        self._host = host
        super().__init__(config if config is not None else ProviderConfig(host.name))
        base_url = self._base_url(_checked(self.config.base_url or host.base_url))
        key = (self.config.api_key or "").strip()
        headers = {
            "user-agent": f"pycode/{__version__}",
            "content-type": "application/json",
            "accept": "text/event-stream, application/json",
            "accept-encoding": "identity",
            **self._protocol_headers(key),
            **{name.lower(): value for name, value in self.config.headers.items()},
        }
        long_values = [value for value in self.config.headers.values() if len(value) >= 8]
        self._service = Service(
            name=self.name,
            url=_shown(base_url),
            key_variables=host.key_variables,
            secrets=tuple(secret for secret in [key, *long_values] if secret),
            has_key=bool(key) or "authorization" in headers or "x-api-key" in headers,
        )
        self._headers = headers
        self._transport = Transport(self._service, base_url, headers)

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.config.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self._service.url!r})"

    async def stream(
        self,
        model: str,
        messages: list[dict[str, Any]],
        *,
        system: str | None = None,
        tools: list[dict[str, Any]] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        **options: Any,
    ) -> AsyncIterator[StreamEvent]:
        """Yield the answer to `messages`; see `Provider.stream`."""
        self._check_headers()
        body = self._body(
            model,
            messages,
            system=system,
            tools=tools,
            temperature=temperature,
            max_tokens=max_tokens,
            options=options,
        )
        call = Call(
            self._path,
            body,
            model,
            is_last=self._is_last,
            first_error=lambda event: self._first_error(event, model),
            **{name: options[name] for name in _TIMING if options.get(name) is not None},
        )
        reader = self._reader(model)
        try:
            async with aclosing(self._transport.stream_sse(call)) as items:
                async for item in items:
                    if isinstance(item, Retry):
                        yield _retry_event(item)
                        continue
                    for event in self._read(reader, item, model):
                        yield event
            for event in reader.end():
                yield event
        except ProviderError as error:
            failure = error
        else:
            return
        for event in reader.close():
            yield event
        if isinstance(failure, ModelNotFoundError):
            raise await self._with_nearest(failure) from failure.__cause__
        raise failure

    async def list_models(self) -> list[str]:
        """Return the names of the models that the service offers; see `Provider.list_models`."""
        self._check_headers()
        answer = await self._transport.get_json(self._models_path)
        data = answer.get("data") if isinstance(answer, dict) else answer
        if not isinstance(data, list):
            raise ProtocolError(
                f"{self._service.url} lists no models: check the base URL of {self.name}.",
                provider=self.name,
            )
        return [str(item["id"]) for item in data if isinstance(item, dict) and "id" in item]

    def prepare(self) -> None:
        """Load what the first request needs; may be called in a thread beside other work."""
        self._transport.prepare()

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    @property
    @abstractmethod
    def _path(self) -> str:
        """Where requests go, after the base URL."""

    @property
    @abstractmethod
    def _models_path(self) -> str:
        """Where the models are listed, after the base URL."""

    @abstractmethod
    def _base_url(self, url: str) -> str:
        """Return what the paths are put behind, for a base URL as the vendor's SDK means it."""

    @abstractmethod
    def _protocol_headers(self, key: str) -> Mapping[str, str]:
        """Return the protocol's own headers, with the key unless it is empty."""

    @abstractmethod
    def _body(
        self,
        model: str,
        messages: list[dict[str, Any]],
        *,
        system: str | None,
        tools: list[dict[str, Any]] | None,
        temperature: float | None,
        max_tokens: int | None,
        options: Mapping[str, Any],
    ) -> bytes:
        """Return a request's body."""

    @abstractmethod
    def _reader(self, model: str) -> Reader:
        """Return what reads one response."""

    @abstractmethod
    def _is_last(self, event: SseEvent) -> bool:
        """Return whether an event ends the stream."""

    @abstractmethod
    def _first_error(self, event: SseEvent, model: str) -> ProviderError | None:
        """Return the error that a stream begins with, or None."""

    def _read(self, reader: Reader, event: SseEvent, model: str) -> Iterator[StreamEvent]:
        try:
            yield from reader.read(event)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # JSON of another shape than the protocol's; readers take the right shape for granted.
            raise ProtocolError(
                f"{self.name} sent an event of a wrong shape ({self._service.quote(event.data[:80])}): try again.",
                provider=self.name,
                model=model,
            ) from error

    def _check_headers(self) -> None:
        wrong = [
            name
            for name, value in self._headers.items()
            if not (value.isascii() and value.isprintable())
        ]
        if wrong:
            raise AuthenticationError(
                f"The key or header {wrong[0]} of {self.name} has a character that cannot be sent: "
                f"{self._service.advise_key()}.",
                provider=self.name,
            )

    async def _with_nearest(self, error: ModelNotFoundError) -> ModelNotFoundError:
        """Return the error with the nearest names that the service offers."""
        from difflib import get_close_matches

        try:
            offered = await self.list_models()
        except ProviderError:
            # The first error tells more than that its service also cannot list its models.
            return error
        nearest = get_close_matches(error.model, offered, n=3, cutoff=0.4) or offered[:3]
        if not nearest:
            return error
        return ModelNotFoundError(
            f"{str(error).rstrip('.')}; the nearest are {', '.join(nearest)}.",
            provider=error.provider,
            model=error.model,
            status=error.status,
            request_id=error.request_id,
        )

    def _profile(self, model: str) -> Profile:
        return profile_for(self._host.name, model)


def without_suffixes(url: str, *suffixes: str) -> str:
    """Return a base URL without a slash and these path endings, each at most once and in this order."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    for suffix in suffixes:
        path = path.removesuffix(suffix).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _checked(url: str) -> str:
    url = url.strip()
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        valid = False
    if not valid or not url.isprintable():
        raise UsageError(f"{url!r} is no base URL: it begins with http:// or https:// and a host.")
    return url


def _shown(url: str) -> str:
    """Return a URL without what may be secret in it."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _retry_event(retry: Retry) -> StreamEvent:
    data = {"attempt": retry.attempt, "error": str(retry.error), "wait": retry.wait}
    return StreamEvent("retry", data)
