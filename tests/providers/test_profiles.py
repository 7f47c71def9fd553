"""What models support and cost."""

from __future__ import annotations

import pytest

from pycode.providers.hosts import HOSTS
from pycode.providers.profiles import UNKNOWN, cost, known_models, profile_for


def test_the_longest_name_wins() -> None:
    assert (
        profile_for("openai", "gpt-5.1-codex-mini").prices
        == profile_for("openai", "gpt-5-mini").prices
    )
    assert profile_for("openai", "gpt-4.1-mini-2025-04-14").output == 32_768
    assert profile_for("anthropic", "claude-3-7-sonnet-20250219").output == 64_000
    assert profile_for("anthropic", "claude-opus-4-20250514").context == 200_000


def test_nobody_knows_it() -> None:
    for provider in ("anthropic", "openai", "elsewhere"):
        profile = profile_for(provider, "unheard-of")
        assert profile is UNKNOWN
        assert (profile.output, profile.prices, profile.tools) == (8192, None, True)


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_every_model_has_prices_and_room(provider: str) -> None:
    for model in known_models(provider):
        profile = profile_for(provider, model)
        assert profile.prices is not None
        assert 0 < profile.prices.cache_read < profile.prices.input < profile.prices.output
        assert profile.output < profile.context


def test_default_models_are_known_where_there_is_a_table() -> None:
    for host in HOSTS:
        if known_models(host.name):
            assert profile_for(host.name, host.default_model or "") is not UNKNOWN


def test_cost() -> None:
    profile = profile_for("anthropic", "claude-3-7-sonnet-20250219")
    usage = {
        "input": 1000,
        "cache_read": 10_000,
        "cache_write": 2000,
        "output": 500,
        "reasoning": 100,
    }
    assert cost(profile, usage) == pytest.approx(0.003 + 0.003 + 0.0075 + 0.0075)
    assert cost(profile, {}) == 0
    assert cost(UNKNOWN, usage) is None


def test_long_input_costs_more_for_every_token() -> None:
    profile = profile_for("openai", "gpt-6.1-sol")
    assert cost(profile, {"input": 272_000, "output": 1000}) == pytest.approx(0.544 + 0.01)
    assert cost(profile, {"input": 272_001, "output": 1000}) == pytest.approx(1.088004 + 0.015)
    assert cost(profile, {"cache_read": 300_000}) == pytest.approx(0.06)
