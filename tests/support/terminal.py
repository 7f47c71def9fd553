"""A pseudo-terminal with `pycode` in it, for tests that type."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import sys
from pathlib import Path

from tests.support.e2e import PYCODE, SECONDS, Place

LOGIN = "import os, sys; os.login_tty(0); os.execv(sys.argv[1], sys.argv[1:])"
"""Makes stdin the controlling terminal, so that Ctrl-C is a signal."""


class Terminal:
    """One run of `pycode` in a terminal."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self._process = process
        self._master = master
        self._closed = asyncio.Event()
        self._changed = asyncio.Event()
        self.screen = ""
        asyncio.get_running_loop().add_reader(master, self._read)

    @classmethod
    async def start(cls, place: Place, *arguments: str, cwd: Path | None = None) -> Terminal:
        """Start `pycode` in a new terminal."""
        master, slave = pty.openpty()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                LOGIN,
                str(PYCODE),
                *arguments,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env={"TERM": "xterm-256color", **place.environ},
                cwd=cwd or place.project,
            )
        finally:
            os.close(slave)
        return cls(process, master)

    def _read(self) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = os.read(self._master, 65536)
        if data:
            self.screen += data.decode("utf-8", errors="replace")
        else:
            asyncio.get_running_loop().remove_reader(self._master)
            self._closed.set()
        self._changed.set()

    async def until(self, text: str) -> None:
        """Wait until the text was shown."""

        async def shown() -> None:
            while text not in self.screen:
                assert not self._closed.is_set(), self.screen
                self._changed.clear()
                await self._changed.wait()

        await asyncio.wait_for(shown(), SECONDS)

    @property
    def ended(self) -> bool:
        """Whether nothing more will be shown."""
        return self._closed.is_set()

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._master, text.encode())

    async def end(self) -> int:
        """Wait for the end and return the exit code."""
        await asyncio.wait_for(self._closed.wait(), SECONDS)
        code = await asyncio.wait_for(self._process.wait(), SECONDS)
        os.close(self._master)
        return code
