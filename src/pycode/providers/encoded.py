"""JSON for requests and arguments: each message is serialised once, and what models write is read with care."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_SPARE = 1000


class EncodedList(Generic[T]):
    """Keeps the result of a function for each item of a list, by the item's identity.

    Items must not change once they were seen. Several lists may be encoded in turn, as subagents do; what belongs to none
    of the recent ones is let go in time.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, T]] = {}

    def encode(self, items: Sequence[Any], function: Callable[[Any], T]) -> list[T]:
        """Return `function(item)` for each item, calling it only for items that are new."""
        known = self._known
        results: list[T] = []
        for item in items:
            entry = known.get(id(item))
            if entry is None:
                # The item is kept too, so that its id cannot come to mean another one.
                entry = known[id(item)] = (item, function(item))
            results.append(entry[1])
        if len(known) > 2 * len(items) + _SPARE:
            self._known = {id(item): known[id(item)] for item in items}
        return results


def dump(value: Any) -> bytes:
    """Return compact JSON; half a character (a lone surrogate) becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def parse_arguments(text: str) -> dict[str, Any] | None:
    """Return the arguments of a tool call, or None when the text is no JSON object.

    No text is no arguments. Line breaks inside strings are let pass, since small models write them.
    """
    if not text.strip():
        return {}
    try:
        value = json.loads(text, strict=False, parse_constant=_refuse)
        if "\\ud" in text.lower():
            # Escapes may stand for half a character, which no file and no terminal takes.
            value = json.loads(dump(value))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def whole_characters(text: str) -> str:
    """Return text that can be encoded: half a character becomes a question mark."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
