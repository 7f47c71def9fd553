"""Decides whether a request is allowed, asked about or denied.

Six steps, in this order, for each subject of the request; the strictest of the subjects counts:

    1  hard limits deny: plan changes nothing, protected names, a deny of the organisation
    2  each source is reduced to one verdict by its own last match; any deny denies
    3  an ask of the organisation, the repository or a hook asks
    4  a stored answer or an `--allow` that matches allows
    5  an ask beats an allow among what is left
    6  the mode's table

What an agent is made with and what the repository brings only tightens: its allows count for nothing. `bypass` answers yes to the asks of
steps 5 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from pycode.core.data import Data
from pycode.permissions.matching import Kind, Places, Subject, concerning, verdict_of
from pycode.permissions.patterns import escape
from pycode.permissions.request import Context, Mode, Request
from pycode.permissions.rules import Action, Rule, Source
from pycode.permissions.subjects import subjects_of

if TYPE_CHECKING:
    from pycode.permissions.command_matching import CommandFacts

MODE_TABLE: Final[dict[Kind, dict[Mode, Action]]] = {
    "read": {"default": "allow", "confirm": "allow", "plan": "allow", "bypass": "allow"},
    "secret": {"default": "ask", "confirm": "ask", "plan": "ask", "bypass": "allow"},
    "edit": {"default": "allow", "confirm": "ask", "plan": "deny", "bypass": "allow"},
    "command": {"default": "allow", "confirm": "ask", "plan": "allow", "bypass": "allow"},
    "home_command": {"default": "ask", "confirm": "ask", "plan": "deny", "bypass": "allow"},
    "beyond": {"default": "ask", "confirm": "ask", "plan": "deny", "bypass": "allow"},
    "unread": {"default": "ask", "confirm": "ask", "plan": "deny", "bypass": "allow"},
    "unknown": {"default": "allow", "confirm": "ask", "plan": "deny", "bypass": "allow"},
    "outside": {"default": "ask", "confirm": "ask", "plan": "ask", "bypass": "allow"},
    "repeat": {"default": "ask", "confirm": "ask", "plan": "ask", "bypass": "allow"},
    "tool": {"default": "allow", "confirm": "ask", "plan": "deny", "bypass": "allow"},
}
"""What a mode says where no rule does. `command` in plan is one that is known to change nothing; all others are denied in step 1.
`home_command` is one that may change something, in a project that holds the home directory; `beyond` one that talks to other machines,
acts as somebody else or on the whole machine, is an agent, or sets what runs by itself later, also by another program's hand; `unread` a command line that cannot be read; `unknown` a command in a folder that is not
known before. `tool` is any tool that may change
something and is neither an edit nor a command."""


STRICT_TABLE: Final[dict[Kind, Action]] = {
    "read": "allow",
    "secret": "ask",
    "edit": "ask",
    "command": "ask",
    "home_command": "ask",
    "beyond": "ask",
    "unread": "ask",
    "unknown": "ask",
    "outside": "ask",
    "repeat": "ask",
    "tool": "ask",
}
"""What stands in for the mode's table in `pycode rules check --rules`."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Decision(Data):
    """What was decided, and why."""

    action: Action
    """Whether the request may be carried out."""
    step: int
    """Which of the six steps decided."""
    reason: str
    """Why, as a clause without a full stop: it follows "denied: " or is asked as a question's ground."""
    rule: Rule | None = None
    """The rule that decided, if one did."""
    remedy: str = ""
    """For an ask: one sentence with the flag that allows it; empty when no flag can."""
    permission: str = ""
    """The permission key that is asked for or denied."""
    patterns: tuple[str, ...] = ()
    """What of that permission: paths or commands."""
    grants: tuple[Rule, ...] = ()
    """For an ask: the rules that the answer "always" stands for."""
    marked: str = ""
    """For a command line: the whole of it, with what the decision is about between » and «."""


def decide(request: Request, context: Context) -> Decision:
    """Decide about one request."""
    return explain(request, context)[0]


