"""What a session in the terminal needs of the terminal; there is one for real terminals and one for dumb ones."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from pycode.cli.interactive.look import Look
from pycode.cli.interactive.sink import Sink

AGAIN = "Ctrl-C again leaves; so does /exit"
"""What is said at the first of two."""


class Face(Protocol):
    """Shows what happens and reads what is typed."""

    look: Look
    """What the terminal can show."""
    out: Sink
    """Takes the model's text."""
    err: Sink
    """Takes everything else."""
    files: list[str]
    """What `@` and Tab offer."""

    def end_text(self) -> None:
        """Show what is open of the model's text: no more will come."""

    def note(self, text: str, colour: str = "dim") -> None:
        """Write a line."""

    def show(self, text: str) -> None:
        """Write lines that may hold colours; the caller made them."""

    def ask(self, text: str) -> None:
        """Put a question that `read` reads the answer of."""

    def busy(self, what: str | None) -> None:
        """Say what goes on, or that nothing does any more."""

    def asking(self) -> AbstractAsyncContextManager[None]:
        """Take the keys for questions, as soon as nobody is in the middle of a line."""

    async def read(self, keys: str) -> str:
        """Return the answer to what was asked; letters in `keys` may answer without Enter."""

    async def prompt(self) -> str | None:
        """Return what the user wants next, or None to leave."""

    def interrupted(self) -> None:
        """Take Ctrl-C when nothing runs: clear the line, warn, or leave."""

    async def flush(self) -> None:
        """Wait until everything was written."""
