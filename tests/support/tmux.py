"""`pycode` in a real terminal: tmux draws it, a test types and looks."""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.e2e import PYCODE, SECONDS, Place

TMUX = shutil.which("tmux")
_LOOK_SECONDS = 0.05


class Screen:
    """One terminal.

    Args:
        socket: The name of the tmux server that has nothing else.
        environ: What tmux and the program get.
    """

    def __init__(self, socket: str, environ: dict[str, str]) -> None:
        self._socket = socket
        self._environ = environ

    async def text(self) -> str:
        """What is on the screen and above it, without blanks at the ends of lines; lines that the terminal broke are whole."""
        shown = await self.tmux("capture-pane", "-p", "-J", "-S", "-")
        return "\n".join(line.rstrip() for line in shown.splitlines()).strip("\n")

    async def coloured(self) -> str:
        """What is on the screen, with its colours."""
        return await self.tmux("capture-pane", "-p", "-e", "-J", "-S", "-")

    async def until(self, *texts: str) -> str:
        """Wait until all texts are shown and return the screen."""
        return await self.when(lambda shown: all(text in shown for text in texts), str(texts))

    async def when(self, right: Callable[[str], bool], what: str = "") -> str:
        """Wait until the screen is right and return it."""
        shown = ""
        try:
            async with asyncio.timeout(SECONDS):
                while not right(shown):
                    await asyncio.sleep(_LOOK_SECONDS)
                    shown = await self.text()
        except TimeoutError:
            raise AssertionError(f"never seen: {what}\n{shown}") from None
        return shown

    async def type(self, text: str, *keys: str) -> None:
        """Type text, and then keys by tmux's names: Enter, C-c, Tab, Up."""
        if text:
            await self.tmux("send-keys", "-l", "--", text)
        if keys:
            await self.tmux("send-keys", *keys)

    async def paste(self, text: str) -> None:
        """Paste text as terminals do it."""
        await self.tmux("set-buffer", "--", text)
        await self.tmux("paste-buffer", "-p")

    async def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        await self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    async def close(self) -> None:
        """Close the terminal, as somebody does who closes its window."""
        await self.tmux("kill-pane")

    async def tmux(self, *words: str) -> str:
        """Run a tmux command and return what it printed; a server that is gone is no error."""
        process = await asyncio.create_subprocess_exec(
            str(TMUX),
            "-L",
            self._socket,
            "-f",
            os.devnull,
            *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environ,
        )
        out, _ = await process.communicate()
        return out.decode("utf-8", errors="replace")


@asynccontextmanager
async def screen(
    place: Place,
    *arguments: str,
    size: tuple[int, int] = (80, 30),
    environ: dict[str, str] | None = None,
    cwd: Path | None = None,
    program: Path | str = PYCODE,
) -> AsyncIterator[Screen]:
    """Start `pycode`, or another program, in a terminal of its own, which ends with the block.

    When the program ends the terminal stays and shows `ended with CODE`.

    Args:
        place: The machine.
        arguments: What the program is given.
        size: Columns and lines.
        environ: What the program gets beside the place's environment; TERM is that of tmux where it is not here.
        cwd: Where it runs, when not in the project.
        program: What is started.
    """
    given = {**place.environ, **(environ or {})}
    term = given.pop("TERM", None)
    # A UTF-8 locale is for tmux itself; the program's own is what the test says.
    shown = Screen(f"pycode-{uuid.uuid4().hex}", {**place.environ, "LC_ALL": "C.UTF-8"})
    wanted = [f"{name}={value}" for name, value in given.items()]
    unset = [] if "LC_ALL" in given else ["-u", "LC_ALL"]
    if term is not None:
        wanted.append(f"TERM={term}")
    # Ctrl-C is for the program alone: the shell that tells how it ended goes on.
    script = 'trap : INT; "$@"; echo "ended with $?"; exec sleep 1000'
    words = ["env", *unset, *wanted, str(program), *arguments]
    size_words = ["-x", str(size[0]), "-y", str(size[1])]
    await shown.tmux(
        *("new-session", "-d", *size_words, "-c", str(cwd or place.project)),
        *("sh", "-c", script, "sh", *words),
    )
    try:
        yield shown
    finally:
        await shown.tmux("kill-server")
