"""What PyCode knows of the terminal: whether there is one, whether it has colours, and reading a line from it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    import asyncio

STDIN_SECONDS = 0.1
"""How long a pipe on stdin may take to have something, or its end."""


def is_terminal(stream: IO[str]) -> bool:
    """Whether a stream is connected to a terminal; a closed one is not."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def has_colour(stream: IO[str], environ: Mapping[str, str]) -> bool:
    """Whether to colour what goes to a stream: a terminal that is not dumb, and no `NO_COLOR`."""
    return is_terminal(stream) and not environ.get("NO_COLOR") and environ.get("TERM", "") != "dumb"


def read_piped_stdin() -> str | None:
    """Return all of stdin when it is a file, or a pipe that has data or its end within 100 ms; else None.

    Never waits longer for the first byte: an open stdin that sends nothing is not meant for the prompt.
    """
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError, AttributeError):
        return None
    if stat.S_ISCHR(mode) or (not stat.S_ISREG(mode) and not _ready(descriptor)):
        return None
    return read_stdin()


def read_stdin() -> str:
    """Return all of stdin, however long it takes; bytes that are not UTF-8 are replaced."""
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


if sys.platform == "win32":

    def _ready(descriptor: int) -> bool:
        import ctypes
        import msvcrt
        import time

        handle = msvcrt.get_osfhandle(descriptor)
        waiting = ctypes.c_ulong()
        deadline = time.monotonic() + STDIN_SECONDS
        while True:
            peeked = ctypes.windll.kernel32.PeekNamedPipe(
                handle, None, 0, None, ctypes.byref(waiting), None
            )
            # A failing peek means that the other end is closed: reading gives the end at once.
            if not peeked or waiting.value:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)

else:

    def _ready(descriptor: int) -> bool:
        import select

        readable, _, _ = select.select([descriptor], [], [], STDIN_SECONDS)
        return bool(readable)


async def read_line(stream: TextIO) -> str:
    """Return one line from a terminal, without its end; the empty text when the terminal is gone.

    Waiting for it can be cancelled.
    """
    return (await read_whole_line(stream)).rstrip("\r\n")


async def read_whole_line(stream: TextIO) -> str:
    """Return one line from a terminal, with its end; the empty text when the terminal is gone.

    Waiting for it can be cancelled.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        return await loop.run_in_executor(None, stream.readline)
    ready: asyncio.Future[None] = loop.create_future()
    descriptor = stream.fileno()
    loop.add_reader(descriptor, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)
    try:
        return stream.readline()
    except OSError:  # it was hung up
        return ""


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
