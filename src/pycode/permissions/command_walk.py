"""Goes through a command line as the shell would and notes every command in it, where it runs and what it reads and writes.

What is not certain is followed all the same: each branch, each value that a variable may have, each folder in which a command may
run. That only ever adds parts.
"""

from __future__ import annotations

import re
from typing import Final

from pycode.permissions.command_run import CommandRun
from pycode.permissions.expansion import Field, expansion_in, field_of, fields_of, text_of
from pycode.permissions.harmless_variables import is_harmless
from pycode.permissions.parts import Part, Redirected
from pycode.permissions.produced import produced
from pycode.permissions.shell_state import union
from pycode.permissions.shell_syntax import (
    Assignment,
    Command,
    Compound,
    Opaque,
    Piece,
    Plain,
    Redirect,
    Sequence,
    Simple,
    Substitution,
    Text,
    Variable,
    Word,
)
from pycode.permissions.wrappers import SHELLS

_STATEFUL: Final = frozenset("""
    . cd declare eval export getopts let local mapfile popd printf pushd read readarray readonly set shift source trap typeset
    unset
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""Builtins that change what the commands after them mean."""
_COUNTED: Final = re.compile(
    r"([A-Za-z_]\w*)\s*(?:[-+*/%&|^]?=(?!=)|\+\+|--)|(?:\+\+|--)([A-Za-z_]\w*)"
)
"""What arithmetic changes."""
_SPECIAL: Final = frozenset("{*?[")
"""What is expanded where it is not quoted."""


class CommandWalk(CommandRun):
    """The commands of a line.

    Args:
        home: The user's home directory.
        folder: Where the line runs.
    """

    def __init__(self, home: str, folder: str) -> None:
        super().__init__(home, folder)
        self._seen: set[tuple[object, ...]] = set()

    def walk(self, sequence: Sequence, stdin: str | None = None) -> str | None:
        """Note the commands of a sequence and return what they print, where that is known."""
        printed: list[str | None] = []
        for step in sequence.steps:
            before = self.state.folders
            if step.operator == "&&" and not isinstance(self.state.moved, bool):
                self.state.folders = self.state.moved
            else:
                self.state.moved = False
            printed.append(self._pipeline(step.pipeline, stdin))
            if step.operator in ("&&", "||"):
                printed.append(None)
            self.state.folders = union(before, self.state.folders)
        texts = [text for text in printed if text is not None]
        return "".join(texts) if len(texts) == len(printed) else None

    def _pipeline(self, commands: tuple[Command, ...], stdin: str | None) -> str | None:
        if len(commands) == 1:
            return self._command(commands[0], stdin)
        text, outer = stdin, self.fed
        for command in commands:
            with self.state.subshell():
                text = self._command(command, text)
            self.fed = True
        self.fed = outer
        return text

    def _command(self, command: Command, stdin: str | None) -> str | None:
        if isinstance(command, Plain):
            return self._plain(command, stdin)
        if isinstance(command, Simple):
            return self._simple(command, stdin)
        return self._compound(command, stdin)

    def _compound(self, compound: Compound, stdin: str | None) -> str | None:
        for word in compound.words:
            self._visit(word.pieces)
            for piece in word.pieces:
                if isinstance(piece, Opaque) and piece.name == "arithmetic":
                    for match in _COUNTED.finditer(word.source):
                        self.state.set(match[1] or match[2], None)
        given = self._redirects(compound.redirects)
        stdin = given if given is not None else stdin
        outer = self.fed
        self.fed = outer or any("<" in redirect.operator for redirect in compound.redirects)
        text = self._by_kind(compound, stdin)
        self.fed = outer
        return text

    def _by_kind(self, compound: Compound, stdin: str | None) -> str | None:
        if compound.kind == "test":
            words = tuple(word.source for word in compound.words)
            self.note(("[[", *words), compound, literal=False, reason="a test or arithmetic")
        elif compound.kind == "group":
            return self.walk(compound.bodies[0], stdin)
        elif compound.kind == "subshell":
            with self.state.subshell():
                return self.walk(compound.bodies[0], stdin)
        elif compound.kind == "function":
            self.state.functions[compound.name] = compound.bodies[0]
            with self.state.subshell():
                self.walk(compound.bodies[0])
        else:
            self._branches(compound, stdin)
        return None

    def _branches(self, compound: Compound, stdin: str | None) -> None:
        if compound.name:
            values = [
                f for fields in fields_of(compound.words, self.state.values()) for f in fields
            ]
            for value in values or [Field("", False, "")]:
                self.state.set(compound.name, value.value if value.known else None)
        before = self.state.folders
        for body in compound.bodies:
            self.state.moved = False
            self.walk(body, stdin)
        if compound.kind == "loop" and self.state.folders != before:
            self.state.folders = None  # who knows how often

    def _plain(self, command: Plain, stdin: str | None) -> str | None:
        self.words.append(command.words)
        if stdin is not None or not self._is_repeated(command.argv, command.argv):
            part = self.run([Field(word) for word in command.argv], command, stdin)
            if part.literal:
                part.source = command.source
        return produced(command.argv, stdin)

    def _simple(self, simple: Simple, stdin: str | None) -> str | None:
        plain = _plain_words(simple)
        if plain is None:
            for word in simple.words:
                self._visit(word.pieces)
        for item in simple.assignments:
            self._visit(item.value.pieces)
        if simple.redirects:
            given = self._redirects(simple.redirects)
            stdin = given if given is not None else stdin
        set_here: tuple[str, ...] = ()
        if simple.assignments:
            set_here = self._assign(simple.assignments, bool(simple.words), simple)
        if not simple.words:
            return None if simple.redirects else ""
        self.words.append(tuple([(word.start, word.end) for word in simple.words]))
        if plain is not None:
            lists, fed = [[Field(word) for word in plain]], None
        else:
            lists, fed = fields_of(simple.words, self.state.values()), self._fed(simple.words)
        self._run_each(lists, simple, stdin if fed is None else fed, set_here)
        if any(">" in redirect.operator for redirect in simple.redirects):
            return None
        if plain is None:
            known = len(lists) == 1 and lists[0] and all(item.known for item in lists[0])
            plain = tuple([item.value for item in lists[0]]) if known else None
        return produced(plain, stdin) if plain is not None else None

    def _run_each(
        self, lists: list[list[Field]], simple: Simple, stdin: str | None, set_here: tuple[str, ...]
    ) -> None:
        """Note a command with all argument lists that it may have."""
        outer = self.fed
        expansion = expansion_in(simple.words)
        for redirect in simple.redirects:
            self.fed = self.fed or "<" in redirect.operator
            if redirect.body is None:
                expansion = expansion or expansion_in((redirect.target,))
        alone = stdin is None and not set_here and not simple.redirects
        for argv in lists:
            words = tuple([item.value for item in argv])
            kinds = tuple([(item.literal, item.prefix) for item in argv])
            if words and not (alone and self._is_repeated(words, (words, kinds))):
                part = self.run(argv, simple, stdin, set_here)
                if part.literal and expansion:
                    part.literal, part.reason = False, expansion
                if part.literal:
                    part.source = " ".join([word.source for word in simple.words])
        self.fed = outer

    def _is_repeated(self, words: tuple[str, ...], what: object) -> bool:
        """Return whether the very same command was noted before, in the same place."""
        if words[0] in _STATEFUL or words[0] in self.state.functions:
            return False
        if self.context.depth or self.context.role != "command":
            return False  # what runs it is judged by it
        if any("$" in word for word in words):
            return False  # what a variable is to an inner shell may have changed
        key = (what, self.state.folders, self.fed)
        if key in self._seen:
            return True
        self._seen.add(key)
        return False

    def _assign(
        self, assignments: tuple[Assignment, ...], for_command: bool, simple: Simple
    ) -> tuple[str, ...]:
        """Take assignments in; return those that may change what a command does."""
        noted: list[str] = []
        for item in assignments:
            value = field_of(item.value, self.state.values())
            self.state.set(item.name, value.value if value.known and item.plain else None)
            if for_command:
                self.state.set(item.name, None)  # it holds for the command alone
            text = f"{item.name}={value.value}"
            if not (is_harmless(item.name) and value.literal):
                noted.append(text)
                self.suspect_script(value, simple)
            if not for_command:
                literal = value.literal and item.plain
                part = self.note((text,), simple, literal=literal, reason=value.reason)
                if not is_harmless(item.name):
                    part.effects.needs(item.name, f"{item.name} may change what commands do")
        return tuple(noted)

    def _fed(self, words: tuple[Word, ...]) -> str | None:
        """Return what a shell or `source` gets from a `<(…)` among its words."""
        for word in words[1:]:
            for piece in word.pieces:
                if isinstance(piece, Substitution) and piece.mark == "<(":
                    text = piece.output
                    first = words[0].source.rpartition("/")[2]
                    if text is not None and first in (*SHELLS, "source", "."):
                        self.suspect_script(
                            Field(text, False), Part((), "suspect", word.start, word.end)
                        )
                    return text
        return None

    def _redirects(self, redirects: tuple[Redirect, ...]) -> str | None:
        """Note the files of redirections and return what they feed in, where that is known."""
        text: str | None = None
        for redirect in redirects:
            self._visit(redirect.target.pieces)
            operator = redirect.operator
            if operator in ("<<", "<<-"):
                if redirect.body is not None:
                    self._visit(redirect.body.pieces)
                    text = text_of(redirect.body, self.state.values())
                continue
            target = field_of(redirect.target, self.state.values())
            if operator == "<<<":
                text = f"{target.value}\n" if target.known else None
                continue
            if operator in (">&", "<&") and re.fullmatch(r"[0-9]+-?|-", target.value):
                continue
            first = redirect.target.pieces[0]
            if isinstance(first, Substitution) and first.mark != "$(":
                text = first.output if operator == "<" else text
                continue
            self.redirected.append(
                Redirected(
                    target,
                    operator in ("<", "<&"),
                    self.state.folders,
                    redirect.start,
                    redirect.end,
                )
            )
        return text

    def _visit(self, pieces: tuple[Piece, ...]) -> None:
        """Note the commands in the substitutions of a word, and what its expansions set."""
        for piece in pieces:
            if isinstance(piece, Substitution):
                with self.state.subshell():
                    piece.output = self.walk(piece.body)
            elif isinstance(piece, Variable | Opaque):
                self._visit(piece.rest)
                if isinstance(piece, Variable) and piece.operator in ("=", ":="):
                    word = Word(piece.rest, "", 0, 0)
                    value = field_of(word, self.state.values())
                    self.state.set(piece.name, value.value if value.known else None)


def _plain_words(simple: Simple) -> tuple[str, ...] | None:
    """Return the words of a command in which every character means itself; None for all others."""
    words: list[str] = []
    for word in simple.words:
        text = ""
        for piece in word.pieces:
            if not isinstance(piece, Text):
                return None
            if not piece.quoted and not _SPECIAL.isdisjoint(piece.value):
                return None
            text += piece.value
        if not (text.isascii() and text.isprintable()):
            return None
        words.append(text)
    return tuple(words)
