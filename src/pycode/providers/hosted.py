"""What all providers over HTTP share: a transport, a stream read into events, retries, and errors that help."""

from __future__ import annotations

import asyncio
import logging
import re
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pycode.core.errors import (
    AuthenticationError,
    ModelNotFoundError,
    ProtocolError,
    ProviderError,
    UsageError,
)
from pycode.core.version import __version__
from pycode.providers.base import Provider, ProviderConfig, StreamEvent
from pycode.providers.exchange import Answer, Call
from pycode.providers.failures import Service
from pycode.providers.hosts import Host
from pycode.providers.profiles import Profile, profile_for
from pycode.providers.question import LEVELS, Question
from pycode.providers.reading import Reader
from pycode.providers.retries import Refusal, RetryPolicy, jitter, retry_wait
from pycode.providers.transport import Transport

_TIMING = ("connect_timeout", "timeout", "idle_timeout")
_PATIENCE = ("max_retries", "max_retry_wait")
_KEY_HEADERS = {"authorization", "x-api-key", "x-goog-api-key", "api-key"}

_HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)

_log = logging.getLogger(__name__)


class HostedProvider(Provider):
    """Streams answers over HTTP; a protocol adds how requests are built and answers are read.

    `stream` takes these options, beside those that a protocol names:

    - `max_retries`: tries after the first; `max_retry_wait`: the longest wait, in seconds, that a service may ask for
    - `connect_timeout`, `timeout`, `idle_timeout`: deadlines, in seconds
    - `thinking`: `off`, `low`, `medium`, `high` or `max`
    - `schema`: the JSON Schema that the answer must follow
    - `session_id`: what the requests of one conversation share, for services that cache by it
    """

    def __init__(self, config: ProviderConfig | None, host: Host) -> None:
        self._host = host
        self.profiles: dict[str, Profile] = {}
        """Model to what it supports, where more is known than PyCode's own catalogue says."""
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
        self._service = Service(
            name=self.name,
            url=_shown(base_url),
            key_variables=host.key_variables,
            # What is shorter is no secret, and stands in sentences by chance.
            secrets=tuple(v for v in [key, *self.config.headers.values()] if len(v) >= 8),
            has_key=bool(key) or not _KEY_HEADERS.isdisjoint(headers),
        )
        self._headers = headers
        self._transport = Transport(self._service, base_url, headers, self.config.ca_file)
        self._sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._random: Callable[[], float] = jitter

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
        profile = self.profiles.get(model) or profile_for(self._host.name, model)
        question = Question.of(
            model,
            profile,
            messages,
            system=system,
            tools=tools,
            temperature=temperature,
            max_tokens=max_tokens,
            options=_checked_options(options),
        )
        call = Call(
            self._path(model),
            self._body(question),
            model,
            self._request_headers(question),
            **_given(_TIMING, options),
        )
        policy = RetryPolicy(**_given(_PATIENCE, options))
        attempt = 0
        while True:
            attempt += 1
            reader = self._reader(model)
            reader.names = question.names
            try:
                async with self._transport.post(call) as answer:
                    while events := await _next_events(answer, reader):
                        for event in events:
                            yield event
            except Refusal as refusal:
                failed = refusal
            except ProviderError as error:
                failed = Refusal(error)
            else:
                return
            wait = None if reader.shown else retry_wait(failed, attempt, policy, self._random)
            if wait is None:
                break
            _log.debug("%s: try %d failed, next in %.1f s", self.name, attempt, wait)
            data = {"attempt": attempt, "error": str(failed.error), "wait": wait}
            yield StreamEvent("retry", data)
            await self._sleep(wait)
        reader.close()
        if reader.shown:
            for event in reader.take():
                yield event
        if isinstance(failed.error, ModelNotFoundError):
            raise await self._with_nearest(failed.error) from failed.__cause__
        raise failed.error from failed.__cause__

    async def list_models(self) -> list[str]:
        """Return the names of the models that the service offers; see `Provider.list_models`."""
        self._check_headers()
        answer = await self._transport.get_json(self._models_path)
        names = self._model_names(answer)
        if names is None:
            raise ProtocolError(
                f"{self._service.url} lists no models: check the base URL of {self.name}.",
                provider=self.name,
            )
        return names

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    @abstractmethod
    def _path(self, model: str) -> str:
        """Return where a model is asked, after the base URL."""

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

    def _request_headers(self, question: Question) -> Mapping[str, str]:
        """Return what one request adds to the headers."""
        return {}

    @abstractmethod
    def _body(self, question: Question) -> bytes:
        """Return a request's body."""

    @abstractmethod
    def _reader(self, model: str) -> Reader:
        """Return what reads one response."""

    def _model_names(self, answer: Any) -> list[str] | None:
        """Return the names in the service's list of models, or None where it is none."""
        data = answer.get("data") if isinstance(answer, dict) else answer
        if not isinstance(data, list):
            return None
        return [str(item["id"]) for item in data if isinstance(item, dict) and "id" in item]

    def _check_headers(self) -> None:
        wrong = [
            name
            for name, value in self._headers.items()
            if not (value.isascii() and value.isprintable() and _HEADER_NAME.fullmatch(name))
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


async def _next_events(answer: Answer, reader: Reader) -> list[StreamEvent]:
    """Return the neutral events that came together next; none at the end.

    What comes before anything is shown is held back: if it fails, the request can be sent again as if nothing had come.
    """
    while not reader.done:
        if reader.failure is not None:
            raise reader.failure
        batch = await answer.events()
        if not batch:
            reader.end()
        elif reader.feed(batch):
            await answer.drain()
        if (reader.shown or reader.done) and (events := reader.take()):
            return events
    return []


def without_suffixes(url: str, *suffixes: str) -> str:
    """Return a base URL without a slash and these path endings, each at most once and in this order."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    for suffix in suffixes:
        path = path.removesuffix(suffix).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _given(names: Sequence[str], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return those options that say something."""
    return {name: options[name] for name in names if options.get(name) is not None}


def _checked_options(options: Mapping[str, Any]) -> Mapping[str, Any]:
    if options.get("thinking") not in (None, *LEVELS):
        raise UsageError(f"thinking is one of {', '.join(LEVELS)}, not {options['thinking']!r}.")
    return options


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
