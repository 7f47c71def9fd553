"""How a long download looks: one line that changes in a terminal, elsewhere a line for each tenth."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from pycode.client.local_models import gigabytes
from pycode.system.terminal import is_terminal
from pycode.system.text import visible

_MEASURED = 10_000_000
"""The bytes after which the speed is known well enough to say how long the rest takes."""
_REDRAW_SECONDS = 0.2


class Progress:
    """Writes to stderr how a download goes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin; nothing is written yet.

        Args:
            clock: Seconds that only rise.
        """
        self._clock = clock
        self._live = is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
        self._open = False
        self._first: tuple[float, int] | None = None
        self._shown = -1.0

    def say(self, text: str) -> None:
        """Write a line."""
        self.close()
        print(f"pycode: {visible(text)}", file=sys.stderr, flush=True)

    def progress(self, done: int, size: int) -> None:
        """Show how much there is, how fast it comes, and how long the rest takes at that speed."""
        now = self._clock()
        if self._first is None:
            # What an earlier try got says nothing of the speed.
            self._first = (now, done)
            return
        if not self._is_due(now, done, size):
            return
        line = f"{done * 100 // size:3} % of {gigabytes(size)}{self._speed(now, done, size)}"
        if self._live:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
            self._open = True
        else:
            print(f"pycode: {line}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line that changes; what comes next is of something else."""
        if self._open:
            print(file=sys.stderr, flush=True)
        self._open, self._first, self._shown = False, None, -1.0

    def _is_due(self, now: float, done: int, size: int) -> bool:
        if self._live:
            due = now - self._shown >= _REDRAW_SECONDS or done == size
            place = now
        else:
            # The first line comes as soon as the speed is known, the others at each tenth.
            place = done * 10 // size
            due = self._is_measured(done) and place > self._shown
        if due:
            self._shown = place
        return due

    def _is_measured(self, done: int) -> bool:
        return self._first is not None and done - self._first[1] >= _MEASURED

    def _speed(self, now: float, done: int, size: int) -> str:
        if self._first is None or not self._is_measured(done) or now <= self._first[0]:
            return ""
        rate = (done - self._first[1]) / (now - self._first[0])
        left = f", about {_duration((size - done) / rate)} left" if done < size else ""
        return f", {rate / 1e6:.1f} MB/s{left}"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
