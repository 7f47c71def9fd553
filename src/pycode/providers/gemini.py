"""Google's Gemini API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pycode.providers.base import ProviderConfig
from pycode.providers.gemini_request import GeminiRequests
from pycode.providers.gemini_stream import GeminiReader
from pycode.providers.hosted import HostedProvider, without_suffixes
from pycode.providers.hosts import GEMINI, Host, find_host
from pycode.providers.question import Question
from pycode.providers.reading import Reader


class GeminiProvider(HostedProvider):
    """Gemini models, at Google or behind any address that speaks the same protocol.

    Beside those of every provider, `stream` takes the options `cachedContent`, `labels`, `safetySettings` and `toolConfig`,
    which go into the body as they are.
    """

    def __init__(self, config: ProviderConfig | None = None) -> None:
        """Prepare; nothing is opened yet.

        Args:
            config: Key, address and headers. The base URL has no version, as in Google's own SDK; one with it is taken too.

        Raises:
            UsageError: The base URL is no URL.
        """
        host = find_host("google" if config is None else config.name)
        self._requests = GeminiRequests()
        super().__init__(config, host or _ANY)

    def _path(self, model: str) -> str:
        name = model if "/" in model else f"models/{model}"
        return f"/v1beta/{quote(name)}:streamGenerateContent?alt=sse"

    @property
    def _models_path(self) -> str:
        return "/v1beta/models?pageSize=1000"

    def _base_url(self, url: str) -> str:
        return without_suffixes(url, "/models", "/v1beta", "/v1alpha", "/v1")

    def _protocol_headers(self, key: str) -> Mapping[str, str]:
        return {self._host.key_header or "x-goog-api-key": key} if key else {}

    def _body(self, question: Question) -> bytes:
        return self._requests.body(question)

    def _reader(self, model: str) -> Reader:
        return GeminiReader(self._service, model)

    def _model_names(self, answer: Any) -> list[str] | None:
        models = answer.get("models") if isinstance(answer, dict) else None
        if not isinstance(models, list):
            return None
        names = [str(item["name"]) for item in models if isinstance(item, dict) and "name" in item]
        return [name.removeprefix("models/") for name in names]


_ANY = Host("google", GEMINI, "https://generativelanguage.googleapis.com")
