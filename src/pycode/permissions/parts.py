"""The commands of a line, and the files that its redirections name, as `pycode.permissions.command_walk` finds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from pycode.permissions.effect_types import Effects
from pycode.permissions.expansion import Field
from pycode.permissions.shell_state import Folders

Role = Literal["command", "wrapper", "inner", "suspect"]
"""`command` runs and has to be allowed. `wrapper` only runs the commands beside it. `inner` is run by a command that has to be allowed itself.
`suspect` may be run, for all we know: it is only looked at for denies."""


@dataclass(slots=True)
class Part:
    """One command of a line."""

    argv: tuple[str, ...]
    """The program and its arguments, as the program gets them."""
    role: Role
    """What stands and falls with it."""
    start: int
    """Where it begins in the line."""
    end: int
    """Where it ends."""
    literal: bool = True
    """Whether all of it means itself."""
    reason: str = ""
    """What makes it more than literal."""
    prefix: str | None = None
    """How its text surely begins, when not all of it is known."""
    assignments: tuple[str, ...] = ()
    """What is set for it, `NAME=value`, where that may change what it does."""
    folders: Folders = None
    """Where it may run; None when that is not known."""
    effects: Effects = field(default_factory=Effects)
    """What it does besides."""
    source: str = ""
    """As it is written, where it stands in the line and is literal."""
    runs_words: bool = False
    """Whether it may run what its words say, from any of them on."""


@dataclass(slots=True)
class Redirected:
    """A file that a redirection reads or writes."""

    path: Field
    read: bool
    folders: Folders
    start: int
    end: int


def weaker(first: Role, second: Role) -> Role:
    """Return the role of a command that has one by itself and another by where it stands."""
    return first if _WEAKEST[first] > _WEAKEST[second] else second


_WEAKEST: Final[dict[Role, int]] = {"command": 0, "wrapper": 0, "inner": 1, "suspect": 2}
