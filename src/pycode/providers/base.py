"""What a provider is: something that streams a model's answer as neutral events.

Messages and tools are neutral dicts that each provider turns into its own wire format.

A message is `{"role": "user" | "assistant", "content": str | list of blocks}`. Blocks of a user message:

    {"type": "text", "text": str}
    {"type": "image", "media_type": str, "data": base64 str}
    {"type": "tool_result", "id": str, "name": str, "content": str, "is_error": bool}

and of an assistant message:

    {"type": "text", "text": str}
    {"type": "reasoning", "text": str, "opaque": list | absent}
    {"type": "tool_call", "id": str, "name": str, "arguments": dict, "opaque": list | absent}

A tool is `{"name": str, "description": str, "parameters": JSON Schema}`.

`opaque` holds what this same provider once sent in `opaque` events; it goes back unchanged.

The engine hands over the same message objects step after step and never changes one, so a provider may keep what it made
of each (see `EncodedList` in the transport).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pycode.core.data import Data

FINISH_REASONS = ("stop", "tool_calls", "length", "content_filter", "pause")
"""The reasons that a `finish` event may give."""

USAGE_KEYS = ("input", "cache_read", "cache_write", "output", "reasoning")
"""What `usage` counts, in tokens: `input` is without the cached ones, `output` is with `reasoning`."""


@dataclass(slots=True, eq=False, repr=False)
class StreamEvent(Data):
    """One piece of a model's answer.

    Types and what `data` carries (indented: optional):

        start
        text_start             text_delta {text}            text_end
        reasoning_start        reasoning_delta {text}       reasoning_end
        tool_call_start {id, name}
        tool_call_delta {id, text}
        tool_call_end {id, name, arguments}, or {id, name, arguments_raw} when the text was cut or is no object
        opaque {value, id}     replayed unchanged on the open reasoning (no `id`) or on the call `id`
        usage {input, cache_read, cache_write, output, reasoning}     cumulative tokens
        retry {attempt, error, wait}     the transport tries again in `wait` seconds; nothing had been yielded
        finish {reason, raw_reason, usage}     once, last
    """

    type: str
    """One of the types above."""
    data: dict[str, Any] = field(default_factory=dict)
    """What belongs to it."""


@dataclass(slots=True, eq=False, repr=False)
class ProviderConfig(Data):
    """Who hosts a model and with which key."""

    name: str
    """The provider's name, for example `anthropic`."""
    api_key: str | None = field(default=None, repr=False)
    """The key; never printed."""
    base_url: str | None = None
    """Where the service is, as the vendor's own SDK means it; None is the vendor's address."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Headers to add to every request."""
    ca_file: str | None = None
    """A PEM file of certificates to trust beside the usual ones."""


class Provider(ABC):
    """Streams answers from one service. Subclasses need exactly these three members."""

    def __init__(self, config: ProviderConfig | None = None) -> None:
        self.config = config if config is not None else ProviderConfig(name=self.name)

    @property
    @abstractmethod
    def name(self) -> str:
        """The provider's name."""

    @abstractmethod
    def stream(
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
        """Yield the answer to `messages`.

        Args:
            model: The model's name at this service.
            messages: The conversation, neutral.
            system: The system prompt.
            tools: What the model may call, neutral.
            temperature: Sampling temperature; None leaves it to the service.
            max_tokens: The most tokens to answer with; None leaves it to the provider.
            options: `max_retries` (tries after the first), `timeout` (seconds until the first event), `idle_timeout`
                (seconds between events) and what a provider names itself.

        Raises:
            ProviderError: After whatever had arrived was yielded.
        """

    @abstractmethod
    async def list_models(self) -> list[str]:
        """Return the names of the models that the service offers.

        Raises:
            ProviderError: The service cannot be asked.
        """

    async def close(self) -> None:
        """Let go of connections; the provider is not used afterwards."""
        return
