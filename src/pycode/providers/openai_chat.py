"""OpenAI's Chat Completions API, and every service that speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycode.core.errors import ProviderError
from pycode.providers.base import ProviderConfig
from pycode.providers.failures import stream_error
from pycode.providers.hosted import HostedProvider, without_suffixes
from pycode.providers.hosts import OPENAI_CHAT, Host, find_host
from pycode.providers.openai_chat_request import ChatRequests
from pycode.providers.openai_chat_stream import ChatReader
from pycode.providers.reading import Reader, parse_event
from pycode.providers.sse import SseEvent


class OpenAIProvider(HostedProvider):
    """GPT models at OpenAI, and whatever a compatible server offers under its `base_url`.

    Beside those of every provider, `stream` takes the options `parallel_tool_calls`, `prompt_cache_key`, `reasoning_effort`,
    `response_format`, `seed`, `stop`, `tool_choice` and `top_p`, which go into the body as they are.
    """

    def __init__(self, config: ProviderConfig | None = None) -> None:
        """Prepare; nothing is opened yet.

        Args:
            config: Key, address and headers. The base URL has the version, as in OpenAI's own SDK.

        Raises:
            UsageError: The base URL is no URL.
        """
        host = find_host("openai" if config is None else config.name) or _ANY
        self._requests = ChatRequests(host)
        super().__init__(config, host)

    @property
    def _path(self) -> str:
        return "/chat/completions"

    @property
    def _models_path(self) -> str:
        return "/models"

    def _base_url(self, url: str) -> str:
        return without_suffixes(url, "/chat/completions")

    def _protocol_headers(self, key: str) -> Mapping[str, str]:
        return {"authorization": f"Bearer {key}"} if key else {}

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
        return ChatReader(self._service, model)

    def _is_last(self, event: SseEvent) -> bool:
        return event.data.strip() == "[DONE]" if len(event.data) < 20 else False

    def _first_error(self, event: SseEvent, model: str) -> ProviderError | None:
        if '"error"' not in event.data:
            return None
        payload = parse_event(self._service, event.data, model)
        if not payload.get("error") or payload.get("choices"):
            return None
        return stream_error(self._service, payload["error"], model)


_ANY = Host("openai", OPENAI_CHAT, "https://api.openai.com/v1")
