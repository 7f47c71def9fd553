"""Goes through a command line as the shell would and notes every command in it, where it runs and what it reads and writes.

What is not certain is followed all the same: each branch, each value that a variable may have, each folder in which a command may
run. That only ever adds parts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from collections.abc import Sequence as Fields
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pycode.permissions.effects import Effects, effects_of, runs_code
from pycode.permissions.expansion import Field, Values, expansion_in, field_of, fields_of, text_of
from pycode.permissions.harmless_variables import is_harmless
from pycode.permissions.produced import produced
from pycode.permissions.shell_parser import parse_nested
from pycode.permissions.shell_syntax import (
    Assignment,
    Command,
    Compound,
    Opaque,
    Piece,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Simple,
    Substitution,
    Text,
    Variable,
    Word,
)
from pycode.permissions.wrappers import SHELLS, Inner, may_run_its_words, program_name, unwrap

Role = Literal["command", "wrapper", "inner", "suspect"]
"""`command` runs and has to be allowed. `wrapper` only runs the commands beside it. `inner` is run by a command that has to be allowed itself.
`suspect` may be run, for all we know: it is only looked at for denies."""

_WEAKEST: Final[dict[Role, int]] = {"command": 0, "wrapper": 0, "inner": 1, "suspect": 2}
_MOST_FOLDERS: Final = 8
_MOST_CALLS: Final = 4
_MOST_STRINGS: Final = 100
_STATEFUL: Final = frozenset("""
    . cd declare eval export getopts let local mapfile popd printf pushd read readarray readonly set shift source trap typeset
    unset
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""Builtins that change what the commands after them mean."""
_PLAIN = re.compile(r"[A-Za-z0-9_./,:@%+^=-]+")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./+-]+")
_CODE_STRING = re.compile(
    r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`|[(\[{<]([^()\[\]{}<>]*)[)\]}>]""",
    re.DOTALL,
)
_CODE_ESCAPE = re.compile(r"[!|]([^!|\n]*)")


@dataclass(slots=True)
class Part:
    """One command of a line."""

    argv: tuple[str, ...]
    """The program and its arguments, as the program gets them."""
    role: Role
    """What stands and falls with it."""
    start: int
    """Where it begins in the line."""
    end: int
    """Where it ends."""
    literal: bool = True
    """Whether all of it means itself."""
    reason: str = ""
    """What makes it more than literal."""
    prefix: str | None = None
    """How its text surely begins, when not all of it is known."""
    assignments: tuple[str, ...] = ()
    """What is set for it, `NAME=value`, where that may change what it does."""
    folders: tuple[str, ...] | None = None
    """Where it may run; None when that is not known."""
    effects: Effects = field(default_factory=Effects)
    """What it does besides."""
    source: str = ""
    """As it is written, where it stands in the line and is literal."""
    runs_words: bool = False
    """Whether it may run what its words say, from any of them on."""


@dataclass(slots=True)
class Redirected:
    """A file that a redirection reads or writes."""

    path: Field
    read: bool
    folders: tuple[str, ...] | None
    start: int
    end: int


@dataclass(slots=True)
class _Context:
    """What holds for all commands in a place."""

    role: Role = "command"
    literal: bool = True
    depth: int = 0


