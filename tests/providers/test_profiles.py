"""What models support and cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from pycode.config.schema import ModelSettings
from pycode.providers.catalogue import Catalogue
from pycode.providers.catalogue_facts import catalogue_text
from pycode.providers.hosts import HOSTS
from pycode.providers.profiles import UNKNOWN, Prices, Profiles, cost, profile_for

VENDORS = [host.name for host in HOSTS if host.catalogue]


def test_a_date_or_a_variant_at_the_end_of_a_name_is_looked_through() -> None:
    assert profile_for("openai", "gpt-4.1-mini-2025-04-14") == profile_for("openai", "gpt-4.1-mini")
    assert profile_for("anthropic", "claude-opus-4-6-20260205").context == 1_000_000
    free = profile_for("openrouter", "z-ai/glm-5.1:nitro")
    assert free.context == profile_for("openrouter", "z-ai/glm-5.1").context


def test_another_ending_is_another_model() -> None:
    assert not profile_for("openai", "gpt-5.2-giant").known


@pytest.mark.parametrize("provider", ["mistral", "vllm", "elsewhere"])
def test_nobody_knows_it(provider: str) -> None:
    profile = profile_for(provider, "unheard-of")
    assert profile is UNKNOWN
    assert (profile.output, profile.prices, profile.tools, profile.known) == (
        8192,
        None,
        True,
        False,
    )


@pytest.mark.parametrize("provider", VENDORS)
def test_every_listed_model_makes_sense(provider: str) -> None:
    models = Profiles().models(provider)
    assert models
    for profile in models.values():
        assert profile.known
        assert 0 < profile.output <= profile.context
        assert profile.prices is None or profile.prices.input >= 0
        bounds = [above for above, _ in profile.tiers]
        assert bounds == sorted(bounds)


@pytest.mark.parametrize("provider", ["anthropic", "openai", "google"])
def test_the_great_vendors_models_have_prices_and_room(provider: str) -> None:
    for name, profile in Profiles().models(provider).items():
        if profile.tools and not name.startswith("gemma"):
            assert profile.prices is not None, name
            assert 0 < profile.prices.cache_read <= profile.prices.input < profile.prices.output


@pytest.mark.parametrize(
    "host", [host for host in HOSTS if host.default_model], ids=lambda h: h.name
)
def test_a_default_model_is_known_calls_tools_and_is_not_withdrawn(host: object) -> None:
    found = next(item for item in HOSTS if item is host)
    profile = profile_for(found.name, found.default_model or "")
    assert (profile.known, profile.tools, profile.successor) == (True, True, None)
    assert profile.context >= (8_192 if found.name == "local" else 100_000)


class TestDialect:
    """What requests need to know, which no catalogue says."""

    @pytest.mark.parametrize(
        ("provider", "model", "adaptive"),
        [
            ("anthropic", "claude-opus-4-7", True),
            ("anthropic", "claude-sonnet-5-5", True),
            ("anthropic", "claude-of-the-future", True),
            ("openrouter", "anthropic/claude-opus-4.8", True),
            ("anthropic", "claude-opus-4-6", False),
            ("anthropic", "claude-3-7-sonnet-20250219", False),
            ("openai", "gpt-5.2", False),
        ],
    )
    def test_adaptive_thinking(self, provider: str, model: str, adaptive: bool) -> None:
        assert profile_for(provider, model).adaptive_thinking is adaptive

    @pytest.mark.parametrize(
        ("provider", "model", "levels"),
        [
            ("openai", "gpt-5", "minimal low medium high"),
            ("openai", "gpt-5-2025-08-07", "minimal low medium high"),
            ("openai", "gpt-5.1", "none low medium high"),
            ("openai", "gpt-6.1-sol", "none low medium high xhigh"),
            ("openrouter", "openai/gpt-5.4", "none low medium high xhigh"),
            ("openai", "o3", "low medium high"),
            ("openai", "gpt-4.1", ""),
            ("anthropic", "claude-sonnet-5-5", "low medium high xhigh max"),
            ("google", "gemini-3.7-flash", "minimal low medium high"),
            ("groq", "openai/gpt-oss-120b", "low medium high"),
            ("deepseek", "deepseek-v4-pro", "low high max"),
            ("moonshot", "kimi-k3", "low high max"),
        ],
    )
    def test_levels_of_reasoning(self, provider: str, model: str, levels: str) -> None:
        assert " ".join(profile_for(provider, model).reasoning_levels) == levels

    def test_budgets_of_reasoning(self) -> None:
        assert profile_for("anthropic", "claude-sonnet-4-5").reasoning_budget == (1024, 128_000)
        assert profile_for("google", "gemini-2.5-pro").reasoning_budget == (128, 32_768)
        assert profile_for("anthropic", "claude-sonnet-5-5").reasoning_budget is None

    def test_the_field_that_limits_an_answer(self) -> None:
        for model in ("gpt-5.2", "o3", "gpt-6-of-tomorrow"):
            assert profile_for("openai", model).limit_field == "max_completion_tokens"
        assert profile_for("openai", "gpt-4.1").limit_field == "max_tokens"
        assert profile_for("openrouter", "openai/gpt-5.2").limit_field == "max_tokens"

    def test_what_the_catalogue_says_only_of_other_requests_is_corrected(self) -> None:
        assert profile_for("anthropic", "claude-sonnet-4-5-20250929").context == 200_000
        assert profile_for("openrouter", "anthropic/claude-sonnet-4.5").context == 1_000_000
        assert not profile_for("moonshot", "kimi-k2.6").temperature
        assert not profile_for("deepseek", "deepseek-v4-pro").structured
        assert profile_for("openai", "gpt-5.2").structured

    def test_claude_does_not_reason_unless_asked(self) -> None:
        assert not profile_for("openrouter", "anthropic/claude-haiku-4.5").reasoning_unasked
        assert not profile_for("anthropic", "claude-sonnet-5-5").reasoning_unasked
        assert profile_for("openrouter", "openai/gpt-5.2").reasoning_unasked

    def test_where_reasoning_goes_back(self) -> None:
        assert profile_for("moonshot", "kimi-k3").reasoning_field == "reasoning_content"
        assert profile_for("together", "zai-org/GLM-5.2").reasoning_field == "reasoning_content"
        assert profile_for("openai", "gpt-5.2").reasoning_field is None

    def test_abilities(self) -> None:
        claude = profile_for("anthropic", "claude-sonnet-5-5")
        assert claude.images
        assert claude.pdf
        assert claude.caching
        assert claude.structured
        assert not claude.temperature
        assert not profile_for("groq", "openai/gpt-oss-120b").images
        assert not profile_for("together", "google/gemma-3n-E4B-it").tools


class TestSuccessors:
    """A model that is withdrawn names the one to take."""

    @pytest.mark.parametrize(
        ("provider", "model", "successor"),
        [
            ("anthropic", "claude-opus-4-20250514", "claude-opus-5-5"),
            ("anthropic", "claude-3-5-haiku-latest", "claude-haiku-5-5"),
            ("anthropic", "claude-3-7-sonnet-20250219", "claude-sonnet-5-5"),
            ("anthropic", "claude-opus-4-6", None),
            ("openai", "gpt-5.1-codex-mini", "gpt-5.3-codex"),
            ("openai", "gpt-5.1", None),
            ("google", "gemini-3-pro-preview", "gemini-3.1-pro-preview"),
            ("mistral", "devstral-latest", "mistral-medium-latest"),
            ("xai", "grok-4", "grok-4.6"),
            ("xai", "grok-4.5", None),
            ("deepseek", "deepseek-reasoner", "deepseek-v4-pro"),
            ("elsewhere", "claude-3-opus", None),
        ],
    )
    def test_the_table(self, provider: str, model: str, successor: str | None) -> None:
        assert profile_for(provider, model).successor == successor

    @pytest.mark.parametrize("provider", VENDORS)
    def test_no_chain(self, provider: str) -> None:
        for name, profile in Profiles().models(provider).items():
            if profile.successor:
                assert profile_for(provider, profile.successor).successor is None, name


class TestGateways:
    """A host that nobody lists borrows the vendor's facts, not its prices."""

    def test_a_vendors_model_elsewhere(self) -> None:
        borrowed = profile_for("github-models", "openai/gpt-4.1")
        own = profile_for("openai", "gpt-4.1")
        assert (borrowed.context, borrowed.images) == (own.context, own.images)
        assert borrowed.prices is None

    def test_no_vendor(self) -> None:
        assert profile_for("github-models", "nobody/gpt-4.1") is UNKNOWN
        assert profile_for("github-models", "gpt-4.1") is UNKNOWN


