"""What models support and what they cost.

The only place that knows models by name. The table was read from the vendors' pages on 2026-11-25; prices are USD per million
tokens. A model is found by the longest name in the table that its own name begins with, so that dated names are covered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """USD per million tokens."""

    input: float
    """Input that no cache served."""
    output: float
    """Output, with reasoning."""
    cache_read: float
    """Input that the cache served."""
    cache_write: float
    """Input that was written to the cache."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a model supports. The defaults are what is safe for a model that nobody knows."""

    context: int = 128_000
    """The most tokens of input and output together."""
    output: int = 8_192
    """The most tokens of one answer."""
    prices: Prices | None = None
    """What it costs, where that is known."""
    long_prices: Prices | None = None
    """What every token costs once the input is longer than `long_from`."""
    long_from: int = 0
    """The number of input tokens up to which `prices` apply."""
    tools: bool = True
    """Whether it calls tools."""
    images: bool = False
    """Whether it reads images."""
    reasoning: bool = False
    """Whether it reasons before it answers."""
    temperature: bool = True
    """Whether the sampling temperature may be set."""
    adaptive_thinking: bool = False
    """Anthropic: whether `thinking` is `adaptive`, its text hidden unless asked for."""
    limit_field: str = "max_tokens"
    """Chat Completions: the field that limits the answer."""


UNKNOWN = Profile()
"""What is assumed of a model that is in no table."""


def profile_for(provider: str, model: str) -> Profile:
    """Return what a provider's model supports.

    Args:
        provider: The provider's name.
        model: The model's name at that provider.
    """
    table = _TABLES.get(provider, {})
    known = max((name for name in table if model.startswith(name)), key=len, default=None)
    return table[known] if known is not None else UNKNOWN


def known_models(provider: str) -> list[str]:
    """Return the names in the table for a provider, the best to begin with first."""
    return list(_TABLES.get(provider, {}))


def cost(profile: Profile, usage: Mapping[str, int]) -> float | None:
    """Return what a request cost in USD, or None where the prices are not known.

    Args:
        profile: The model's profile.
        usage: Tokens, with the keys of a `usage` event.
    """
    prompt = sum(usage.get(key, 0) for key in ("input", "cache_read", "cache_write"))
    is_long = profile.long_prices is not None and prompt > profile.long_from
    prices = profile.long_prices if is_long else profile.prices
    if prices is None:
        return None
    total = (
        usage.get("input", 0) * prices.input
        + usage.get("cache_read", 0) * prices.cache_read
        + usage.get("cache_write", 0) * prices.cache_write
        + usage.get("output", 0) * prices.output
    )
    return total / 1_000_000


def _claude(
    context: int, output: int, prices: tuple[float, float, float, float], *, adaptive: bool = True
) -> Profile:
    return Profile(
        context,
        output,
        Prices(*prices),
        images=True,
        reasoning=True,
        temperature=not adaptive,
        adaptive_thinking=adaptive,
    )


def _gpt(
    context: int, output: int, prices: tuple[float, float, float], *, long: bool = False
) -> Profile:
    price_in, price_out, price_cached = prices
    # Past 272,000 tokens input costs twice as much and output one and a half times.
    double = Prices(2 * price_in, 1.5 * price_out, 2 * price_cached, 2.5 * price_in)
    return Profile(
        context,
        output,
        Prices(price_in, price_out, price_cached, 1.25 * price_in if long else price_in),
        long_prices=double if long else None,
        long_from=272_000 if long else 0,
        images=True,
        reasoning=True,
        temperature=False,
        limit_field="max_completion_tokens",
    )


def _gpt_plain(context: int, output: int, prices: tuple[float, float, float]) -> Profile:
    price_in, price_out, price_cached = prices
    listed = Prices(price_in, price_out, price_cached, price_in)
    return Profile(context, output, listed, images=True)


