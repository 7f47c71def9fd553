"""When a turn has to end by itself: too many steps, too much money or time, or the same call over and over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from pycode.core.data import Data
from pycode.core.parts import ToolPart

MAX_STEPS = 500
"""Model requests in one turn, where nobody said otherwise."""
REPEATS = 3
"""Which equal call in a row is the first that somebody is asked about."""
_COUNTED = ("input", "cache_read", "cache_write", "output")


@dataclass(slots=True, eq=False, repr=False)
class TurnLimits(Data):
    """What a turn may use."""

    max_steps: int = MAX_STEPS
    """Model requests."""
    max_cost: float | None = None
    """US dollars."""
    max_tokens: int | None = None
    """Tokens, input and output together, cached ones too."""
    max_time: float | None = None
    """Seconds."""

    def tightened(self, asked: Mapping[str, Any] | None) -> TurnLimits:
        """Return these limits with those that a prompt brought in their place."""
        names = {item.name for item in fields(self)}
        mine = {name: getattr(self, name) for name in names}
        mine |= {name: value for name, value in (asked or {}).items() if name in names and value}
        return TurnLimits(**mine)


class Spending:
    """Counts what a turn uses.

    Args:
        limits: What it may use.
    """

    def __init__(self, limits: TurnLimits) -> None:
        self._limits = limits
        self._cost = 0.0
        self._tokens = 0
        self._steps = 0

    def add(self, usage: Mapping[str, int], cost: float | None) -> None:
        """Count one response."""
        self._steps += 1
        self._tokens += sum(usage.get(key, 0) for key in _COUNTED)
        self._cost += cost or 0.0

    def reached(self) -> str | None:
        """Return which limit is reached, in a few words, or None."""
        limits = self._limits
        if self._steps >= limits.max_steps:
            return f"the limit of {limits.max_steps} steps was reached (--max-steps)"
        if limits.max_cost is not None and self._cost >= limits.max_cost:
            return f"the limit of ${limits.max_cost:g} was reached (--max-cost)"
        if limits.max_tokens is not None and self._tokens >= limits.max_tokens:
            return f"the limit of {limits.max_tokens} tokens was reached (--max-tokens)"
        return None

    def out_of_time(self) -> str:
        """Return the words for a turn that took too long."""
        return f"the limit of {self._limits.max_time:g} seconds was reached (--max-time)"


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
