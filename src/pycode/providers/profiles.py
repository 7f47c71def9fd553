"""What models support and what they cost.

Limits, abilities and prices come from the catalogue; the user's own words go before it. What no catalogue says, how a
request is written for a model, is in the table below, the only place that knows models by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pycode.core.data import Data
from pycode.providers.catalogue import Catalogue
from pycode.providers.hosts import find_host
from pycode.providers.successors import successor_of

if TYPE_CHECKING:
    from pycode.config.schema import ModelSettings
    from pycode.providers.catalogue_facts import Facts
    from pycode.providers.compact import Compact


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Prices(Data):
    """USD per million tokens."""

    input: float
    """Input that no cache served."""
    output: float
    """Output, with reasoning."""
    cache_read: float
    """Input that the cache served."""
    cache_write: float
    """Input that was written to the cache."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Profile(Data):
    """What a model supports. The defaults are what is safe for a model that nobody knows."""

    context: int = 128_000
    """The most tokens of input and output together."""
    output: int = 8_192
    """The most tokens of one answer."""
    prices: Prices | None = None
    """What it costs, where that is known."""
    tiers: tuple[tuple[int, Prices], ...] = ()
    """What every token costs once the input has more tokens than the number; the numbers rise."""
    known: bool = False
    """Whether the catalogue, the user or the server says anything about it."""
    successor: str | None = None
    """The model to take instead, at the same service, where this one is withdrawn."""
    tools: bool = True
    """Whether it calls tools."""
    images: bool = False
    """Whether it reads images."""
    pdf: bool = False
    """Whether it reads PDF files."""
    temperature: bool = True
    """Whether the sampling temperature may be set."""
    structured: bool = False
    """Whether it can be held to a JSON schema."""
    patches: bool = False
    """Whether it was trained on patches and edits with them."""
    grammar: bool = False
    """Whether its server takes a GBNF grammar."""
    compact: Compact | None = None
    """How it is put to work in small steps; None for a model that needs no such help."""
    caching: bool = False
    """Whether its service charges less for a prefix that it has seen."""
    reasoning: bool = False
    """Whether it reasons before it answers."""
    reasoning_levels: tuple[str, ...] = ()
    """The service's words for how much it may reason, the least first; empty where it cannot be told so."""
    reasoning_budget: tuple[int, int] | None = None
    """The least and the most tokens of reasoning that may be asked for, where that is told in tokens; 0 is none."""
    reasoning_field: str | None = None
    """Chat Completions: the field in which its reasoning goes back with the message that it came with."""
    reasoning_switch: str | None = None
    """Chat Completions: the field that turns reasoning on and off, `thinking` (an object with `type` `enabled` or `disabled`),
    `enable_thinking` (a boolean) or `reasoning` (an object that also says how much)."""
    reasoning_unasked: bool = True
    """Whether it reasons too where a request says nothing about it."""
    adaptive_thinking: bool = False
    """Anthropic: whether `thinking` is `adaptive`, its text hidden unless asked for."""
    asks_for_cache: bool = False
    """Chat Completions: whether a request must ask for its prefix to be kept; elsewhere that comes by itself."""
    numbered_call_ids: bool = False
    """Chat Completions: whether the ids of calls must be `functions.NAME:NUMBER`, counted through the conversation."""
    limit_field: str = "max_tokens"
    """Chat Completions: the field that limits the answer."""


UNKNOWN = Profile()
"""What is assumed of a model that is in no table."""


