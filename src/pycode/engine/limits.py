"""When a turn has to end by itself: too many steps, or the same call over and over."""

from __future__ import annotations

import json

from pycode.core.parts import ToolPart

MAX_STEPS = 500
"""Model requests in one turn, where nobody said otherwise."""
REPEATS = 3
"""How many times in a row the same call is let through before somebody is asked."""


class RepeatCheck:
    """Notices that a model makes the same call again and again.

    Args:
        threshold: The call that completes this many equal ones in a row is the first to be held.
    """

    def __init__(self, threshold: int = REPEATS) -> None:
        self._threshold = threshold
        self._last: str | None = None
        self._count = 0

    def repeats(self, call: ToolPart) -> bool:
        """Count a call; True when it is one too many."""
        key = call.tool + json.dumps(call.input, sort_keys=True) + (call.input_raw or "")
        self._count = self._count + 1 if key == self._last else 1
        self._last = key
        return self._count >= self._threshold

    def forgive(self) -> None:
        """Start counting anew: somebody said that the calls may go on."""
        self._count = 0
