"""Puts the arguments of a Gemini call together where they are streamed: values with paths, strings in pieces."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

_STEP = re.compile(r"""\.([^.\[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]""")
_MOST_ITEMS = 100_000


class StreamedArguments:
    """The arguments of one call."""

    def __init__(self) -> None:
        self._value: dict[str, Any] = {}
        self._texts: dict[str, list[str]] = {}

    def add(self, piece: dict[str, Any]) -> None:
        """Add one entry of `partialArgs`.

        Raises:
            ValueError: Its path is none, or does not fit what came before.
        """
        path = piece["jsonPath"]
        if "stringValue" in piece:
            if path not in self._texts:
                self._texts[path] = []
                self._put(path, "")
            # Joined at the end: a long text comes in very many pieces.
            self._texts[path].append(piece["stringValue"])
        elif "numberValue" in piece:
            self._put(path, piece["numberValue"])
        elif "boolValue" in piece:
            self._put(path, piece["boolValue"])
        elif "nullValue" in piece:
            self._put(path, None)

    def update(self, whole: dict[str, Any]) -> None:
        """Add arguments that came whole."""
        self._value |= whole

    def result(self) -> dict[str, Any]:
        """Return the arguments."""
        for path, pieces in self._texts.items():
            self._put(path, "".join(pieces))
        return self._value

    def _put(self, path: str, value: Any) -> None:
        steps = _steps(path)
        place: Any = self._value
        for step, following in pairwise(steps):
            place = _enter(place, step, following)
        last = steps[-1]
        if isinstance(last, int):
            _reach(place, last)
        elif not isinstance(place, dict):
            raise ValueError(f"the path {path} leads into a value")
        place[last] = value


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    place = 1
    while match := _STEP.match(path, place):
        name, index, quoted, quoted_too = match.groups()
        steps.append(int(index) if index else name or quoted or quoted_too or "")
        place = match.end()
    if not path.startswith("$") or place != len(path) or not steps:
        raise ValueError(f"{path!r} is no path")
    return steps


def _enter(place: Any, step: str | int, following: str | int) -> Any:
    """Return what is at a step, made where there is nothing yet."""
    fresh: Any = [] if isinstance(following, int) else {}
    if isinstance(step, int):
        _reach(place, step)
        if place[step] is None:
            place[step] = fresh
        return place[step]
    if not isinstance(place, dict):
        raise ValueError(f"there is no {step!r} in a value")
    return place.setdefault(step, fresh)


def _reach(place: Any, index: int) -> None:
    """Make a list long enough."""
    if not isinstance(place, list) or index >= _MOST_ITEMS:
        raise ValueError(f"there is no item {index} here")
    place += [None] * (index + 1 - len(place))