class Profiles:
    """Finds profiles: the user's words first, then the catalogue, then safe defaults."""

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        overrides: Mapping[str, ModelSettings] | None = None,
    ) -> None:
        """Take the sources.

        Args:
            catalogue: The facts; those that come with PyCode when None.
            overrides: `provider/model` to what the user says of it.
        """
        self._catalogue = catalogue or Catalogue()
        self._overrides = overrides or {}

    def find(self, provider: str, model: str) -> Profile:
        """Return what a provider's model supports.

        Args:
            provider: The provider's name.
            model: The model's name there, with or without a date at its end.
        """
        facts = self._facts(provider, model)
        changes: dict[str, Any] = _dialect(provider, model)
        if facts is not None:
            changes |= _from_facts(facts)
        changes |= _corrections(provider, model)
        if changes.get("compact"):
            changes["compact"] = compact_profile()
        changes["successor"] = successor_of(
            provider, model, retired=bool(facts and facts.get("retired"))
        )
        if mine := self._overrides.get(f"{provider}/{model}"):
            changes |= _from_user(mine, changes.get("prices"))
        profile = replace(UNKNOWN, **changes)
        return UNKNOWN if profile == UNKNOWN else profile

    def models(self, provider: str) -> dict[str, Profile]:
        """Return the models that are known of a provider, by name."""
        prefix = f"{provider}/"
        names = [*self._catalogue.models(provider)]
        names += [
            name.removeprefix(prefix)
            for name in self._overrides
            if name.startswith(prefix) and name.removeprefix(prefix) not in names
        ]
        return {name: self.find(provider, name) for name in names}

    def _facts(self, provider: str, model: str) -> Facts | None:
        for name in _names(model):
            if facts := self._catalogue.facts(provider, name):
                return facts
        # A gateway names its models as vendor/model: then the vendor's facts hold, but not those of its service.
        vendor, _, name = model.partition("/")
        if not name or vendor == provider or find_host(vendor) is None:
            return None
        facts = self._facts(vendor, name) or {}
        return {key: value for key, value in facts.items() if key not in _OF_THE_HOST} or None


@lru_cache(maxsize=32)
def profile_for(provider: str, model: str) -> Profile:
    """Return what a provider's model supports, from the facts that come with PyCode.

    Args:
        provider: The provider's name.
        model: The model's name at that provider.
    """
    return Profiles().find(provider, model)


def compact_profile() -> Compact:
    """Return the compact profile, which few runs need."""
    from pycode.providers.compact_data import COMPACT

    return COMPACT


def cost(profile: Profile, usage: Mapping[str, int]) -> float | None:
    """Return what a request cost in USD, or None where the prices are not known.

    Args:
        profile: The model's profile.
        usage: Tokens, with the keys of a `usage` event.
    """
    prompt = sum(usage.get(key, 0) for key in ("input", "cache_read", "cache_write"))
    prices = profile.prices
    for above, dearer in profile.tiers:
        if prompt > above:
            prices = dearer
    if prices is None:
        return None
    total = (
        usage.get("input", 0) * prices.input
        + usage.get("cache_read", 0) * prices.cache_read
        + usage.get("cache_write", 0) * prices.cache_write
        + usage.get("output", 0) * prices.output
    )
    return total / 1_000_000


_DATE = re.compile(r"[-@](20\d{6}|20\d\d-\d\d-\d\d)$")
_OF_THE_HOST = ("price", "tiers", "retired", "field")


def _names(model: str) -> list[str]:
    """Return the names under which a model may be listed: as it is, without a variant, without a date."""
    names = [model, model.partition(":")[0], _DATE.sub("", model)]
    return list(dict.fromkeys(names))


def _from_facts(facts: Facts) -> dict[str, Any]:
    can = facts["can"]
    changes: dict[str, Any] = {
        "known": True,
        "context": facts["context"],
        "output": facts["output"],
    }
    words = ("tools", "images", "pdf", "reasoning", "temperature", "structured")
    changes |= {word: word in can for word in words}
    if price := facts.get("price"):
        changes["prices"] = _prices(price)
        changes["caching"] = price[2] is not None
        changes["tiers"] = tuple((tier[0], _prices(tier[1:])) for tier in facts.get("tiers", ()))
    if levels := facts.get("levels"):
        changes["reasoning_levels"] = tuple(levels)
    if budget := facts.get("budget"):
        changes["reasoning_budget"] = (budget[0], budget[1])
    if field := facts.get("field"):
        changes["reasoning_field"] = field
    return changes


