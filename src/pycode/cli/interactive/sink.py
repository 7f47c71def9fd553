"""A stream whose text goes to a function, for what writes to streams."""

from __future__ import annotations

import io
from collections.abc import Callable


class Sink(io.StringIO):
    """Hands on what is written, and keeps nothing. It stands for a terminal.

    Args:
        take: Gets each piece of text.
    """

    def __init__(self, take: Callable[[str], None]) -> None:
        super().__init__()
        self._take = take

    def write(self, text: str) -> int:
        """Hand text on."""
        self._take(text)
        return len(text)

    def isatty(self) -> bool:
        """Whether it is a terminal: yes."""
        return True
