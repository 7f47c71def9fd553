"""How a tool reaches the user with a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pycode.core.data import Data


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Question(Data):
    """One question to the user."""

    text: str
    """What is asked."""
    choices: tuple[str, ...]
    """What can be chosen; another answer can always be typed. Empty: it has to be typed."""
    multiple: bool = False
    """Whether several choices may be taken."""


@runtime_checkable
class Questioner(Protocol):
    """A runtime that can reach the user. `ToolContext.runtime` is one where the engine has somebody to ask."""

    async def question(self, questions: Sequence[Question]) -> list[list[str]] | None:
        """Ask all questions and return the answers to each, in order; choices as they were given, or typed text.

        Return None at once when nobody is there; return an empty list when the user declines to answer.
        """
