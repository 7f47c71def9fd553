"""Short names of models, as programs for Claude Code use them: the newest of the family that the catalogue knows."""

from __future__ import annotations

import re

from pycode.config.schema import Config
from pycode.providers.places import Sources

_FAMILIES = ("sonnet", "opus", "haiku")
_NUMBERS = re.compile(r"\d+")
_DATED = re.compile(r"-\d{8}$")


def model_alias(name: str) -> str | None:
    """Return the model that a short name means, any other name as it is, and None for `default`.

    Args:
        name: Such as `sonnet`, `opus[1m]`, `claude-opus-4-5` or `provider/model`.
    """
    plain = name.removesuffix("[1m]")
    if plain == "default":
        return None
    if plain not in _FAMILIES:
        return plain
    known = Sources(Config(), {}).profiles.models("anthropic")
    family = [model for model in known if f"-{plain}-" in model and not _DATED.search(model)]
    if not family:
        return plain
    return f"anthropic/{max(family, key=lambda model: [int(n) for n in _NUMBERS.findall(model)])}"
