"""Model providers: the contract, and those that PyCode brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.providers.anthropic import AnthropicProvider as AnthropicProvider
    from pycode.providers.base import Provider as Provider
    from pycode.providers.base import ProviderConfig as ProviderConfig
    from pycode.providers.base import StreamEvent as StreamEvent
    from pycode.providers.create import create_provider as create_provider
    from pycode.providers.create import resolve_model as resolve_model
    from pycode.providers.gemini import GeminiProvider as GeminiProvider
    from pycode.providers.local import LocalProvider as LocalProvider
    from pycode.providers.openai_chat import CohereProvider as CohereProvider
    from pycode.providers.openai_chat import MistralProvider as MistralProvider
    from pycode.providers.openai_chat import OllamaProvider as OllamaProvider
    from pycode.providers.openai_chat import OpenAIProvider as OpenAIProvider
    from pycode.providers.openai_responses import (
        OpenAIResponsesProvider as OpenAIResponsesProvider,
    )

__all__ = [
    "AnthropicProvider",
    "CohereProvider",
    "GeminiProvider",
    "LocalProvider",
    "MistralProvider",
    "OllamaProvider",
    "OpenAIProvider",
    "OpenAIResponsesProvider",
    "Provider",
    "ProviderConfig",
    "StreamEvent",
    "create_provider",
    "resolve_model",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "anthropic": ["AnthropicProvider"],
        "base": ["Provider", "ProviderConfig", "StreamEvent"],
        "create": ["create_provider", "resolve_model"],
        "gemini": ["GeminiProvider"],
        "local": ["LocalProvider"],
        "openai_chat": ["CohereProvider", "MistralProvider", "OllamaProvider", "OpenAIProvider"],
        "openai_responses": ["OpenAIResponsesProvider"],
    },
)
