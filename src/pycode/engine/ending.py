"""What may look at the last message of a turn before it ends: a structured answer, or the guard of a small model's answer."""

from __future__ import annotations

from typing import Any, Protocol


class Ending(Protocol):
    """Decides whether a turn may end with the message that the model gave last."""

    def read(self, text: str) -> str | None:
        """Return what the model has to be told to go on with, or None when the turn may end."""

    def may_remind(self) -> bool:
        """Count a reminder; False when there were enough."""

    @property
    def given(self) -> bool:
        """Whether the answer came with a call, after which nothing is waited for."""

    @property
    def value(self) -> Any:
        """The structured answer, None where there is none."""

    @property
    def reason(self) -> str:
        """Why the turn ends."""

    @property
    def detail(self) -> str | None:
        """What is to be said of it, in a few words."""
