"""Runs the tool calls of one response in the order that their effects allow.

Calls that only read start as soon as their arguments are complete, side by side, while the model still streams. From the
first call with effects on, calls wait until the response has ended well and then run in the order in which the model made
them: a read after an edit sees the edit. A response that broke has therefore had no side effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pycode.core.parts import ToolPart

SIDE_BY_SIDE = 8
"""How many reading calls run at the same time: each search is a process."""

RunCall = Callable[[ToolPart], Awaitable[None]]


class Calls:
    """The calls of one response.

    Args:
        run: Runs one call to its result.
        reads_only: Whether a call changes nothing.
    """

    def __init__(self, run: RunCall, reads_only: Callable[[ToolPart], bool]) -> None:
        self._run = run
        self._reads_only = reads_only
        self._early: list[asyncio.Task[None]] = []
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._waiting: list[ToolPart] = []

    def add(self, part: ToolPart) -> None:
        """Take in a call whose arguments are complete."""
        if self._waiting or not self._reads_only(part):
            self._waiting.append(part)
        else:
            self._early.append(asyncio.ensure_future(self._run_early(part)))

    async def _run_early(self, part: ToolPart) -> None:
        async with self._room:
            await self._run(part)

    async def finish(self) -> None:
        """Run what waits, in order, and wait for everything."""
        for task in self._early:
            await task
        while self._waiting:
            await self._run(self._waiting.pop(0))

    async def stop(self) -> list[ToolPart]:
        """End what runs; return the calls that never began."""
        for task in self._early:
            task.cancel()
        await asyncio.gather(*self._early, return_exceptions=True)
        never, self._waiting = self._waiting, []
        return never
