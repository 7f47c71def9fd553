"""Values as a tree that knows its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from pycode.core.data import Data

Value: TypeAlias = "dict[str, Node] | list[Node] | str | int | float | bool | None"
"""What a node holds."""


@dataclass(slots=True, eq=False, repr=False)
class Node(Data):
    """A value and where it is."""

    value: Value
    """The value; what it contains are nodes again."""
    line: int
    """The line of its key, or its own in a list; from 1. 0 when it is in no file."""


def plain(value: Any) -> Node:
    """Return data that is in no file as a tree."""
    if isinstance(value, dict):
        return Node({str(key): plain(item) for key, item in value.items()}, 0)
    if isinstance(value, list | tuple):
        return Node([plain(item) for item in value], 0)
    return Node(value, 0)
