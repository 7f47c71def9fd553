"""Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Mapping

from pycode.providers.anthropic_request import BETA_HEADER, AnthropicRequests, beta_headers
from pycode.providers.anthropic_stream import AnthropicReader
from pycode.providers.base import ProviderConfig
from pycode.providers.hosted import HostedProvider, without_suffixes
from pycode.providers.hosts import ANTHROPIC_MESSAGES, Host, find_host
from pycode.providers.question import Question
from pycode.providers.reading import Reader

API_VERSION = "2023-06-01"
"""The version of the protocol that is spoken, in the header `anthropic-version`."""


class AnthropicProvider(HostedProvider):
    """Claude models, at Anthropic or behind any address that speaks the same protocol.

    Beside those of every provider, `stream` takes the options `metadata`, `stop_sequences`, `tool_choice` and `top_p`, which go
    into the body as they are.
    """

    def __init__(self, config: ProviderConfig | None = None) -> None:
        """Prepare; nothing is opened yet.

        Args:
            config: Key, address and headers. The base URL has no version, as in Anthropic's own SDK; one with `/v1` is taken too.

        Raises:
            UsageError: The base URL is no URL.
        """
        host = find_host("anthropic" if config is None else config.name)
        self._requests = AnthropicRequests()
        super().__init__(config, host or _ANY)

    def _path(self, model: str) -> str:
        return "/v1/messages"

    @property
    def _models_path(self) -> str:
        return "/v1/models?limit=1000"

    def _base_url(self, url: str) -> str:
        return without_suffixes(url, "/messages", "/v1")

    def _protocol_headers(self, key: str) -> Mapping[str, str]:
        version = {"anthropic-version": API_VERSION}
        return {**version, self._host.key_header or "x-api-key": key} if key else version

    def _request_headers(self, question: Question) -> Mapping[str, str]:
        return beta_headers(question, self._headers.get(BETA_HEADER))

    def _body(self, question: Question) -> bytes:
        return self._requests.body(question)

    def _reader(self, model: str) -> Reader:
        return AnthropicReader(self._service, model)


_ANY = Host("anthropic", ANTHROPIC_MESSAGES, "https://api.anthropic.com")