def _prices(price: list[float | None]) -> Prices:
    given, output, read, write = price
    whole = given or 0.0
    # Where no price is listed for the cache, what goes through it costs what all input costs.
    return Prices(
        whole, output or 0.0, whole if read is None else read, whole if write is None else write
    )


def _from_user(mine: ModelSettings, listed: Prices | None) -> dict[str, Any]:
    names = ("context", "output", "tools", "images", "pdf", "reasoning", "temperature")
    said = {name: getattr(mine, name) for name in names}
    changes: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    changes["known"] = True
    if mine.profile is not None:
        changes["compact"] = compact_profile() if mine.profile == "compact" else None
    given, output = mine.input_price, mine.output_price
    if listed is None and (given is None or output is None):
        return changes
    base = listed or Prices(given or 0.0, output or 0.0, given or 0.0, given or 0.0)
    prices = {
        "input": given,
        "output": output,
        "cache_read": mine.cache_read_price,
        "cache_write": mine.cache_write_price,
    }
    said_prices = {name: value for name, value in prices.items() if value is not None}
    if said_prices:
        changes["prices"] = replace(base, **said_prices)
        changes["tiers"] = ()
    return changes


# What is ours: how requests are written for a model.


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Rule(Data):
    names: tuple[str, ...]
    """What a model's name begins with, after the last slash, without a date and with hyphens for dots."""
    changes: Mapping[str, Any]
    """Fields of the profile."""
    hosts: tuple[str, ...] = ()
    """Only at these; everywhere when empty."""


def _dialect(provider: str, model: str) -> dict[str, Any]:
    return _matching(_RULES, provider, model)


def _corrections(provider: str, model: str) -> dict[str, Any]:
    return _matching(_CORRECTIONS, provider, model)


def _matching(rules: tuple[_Rule, ...], provider: str, model: str) -> dict[str, Any]:
    name = _DATE.sub("", model.rpartition("/")[2]).lower().replace(".", "-")
    changes: dict[str, Any] = {}
    for rule in rules:
        if name.startswith(rule.names) and (not rule.hosts or provider in rule.hosts):
            changes |= rule.changes
    return changes


_ADAPTIVE = {
    "adaptive_thinking": True,
    "reasoning_levels": ("low", "medium", "high", "xhigh", "max"),
    "reasoning_budget": None,
    "temperature": False,
}
_BUDGET = {
    "adaptive_thinking": False,
    "reasoning_levels": (),
    "reasoning_budget": (1_024, 128_000),
    "temperature": True,
}
_OPENAI = ("openai", "azure-openai", "github-models")


def _levels(*words: str) -> dict[str, Any]:
    return {"reasoning_levels": words}