def explain(request: Request, context: Context) -> tuple[Decision, list[Subject]]:
    """Decide about one request and return what was looked at, too."""
    try:
        subjects = subjects_of(request, context)
    except ValueError as error:
        return Decision("deny", 1, str(error), permission=request.permission), []
    rules = _Rules(context)
    judged = [(subject, _judge(subject, context, rules)) for subject in subjects]
    for action in ("deny", "ask"):
        found = [(subject, verdict) for subject, verdict in judged if verdict.action == action]
        if found:
            decision = _decision(found)
            if request.permission == "bash" and len(request.patterns) == 1:
                from pycode.permissions.marking import mark

                spans = [subject.span for subject, _ in found if subject.span is not None]
                decision = replace(decision, marked=mark(request.patterns[0], spans))
            return decision, subjects
    return _decision([min(judged, key=lambda one: (one[1].step, one[1].rule is None))]), subjects


class _Verdict(NamedTuple):
    """What was decided about one subject."""

    action: Action
    step: int
    reason: str
    """Empty where the rule is the reason."""
    rule: Rule | None = None


_Known = tuple[dict[Source, list[Rule]], list[Rule]]
"""The rules of each source, and the answers."""


class _Rules:
    """The rules of a context by permission key and source: a command line may have thousands of subjects."""

    def __init__(self, context: Context) -> None:
        self.places = Places(context.root.as_posix(), context.home.as_posix())
        self._context = context
        self._known: dict[tuple[str, tuple[str, str] | None], _Known] = {}

    def about(self, subject: Subject) -> _Known:
        """Return the rules that may speak about a subject, each source's by itself, and the answers."""
        programs = subject.facts.programs if subject.facts is not None else None
        key = (subject.permission, programs)
        known = self._known.get(key)
        if known is None:
            sources: dict[Source, list[Rule]] = {}
            for rule in self._concerning(self._context.rules, *key):
                sources.setdefault(rule.source, []).append(rule)
            known = sources, self._concerning(self._context.answers, *key)
            self._known[key] = known
        return known

    def _concerning(
        self, rules: Sequence[Rule], permission: str, programs: tuple[str, str] | None
    ) -> list[Rule]:
        found = concerning(rules, permission)
        if programs is None or not found:
            return found
        from pycode.permissions.command_matching import may_concern

        return [rule for rule in found if may_concern(rule.pattern, programs)]


def _judge(subject: Subject, context: Context, rules: _Rules) -> _Verdict:
    """Take one subject through the six steps."""
    sources, answers = rules.about(subject)
    if not sources and not answers and subject.limit is None:
        return _rest(subject, context, {})
    verdicts: dict[Source, tuple[Action, Rule]] = {}
    for source, known in sources.items():
        action, rule = verdict_of(known, subject, rules.places)
        if action is not None and rule is not None:
            verdicts[source] = (action, rule)

    if subject.limit is not None:
        return _Verdict("deny", 1, subject.limit)
    ordered = (
        verdicts.items() if len(verdicts) < 2 else sorted(verdicts.items(), key=_managed_first)
    )
    for source, (action, rule) in ordered:
        if action == "deny":
            return _Verdict("deny", 1 if source == "managed" else 2, "", rule)
    for source, (action, rule) in verdicts.items():
        if action == "ask" and (source in _ALWAYS_ASK or _is_hidden_denial(subject, rule)):
            return _Verdict("ask", 3, "", rule)
    if answers:
        action, rule = verdict_of(answers, subject, rules.places)
        if action == "allow" and rule is not None:
            return _Verdict("allow", 4, "", rule)
    return _rest(subject, context, verdicts)


def _managed_first(item: tuple[Source, tuple[Action, Rule]]) -> bool:
    return item[0] != "managed"


def _is_hidden_denial(subject: Subject, rule: Rule) -> bool:
    """Return whether a line that was not read names the program that a rule denies."""
    if subject.kind != "unread" or rule.action != "deny":
        return False
    program = rule.pattern.partition(" ")[0].rstrip("*")
    return program in subject.forms[0]


