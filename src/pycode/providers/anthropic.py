"""Anthropic's Messages API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycode.core.errors import ProviderError
from pycode.providers.anthropic_request import AnthropicRequests
from pycode.providers.anthropic_stream import AnthropicReader
from pycode.providers.base import ProviderConfig
from pycode.providers.failures import stream_error
from pycode.providers.hosted import HostedProvider, without_suffixes
from pycode.providers.hosts import Host, find_host
from pycode.providers.reading import Reader, parse_event
from pycode.providers.sse import SseEvent

API_VERSION = "2023-06-01"
"""The version of the protocol that is spoken, in the header `anthropic-version`."""


class AnthropicProvider(HostedProvider):
    """Claude models, at Anthropic or behind any address that speaks the same protocol.

    Beside those of every provider, `stream` takes the options `metadata`, `output_config`, `stop_sequences`, `thinking`,
    `tool_choice` and `top_p`, which go into the body as they are.
    """

    def __init__(self, config: ProviderConfig | None = None) -> None:
        """Prepare; nothing is opened yet.

        Args:
            config: Key, address and headers. The base URL has no version, as in Anthropic's own SDK; one with `/v1` is taken too.

        Raises:
            UsageError: The base URL is no URL.
        """
        host = find_host("anthropic") if config is None else find_host(config.name)
        self._requests = AnthropicRequests()
        super().__init__(config, host or _ANY)

    @property
    def _path(self) -> str:
        return "/v1/messages"

    @property
    def _models_path(self) -> str:
        return "/v1/models?limit=1000"

    def _base_url(self, url: str) -> str:
        return without_suffixes(url, "/messages", "/v1")

    def _protocol_headers(self, key: str) -> Mapping[str, str]:
        version = {"anthropic-version": API_VERSION}
        return {**version, "x-api-key": key} if key else version

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
        return self._requests.body(
            model,
            self._profile(model),
            messages,
            system=system,
            tools=tools,
            temperature=temperature,
            max_tokens=max_tokens,
            options=options,
        )

    def _reader(self, model: str) -> Reader:
        return AnthropicReader(self._service, model)

    def _is_last(self, event: SseEvent) -> bool:
        return event.event == "message_stop" or (
            len(event.data) < 80 and '"message_stop"' in event.data
        )

    def _first_error(self, event: SseEvent, model: str) -> ProviderError | None:
        if '"error"' not in event.data[:200]:
            return None
        payload = parse_event(self._service, event.data, model)
        if payload.get("type") != "error":
            return None
        return stream_error(self._service, payload.get("error"), model)


_ANY = Host("anthropic", "anthropic-messages", "https://api.anthropic.com")
