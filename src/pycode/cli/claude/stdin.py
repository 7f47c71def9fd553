"""Reads stdin while other things happen: lines as they come, or text that may come with a prompt."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

CONTEXT_SECONDS = 3.0
"""How long stdin may take to begin when there is a prompt already."""


async def input_lines() -> AsyncIterator[bytes]:
    """Yield the lines of stdin until its end.

    A thread reads them: stdin may be a pipe, a file or a terminal, and not every system can wait for all of these.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        # The loop may be gone when the last line comes.
        with suppress(RuntimeError):
            while line := _read_line():
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, b"")

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while line := await lines.get():
        yield line


def _read_line() -> bytes:
    try:
        return sys.stdin.buffer.readline()
    except (OSError, ValueError):
        # It was closed: that is its end.
        return b""


def read_context() -> str | None:
    """Return all of stdin when it begins within three seconds, else None.

    A pipe that is open and sends nothing must not hold a run that has its prompt.
    """
    began = threading.Event()
    done = threading.Event()
    pieces: list[bytes] = []

    def read() -> None:
        try:
            pieces.append(sys.stdin.buffer.read(1))
            began.set()
            pieces.append(sys.stdin.buffer.read())
        except (OSError, ValueError):
            # It was closed: there is nothing more.
            began.set()
        done.set()

    threading.Thread(target=read, name="stdin", daemon=True).start()
    if not began.wait(CONTEXT_SECONDS):
        return None
    done.wait()
    return b"".join(pieces).decode("utf-8", errors="replace")