class CommandWalk:
    """The commands of a line.

    Args:
        home: The user's home directory.
        folder: Where the line runs.
    """

    def __init__(self, home: str, folder: str) -> None:
        self.parts: list[Part] = []
        self.redirected: list[Redirected] = []
        self.words: list[tuple[tuple[int, int], ...]] = []
        """Where the words of each command stand that is written out in the line."""
        self._home = home
        self._folders: tuple[str, ...] | None = (folder,)
        self._moved: tuple[str, ...] | bool | None = False
        self._variables: dict[str, list[str | None]] = {"HOME": [home]}
        self._functions: dict[str, Sequence] = {}
        self._calls = 0
        self._context = _Context()
        self._seen: set[tuple[object, ...]] = set()

    def walk(self, sequence: Sequence, stdin: str | None = None) -> str | None:
        """Note the commands of a sequence and return what they print, where that is known."""
        printed: list[str | None] = []
        for step in sequence.steps:
            before = self._folders
            if step.operator == "&&" and not isinstance(self._moved, bool):
                self._folders = self._moved
            else:
                self._moved = False
            printed.append(self._pipeline(step.pipeline, stdin))
            if step.operator in ("&&", "||"):
                printed.append(None)
            self._folders = _union(before, self._folders)
        texts = [text for text in printed if text is not None]
        return "".join(texts) if len(texts) == len(printed) else None

    def _pipeline(self, commands: tuple[Command, ...], stdin: str | None) -> str | None:
        if len(commands) == 1:
            return self._command(commands[0], stdin)
        text = stdin
        for command in commands:
            with self._subshell():
                text = self._command(command, text)
        return text

    def _command(self, command: Command, stdin: str | None) -> str | None:
        if isinstance(command, Simple):
            return self._simple(command, stdin)
        return self._compound(command, stdin)

    def _compound(self, compound: Compound, stdin: str | None) -> str | None:
        for word in compound.words:
            self._visit(word.pieces)
        given = self._redirects(compound.redirects)
        stdin = given if given is not None else stdin
        if compound.kind == "test":
            words = tuple(word.source for word in compound.words)
            self._note(("[[", *words), compound, literal=False, reason="a test or arithmetic")
        elif compound.kind == "group":
            return self.walk(compound.bodies[0], stdin)
        elif compound.kind == "subshell":
            with self._subshell():
                return self.walk(compound.bodies[0], stdin)
        elif compound.kind == "function":
            self._functions[compound.name] = compound.bodies[0]
            with self._subshell():
                self.walk(compound.bodies[0])
        else:
            self._branches(compound, stdin)
        return None

    def _branches(self, compound: Compound, stdin: str | None) -> None:
        if compound.name:
            values = [f for fields in fields_of(compound.words, self._values()) for f in fields]
            for value in values or [Field("", False, "")]:
                self._set(compound.name, value.value if value.known else None)
        before = self._folders
        for body in compound.bodies:
            self._moved = False
            self.walk(body, stdin)
        if compound.kind == "loop" and self._folders != before:
            self._folders = None  # who knows how often

    def _simple(self, simple: Simple, stdin: str | None) -> str | None:
        for word in (*simple.words, *(item.value for item in simple.assignments)):
            self._visit(word.pieces)
        given = self._redirects(simple.redirects)
        stdin = given if given is not None else stdin
        set_here = self._assign(simple.assignments, bool(simple.words), simple)
        if not simple.words:
            return None if simple.redirects else ""
        self.words.append(tuple((word.start, word.end) for word in simple.words))
        plain = _plain_words(simple)
        if plain is not None and self._is_repeated(plain, simple, stdin):
            return produced(plain, stdin)
        if plain is not None:
            lists = [[Field(word) for word in plain]]
        else:
            lists = fields_of(simple.words, self._values())
        fed = self._fed(simple.words)
        targets = [redirect.target for redirect in simple.redirects if redirect.body is None]
        expansion = expansion_in((*simple.words, *targets))
        text: str | None = None
        for argv in lists:
            if argv:
                part = self._run(argv, simple, stdin if fed is None else fed, set_here)
                if part.literal and expansion:
                    part.literal, part.reason = False, expansion
                if part.literal:
                    part.source = " ".join(word.source for word in simple.words)
        if len(lists) == 1 and lists[0] and all(item.known for item in lists[0]):
            text = produced([item.value for item in lists[0]], stdin)
        hidden = any(">" in redirect.operator for redirect in simple.redirects)
        return None if hidden else text

    def _is_repeated(self, words: tuple[str, ...], simple: Simple, stdin: str | None) -> bool:
        """Return whether the very same command was noted before, in the same place."""
        if simple.assignments or simple.redirects or stdin is not None:
            return False
        if words[0] in _STATEFUL or words[0] in self._functions:
            return False
        key = (words, self._folders, self._context.role, self._context.literal)
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
            value = field_of(item.value, self._values())
            self._set(item.name, value.value if value.known and item.plain else None)
            if for_command:
                self._set(item.name, None)  # it holds for the command alone
            text = f"{item.name}={value.value}"
            if not (is_harmless(item.name) and value.literal):
                noted.append(text)
                self._suspect_script(value, simple)
            if not for_command:
                literal = value.literal and item.plain
                part = self._note((text,), simple, literal=literal, reason=value.reason)
                if not is_harmless(item.name):
                    part.effects.needs(item.name, f"{item.name} may change what commands do")
        return tuple(noted)

    def _run(
        self,
        argv: list[Field],
        place: Simple | Part,
        stdin: str | None,
        assignments: tuple[str, ...] = (),
        role: Role = "command",
    ) -> Part:
        """Note a command, and what it runs."""
        inner = unwrap(argv)
        transparent = inner is not None and inner.transparent
        part = self._part(argv, place, "wrapper" if transparent and role == "command" else role)
        part.assignments = assignments
        part.effects = effects_of(argv)
        name = program_name(argv[0].value)
        self._builtin(name, argv, part, stdin)
        if inner is not None:
            self._inner(name, inner, part, stdin)
        elif may_run_its_words(argv):
            part.effects.needs("", f"{name} runs what its words say")
        if (may_run_its_words(argv) and not transparent) or part.effects.suspicious:
            self._suspects(argv, part)
        if runs_code(argv):
            for item in argv[1:]:
                self._suspect_code(item.value, part)
        if runs_code(argv) and stdin is not None:
            self._suspect_code(stdin, part)
        for command in part.effects.runs:
            with self._inside(part):
                self._run(command, part, None)
        for script in part.effects.scripts:
            with self._inside(part):
                self._script(script, part)
        body = self._functions.get(argv[0].value)
        if body is not None:
            self._call(body, argv[1:], stdin)
        return part

    def _inner(self, name: str, inner: Inner, part: Part, stdin: str | None) -> None:
        """Follow what a wrapper runs."""
        if inner.reads_stdin:
            part.effects.needs("", f"{name} runs what it reads")
            if stdin is not None:
                with self._inside(part):
                    self._script(Field(stdin, False), part)
            return
        set_here: list[str] = []
        for item in inner.assignments:
            key, _, value = item.value.partition("=")
            if not (is_harmless(key) and item.literal):
                set_here.append(item.value)
                self._suspect_script(Field(value, item.literal, item.prefix), part)
        noted = (*part.assignments, *set_here)
        argv = inner.argv
        if inner.adds:
            argv = _with_added(argv, stdin)
        if inner.transparent:
            before = len(self.parts)
            self._follow(inner, argv, part, stdin, noted)
            if not any(found.role == "command" for found in self.parts[before:]):
                part.role = _weaker(
                    self._context.role, "command"
                )  # it runs nothing that could be judged
            return
        if name not in SHELLS or inner.script is not None:
            part.effects.needs(name, f"{name} runs other programs")
        with self._inside(part):
            self._follow(inner, argv, part, stdin, noted)

    def _follow(
        self, inner: Inner, argv: list[Field], part: Part, stdin: str | None, noted: tuple[str, ...]
    ) -> None:
        outer = self._folders
        if inner.directory is not None:
            self._folders = self._moved_to(inner.directory)
        if inner.script is not None:
            self._set("0", inner.arguments[0].value if inner.arguments else "bash")
            self._positional(inner.arguments[1:])
            if program_name(part.argv[0]) == "eval":
                self._script(inner.script, part, noted)
            else:
                with self._subshell():
                    self._script(inner.script, part, noted)
        elif argv:
            self._run(argv, part, stdin, noted)
        if inner.directory is not None:
            self._folders = outer

    @contextmanager
    def _inside(self, part: Part) -> Iterator[None]:
        """Note what a command runs which has to be allowed itself; a rule has to name what that is."""
        outer = self._context
        self._context = replace(outer, role=_weaker(outer.role, "inner"))
        before = len(self.parts)
        with self._subshell():
            yield
        self._context = outer
        for found in self.parts[before:]:
            if found.role == "inner":
                name = program_name(found.argv[0])
                part.effects.needs(name, f"{part.argv[0]} runs {name}")
                part.effects.hazards += found.effects.hazards
                part.literal = part.literal and found.literal
                part.reason = part.reason or found.reason

    def _script(self, script: Field, place: Part, noted: tuple[str, ...] = ()) -> None:
        """Note the commands of a command line that stands in a word."""
        outer = self._context
        self._context = replace(
            outer, literal=outer.literal and script.literal, depth=outer.depth + 1
        )
        begin = len(self.parts)
        try:
            sequence = parse_nested(script.value, 4 * self._context.depth, (place.start, place.end))
        except ShellSyntaxError as error:
            place.effects.needs("", f"it runs a command line that cannot be read: {error}")
            self._tolerantly(script.value, place)
        else:
            words = len(self.words)
            self.walk(sequence)
            del self.words[words:]
        if not script.known:
            place.effects.needs("", "it runs a command line that is not known before")
            self._forget()
        self._context = outer
        for part in self.parts[begin:]:
            part.assignments = (*part.assignments, *noted)

    def _tolerantly(self, text: str, place: Part | Simple) -> None:
        from pycode.permissions.simple_commands import simple_commands

        for words in simple_commands(text):
            self._note(tuple(words), place, role="suspect", literal=False)

    def _suspects(self, argv: list[Field], part: Part) -> None:
        """Note whatever could be a command in the words of a program that runs some of them."""
        part.runs_words = True
        for index in range(1, len(argv)):
            text = argv[index].value
            if any(character in " \t\n;|&" for character in text):
                value = text.partition("=")[2] if text.startswith("--") else text
                self._suspect_script(replace(argv[index], value=value), part)

    def _suspect_code(self, text: str, part: Part) -> None:
        """Note what looks like a command in the strings of a program in another language."""
        found = [next(filter(None, match.groups()), "") for match in _CODE_STRING.finditer(text)]
        found += [match[1] for match in _CODE_ESCAPE.finditer(text)]
        for string in found[:_MOST_STRINGS]:
            if string.strip() and string != text:
                self._suspect_script(Field(string.strip(), False), part)
                if any(quote in string for quote in "'\"`"):
                    self._suspect_code(string, part)

    def _suspect_script(self, script: Field, place: Part | Simple) -> None:
        """Note the commands of a text that may be run."""
        outer = self._context
        if not script.value or outer.depth > _MOST_CALLS:
            return
        self._context = _Context("suspect", False, outer.depth + 1)
        if _PLAIN_WORD.fullmatch(script.value):
            self._note((script.value,), place, literal=False)
            self._context = outer
            return
        words, redirected = len(self.words), len(self.redirected)
        try:
            sequence = parse_nested(script.value, 4 * self._context.depth, (place.start, place.end))
        except ShellSyntaxError:
            self._tolerantly(script.value, place)
        else:
            with self._subshell():
                self.walk(sequence)
        del self.words[words:], self.redirected[redirected:]
        self._context = outer

    def _call(self, body: Sequence, arguments: list[Field], stdin: str | None) -> None:
        """Note what a function does with its arguments."""
        if self._calls >= _MOST_CALLS:
            return
        self._calls += 1
        words = len(self.words)
        self._positional(arguments)
        self.walk(body, stdin)
        del self.words[words:]
        self._calls -= 1

    def _builtin(self, name: str, argv: list[Field], part: Part, stdin: str | None) -> None:
        """Take in what a builtin changes for the commands after it."""
        words = argv[1:]
        if name in ("cd", "pushd", "popd"):
            targets = [word for word in words if not _is_option(word.value)]
            target = targets[0] if targets else Field(self._home)
            known = name != "popd" and target.value != "-" and not (name == "pushd" and not targets)
            self._moved = self._moved_to(target) if known else None
            self._folders = _union(self._folders, self._moved)
        elif name in ("export", "declare", "typeset", "readonly", "local"):
            for word in words:
                key, mark, value = word.value.partition("=")
                if mark and key.rstrip("+").isidentifier():
                    self._set(key.rstrip("+"), value if word.known and key.isidentifier() else None)
                    if not (is_harmless(key) and word.literal):
                        part.effects.needs(key, f"{key} may change what commands do")
                        self._suspect_script(Field(value, word.literal, word.prefix), part)
        elif name == "set" and words:
            options = [word.value for word in words]
            first = options.index("--") + 1 if "--" in options else 0
            if first or not options[0].startswith(("-", "+")):
                self._positional(words[first:])
        elif name in ("read", "getopts", "let", "unset", "printf", "shift"):
            for word in words if name != "printf" else words[1:2]:
                self._set(re.split(r"[^\w]", word.value)[0] or "REPLY", None)
            if name == "shift":
                self._positional([Field("", False, "")])
        elif name in (
            "alias",
            "trap",
            "complete",
            "bind",
            "mapfile",
            "readarray",
            "enable",
            "hash",
        ):
            for word in words:
                if name in ("mapfile", "readarray"):
                    self._set(word.value, None)
                self._suspect_script(
                    replace(word, value=word.value.partition("=")[2] or word.value), part
                )
        elif name in ("source", "."):
            self._forget()
            if stdin is not None and words and words[0].value.startswith("/dev/"):
                self._suspect_script(Field(stdin, False), part)

    def _fed(self, words: tuple[Word, ...]) -> str | None:
        """Return what a shell or `source` gets from a `<(…)` among its words."""
        for word in words[1:]:
            for piece in word.pieces:
                if isinstance(piece, Substitution) and piece.mark == "<(":
                    text = piece.output
                    first = words[0].source.rpartition("/")[2]
                    if text is not None and first in (*SHELLS, "source", "."):
                        self._suspect_script(
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
                    text = text_of(redirect.body, self._values())
                continue
            target = field_of(redirect.target, self._values())
            if operator == "<<<":
                text = f"{target.value}\n" if target.known else None
                continue
            if operator in (">&", "<&") and re.fullmatch(r"[0-9]+-?|-", target.value):
                continue
            first = redirect.target.pieces[0]
            if isinstance(first, Substitution):
                text = first.output if operator == "<" else text
                continue
            self.redirected.append(
                Redirected(
                    target, operator in ("<", "<&"), self._folders, redirect.start, redirect.end
                )
            )
        return text

    def _visit(self, pieces: tuple[Piece, ...]) -> None:
        """Note the commands in the substitutions of a word, and what its expansions set."""
        for piece in pieces:
            if isinstance(piece, Substitution):
                with self._subshell():
                    piece.output = self.walk(piece.body)
            elif isinstance(piece, Variable | Opaque):
                self._visit(piece.rest)
                if isinstance(piece, Variable) and piece.operator in ("=", ":="):
                    word = Word(piece.rest, "", 0, 0)
                    value = field_of(word, self._values())
                    self._set(piece.name, value.value if value.known else None)

    def _values(self) -> Values:
        variables = dict(self._variables)
        if self._folders is not None:
            variables["PWD"] = list(self._folders)
        return Values(self._home, variables)

    def _set(self, name: str, value: str | None) -> None:
        known = self._variables.setdefault(name, [])
        if value not in known:
            known.append(value)

    def _forget(self) -> None:
        """Take into account that something unknown ran in this shell."""
        for known in self._variables.values():
            known.append(None)
        self._folders = None

    def _positional(self, arguments: Fields[Field]) -> None:
        known = all(item.known for item in arguments)
        for name in ("@", "*"):
            self._set(name, " ".join(item.value for item in arguments) if known else None)
        for index, item in enumerate(arguments[:9], start=1):
            self._set(str(index), item.value if item.known else None)

    def _moved_to(self, target: Field) -> tuple[str, ...] | None:
        if not target.known or self._folders is None or len(self._folders) > _MOST_FOLDERS:
            return None
        return tuple(dict.fromkeys(os.path.join(folder, target.value) for folder in self._folders))

    @contextmanager
    def _subshell(self) -> Iterator[None]:
        """Keep what a subshell does to the working directory from what comes after it."""
        folders, moved = self._folders, self._moved
        yield
        self._folders, self._moved = folders, moved

    def _part(self, argv: list[Field], place: Simple | Part, role: Role) -> Part:
        reason = next((item.reason for item in argv if not item.literal), "")
        part = self._note(
            tuple(item.value for item in argv), place, role=role, literal=not reason, reason=reason
        )
        unknown = next((index for index, item in enumerate(argv) if not item.known), None)
        if unknown is not None:
            words = [item.value for item in argv[:unknown]]
            part.prefix = " ".join([*words, argv[unknown].prefix or ""])
        return part

    def _note(
        self,
        argv: tuple[str, ...],
        place: Simple | Compound | Part,
        *,
        role: Role = "command",
        literal: bool = True,
        reason: str = "",
    ) -> Part:
        context = self._context
        part = Part(
            argv,
            _weaker(context.role, role),
            place.start,
            place.end,
            literal and context.literal,
            reason,
            folders=self._folders,
        )
        self.parts.append(part)
        return part


def _plain_words(simple: Simple) -> tuple[str, ...] | None:
    """Return the words of a command in which nothing is quoted or expanded; None for all others."""
    words: list[str] = []
    for word in simple.words:
        piece = word.pieces[0]
        if len(word.pieces) > 1 or not isinstance(piece, Text) or not _PLAIN.fullmatch(piece.value):
            return None
        words.append(piece.value)
    return tuple(words)


def _weaker(first: Role, second: Role) -> Role:
    return first if _WEAKEST[first] > _WEAKEST[second] else second


def _union(first: tuple[str, ...] | None, second: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if first is None or second is None:
        return None
    return tuple(dict.fromkeys((*first, *second)))


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _with_added(argv: list[Field], stdin: str | None) -> list[Field]:
    """Return what `xargs` runs, with the words that it adds."""
    if stdin is None:
        return [*argv, Field("…", False, "", "words that are not known before")]
    words = stdin.split()
    if any("{}" in item.value for item in argv):
        return [replace(i, value=i.value.replace("{}", stdin.strip()), literal=False) for i in argv]
    return [*argv, *(Field(word, False, None, "words that come from a pipe") for word in words)]
