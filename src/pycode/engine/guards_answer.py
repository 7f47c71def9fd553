"""Looks at the answer of a small model before the turn ends: it may not claim what did not happen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pycode.engine.guards import TurnFacts
from pycode.providers.compact import GO_ON, named_files

REMINDERS = 2
"""How many times the model is told to go on."""

_VERBS = (
    r"(?:fix|add|change|rename|create|write|make|remove|delete|update|replace|implement|set|save|move|correct|repair|"
    r"switch|put|give|convert|turn|extend|let|store)"
)
_ORDERS = re.compile(
    rf"(?:^|[.!?:;,]\s+|\n\s*|\b(?:please|and|you|to)\s+){_VERBS}\b", re.IGNORECASE
)

_DONE = (
    r"(?:fixed|changed|added|corrected|repaired|edited|updated|replaced|removed|renamed|wrote|written|created|"
    r"deleted|implemented|moved|saved)"
)
_CLAIMS = re.compile(rf"\b(?:{_DONE}|now)\b", re.IGNORECASE)
_OWN_CLAIMS = re.compile(
    rf"\bI(?:'ve| have)?\s+(?:now\s+)?{_DONE}\b|\b(?:has|have) (?:now )?been {_DONE}\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class AnswerGuard:
    """Sends the model back when its answer cannot be true yet."""

    facts: TurnFacts
    """What happened in the turn."""
    directory: Path
    """Where the session works."""
    reminders: int = 0
    """How many times it was sent back."""
    given: bool = False
    """Always false: the turn ends by itself."""
    value: None = None
    """No structured answer."""
    detail: str | None = None
    """What is still to be done."""
    advised: bool = False
    """Whether it was told of tests that fail, which may have failed before."""

    @property
    def reason(self) -> str:
        """Why the turn ends: `unfinished` when the answer cannot be true."""
        return "done" if self.detail is None else "unfinished"

    def read(self, text: str) -> str | None:
        """Return what is still to be done before the answer, or None."""
        self.detail = self._missing(text)
        told = self.detail or self._advice()
        return None if told is None else f"{GO_ON}{told}"

    def may_remind(self) -> bool:
        """Count a reminder; False when there were enough."""
        self.reminders += 1
        return self.reminders <= REMINDERS

    def _missing(self, text: str) -> str | None:
        facts = self.facts
        for path in named_files(facts.request):
            if not (self.directory / path).exists():
                return f"{path} is not there. Write it."
        if not facts.changed and not facts.acted:
            if facts.fixes and facts.failed is None and _CLAIMS.search(text):
                return "nothing was changed. Find the bug and fix it."
            if not facts.fixes and (_ORDERS.search(facts.request) or _OWN_CLAIMS.search(text)):
                return "nothing was changed. Read the file and edit it, or write a new one."
        if facts.changed and facts.fixes and not facts.tested:
            return "the code was changed and not tested since. Run the tests."
        if facts.fixes and facts.failed is not None:
            return f"{facts.failed} still fails. Look at what it says and fix the code."
        return None

    def _advice(self) -> str | None:
        """Return what to look at once: what fails after a change need not be the change's fault."""
        facts = self.facts
        if self.advised or not facts.changed or facts.failed is None:
            return None
        self.advised = True
        return f"{facts.failed} fails now. If that comes from your change, correct it."
