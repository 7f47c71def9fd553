"""What `pycode rules check` tells about a command line: its parts, the paths, and what decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pycode.permissions.decide import Decision, explain
from pycode.permissions.matching import Subject
from pycode.permissions.request import Context, Request
from pycode.permissions.rules import PATH_KEYS


@dataclass(slots=True, frozen=True)
class Checked:
    """A command line that was judged."""

    decision: Decision
    """What was decided."""
    parts: tuple[tuple[str, ...], ...]
    """The programs that it runs, each with its arguments."""
    paths: tuple[str, ...]
    """The files and folders that were looked at, absolute and real."""

    def as_json(self) -> dict[str, Any]:
        """Return it as an object of JSON."""
        decision = self.decision
        return {
            "decision": decision.action,
            "parts": [list(part) for part in self.parts],
            "paths": list(self.paths),
            "rule": str(decision.rule) if decision.rule is not None else None,
            "reason": decision.reason,
            "step": decision.step,
            "marked": decision.marked,
        }


def check(command: str, context: Context) -> Checked:
    """Judge a command line that would run in the context's directory."""
    decision, subjects = explain(Request("bash", [command]), context)
    return Checked(decision, _parts(subjects), _paths(subjects))


def _parts(subjects: list[Subject]) -> tuple[tuple[str, ...], ...]:
    parts = [subject.facts.part for subject in subjects if subject.facts is not None]
    return tuple(dict.fromkeys([p.argv for p in parts if p.role != "suspect" and p.argv]))


def _paths(subjects: list[Subject]) -> tuple[str, ...]:
    paths = [s.forms[-1] for s in subjects if s.permission in PATH_KEYS and s.kind != "unknown"]
    return tuple(dict.fromkeys(paths))
