"""JSON Schemas as the services want them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_IN_ONE = ("items", "additionalProperties", "not")
_IN_LIST = ("anyOf", "oneOf", "allOf", "prefixItems")
_IN_MAP = ("properties", "$defs", "definitions")
_REFUSED = (
    "$schema",
    "default",
    "discriminator",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "patternProperties",
)


def is_strict(schema: dict[str, Any]) -> bool:
    """Return whether a schema is what OpenAI calls strict: every object is closed and needs all that it may have."""
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required", ())) != set(schema.get("properties", {})):
            return False
    return all(is_strict(part) for part in _parts(schema))


def for_gemini(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without what Gemini refuses.

    It knows choices of texts only: others become words in the description, and the type stays right.
    """
    kept = {key: value for key, value in schema.items() if key not in _REFUSED}
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
    if not all(isinstance(value, str) for value in kept.get("enum", ())):
        choices = ", ".join(json.dumps(value) for value in kept.pop("enum"))
        kept["description"] = f"{kept.get('description', '')} One of: {choices}.".strip()
    return _mapped(kept, for_gemini)


def _mapped(
    schema: dict[str, Any], function: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Return a schema in which a function was applied to the schemas right inside of it."""

    def changed(part: Any) -> Any:
        return function(part) if isinstance(part, dict) else part

    mapped = dict(schema)
    for key in mapped.keys() & set(_IN_ONE):
        mapped[key] = changed(mapped[key])
    for key in mapped.keys() & set(_IN_LIST):
        mapped[key] = [changed(part) for part in mapped[key]]
    for key in mapped.keys() & set(_IN_MAP):
        mapped[key] = {name: changed(part) for name, part in mapped[key].items()}
    return mapped


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas inside of a schema."""
    found = [schema[key] for key in _IN_ONE if key in schema]
    found += [part for key in _IN_LIST for part in schema.get(key, ())]
    found += [part for key in _IN_MAP for part in schema.get(key, {}).values()]
    return [part for part in found if isinstance(part, dict)]
