"""A deadline for the many short waits of one stream."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Deadline:
    """Ends a wait that lasts too long with `TimeoutError`; use it in `with` around each wait.

    `asyncio.timeout` sets a timer for every wait, which costs more than reading an event. This sets one and looks, when it
    goes off, whether the deadline has moved on meanwhile. Time outside of `with` never ends anything by itself.
    """

    def __init__(self, until: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._until = until
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._expired = False

    def move(self, until: float) -> None:
        """Set the deadline anew, in the event loop's time."""
        self._until = until
        if self._timer is not None and until < self._timer.when():
            self.close()

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def __enter__(self) -> None:
        self._task = asyncio.current_task(self._loop)
        if self._task is not None:
            self._cancelling = self._task.cancelling()
        if self._timer is None:
            self._timer = self._loop.call_at(self._until, self._look)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        task, self._task = self._task, None
        if not self._expired or task is None:
            return
        # A cancellation from elsewhere at the same moment stays one.
        if task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() < self._until:
            self._timer = self._loop.call_at(self._until, self._look)
        elif self._task is not None:
            self._expired = True
            self._task.cancel()
