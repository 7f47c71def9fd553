"""Counts what a turn and a process used, and keeps what the result says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pycode.cli.formats.claude_partial import STOP_REASONS, claude_usage, model_name
from pycode.core.parts import StepFinishPart


@dataclass(slots=True)
class Totals:
    """What all turns of a process used together."""

    cost: float = 0.0
    """US dollars, of the requests whose price is known."""
    unpriced: bool = False
    """Whether the price of some request is not known."""
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each model used, under Claude Code's names."""

    def add(self, finish: StepFinishPart, label: str) -> None:
        """Count a request."""
        used = self.models.setdefault(
            model_name(label),
            {
                "inputTokens": 0,
                "outputTokens": 0,
                "cacheReadInputTokens": 0,
                "cacheCreationInputTokens": 0,
                "webSearchRequests": 0,
                "costUSD": 0.0,
            },
        )
        usage = finish.usage
        used["inputTokens"] += usage.get("input", 0)
        used["outputTokens"] += usage.get("output", 0)
        used["cacheReadInputTokens"] += usage.get("cache_read", 0)
        used["cacheCreationInputTokens"] += usage.get("cache_write", 0)
        if finish.cost is not None:
            self.cost += finish.cost
            used["costUSD"] += finish.cost
        elif usage:
            self.unpriced = True


@dataclass(slots=True)
class Tally:
    """What one turn used."""

    steps: int = 0
    """Model requests."""
    api_ms: int = 0
    """How long they took, in milliseconds."""
    usage: dict[str, int] = field(default_factory=dict)
    """Tokens."""
    stop_reason: str | None = None
    """Why the last response ended, in Anthropic's words."""

    def add(self, finish: StepFinishPart, started: int | None) -> None:
        """Count a request.

        Args:
            finish: Its end.
            started: When it was made, in UTC milliseconds.
        """
        self.steps += 1
        if started is not None:
            self.api_ms += max(0, finish.ended - started)
        for name, tokens in finish.usage.items():
            self.usage[name] = self.usage.get(name, 0) + tokens
        self.stop_reason = STOP_REASONS.get(finish.reason)

    def to_claude(self) -> dict[str, int]:
        """Return the tokens under Anthropic's names."""
        return claude_usage(self.usage)
