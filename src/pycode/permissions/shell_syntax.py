"""The parts of a bash command line, as `pycode.permissions.shell_parser` finds them. Nothing is expanded yet.

The classes are not frozen: a line may hold thousands, and making a frozen one takes four times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias


class ShellSyntaxError(Exception):
    """The line is not bash as we know it; the text says why, as the end of a sentence."""


class RefusedError(ShellSyntaxError):
    """The line holds what nobody types and nobody sees; the text names it."""


@dataclass(slots=True)
class Text:
    """Characters that mean themselves, but for braces and globs where they are not quoted."""

    value: str
    quoted: bool


@dataclass(slots=True)
class Tilde:
    """A `~` or `~user` at a word's beginning."""

    user: str


@dataclass(slots=True)
class Variable:
    """`$name` or `${name…}`."""

    name: str
    quoted: bool
    operator: str = ""
    """What stands behind the name in braces: `:-`, `#`, `@`, …; empty for a plain one."""
    rest: tuple[Piece, ...] = ()
    """What stands behind the operator."""


@dataclass(slots=True)
class Substitution:
    """Commands in a word: `$(…)`, backticks, `<(…)` or `>(…)`."""

    mark: Literal["$(", "<(", ">("]
    body: Sequence
    quoted: bool
    output: str | None = None
    """What the commands print, once that is known."""


@dataclass(slots=True)
class Opaque:
    """What only a running shell knows the value of: arithmetic, a translated string, an array."""

    name: str
    rest: tuple[Piece, ...] = ()
    """The expansions in it."""
    value: str | None = None
    """What it comes to, where that can be told: the characters of `$'…'`."""


Piece: TypeAlias = Text | Tilde | Variable | Substitution | Opaque


@dataclass(slots=True)
class Word:
    """One word."""

    pieces: tuple[Piece, ...]
    source: str
    """As it is written."""
    start: int
    end: int


@dataclass(slots=True)
class Assignment:
    """`NAME=value` before a command or alone."""

    name: str
    value: Word
    plain: bool
    """False for `+=`, an array and an element of one."""


@dataclass(slots=True)
class Redirect:
    """A redirection."""

    operator: str
    target: Word
    """The file, or the descriptor; the end mark of a here-document."""
    body: Word | None = None
    """What a here-document feeds in."""
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Simple:
    """One simple command."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int


@dataclass(slots=True)
class Plain:
    """A simple command of nothing but words in which every character means itself, as most are."""

    argv: tuple[str, ...]
    source: str
    """As it is written, with one blank between the words."""
    words: tuple[tuple[int, int], ...]
    """Where they begin and end."""
    start: int
    end: int


CompoundKind = Literal["group", "subshell", "branch", "loop", "function", "test"]


@dataclass(slots=True)
class Compound:
    """Commands that hold others."""

    kind: CompoundKind
    bodies: tuple[Sequence, ...] = ()
    words: tuple[Word, ...] = ()
    """The words of a `for`, a `case` and its patterns, a test or arithmetic."""
    name: str = ""
    """The function's name, or the loop's variable."""
    redirects: tuple[Redirect, ...] = ()
    start: int = 0
    end: int = 0


Command: TypeAlias = Plain | Simple | Compound


@dataclass(slots=True)
class Step:
    """A pipeline, and what joins it to the one before."""

    operator: str
    """`&&`, `||`, `;` or `&`; empty for the first."""
    pipeline: tuple[Command, ...]


@dataclass(slots=True)
class Sequence:
    """Pipelines one after another."""

    steps: tuple[Step, ...]


def substitutions_in(pieces: tuple[Piece, ...]) -> Iterator[Substitution]:
    """Yield the commands in a word's pieces, however deep."""
    for piece in pieces:
        if isinstance(piece, Substitution):
            yield piece
        elif isinstance(piece, Variable | Opaque) and piece.rest:
            yield from substitutions_in(piece.rest)