class TestOverrides:
    """What the user says goes before everything."""

    def test_a_known_model(self) -> None:
        mine = {"openai/gpt-6.1-sol": ModelSettings(context=10, images=False, input_price=7)}
        profile = Profiles(None, mine).find("openai", "gpt-6.1-sol")
        assert (profile.context, profile.images, profile.pdf) == (10, False, True)
        assert profile.prices == Prices(7, 10, 0.1, 2.5)
        assert profile.tiers == ()

    def test_an_unknown_model(self) -> None:
        mine = {"mine/large": ModelSettings(context=32_000, tools=False)}
        profiles = Profiles(None, mine)
        profile = profiles.find("mine", "large")
        assert (profile.known, profile.context, profile.output) == (True, 32_000, 8192)
        assert (profile.tools, profile.prices) == (False, None)
        assert list(profiles.models("mine")) == ["large"]

    def test_prices_need_both_directions(self) -> None:
        def prices(mine: ModelSettings) -> Prices | None:
            return Profiles(None, {"mine/m": mine}).find("mine", "m").prices

        assert prices(ModelSettings(input_price=1)) is None
        assert prices(ModelSettings(input_price=1, output_price=2)) == Prices(1, 2, 1, 1)
        cached = ModelSettings(input_price=1, output_price=2, cache_read_price=0.1)
        assert prices(cached) == Prices(1, 2, 0.1, 1)


def test_a_refreshed_file_goes_before_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    facts = {"context": 5000, "output": 50, "can": ["tools"], "levels": ["a", "b"]}
    text = catalogue_text({"openai": {"gpt-4.1": facts}}, "2999-01-01", "a test")
    path.write_text(text, encoding="utf-8")
    profiles = Profiles(Catalogue(path))
    assert profiles.find("openai", "gpt-4.1").context == 5000
    assert profiles.find("openai", "gpt-4.1").reasoning_levels == ("a", "b")
    assert profiles.find("openai", "gpt-4.1-mini") == profile_for("openai", "gpt-4.1-mini")


def test_cost() -> None:
    profile = profile_for("anthropic", "claude-sonnet-4-6")
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


def test_what_no_price_is_listed_for_costs_as_input() -> None:
    prices = profile_for("openai", "gpt-5.2").prices
    assert prices is not None
    assert (prices.input, prices.cache_read, prices.cache_write) == (1.75, 0.175, 1.75)


def test_long_input_costs_more_for_every_token() -> None:
    profile = profile_for("openai", "gpt-6.1-sol")
    assert cost(profile, {"input": 272_000, "output": 1000}) == pytest.approx(0.544 + 0.01)
    assert cost(profile, {"input": 272_001, "output": 1000}) == pytest.approx(1.088004 + 0.015)
    assert cost(profile, {"cache_read": 300_000}) == pytest.approx(0.06)
