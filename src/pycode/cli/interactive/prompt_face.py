"""The session in a real terminal: a line to type in that stays below while everything else goes by above it.

What the model writes is shown plain above the line as it grows, and as Markdown once a block of it is finished.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.formatted_text import StyleAndTextTuples

from pycode.cli.interactive.blocks import Blocks
from pycode.cli.interactive.face import AGAIN
from pycode.cli.interactive.line_editor import answer_line, prompt_line
from pycode.cli.interactive.look import Look
from pycode.cli.interactive.sink import Sink
from pycode.cli.render import Renderer
from pycode.system.text import visible

_TICK_SECONDS = 0.15
_GROWING_LINES = 12
"""How many lines of an open block are shown at most."""
_TYPED_LINES = 20
"""How many lines of what was typed or pasted stay to be seen."""


class PromptFace:
    """Works in every terminal that can move its cursor.

    Args:
        environ: Says what the terminal can show.
        history: The file that keeps what was typed.
        commands: The names of the commands, for Tab.
        interrupt: Stops what runs; False when there is nothing to stop.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        history: Path,
        commands: Sequence[str],
        interrupt: Callable[[], bool],
    ) -> None:
        self.look = Look(environ)
        self.out = Sink(self._grow)
        self.err = Sink(self._put_behind_text)
        self.files: list[str] = []
        self._renderer = Renderer(self.out, self.err, environ)
        self._interrupt = interrupt
        self._blocks = Blocks()
        self._first_block = True
        self._pending: list[str] = []
        self._writing: asyncio.Future[None] | None = None
        self._busy: str | None = None
        self._began = 0.0
        self._ticking: asyncio.Task[None] | None = None
        self._keys = asyncio.Lock()
        self._waiting = 0
        self._warned = False
        self._question = ""
        colour = self.look.colour
        self._line = prompt_line(
            self._message,
            history,
            lambda: (commands, self.files),
            self._control_c,
            self._changed,
            colour=colour,
        )
        self._answer = answer_line(self._control_c, colour=colour)

    # What is shown

    def end_text(self) -> None:
        """Show the block that is open: the text has ended."""
        self._put_block(self._blocks.finish())
        self._first_block = True

    def note(self, text: str, colour: str = "dim") -> None:
        """Write a line above the one that is typed in."""
        self._renderer.note(text, colour)

    def show(self, text: str) -> None:
        """Write lines above the one that is typed in."""
        self._put_behind_text(text)

    def ask(self, text: str) -> None:
        """Keep a question for `read`, which shows it before what is typed."""
        self._question = text

    def busy(self, what: str | None) -> None:
        """Show above the line what goes on, and for how long; nothing when it has ended."""
        if what is not None and self._busy is None:
            self._began = time.monotonic()
        self._busy = what
        if what is not None and self._ticking is None:
            self._ticking = asyncio.ensure_future(self._tick())
        self._line.redraw()

    async def flush(self) -> None:
        """Wait until everything was written."""
        while self._writing is not None:
            await self._writing

    def _grow(self, text: str) -> None:
        for block in self._blocks.add(text):
            self._put_block(block)
        self._line.redraw()

    def _put_block(self, block: str) -> None:
        if not block.strip():
            return
        self._put(("" if self._first_block else "\n") + self.look.markdown(block))
        self._first_block = False

    def _put_behind_text(self, text: str) -> None:
        self.end_text()
        self._put(self.look.spelled(text))

    def _put(self, text: str) -> None:
        self._pending.append(text)
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._write())

    async def _write(self) -> None:
        try:
            while self._pending:
                await run_in_terminal(self._write_now)
        finally:
            self._writing = None

    def _write_now(self) -> None:
        text = "".join(self._pending)
        self._pending.clear()
        sys.stdout.write(text)
        sys.stdout.flush()

    def _message(self) -> StyleAndTextTuples:
        shown: StyleAndTextTuples = []
        most = max(1, min(_GROWING_LINES, self.look.height // 2))
        growing = [piece for line in self._blocks.tail(most) for piece in self.look.wrapped(line)]
        shown += [("", f"{line}\n") for line in growing[-most:]]
        if self._busy is not None:
            shown.append(("class:busy", f"{self._going_on(self._busy)}\n"))
        shown.append(("class:prompt", "> "))
        return shown

    def _going_on(self, what: str) -> str:
        seconds = int(time.monotonic() - self._began)
        pictures = self.look.spinner
        picture = pictures[int(time.monotonic() / _TICK_SECONDS) % len(pictures)]
        line = f"{picture} {what} · {seconds} s · Ctrl-C stops"
        return self.look.wrapped(self.look.spelled(line))[0]

    async def _tick(self) -> None:
        while self._busy is not None:
            self._line.redraw()
            await asyncio.sleep(_TICK_SECONDS)
        self._ticking = None

    # What is typed

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Take the keys for questions. A line that was begun is ended or cleared first: no key in it may answer anything."""
        self._waiting += 1
        try:
            if not self._line.step_aside():
                self.note("A question waits: send your line, or clear it with Ctrl-C.", "yellow")
            async with self._keys:
                await self.flush()
                yield
        finally:
            self._waiting -= 1

    async def read(self, keys: str) -> str:
        """Return the answer to what was asked; a letter in `keys` answers at once when it is typed first."""
        await self.flush()
        question = self.look.spelled(self._question)
        return await self._answer.read(question, keys=keys) or ""

    async def prompt(self) -> str | None:
        """Return the next prompt or command, or None to leave."""
        while True:
            async with self._keys:
                await self.flush()
                text = await self._line.read()
            if text is None or text.strip():
                break
        self._warned = False
        if text is not None:
            self._put(self._typed(text))
        return text

    def _typed(self, text: str) -> str:
        typed = visible(text).split("\n")
        lines = [f"{'  ' if i else '> '}{line}" for i, line in enumerate(typed[:_TYPED_LINES])]
        if len(typed) > _TYPED_LINES:
            lines.append(f"  … {len(typed) - _TYPED_LINES} more lines")
        shown = self.look.spelled("\n".join(lines))
        return f"\x1b[1m{shown}\x1b[0m\n" if self.look.colour else f"{shown}\n"

    def _changed(self) -> None:
        if self._line.text:
            self._warned = False
        elif self._waiting:
            self._line.step_aside()

    def _control_c(self) -> None:
        if not self._interrupt():
            self.interrupted()

    def interrupted(self) -> None:
        """Clear the line; in an empty one warn first, and then leave."""
        if self._line.text:
            self._line.clear()
        elif self._warned:
            self._line.leave()
        else:
            self._warned = True
            self.note(AGAIN)
