"""What to take instead of a model that its service has withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

from pycode.providers.hosts import find_host


def successor_of(provider: str, model: str, *, retired: bool) -> str | None:
    """Return the model to take instead, or None for one that is not withdrawn.

    Args:
        provider: The provider's name.
        model: The model's name there.
        retired: Whether the catalogue says that it is withdrawn.
    """
    table = SUCCESSORS.get(provider, {})
    found = [name for name in table if _matches(name, model)]
    if not found and not retired:
        return None
    host = find_host(provider)
    successor = table[max(found, key=len)] if found else None
    successor = successor or (host.default_model if host is not None else None)
    return successor if successor != model else None


def _matches(name: str, model: str) -> bool:
    return model.startswith(name[:-1]) if name.endswith("*") else model == name


SUCCESSORS: Mapping[str, Mapping[str, str | None]] = {
    "anthropic": {
        "claude-instant*": "claude-haiku-5-5",
        "claude-2*": None,
        "claude-3*": None,
        "claude-3-haiku*": "claude-haiku-5-5",
        "claude-3-5-haiku*": "claude-haiku-5-5",
        "claude-3-opus*": "claude-opus-5-5",
        "claude-opus-4-0": "claude-opus-5-5",
        "claude-opus-4-1*": "claude-opus-5-5",
        "claude-opus-4-2025*": "claude-opus-5-5",
        "claude-sonnet-4-0": None,
        "claude-sonnet-4-2025*": None,
    },
    "openai": {
        "codex-mini*": "gpt-5.3-codex",
        "gpt-3.5*": None,
        "gpt-4": None,
        "gpt-4-*": None,
        "gpt-4.1-nano*": "gpt-5.4-nano",
        "gpt-4.5*": None,
        "gpt-5-codex*": "gpt-5.3-codex",
        "gpt-5.1-codex*": "gpt-5.3-codex",
        "gpt-5.2-codex*": "gpt-5.3-codex",
        "o1*": None,
        "o3-mini*": "gpt-5.4-mini",
        "o4-mini*": "gpt-5.4-mini",
    },
    "google": {
        "gemini-1*": None,
        "gemini-2.0*": None,
        "gemini-2.0-flash-lite*": "gemini-3.5-flash-lite",
        "gemini-2.5-flash-preview-0*": "gemini-2.5-flash",
        "gemini-2.5-flash-lite-preview*": "gemini-2.5-flash-lite",
        "gemini-2.5-pro-preview-0*": "gemini-2.5-pro",
        "gemini-3-pro-preview": "gemini-3.1-pro-preview",
        "gemini-3.1-pro": "gemini-3.1-pro-preview",
        "gemini-3.1-flash-lite-preview": "gemini-3.1-flash-lite",
        "gemma-3*": "gemma-4-31b-it",
    },
    "mistral": {
        "mistral-large-2411": "mistral-large-latest",
        "mistral-nemo": "ministral-8b-latest",
        "mistral-small-2506": "mistral-small-latest",
        "open-mi*": "mistral-small-latest",
    },
    "deepseek": {
        "deepseek-chat": None,
        "deepseek-reasoner": None,
        "deepseek-v3*": None,
        "deepseek-v4-flash": "deepseek-flash",
    },
    "xai": {
        "grok-2*": None,
        "grok-3*": None,
        "grok-4": None,
        "grok-4-*": None,
        "grok-4.1*": None,
        "grok-beta": None,
        "grok-code-fast*": "grok-build-0.1",
    },
    "moonshot": {"kimi-k2-*": "kimi-k2.6", "kimi-k2.5": "kimi-k2.6"},
}
"""Host to what was withdrawn there to its successor. A name that ends with `*` means all that begin so; no successor is the
host's default model."""
