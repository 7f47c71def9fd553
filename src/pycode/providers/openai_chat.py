"""OpenAI's Chat Completions API, and every service that speaks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pycode.providers.base import ProviderConfig
from pycode.providers.hosted import HostedProvider, without_suffixes
from pycode.providers.hosts import OPENAI_CHAT, Host, find_host
from pycode.providers.openai_chat_request import ChatRequests
from pycode.providers.openai_chat_stream import ChatReader
from pycode.providers.question import Question, Requests
from pycode.providers.reading import Reader


class OpenAIProvider(HostedProvider):
    """GPT models at OpenAI, and whatever a compatible server offers under its `base_url`.

    Beside those of every provider, `stream` takes the options `parallel_tool_calls`, `reasoning_effort`, `response_format`,
    `seed`, `stop`, `tool_choice` and `top_p`, which go into the body as they are.
    """

    _home: ClassVar[str] = "openai"

    def __init__(self, config: ProviderConfig | None = None) -> None:
        """Prepare; nothing is opened yet.

        Args:
            config: Key, address and headers. The base URL has the version, as in OpenAI's own SDK.

        Raises:
            UsageError: The base URL is no URL.
        """
        host = find_host(self._home if config is None else config.name) or self._host_of_others()
        self._requests = self._make_requests(host)
        super().__init__(config, host)

    def _path(self, model: str) -> str:
        return "/chat/completions"

    @property
    def _models_path(self) -> str:
        return "/models"

    def _base_url(self, url: str) -> str:
        return without_suffixes(url, "/chat/completions", "/responses")

    def _protocol_headers(self, key: str) -> Mapping[str, str]:
        if not key:
            return {}
        own = self._host.key_header
        return {own: key} if own else {"authorization": f"Bearer {key}"}

    def _body(self, question: Question) -> bytes:
        return self._requests.body(question)

    def _make_requests(self, host: Host) -> Requests:
        return ChatRequests(host)

    def _reader(self, model: str) -> Reader:
        return ChatReader(self._service, model)

    def _host_of_others(self) -> Host:
        """Return the host to assume for a name that is in no table."""
        own = find_host(self._home) if self._home != "openai" else None
        return own or Host("openai", OPENAI_CHAT, "https://api.openai.com/v1")


class OllamaProvider(OpenAIProvider):
    """Models of an Ollama server, on this machine unless the base URL says otherwise."""

    _home = "ollama"


class MistralProvider(OpenAIProvider):
    """Models at Mistral."""

    _home = "mistral"


class CohereProvider(OpenAIProvider):
    """Models at Cohere, by its address that speaks Chat Completions."""

    _home = "cohere"