_RULES = (
    # Claude: since Opus 4.7 thinking is adaptive, before it has a budget; 3.5 and older do not think.
    _Rule(("claude-",), _ADAPTIVE | {"reasoning_unasked": False}),
    _Rule(("claude-",), {"asks_for_cache": True}, ("openrouter",)),
    _Rule(("claude-opus-4", "claude-sonnet-4", "claude-haiku-4", "claude-3-7"), _BUDGET),
    _Rule(("claude-opus-4-7", "claude-opus-4-8"), _ADAPTIVE),
    _Rule(
        ("claude-2", "claude-3-5", "claude-3-opus", "claude-3-sonnet", "claude-3-haiku"),
        _BUDGET | {"reasoning_budget": None},
    ),
    # OpenAI: the reasoning models take their limit under another name.
    _Rule(
        ("gpt-5", "gpt-6", "o1", "o3", "o4", "codex"),
        {"limit_field": "max_completion_tokens", "temperature": False},
        _OPENAI,
    ),
    _Rule(("gpt-5", "gpt-6", "codex"), {"patches": True}),
    _Rule(("o1", "o3", "o4"), _levels("low", "medium", "high")),
    _Rule(("gpt-5",), _levels("minimal", "low", "medium", "high")),
    _Rule(("gpt-5-1",), _levels("none", "low", "medium", "high")),
    _Rule(
        ("gpt-5-2", "gpt-5-3", "gpt-5-4", "gpt-5-5", "gpt-5-6", "gpt-6"),
        _levels("none", "low", "medium", "high", "xhigh"),
    ),
    _Rule(("gpt-5-pro",), _levels("high")),
    _Rule(("gpt-5-3-codex", "gpt-5-2-codex"), _levels("low", "medium", "high", "xhigh")),
    _Rule(("gpt-5-2-pro", "gpt-5-4-pro", "gpt-5-5-pro"), _levels("medium", "high", "xhigh")),
    _Rule(("gpt-5-2-chat", "gpt-5-3-chat"), _levels()),
    _Rule(("gpt-oss",), _levels("low", "medium", "high")),
    # Gemini: 2.5 counts tokens of thought, 3 and later know levels.
    _Rule(("gemini-3", "gemini-4"), _levels("minimal", "low", "medium", "high")),
    _Rule(("gemini-3-1-pro",), _levels("low", "medium", "high")),
    _Rule(("gemini-2-5-flash",), {"reasoning_budget": (0, 24_576)}),
    _Rule(("gemini-2-5-pro",), {"reasoning_budget": (128, 32_768)}),
    # It reads a call's tool out of the id, and falls silent after ids of another form.
    _Rule(("kimi-k2",), {"numbered_call_ids": True}),
    # The vendors' own services have a switch.
    _Rule(
        ("deepseek-v4", "deepseek-flash"),
        {"reasoning_switch": "thinking"} | _levels("low", "high", "max"),
        ("deepseek",),
    ),
    _Rule(("kimi-k3",), _levels("low", "high", "max"), ("moonshot",)),
    _Rule(("kimi-k2-5", "kimi-k2-6"), {"reasoning_switch": "thinking"}, ("moonshot",)),
    _Rule(("glm-4-5", "glm-4-6", "glm-4-7", "glm-5"), {"reasoning_switch": "thinking"}, ("zai",)),
    _Rule(("qwen", "qwq"), {"reasoning_switch": "enable_thinking"}, ("dashscope",)),
    _Rule(("",), {"reasoning_switch": "reasoning"}, ("openrouter",)),
    # What stands on llama.cpp can be held to a grammar.
    _Rule(("",), {"grammar": True}, ("local", "llama.cpp")),
    # A small model on two cores: more context takes memory, and minutes to read.
    _Rule(("",), {"context": 8_192, "output": 2_048, "compact": True}, ("local",)),
    _Rule(("qwen2-5-coder-1-5b",), {"known": True}, ("local",)),
)

_WITHOUT_SCHEMAS = (
    *("cerebras", "cohere", "dashscope", "deepseek", "fireworks", "groq", "huggingface"),
    *("mistral", "moonshot", "together", "zai"),
)
_CORRECTIONS = (
    # More than 200,000 tokens take a beta header, and cost twice as much.
    _Rule(("claude-sonnet-4-5",), {"context": 200_000}, ("anthropic",)),
    # Any other temperature than its own is refused.
    _Rule(("kimi-k2-5", "kimi-k2-6"), {"temperature": False}, ("moonshot",)),
    # They refuse a schema, or refuse it beside tools or a stream, or have not been seen to take it.
    _Rule(("",), {"structured": False}, _WITHOUT_SCHEMAS),
    # Before Gemini 3 a request has tools or a schema for the answer, not both.
    _Rule(("gemini-1", "gemini-2"), {"structured": False}, ("google",)),
)
"""Where the catalogue says what does not hold for our requests."""
