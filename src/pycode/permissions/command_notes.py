"""The notebook of whoever goes through a command line: its commands, where they stand, and whatever only may be run as a suspect."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from pycode.permissions.effect_types import Effects
from pycode.permissions.effects import reach_of
from pycode.permissions.expansion import Field
from pycode.permissions.parts import Part, Redirected, Role, weaker
from pycode.permissions.shell_parser import parse_nested
from pycode.permissions.shell_state import ShellState
from pycode.permissions.shell_syntax import Compound, Plain, Sequence, ShellSyntaxError, Simple
from pycode.permissions.wrappers import program_name

MOST_CALLS: Final = 4
"""So deep functions are followed into each other, and suspects into suspects."""

_MOST_STRINGS: Final = 100
_LEADING: Final = 5
"""Among so many words the program stands that another one runs: `flock x curl`, `uv run curl`."""
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./+-]+")
_CODE_STRING = re.compile(
    r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`|[(\[{<]([^()\[\]{}<>]*)[)\]}>]""",
    re.DOTALL,
)
_CODE_ESCAPE = re.compile(r"[!|]([^!|\n]*)")


@dataclass(slots=True)
class Place:
    """What holds for all commands in a place."""

    role: Role = "command"
    literal: bool = True
    depth: int = 0


class CommandNotes(ABC):
    """Notes commands.

    Args:
        home: The user's home directory.
        folder: Where the line runs.
    """

    def __init__(self, home: str, folder: str) -> None:
        self.parts: list[Part] = []
        self.redirected: list[Redirected] = []
        self.words: list[tuple[tuple[int, int], ...]] = []
        """Where the words of each command stand that is written out in the line."""
        self.state = ShellState(home, folder)
        self.context = Place()
        self.fed = False
        """Whether something is on standard input."""

    @abstractmethod
    def walk(self, sequence: Sequence, stdin: str | None = None) -> str | None:
        """Note the commands of a sequence and return what they print, where that is known."""

    def note(
        self,
        argv: tuple[str, ...],
        place: Plain | Simple | Compound | Part,
        *,
        role: Role = "command",
        literal: bool = True,
        reason: str = "",
        effects: Effects | None = None,
    ) -> Part:
        context = self.context
        part = Part(
            argv,
            role if context.role == "command" else weaker(context.role, role),
            place.start,
            place.end,
            literal and context.literal,
            reason,
            folders=self.state.folders,
            effects=effects or Effects(),
        )
        self.parts.append(part)
        return part

    def suspect_script(self, script: Field, place: Part | Simple) -> None:
        """Note the commands of a text that may be run."""
        outer = self.context
        if not script.value or outer.depth > MOST_CALLS:
            return
        self.context = Place("suspect", False, outer.depth + 1)
        if _PLAIN_WORD.fullmatch(script.value):
            self.note((script.value,), place, literal=False)
            self.context = outer
            return
        words, redirected = len(self.words), len(self.redirected)
        try:
            sequence = parse_nested(script.value, 4 * self.context.depth, (place.start, place.end))
        except ShellSyntaxError:
            self._tolerantly(script.value, place)
        else:
            with self.state.subshell():
                self.walk(sequence)
        del self.words[words:], self.redirected[redirected:]
        self.context = outer

    def suspects(self, argv: list[Field], part: Part, *, known: bool) -> None:
        """Note whatever could be a command in the words of a program that runs some of them.

        Args:
            argv: The program and its arguments.
            part: The same, as it was noted.
            known: Whether what it runs was followed already.
        """
        part.runs_words = True
        before = len(self.parts)
        for index in range(1, len(argv)):
            text = argv[index].value
            if any(character in " \t\n;|&" for character in text):
                value = text.partition("=")[2] if text.startswith("--") else text
                self.suspect_script(replace(argv[index], value=value), part)
        self.adopt(part, before)
        if not known and not part.effects.beyond:
            words = [item.value for item in argv[1:_LEADING] if item.value[:1] != "-"]
            part.effects.beyond = next(filter(None, map(reach_of, words)), "")

    def adopt(self, part: Part, before: int) -> None:
        """Note that a command reaches as far as the suspects noted since, which it runs now or later."""
        for found in self.parts[before:]:
            if found.argv and reach_of(found.argv[0]):
                part.effects.beyond = part.effects.beyond or found.effects.beyond

    def suspect_code(self, text: str, part: Part) -> None:
        """Note what looks like a command in the strings of a program in another language."""
        found = [next(filter(None, match.groups()), "") for match in _CODE_STRING.finditer(text)]
        found += [match[1] for match in _CODE_ESCAPE.finditer(text)]
        for string in found[:_MOST_STRINGS]:
            if string.strip() and string != text:
                self.suspect_script(Field(string.strip(), False), part)
                if any(quote in string for quote in "'\"`"):
                    self.suspect_code(string, part)

    def script(self, script: Field, place: Part, noted: tuple[str, ...] = ()) -> None:
        """Note the commands of a command line that stands in a word."""
        outer = self.context
        self.context = replace(
            outer, literal=outer.literal and script.literal, depth=outer.depth + 1
        )
        begin = len(self.parts)
        try:
            sequence = parse_nested(script.value, 4 * self.context.depth, (place.start, place.end))
        except ShellSyntaxError as error:
            place.effects.needs("", f"it runs a command line that cannot be read: {error}")
            self._tolerantly(script.value, place)
        else:
            words = len(self.words)
            self.walk(sequence)
            del self.words[words:]
        if not script.known:
            place.effects.needs("", "it runs a command line that is not known before")
            self.state.forget()
        self.context = outer
        for part in self.parts[begin:]:
            part.assignments = (*part.assignments, *noted)

    def _tolerantly(self, text: str, place: Part | Simple) -> None:
        from pycode.permissions.simple_commands import simple_commands

        for words in simple_commands(text):
            self.note(tuple(words), place, role="suspect", literal=False)

    @contextmanager
    def inside(self, part: Part) -> Iterator[None]:
        """Note what a command runs which has to be allowed itself; a rule has to name what that is."""
        outer = self.context
        self.context = replace(outer, role=weaker(outer.role, "inner"))
        before = len(self.parts)
        with self.state.subshell():
            yield
        self.context = outer
        for found in self.parts[before:]:
            if found.role == "inner":
                name = program_name(found.argv[0])
                part.effects.needs(name, f"{part.argv[0]} runs {name}")
                part.effects.hazards += found.effects.hazards
                part.effects.beyond = part.effects.beyond or found.effects.beyond
                part.literal = part.literal and found.literal
                part.reason = part.reason or found.reason
        part.effects.hazards = list(dict.fromkeys(part.effects.hazards))

    def runs_input(self, name: str, part: Part) -> None:
        part.effects.needs("", f"{name} runs what it reads")
        if self.fed:  # then even a rule that is the very command does not say what runs
            part.literal = False
