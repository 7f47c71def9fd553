"""What was used: tokens and money, added up from the index of all sessions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pycode.config.home import Home
from pycode.storage.index import SessionIndex, Used
from pycode.storage.sessions import DiskStore

By = Literal["day", "model", "session", "project"]
DAY_MS = 86_400_000


@dataclass(slots=True)
class Total:
    """What several requests used together."""

    name: str
    """The day, model, session or project."""
    steps: int = 0
    """How many requests."""
    usage: dict[str, int] = field(default_factory=dict)
    """Tokens: input, cache_read, cache_write, output, reasoning."""
    cost: float = 0.0
    """US dollars, of the requests with known prices."""
    unpriced: int = 0
    """How many requests have no known price."""

    def add(self, step: Used) -> None:
        """Count a request."""
        self.steps += 1
        for key, tokens in step.usage.items():
            self.usage[key] = self.usage.get(key, 0) + tokens
        if step.cost is None:
            self.unpriced += 1
        else:
            self.cost += step.cost


def totals(home: Home, by: By, *, days: int | None = None) -> list[Total]:
    """Return what was used, the last day or the dearest first.

    Args:
        home: PyCode's own folder.
        by: What a row stands for.
        days: Only the last so many days, or all when None.
    """
    since = max(0, time.time_ns() // 1_000_000 - days * DAY_MS) if days is not None else 0
    rows: dict[str, Total] = {}
    for step in SessionIndex(DiskStore(home.storage)).used(since):
        name = _NAMES[by](step)
        rows.setdefault(name, Total(name)).add(step)
    if by == "day":
        return [rows[name] for name in sorted(rows, reverse=True)]
    return sorted(rows.values(), key=lambda row: (-row.cost, -row.steps, row.name))


def _day(step: Used) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(step.ended / 1000))


_NAMES: Mapping[By, Callable[[Used], str]] = {
    "day": _day,
    "model": lambda step: step.model,
    "session": lambda step: f"{step.session_id} {step.title}",
    "project": lambda step: step.directory,
}
