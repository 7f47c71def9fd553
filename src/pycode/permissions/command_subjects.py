"""What a command line touches: its commands, the files that they read and write, and what lies outside, each a subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from pycode.permissions.command_line import CommandLine, analyse
from pycode.permissions.command_matching import CommandFacts, facts_of_unread
from pycode.permissions.command_paths import CommandPaths
from pycode.permissions.matching import Kind, Places, Subject, verdict
from pycode.permissions.parts import Part
from pycode.permissions.request import Context, Request
from pycode.permissions.rules import Action, Rule
from pycode.permissions.subjects import Surroundings, at_home, given_paths
from pycode.permissions.wrappers import program_name
from pycode.system.paths import resolve


def command_subjects(request: Request, context: Context) -> Iterator[Subject]:
    """Yield everything that the rules have to allow before command lines may run.

    Raises:
        ValueError: The folder cannot be one.
    """
    base = context.directory
    for path, known in given_paths(request):
        base = known or resolve(at_home(path, context), context.directory)
        yield from Surroundings(context).outside(str(base), read=False)
    for command in request.patterns:
        line = read_line(command, context, base)
        yield from _Line(line, base, context, tuple(request.always)).subjects()


def read_line(command: str, context: Context, base: Path) -> CommandLine:
    """Return what a command line does that runs in a folder."""
    if context.shell != "posix":
        return CommandLine(command, unread=f"it is for {context.shell}, which PyCode does not read")
    return analyse(command, context.home.as_posix(), base.as_posix())


def verdict_on(line: CommandLine, rules: Sequence[Rule]) -> Action | None:
    """Return what the rules of one source say about the commands of a line, without what these read and write."""
    found: list[Action | None] = []
    for subject in _Line(line, Path("/"), None, ()).commands("command", None):
        action, _ = verdict(rules, subject, Places("/", "/"))
        if action is not None or (
            subject.facts is not None and subject.facts.part.role == "command"
        ):
            found.append(action)
    if line.refused or "deny" in found:
        return "deny"
    if "ask" in found:
        return "ask"
    return None if None in found else "allow"


class _Line:
    """The subjects of one line."""

    def __init__(
        self, line: CommandLine, base: Path, context: Context | None, always: tuple[str, ...]
    ) -> None:
        self.line = line
        self.base = base
        self.context = context
        self.always = always
        self._known_facts: dict[int, CommandFacts] = {}

    def subjects(self) -> Iterator[Subject]:
        """Yield all of them."""
        context = self._context()
        self._note_git()
        problem = self.line.problem() if context.mode == "plan" or self._at_home() else None
        limit = None
        if self.line.refused:
            limit = f"the command holds {self.line.refused}; write it in a way that can be seen"
        elif problem is not None and context.mode == "plan":
            limit = f"in plan mode a command must be known to change nothing, and {problem}"
        kind: Kind = "home_command" if self._at_home() and problem is not None else "command"
        yield from self.commands(kind, limit)
        paths = CommandPaths(self.base, context, self.line.variables)
        for item in self.line.redirected:
            yield from paths.redirected(item)
        for part in self.line.parts:
            if part.role != "suspect":
                yield from paths.of(part, partial(self._facts, part))

    def commands(self, kind: Kind, limit: str | None) -> Iterator[Subject]:
        """Yield the commands alone."""
        line = self.line
        if line.unread or line.refused or not line.parts:
            facts = facts_of_unread(line.text)
            unread: Kind = "unread" if line.unread else kind
            yield Subject(
                "bash",
                unread,
                (line.text,),
                facts=facts,
                about=line.unread,
                limit=limit,
                always=self.always,
            )
        seen: set[tuple[object, ...]] = set()
        for part in line.parts:
            key = (part.argv, part.role, part.literal, part.assignments, len(part.effects.hazards))
            if key in seen:
                continue
            seen.add(key)
            facts = self._facts(part)
            own = "beyond" if part.effects.beyond and kind == "command" else kind
            yield Subject(
                "bash",
                own,
                (line.text,),
                facts=facts,
                about=part.effects.beyond or "a command",
                limit=limit,
                always=self.always,
                notes=_notes(part),
                span=(part.start, part.end),
            )
            limit = None

    def _facts(self, part: Part) -> CommandFacts:
        facts = self._known_facts.get(id(part))
        if facts is None:
            strict = self.context is not None and self.context.strict
            facts = CommandFacts(self.line.text, part, self._is_certain, strict)
            self._known_facts[id(part)] = facts
        return facts

    def _is_certain(self) -> bool:
        return self.line.certain

    def _note_git(self) -> None:
        """Note what git would run because of the repository that it is started in: no pattern covers that."""
        problems: dict[str, str | None] = {}
        for part in self.line.parts:
            if part.role == "suspect" or program_name(part.argv[0]) != "git":
                continue
            for folder in part.folders or ():
                if folder not in problems:
                    problems[folder] = _program_around(folder)
                problem = problems[folder]
                if problem is not None:
                    part.effects.needs("", problem)

    def _at_home(self) -> bool:
        context = self._context()
        return context.home.is_relative_to(context.root)

    def _context(self) -> Context:
        if self.context is None:
            raise AssertionError("paths are only looked at in a context")
        return self.context


def _notes(part: Part) -> tuple[str, ...]:
    if not (part.effects.hazards or part.assignments or part.reason):
        return ()
    reasons = [hazard.reason for hazard in part.effects.hazards]
    if part.assignments:
        reasons.append(f"{part.assignments[0].partition('=')[0]} may change what it does")
    if part.reason:
        reasons.append(f"it holds {part.reason}")
    return tuple(dict.fromkeys(reasons))


def _program_around(folder: str) -> str | None:
    """Return what git would run because of the repository around a folder, or None."""
    from pycode.permissions.git_helpers import program_in_repository

    try:
        return program_in_repository(resolve(folder, Path("/")))
    except ValueError as error:
        return str(error)
