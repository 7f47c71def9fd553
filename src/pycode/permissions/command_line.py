"""What a command line does, as far as it can be told from its words alone.

Whether it only reads is judged by the strict reading in `pycode.permissions.literal`; what it seems to write and reach by the tolerant
one in `pycode.permissions.simple_commands`, which misses what substitutions, variables, loops and other shells make of their words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from pycode.permissions.literal import NotLiteralError, literal_words
from pycode.permissions.simple_commands import is_redirection, simple_commands


@dataclass(slots=True, frozen=True)
class CommandLine:
    """A command line and what it does."""

    text: str
    """The whole line."""
    words: tuple[str, ...]
    """Its words, quotes resolved, when it is one simple command of literal words; else empty."""
    problem: str | None
    """Why it is not known to be read-only, as the end of a sentence; None when it is."""
    commands: tuple[str, ...]
    """The simple commands that it seems to hold, their words joined by blanks."""
    reads: tuple[str, ...] = ()
    """The words that it may read as files, as written; only of a read-only line."""
    writes: tuple[str, ...] = ()
    """The files that its redirections write, as written; only of a line that is not read-only."""
    reaches: tuple[str, ...] = ()
    """Other words that look like paths out of the working directory; only of a line that is not read-only."""

    @property
    def literal(self) -> bool:
        """Whether it is one simple command of literal words."""
        return bool(self.words)


def analyse(command: str) -> CommandLine:
    """Return what a command line does."""
    words, problem, reads = _read_only(command)
    commands = simple_commands(command)
    joined = tuple(dict.fromkeys(" ".join(found) for found in commands))
    if problem is None:
        return CommandLine(command, tuple(words), None, joined, reads=tuple(reads))
    writes = _written(commands)
    reaches = tuple(path for path in _leading_out(commands) if path not in writes)
    return CommandLine(command, tuple(words), problem, joined, writes=writes, reaches=reaches)


def is_read_only_command(command: str) -> tuple[bool, str]:
    """Return whether a command line is known to change nothing, and why it is not.

    It must be one simple command of literal words, with the program and every option on the list in
    `pycode.permissions.programs`.
    """
    _, problem, _ = _read_only(command)
    return problem is None, problem or ""


def paths_of(command: str) -> list[str]:
    """Return the words of a command line that look like paths out of the working directory, as written.

    These are words, values after `=` and targets of redirections that are absolute, begin with `~` or `$HOME`, or hold a
    `..`. The name of a program is none.
    """
    return list(_leading_out(simple_commands(command)))


_HOME = re.compile(r"^\$(HOME\b|\{HOME\})")


def _read_only(command: str) -> tuple[list[str], str | None, list[str]]:
    """Return the literal words, why the line is not read-only, and the words that may be files."""
    from pycode.permissions.programs import check

    try:
        words = literal_words(command)
    except NotLiteralError as error:
        return [], f"it holds {error}", []
    problem, paths = check(words)
    return words, problem, paths


def _leading_out(commands: list[list[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for words in commands:
        for index, word in enumerate(words):
            value = word.partition("=")[2]
            for text in (value,) if index == 0 else (word, value):
                path = _HOME.sub("~", text).partition(":")[0]
                if path.startswith(("/", "~")) or ".." in path.split("/"):
                    found[path] = None
    return tuple(found)


def _written(commands: list[list[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for words in commands:
        for operator, target in pairwise(words):
            descriptor = operator.endswith("&") and target.strip("0123456789-") == ""
            if ">" in operator and is_redirection(operator) and not descriptor:
                found[_HOME.sub("~", target)] = None
    return tuple(found)