def _rest(
    subject: Subject, context: Context, verdicts: dict[Source, tuple[Action, Rule]]
) -> _Verdict:
    """Take the last two steps."""
    bypass = context.mode == "bypass"
    if not bypass:
        for action, rule in verdicts.values():
            if action == "ask":
                return _Verdict("ask", 5, "", rule)
    for source, (action, rule) in verdicts.items():
        if source not in _TIGHTEN_ONLY and (action == "allow" or bypass):
            return _Verdict("allow", 5, "" if action == "allow" else _BYPASSED, rule)
    if subject.facts is not None and subject.facts.part.role != "command":
        return _Verdict("allow", 6, "what runs it is judged instead")
    if context.strict:
        action = STRICT_TABLE[subject.kind]
        reason = subject.about
    else:
        action = MODE_TABLE[subject.kind][context.mode]
        reason = _mode_reason(subject, context.mode)
    if action == "ask" and subject.kind == "edit" and subject.owner is not None:
        naming = _naming(subject.owner, context)
        if naming is not None:
            return _Verdict("allow", 6, "", naming)
    return _Verdict(action, 6, reason)


def _naming(facts: CommandFacts, context: Context) -> Rule | None:
    """Return a rule that allows a command by its name, and with it the change that the command is for."""
    for rule in (*context.rules, *context.answers):
        allows = rule.action == "allow" and rule.source not in _TIGHTEN_ONLY
        names = rule.concerns("bash") and rule.pattern != "*"
        if allows and names and facts.match(rule) == "yes":
            return rule
    return None


def _mode_reason(subject: Subject, mode: Mode) -> str:
    if subject.kind in ("outside", "secret", "repeat", "beyond", "unread", "unknown"):
        return subject.about
    if subject.kind == "home_command":
        return "the project is, or holds, the home directory, where every command asks"
    if mode == "confirm":
        return f"in mode confirm {subject.about} asks"
    return f"mode {mode}"


def _decision(found: list[tuple[Subject, _Verdict]]) -> Decision:
    """Return one decision for subjects of which the same was decided: all reasons, all grants."""
    subject, first = found[0]
    wanted = {(s.permission, s.forms, s.always, v.step == 3): None for s, v in found}
    grants: dict[Rule, None] = {}
    remedies: dict[str, None] = {}
    for permission, forms, always, fixed in wanted if first.action == "ask" else ():
        patterns = tuple(escape(form) for form in forms)
        grants |= {Rule(permission, text, "allow", "answer"): None for text in always or patterns}
        remedies["" if fixed else _flags(permission, patterns)] = None
    known = remedies and "" not in remedies
    permission = subject.permission
    return Decision(
        first.action,
        min(verdict.step for _, verdict in found),
        "; ".join(dict.fromkeys(_reason(subject, verdict) for subject, verdict in found)),
        first.rule,
        f"To allow it: {' '.join(remedies)}" if known else "",
        permission,
        tuple(dict.fromkeys(form for key in wanted if key[0] == permission for form in key[1])),
        tuple(grants),
    )


def _reason(subject: Subject, verdict: _Verdict) -> str:
    reason, rule = verdict.reason, verdict.rule
    if not reason and rule is not None:
        says = _SAYS[verdict.action] if verdict.action in ("allow", rule.action) else "may mean it"
        reason = f"{_OWNERS[rule.source]} {rule} {says}"
    if verdict.action != "ask":
        return reason
    notes = [note for note in subject.notes if note not in reason]
    return f"{reason} ({'; '.join(notes)})" if notes else reason


@lru_cache(maxsize=64)
def _flags(permission: str, patterns: tuple[str, ...]) -> str:
    import shlex

    rules = [Rule(permission, pattern, "allow", "flag") for pattern in patterns]
    return " ".join(f"--allow {shlex.quote(str(rule))}" for rule in rules)


_ALWAYS_ASK: Final[tuple[Source, ...]] = ("managed", "repository", "hook")
_TIGHTEN_ONLY: Final[frozenset[Source]] = frozenset({"agent_default", "repository"})
_BYPASSED: Final = "mode bypass answers yes"
_OWNERS: Final[dict[Source, str]] = {
    "managed": "your organisation's rule",
    "user": "your rule",
    "agent": "the agent's rule",
    "agent_default": "the agent's rule",
    "repository": "the repository's rule",
    "hook": "a hook's rule",
    "flag": "the flag --allow",
    "answer": "your answer",
}
_SAYS: Final[dict[Action, str]] = {"allow": "allows it", "ask": "asks", "deny": "denies it"}
