"""What PyCode keeps of a model's entry at models.dev, and how a file of such facts is written.

A file begins with a line about itself; each further line is `["host","model",{facts}]`, sorted by host, so that one model is
found without reading the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Facts: TypeAlias = dict[str, Any]
"""What is kept of one model:

    context, output     the limits in tokens
    can                 words: tools images pdf reasoning temperature structured
    price               USD per million tokens: [input, output, cache_read, cache_write], null where none is listed
    tiers               [[above, input, output, cache_read, cache_write], …]: what all tokens cost with a longer input
    levels              the levels of reasoning that may be asked for
    budget              [least, most] tokens of reasoning that may be asked for
    field               the field that reasoning goes back in
    retired             true where its service withdraws it
"""

VERSION = 1
"""The form of the files."""

_ABILITIES = {
    "tools": "tool_call",
    "reasoning": "reasoning",
    "temperature": "temperature",
    "structured": "structured_output",
}
_MOST_TOKENS = 1_000_000_000


def facts_of(model: object) -> Facts | None:
    """Return the facts of an entry of models.dev, or None for what answers no text or has no sense.

    Args:
        model: The entry, as it was downloaded: anything may be missing or of another type.
    """
    if not isinstance(model, dict) or "text" not in _words(model, "modalities", "output"):
        return None
    context, output = _tokens(model, "context"), _tokens(model, "output")
    if not context:
        return None
    seen = _words(model, "modalities", "input")
    can = [word for word, key in _ABILITIES.items() if model.get(key) is True]
    can += [word for word, kind in (("images", "image"), ("pdf", "pdf")) if kind in seen]
    facts: Facts = {"context": context, "output": min(output or context, context), "can": can}
    cost = model.get("cost")
    if isinstance(cost, dict) and (price := _price(cost)):
        facts["price"] = price
        facts["tiers"] = _tiers(cost)
    facts |= _reasoning(model)
    if isinstance(field := _inner(model, "interleaved", "field"), str):
        facts["field"] = field
    if model.get("status") == "deprecated":
        facts["retired"] = True
    return {name: value for name, value in facts.items() if value or name == "can"}


def catalogue_text(models: Mapping[str, Mapping[str, Facts]], date: str, source: str) -> str:
    """Return the text of a file.

    Args:
        models: Host to model to facts.
        date: The day that the facts are of, as 2026-11-25.
        source: Where they are from.
    """
    head = {"catalogue": VERSION, "date": date, "source": source}
    lines = [_dump(head)]
    for host in sorted(models):
        lines += [_dump([host, name, models[host][name]]) for name in sorted(models[host])]
    return "\n".join(lines) + "\n"


def line_start(host: str, model: str | None = None) -> bytes:
    """Return what the line of a model begins with, or that of any model of a host."""
    names = [host] if model is None else [host, model]
    return b"\n" + _dump(names)[:-1].encode() + b","


def _dump(value: object) -> str:
    # With escapes only ASCII is left, which has no line end but \n.
    return json.dumps(value, separators=(",", ":"))


def _inner(model: Mapping[str, Any], outer: str, inner: str) -> Any:
    value = model.get(outer)
    return value.get(inner) if isinstance(value, dict) else None


def _words(model: Mapping[str, Any], outer: str, inner: str) -> list[str]:
    return _texts(_inner(model, outer, inner))


def _texts(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _tokens(model: Mapping[str, Any], key: str) -> int:
    value = _inner(model, "limit", key)
    return value if type(value) is int and 0 < value < _MOST_TOKENS else 0


def _price(cost: Mapping[str, Any]) -> list[float | None] | None:
    """Return input, output, cache read and cache write; None where the first two are not both listed."""
    values = [_amount(cost.get(key)) for key in ("input", "output", "cache_read", "cache_write")]
    return None if values[0] is None or values[1] is None else values


def _amount(value: object) -> float | None:
    if type(value) is int or type(value) is float:
        return value if 0 <= value < 1_000_000 else None
    return None


def _tiers(cost: Mapping[str, Any]) -> list[list[float | None]]:
    tiers = []
    listed = cost.get("tiers")
    for tier in listed if isinstance(listed, list) else []:
        above = _inner(tier, "tier", "size") if isinstance(tier, dict) else None
        price = _price(tier) if isinstance(tier, dict) else None
        if type(above) is int and above > 0 and price:
            tiers.append([above, *price])
    return sorted(tiers, key=lambda tier: tier[0] or 0)


def _reasoning(model: Mapping[str, Any]) -> Facts:
    """Return the levels and the budget that a request may ask for."""
    facts: Facts = {}
    options = model.get("reasoning_options")
    for option in _dicts(options):
        if option.get("type") == "effort" and (levels := _texts(option.get("values"))):
            facts["levels"] = levels
        least, most = option.get("min"), option.get("max")
        if option.get("type") == "budget_tokens" and type(least) is int and type(most) is int:
            facts["budget"] = [least, most]
    return facts


def _dicts(value: object) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
