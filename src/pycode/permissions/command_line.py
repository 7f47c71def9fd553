"""What a command line does: its commands as they will run, the files that they read and write, and whether it only reads.

`pycode.permissions.shell_parser` reads it, `pycode.permissions.command_walk` follows it. A line that cannot be read is never allowed by
a pattern; what seems to be in it is still looked at for denies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from pycode.permissions.command_walk import CommandWalk
from pycode.permissions.literal import MAX_LENGTH, NotLiteralError, literal_words
from pycode.permissions.parts import Part, Redirected
from pycode.permissions.shell_syntax import RefusedError, ShellSyntaxError

FREE_TO_WRITE: Final = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr"})
"""What may always be written."""

FREE_TO_READ: Final = frozenset(
    {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/stdin"}
)
"""What may always be read."""

MAX_HEREDOCS: Final = 50
"""A line that may hold more here-documents is not read."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_HEREDOC = re.compile(r"<<(?!<)")


@dataclass(slots=True)
class CommandLine:
    """A command line and what it does."""

    text: str
    """The whole line."""
    parts: list[Part] = field(default_factory=list)
    """Its commands."""
    redirected: list[Redirected] = field(default_factory=list)
    """The files that its redirections read and write."""
    unread: str = ""
    """Why it cannot be read, as the end of a sentence; empty when it could."""
    refused: str = ""
    """What it holds that no command line may hold; empty when nothing."""
    words: list[tuple[tuple[int, int], ...]] = field(default_factory=list)
    """Where the words of its commands stand."""
    variables: frozenset[str] = frozenset()
    """The variables that it sets, and those that are known before."""
    _certain: bool | None = None

    @property
    def certain(self) -> bool:
        """Whether two independent readings found the same commands."""
        if self._certain is None:
            self._certain = not self.unread and self._is_certain()
        return self._certain

    def problem(self) -> str | None:
        """Return why the line is not known to be read-only, as the end of a sentence; None when it is."""
        from pycode.permissions.programs import check

        if self.refused or self.unread:
            return f"it holds {self.refused}" if self.refused else self.unread
        for item in self.redirected:
            if not item.path.literal:
                return f"it holds {item.path.reason}"
            if not item.read and item.path.value not in FREE_TO_WRITE:
                return "it holds a redirection (>)"
        for part in self.parts:
            problem = None
            if part.role == "inner":
                problem = f"it runs {part.argv[0]}"
            elif part.assignments:
                problem = "it holds an assignment (=)"
            elif part.role == "command":
                problem = f"it holds {part.reason}" if part.reason else check(part.argv)[0]
                if problem is None and not part.literal:
                    problem = "what runs is not known before"
                problem = problem or next((hazard.reason for hazard in part.effects.hazards), None)
            if problem is not None:
                return problem
        if not any(part.role == "command" for part in self.parts):
            return "it holds no command"
        return None if self.certain else "it can be read in two ways"

    def _is_certain(self) -> bool:
        try:
            # The strict reading is cheaper; `time` is the one word that it takes for a program.
            if self.parts and tuple(literal_words(self.text)) == self.parts[0].argv:
                return True
        except NotLiteralError:
            if "`" in self.text:
                return False
        from pycode.permissions.second_reading import agrees

        return agrees(self.text, self.words)


def analyse(command: str, home: str = "~", folder: str = ".") -> CommandLine:
    """Return what a command line does.

    Args:
        command: The line.
        home: The user's home directory.
        folder: Where it runs.
    """
    control = _CONTROL.search(command)
    if control is not None:
        return _unreadable(command, refused=f"the control character U+{ord(control[0]):04X}")
    if len(command) > MAX_LENGTH:
        return _unreadable(command, f"it has more than {MAX_LENGTH} characters")
    from pycode.permissions.shell_parser import parse

    if _has_many_heredocs(command):
        return _unreadable(command, f"it may hold more than {MAX_HEREDOCS} here-documents")
    try:
        sequence = parse(command)
    except RefusedError as error:
        return _unreadable(command, refused=str(error))
    except ShellSyntaxError as error:
        return _unreadable(command, f"it cannot be read: {error}")
    walk = CommandWalk(home, folder)
    walk.walk(sequence)
    known = frozenset(walk.state.variables)
    return CommandLine(command, walk.parts, walk.redirected, words=walk.words, variables=known)


def is_read_only_command(command: str) -> tuple[bool, str]:
    """Return whether a command line is known to change nothing, and why it is not.

    Every command in it must be of literal words, with the program and each option on the list in
    `pycode.permissions.programs`, and nothing but `/dev/null` may be written.
    """
    problem = analyse(command).problem()
    return problem is None, problem or ""


def _has_many_heredocs(command: str) -> bool:
    return sum(1 for _ in _HEREDOC.finditer(command)) > MAX_HEREDOCS


def _unreadable(command: str, unread: str = "", refused: str = "") -> CommandLine:
    """Return a line of which only is known what seems to be in it."""
    from pycode.permissions.simple_commands import simple_commands

    line = CommandLine(command, unread=unread, refused=refused)
    if len(command) > MAX_LENGTH or _has_many_heredocs(command):
        return line
    for words in simple_commands(command):
        for first in range(min(len(words), 4)):
            part = Part(tuple(words[first:]), "suspect", 0, len(command), literal=False)
            line.parts.append(part)
    return line