_ANTHROPIC = {
    "claude-sonnet-5-5": _claude(1_000_000, 128_000, (2, 10, 0.1, 2.5)),
    "claude-opus-5-5": _claude(1_000_000, 128_000, (4, 20, 0.2, 5)),
    "claude-fable-5-2": _claude(1_000_000, 128_000, (8, 40, 0.2, 10)),
    "claude-fable-5-1": _claude(1_000_000, 128_000, (10, 50, 0.25, 12.5)),
    "claude-fable-5": _claude(1_000_000, 128_000, (10, 50, 1, 12.5)),
    "claude-sonnet-5": _claude(1_000_000, 128_000, (2, 10, 0.2, 2.5)),
    "claude-opus-5": _claude(1_000_000, 128_000, (5, 25, 0.5, 6.25)),
    "claude-haiku-5-5": Profile(
        1_000_000,
        64_000,
        Prices(0.1, 0.5, 0.01, 0.125),
        Prices(0.5, 2.5, 0.05, 0.625),
        100_000,
        images=True,
        reasoning=True,
        temperature=False,
        adaptive_thinking=True,
    ),
    "claude-opus-4-8": _claude(1_000_000, 128_000, (5, 25, 0.5, 6.25)),
    "claude-opus-4-7": _claude(1_000_000, 128_000, (5, 25, 0.5, 6.25)),
    "claude-opus-4-6": _claude(1_000_000, 128_000, (5, 25, 0.5, 6.25), adaptive=False),
    "claude-sonnet-4-6": _claude(1_000_000, 128_000, (3, 15, 0.3, 3.75), adaptive=False),
    "claude-opus-4-5": _claude(200_000, 64_000, (5, 25, 0.5, 6.25), adaptive=False),
    "claude-sonnet-4-5": _claude(200_000, 64_000, (3, 15, 0.3, 3.75), adaptive=False),
    "claude-haiku-4-5": _claude(200_000, 64_000, (1, 5, 0.1, 1.25), adaptive=False),
    "claude-opus-4": _claude(200_000, 32_000, (15, 75, 1.5, 18.75), adaptive=False),
    "claude-sonnet-4": _claude(200_000, 64_000, (3, 15, 0.3, 3.75), adaptive=False),
    "claude-3-7-sonnet": _claude(200_000, 64_000, (3, 15, 0.3, 3.75), adaptive=False),
    "claude-3-5-haiku": _claude(200_000, 8_192, (0.8, 4, 0.08, 1), adaptive=False),
}

_OPENAI = {
    "gpt-5.2": _gpt(400_000, 128_000, (1.75, 14, 0.175)),
    "gpt-5.1": _gpt(400_000, 128_000, (1.25, 10, 0.125)),
    "gpt-5-mini": _gpt(400_000, 128_000, (0.25, 2, 0.025)),
    "gpt-5-nano": _gpt(400_000, 128_000, (0.05, 0.4, 0.005)),
    "gpt-5": _gpt(400_000, 128_000, (1.25, 10, 0.125)),
    "gpt-5.1-codex-mini": _gpt(400_000, 128_000, (0.25, 2, 0.025)),
    "gpt-5.3-codex": _gpt(400_000, 128_000, (1.75, 14, 0.175)),
    "gpt-5.4-mini": _gpt(400_000, 128_000, (0.75, 4.5, 0.075)),
    "gpt-5.4-nano": _gpt(400_000, 128_000, (0.2, 1.25, 0.02)),
    "gpt-5.4": _gpt(1_050_000, 128_000, (2.5, 15, 0.25), long=True),
    "gpt-5.5": _gpt(1_000_000, 128_000, (5, 30, 0.5), long=True),
    "gpt-5.6-sol": _gpt(1_050_000, 128_000, (4, 20, 0.4), long=True),
    "gpt-5.6-terra": _gpt(1_050_000, 128_000, (2, 12, 0.2), long=True),
    "gpt-5.6-luna": _gpt(1_050_000, 128_000, (0.2, 1.2, 0.02), long=True),
    "gpt-6-astra": _gpt(1_050_000, 128_000, (10, 50, 1), long=True),
    "gpt-6.1-sol": _gpt(1_050_000, 128_000, (2, 10, 0.1), long=True),
    "gpt-6.1-terra": _gpt(1_050_000, 128_000, (1, 5, 0.05), long=True),
    "gpt-6-sol": _gpt(1_050_000, 128_000, (2, 10, 0.2), long=True),
    "gpt-6-luna": _gpt(1_050_000, 128_000, (0.1, 0.5, 0.01), long=True),
    "gpt-4.1-mini": _gpt_plain(1_000_000, 32_768, (0.4, 1.6, 0.1)),
    "gpt-4.1-nano": _gpt_plain(1_000_000, 32_768, (0.1, 0.4, 0.025)),
    "gpt-4.1": _gpt_plain(1_000_000, 32_768, (2, 8, 0.5)),
    "gpt-4o-mini": _gpt_plain(128_000, 16_384, (0.15, 0.6, 0.075)),
    "gpt-4o": _gpt_plain(128_000, 16_384, (2.5, 10, 1.25)),
    "o4-mini": _gpt(200_000, 100_000, (1.1, 4.4, 0.275)),
    "o3-mini": _gpt(200_000, 100_000, (1.1, 4.4, 0.55)),
    "o3": _gpt(200_000, 100_000, (2, 8, 0.5)),
    "o1": _gpt(200_000, 100_000, (15, 60, 7.5)),
}

_TABLES: Mapping[str, Mapping[str, Profile]] = {"anthropic": _ANTHROPIC, "openai": _OPENAI}
