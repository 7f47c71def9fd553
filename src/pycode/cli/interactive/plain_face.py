"""The session in a dumb terminal: lines that are written and lines that are read, nothing that moves."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from pycode.cli.interactive.face import AGAIN
from pycode.cli.interactive.look import Look
from pycode.cli.interactive.sink import Sink
from pycode.cli.render import Renderer
from pycode.system.terminal import read_line, read_whole_line

_READY = "> "
_MORE = "  "


class PlainFace:
    """Works wherever there is a line of text.

    Args:
        environ: Says what the terminal can show.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.look = Look(environ)
        self.out = Sink(self._write)
        self.err = Sink(self._write)
        self.files: list[str] = []
        self._renderer = Renderer(self.out, self.err, environ)
        self._keys = asyncio.Lock()
        self._reading: asyncio.Task[str] | None = None
        self._busy = False
        self._invited = False
        self._warned = False
        self._left = False

    def end_text(self) -> None:
        """Do nothing: the text was written as it came."""

    def note(self, text: str, colour: str = "dim") -> None:
        """Write a line."""
        self._renderer.note(text, colour)

    def show(self, text: str) -> None:
        """Write lines."""
        self._write(text)

    def ask(self, text: str) -> None:
        """Put a question and stay in its line."""
        self._renderer.ask(text)

    def busy(self, what: str | None) -> None:
        """Keep the invitation to type back while something goes on; a line is taken all the same."""
        self._busy = what is not None
        if not self._busy and self._reading is not None:
            self._invite(_READY)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Take the next lines for questions: what is half typed cannot be seen from here."""
        if self._reading is not None:
            self._reading.cancel()
        async with self._keys:
            yield

    async def read(self, keys: str) -> str:
        """Return the line that was typed."""
        return await read_line(sys.stdin)

    async def prompt(self) -> str | None:
        """Return the next line, joined to those behind it while they end in a backslash; None to leave."""
        lines: list[str] = []
        while not self._left:
            async with self._keys:
                line = await self._line(_MORE if lines else _READY)
            if line is None:
                continue
            if not line:
                return None
            self._warned = False
            line = line.rstrip("\r\n")
            lines.append(line.removesuffix("\\"))
            if not line.endswith("\\"):
                return "\n".join(lines)
        return None

    async def _line(self, invitation: str) -> str | None:
        """Return a line with its end, the empty text at the end of all, or None when a question comes first."""
        if not self._busy:
            self._invite(invitation)
        reading = self._reading = asyncio.ensure_future(read_whole_line(sys.stdin))
        try:
            await asyncio.wait([reading])
        finally:
            reading.cancel()
            self._reading = None
            self._invited = False
        return None if reading.cancelled() else reading.result()

    def interrupted(self) -> None:
        """Warn at the first Ctrl-C, and leave at the second."""
        self._left = self._warned
        self._warned = True
        if not self._left:
            self._write("\n" + AGAIN + "\n")
        if self._reading is not None:
            # The terminal has thrown the line away that was typed.
            self._reading.cancel()

    async def flush(self) -> None:
        """Do nothing: everything was written at once."""

    def _invite(self, text: str) -> None:
        self._write(text)
        self._invited = True

    def _write(self, text: str) -> None:
        if self._invited:
            self._invited = False
            text = f"\n{text}"
        sys.stdout.write(self.look.spelled(text))
        sys.stdout.flush()
