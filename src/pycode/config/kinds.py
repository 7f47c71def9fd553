"""What the annotations of the schema mean: which values a key takes, and how it is said in text.

The classes are neither frozen nor slotted nor compared: that would cost 2 ms of every start.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, get_args

from pycode.config.schema import (
    AgentSettings,
    DefaultModel,
    FormatterSettings,
    Level,
    ModelSettings,
    ProfileName,
    ProviderSettings,
    Timeouts,
)


@dataclass(eq=False)
class Scalar:
    """One value."""

    what: str
    """What it must be, as the end of a sentence."""
    accepts: Callable[[Any], bool]
    """Whether a value is one."""
    parse: Callable[[str], object] = str
    """Returns the value that a variable's text means; ValueError when it means none."""
    words: tuple[str, ...] = ()
    """All values, where they are few."""


@dataclass(eq=False)
class Group:
    """A mapping with the keys of a class."""

    cls: type[Any]
    """The class."""


@dataclass(eq=False)
class Named:
    """A mapping of free names to groups or scalars."""

    item: Group | Scalar
    """What each name has."""


@dataclass(eq=False)
class Listed:
    """A list of scalars."""

    item: Scalar
    """What each entry is."""


@dataclass(eq=False)
class Rules:
    """Permission keys with an action, or with patterns that have an action each, or an action and examples."""

    action: Scalar
    """The action."""


Kind: TypeAlias = Scalar | Group | Named | Listed | Rules


def kind_of(annotation: Any) -> Kind:
    """Return what a field of the schema takes.

    Args:
        annotation: The field's annotation, as text.
    """
    return KINDS[str(annotation).removesuffix(" | None")]


def _one_of(*words: str) -> Scalar:
    what = " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
    return Scalar(what, words.__contains__, str.lower, words)


def _whole(lowest: int) -> Scalar:
    # bool is an int to Python, and to nobody else.
    return Scalar(
        f"a whole number, {lowest} or more", lambda v: type(v) is int and v >= lowest, int
    )


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


_TEXT: Final = Scalar("text", lambda v: isinstance(v, str))

KINDS: Final[Mapping[str, Kind]] = {
    "str": _TEXT,
    "int": _whole(0),
    "Count": _whole(1),
    "Seconds": Scalar(
        "a number of seconds above 0", lambda v: _is_number(v) and 0 < v < math.inf, float
    ),
    "Temperature": Scalar("a number from 0 to 2", lambda v: _is_number(v) and 0 <= v <= 2, float),
    "Price": Scalar("a number, 0 or more", lambda v: _is_number(v) and 0 <= v < math.inf, float),
    "bool": Scalar("true or false", lambda v: type(v) is bool),
    "Level": _one_of(*get_args(Level)),
    "ProfileName": _one_of(*get_args(ProfileName)),
    "Permission": Rules(_one_of("allow", "ask", "deny")),
    "Timeouts": Group(Timeouts),
    "DefaultModel": Group(DefaultModel),
    "list[str]": Listed(_TEXT),
    "dict[str, str]": Named(_TEXT),
    "dict[str, ProviderSettings]": Named(Group(ProviderSettings)),
    "dict[str, ModelSettings]": Named(Group(ModelSettings)),
    "dict[str, AgentSettings]": Named(Group(AgentSettings)),
    "dict[str, FormatterSettings]": Named(Group(FormatterSettings)),
}
"""Annotation to what it takes."""
