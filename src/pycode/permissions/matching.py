"""Which rule of a source decides about one subject."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pycode.core.data import Data
from pycode.permissions.patterns import has_wildcard, match_path, match_text
from pycode.permissions.rules import PATH_KEYS, Action, Rule

if TYPE_CHECKING:
    from pycode.permissions.command_matching import CommandFacts

Kind = Literal[
    "read",
    "secret",
    "edit",
    "command",
    "home_command",
    "beyond",
    "unread",
    "unknown",
    "outside",
    "repeat",
    "tool",
]
"""What the mode's table tells apart."""

_WEIGHT = {"deny": 3, "ask": 2, None: 1, "allow": 0}


@dataclass(slots=True, eq=False, repr=False)
class Subject(Data):
    """One thing that a request touches: a path, a command, a tool.

    It is not frozen: a command line may have thousands, and making a frozen one takes four times as long.
    """

    permission: str
    """The permission key that rules about it have."""
    kind: Kind
    """Its row in the mode's table."""
    forms: tuple[str, ...]
    """Its names: a path as given and as it really is, a command. An allow must hold for each, an ask or deny for one."""
    parts: tuple[str, ...] = ()
    """Other names of it. Asks and denies hold for these too, allows do not."""
    facts: CommandFacts | None = None
    """What rules about commands are held against, for one command of a command line."""
    literal: bool = True
    """False where text alone does not say what it does: no wildcard allows it."""
    known: bool = True
    """Whether the forms are all there is to it; else a rule that is not an allow may mean it."""
    about: str = ""
    """What it is, for the reason of a question."""
    limit: str | None = None
    """Why a hard limit denies it."""
    always: tuple[str, ...] = ()
    """The patterns that "always" would allow."""
    notes: tuple[str, ...] = ()
    """What is unusual about it, for the reason of a question."""
    span: tuple[int, int] | None = None
    """Where what it is about stands in the command line."""
    owner: CommandFacts | None = None
    """The command that is there to make this very change: a rule that names it allows the change too."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Places(Data):
    """What path patterns are relative to."""

    root: str
    """The project's root."""
    home: str
    """The user's home directory."""


def verdict(
    rules: Iterable[Rule], subject: Subject, places: Places
) -> tuple[Action | None, Rule | None]:
    """Return what the rules of one source say, and the rule that says it.

    For each form the last rule that matches counts; the strictest of the forms is the verdict, and a form about which no
    rule speaks is stricter than an allow.
    """
    return verdict_of(concerning(rules, subject.permission), subject, places)


def concerning(rules: Iterable[Rule], permission: str) -> list[Rule]:
    """Return the rules that speak about a permission key."""
    return [rule for rule in rules if rule.concerns(permission)]


def verdict_of(
    known: list[Rule], subject: Subject, places: Places
) -> tuple[Action | None, Rule | None]:
    """Return the same as `verdict`, for rules that all speak about the subject's permission key."""
    if subject.facts is not None:
        return _command_verdict(known, subject.facts)
    found = [_last(known, subject, form, places) for form in subject.forms]
    found += [
        rule
        for part in subject.parts
        if (rule := _last(known, subject, part, places)) is not None and rule.action != "allow"
    ]
    if not subject.known:
        found += [rule for rule in known if rule.action != "allow"][:1]
    strict = max(found, key=lambda rule: _WEIGHT[rule.action if rule else None], default=None)
    return (strict.action, strict) if strict else (None, None)


def _command_verdict(rules: list[Rule], facts: CommandFacts) -> tuple[Action | None, Rule | None]:
    possible: Rule | None = None
    for rule in reversed(rules):
        match = facts.match(rule)
        if match == "yes":
            if possible is not None and rule.action != "deny":
                break
            return rule.action, rule
        if match == "maybe" and possible is None:
            possible = rule
    return (None if possible is None else "ask"), possible


def _last(rules: list[Rule], subject: Subject, form: str, places: Places) -> Rule | None:
    for rule in reversed(rules):
        if _matches(rule, form, subject, places):
            return rule
    return None


def _matches(rule: Rule, form: str, subject: Subject, places: Places) -> bool:
    if rule.pattern in ("*", form):
        return True
    if subject.permission in PATH_KEYS:
        below = rule.action != "allow"
        return match_path(rule.pattern, form, places.root, places.home, below=below)
    if rule.action == "allow" and not subject.literal and has_wildcard(rule.pattern):
        return False
    return match_text(rule.pattern, form)
