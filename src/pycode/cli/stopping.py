"""Ctrl-C and SIGTERM: the first stops what runs, the second ends the process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable


@contextlib.asynccontextmanager
async def stopped_by_signals(
    stop: Callable[[], Awaitable[None]],
) -> AsyncIterator[Callable[[], int]]:
    """Call `stop` at the first Ctrl-C or SIGTERM and end the process at the second.

    What is entered is a function that returns the exit code of the signal, 0 when none came.
    """
    received: list[int] = []
    tasks: list[asyncio.Future[None]] = []

    def interrupt(number: int) -> None:
        received.append(number)
        if len(received) > 1:
            _leave(loop, 128 + number)
            return
        tasks.append(asyncio.ensure_future(stop()))

    loop = asyncio.get_running_loop()
    signals = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        for item in signals:
            signal.signal(
                item, lambda number, _: loop.call_soon_threadsafe(interrupt, number) and None
            )
        yield lambda: 128 + received[0] if received else 0
        return
    for item in signals:
        loop.add_signal_handler(item, interrupt, item)
    try:
        yield lambda: 128 + received[0] if received else 0
    finally:
        # A third one, while the process leaves, must not end it in another way.
        if len(received) < 2:
            for item in signals:
                loop.remove_signal_handler(item)


def _leave(loop: asyncio.AbstractEventLoop, code: int) -> None:
    """End the process at once, but for the time in which a child that does not listen is killed.

    Whoever waits for a child's end kills it when that wait is cancelled, in the loop's next round. Whatever else is cancelled does not get to
    say anything: the round after that is the last one.
    """
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.call_soon(loop.call_soon, os._exit, code)
