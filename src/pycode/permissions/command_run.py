"""What running one command means: what it changes in the shell, and which other commands it runs.

Wrappers are seen through, command lines in words are read like the line itself, and whatever only may be run is noted as a suspect.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from pycode.permissions.effects import effects_of, reads_code, runs_code, table_name
from pycode.permissions.effects_table import COMMAND_LANGUAGES
from pycode.permissions.expansion import Field
from pycode.permissions.harmless_variables import is_harmless
from pycode.permissions.parts import Part, Redirected, Role, weaker
from pycode.permissions.shell_parser import parse_nested
from pycode.permissions.shell_state import ShellState, union
from pycode.permissions.shell_syntax import Compound, Sequence, ShellSyntaxError, Simple
from pycode.permissions.wrappers import SHELLS, Inner, may_run_its_words, program_name, unwrap

_MOST_CALLS: Final = 4
_DEEPEST: Final = 20
_MOST_STRINGS: Final = 100
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./+-]+")
_CODE_STRING = re.compile(
    r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`|[(\[{<]([^()\[\]{}<>]*)[)\]}>]""",
    re.DOTALL,
)
_CODE_ESCAPE = re.compile(r"[!|]([^!|\n]*)")


@dataclass(slots=True)
class _Context:
    """What holds for all commands in a place."""

    role: Role = "command"
    literal: bool = True
    depth: int = 0


_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)|`([^`]*)`")
_EVALUATING: Final = frozenset("""
    [ declare export getopts let local mapfile printf read readarray readonly test typeset unset wait
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""Builtins that take names of variables."""


_SETTING: Final = frozenset({"getopts", "mapfile", "read", "readarray", "unset"})
"""Those of them that set variables, or take them away."""
_LATER: Final = frozenset({"alias", "bind", "complete", "trap"})
"""Builtins that take commands to run later."""
_NAMING: Final = _LATER | {"enable", "mapfile", "readarray"}
"""Builtins whose words may be commands or names."""
_BUILTINS: Final = (
    _EVALUATING
    | _NAMING
    | {".", "cd", "compgen", "fc", "history", "jobs", "popd", "pushd", "set", "shift", "source"}
)
"""Builtins that change something for what comes after them, or take commands."""


class CommandRun(ABC):
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
        self.context = _Context()
        self.fed = False
        """Whether something is on standard input."""
        self._calls = 0
        self._nesting = 0

    @abstractmethod
    def walk(self, sequence: Sequence, stdin: str | None = None) -> str | None:
        """Note the commands of a sequence and return what they print, where that is known."""

    def run(
        self,
        argv: list[Field],
        place: Simple | Part,
        stdin: str | None,
        assignments: tuple[str, ...] = (),
        role: Role = "command",
    ) -> Part:
        """Note a command, and what it runs."""
        inner = unwrap(argv) if self._nesting < _DEEPEST else None
        transparent = inner is not None and inner.transparent
        part = self._part(argv, place, "wrapper" if transparent and role == "command" else role)
        part.assignments = assignments
        part.effects = effects_of(argv)
        name = program_name(argv[0].value)
        if name in _BUILTINS:
            self._builtin(name, argv, part, stdin)
        runs_words = may_run_its_words(argv)
        if inner is not None:
            self._inner(name, inner, part, stdin)
        elif runs_words:  # also a wrapper in too many others
            part.effects.needs("", f"{name} runs what its words say")
        if (runs_words and not transparent) or part.effects.suspicious:
            self._suspects(argv, part)
        if runs_code(argv):
            for text in (*[item.value for item in argv[1:]], stdin or ""):
                self._suspect_code(text, part)
        if stdin is not None and table_name(argv[0].value) in COMMAND_LANGUAGES:
            self.suspect_script(Field(stdin, False), part)
        if self.fed and reads_code(argv, part.effects):
            self._runs_input(name, part)
        for command in part.effects.runs:
            with self._inside(part):
                self.run(command, part, None)
        for script in part.effects.scripts:
            with self._inside(part):
                self._script(script, part)
        body = self.state.functions.get(argv[0].value)
        if body is not None:
            self._call(body, argv[1:], stdin)
        return part

    def _inner(self, name: str, inner: Inner, part: Part, stdin: str | None) -> None:
        """Follow what a wrapper runs."""
        if inner.reads_stdin:
            self._runs_input(name, part)
            if stdin is not None:
                with self._inside(part):
                    self._script(Field(stdin, False), part)
            return
        set_here: list[str] = []
        for item in inner.assignments:
            key, _, value = item.value.partition("=")
            if not (is_harmless(key) and item.literal):
                set_here.append(item.value)
                self.suspect_script(Field(value, item.literal, item.prefix), part)
        noted = (*part.assignments, *set_here)
        argv = inner.argv
        if inner.adds:
            argv = _with_added(argv, stdin)
        if inner.transparent:
            before = len(self.parts)
            self._follow(inner, argv, part, stdin, noted)
            if not any(found.role == "command" for found in self.parts[before:]):
                part.role = weaker(
                    self.context.role, "command"
                )  # it runs nothing that could be judged
            return
        if name in SHELLS and inner.script is None:
            part.effects.needs("", f"{name} is started in an unusual way")
        else:
            part.effects.needs(name, f"{name} runs other programs")
        with self._inside(part):
            self._follow(inner, argv, part, stdin, noted)

    def _runs_input(self, name: str, part: Part) -> None:
        part.effects.needs("", f"{name} runs what it reads")
        if self.fed:  # then even a rule that is the very command does not say what runs
            part.literal = False

    def _follow(
        self, inner: Inner, argv: list[Field], part: Part, stdin: str | None, noted: tuple[str, ...]
    ) -> None:
        outer = self.state.folders
        self._nesting += 1
        if inner.directory is not None:
            part.effects.reads.append(inner.directory.value)
            self.state.folders = self.state.moved_to(inner.directory)
        if inner.script is not None:
            self.state.set("0", inner.arguments[0].value if inner.arguments else "bash")
            self.state.positional(inner.arguments[1:])
            if program_name(part.argv[0]) == "eval":
                self._script(inner.script, part, noted)
            else:
                with self.state.subshell():
                    self._script(inner.script, part, noted)
        elif argv:
            self.run(argv, part, stdin, noted)
        if inner.directory is not None:
            self.state.folders = outer
        self._nesting -= 1

    @contextmanager
    def _inside(self, part: Part) -> Iterator[None]:
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
                part.literal = part.literal and found.literal
                part.reason = part.reason or found.reason

    def _script(self, script: Field, place: Part, noted: tuple[str, ...] = ()) -> None:
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

    def _suspects(self, argv: list[Field], part: Part) -> None:
        """Note whatever could be a command in the words of a program that runs some of them."""
        part.runs_words = True
        for index in range(1, len(argv)):
            text = argv[index].value
            if any(character in " \t\n;|&" for character in text):
                value = text.partition("=")[2] if text.startswith("--") else text
                self.suspect_script(replace(argv[index], value=value), part)

    def _suspect_code(self, text: str, part: Part) -> None:
        """Note what looks like a command in the strings of a program in another language."""
        found = [next(filter(None, match.groups()), "") for match in _CODE_STRING.finditer(text)]
        found += [match[1] for match in _CODE_ESCAPE.finditer(text)]
        for string in found[:_MOST_STRINGS]:
            if string.strip() and string != text:
                self.suspect_script(Field(string.strip(), False), part)
                if any(quote in string for quote in "'\"`"):
                    self._suspect_code(string, part)

    def suspect_script(self, script: Field, place: Part | Simple) -> None:
        """Note the commands of a text that may be run."""
        outer = self.context
        if not script.value or outer.depth > _MOST_CALLS:
            return
        self.context = _Context("suspect", False, outer.depth + 1)
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

    def _call(self, body: Sequence, arguments: list[Field], stdin: str | None) -> None:
        """Note what a function does with its arguments."""
        if self._calls >= _MOST_CALLS:
            return
        self._calls += 1
        words = len(self.words)
        self.state.positional(arguments)
        self.walk(body, stdin)
        del self.words[words:]
        self._calls -= 1

    def _builtin(self, name: str, argv: list[Field], part: Part, stdin: str | None) -> None:
        """Take in what a builtin changes for the commands after it."""
        words = argv[1:]
        if name in _EVALUATING:
            self._evaluate(name, words, part)
        if name in ("cd", "pushd", "popd"):
            self._move(name, words)
        elif name in ("export", "declare", "typeset", "readonly", "local"):
            self._declare(words, part)
        elif name == "set":
            self._set_arguments(words)
        elif name in ("read", "getopts", "let", "unset", "printf", "shift"):
            self._change_variables(name, words)
        elif name in _NAMING:
            if name in _LATER and words:
                part.effects.needs("", f"{name} says what runs later")
            for word in words:
                self.state.set(word.value, None)
                script = word.value.partition(":" if name == "bind" else "=")[2] or word.value
                self.suspect_script(replace(word, value=script), part)
        elif name in ("compgen", "fc", "history", "jobs"):
            text = " ".join(word.value for word in words if word.value[:1] != "-")
            self.suspect_script(Field(text, False), part)
        elif name in ("source", "."):
            self._source(name, words, part, stdin)

    def _source(self, name: str, words: list[Field], part: Part, stdin: str | None) -> None:
        self.state.forget()
        if words and words[0].value.startswith(("/dev/", "/proc/")):
            self._runs_input(name, part)
            if stdin is not None:
                self.suspect_script(Field(stdin, False), part)

    def _evaluate(self, name: str, words: list[Field], part: Part) -> None:
        """Note the substitutions in words that name variables: bash evaluates the index of an array once more."""
        for word in words:
            if name in _SETTING and word.value[:1] != "-" and not _is_own_name(word.value):
                part.effects.needs(word.value, f"{word.value} may change what commands do")
            for match in _SUBSTITUTION.finditer(word.value) if word.literal else ():
                part.effects.needs("", "an index that bash evaluates")
                self.suspect_script(Field(match[1] or match[2] or "", False), part)

    def _move(self, name: str, words: list[Field]) -> None:
        targets = [word for word in words if not word.value.startswith("-") or word.value == "-"]
        target = targets[0] if targets else Field(self.state.home)
        known = name != "popd" and target.value != "-" and not (name == "pushd" and not targets)
        self.state.moved = self.state.moved_to(target) if known else None
        self.state.folders = union(self.state.folders, self.state.moved)

    def _declare(self, words: list[Field], part: Part) -> None:
        for word in words:
            name, mark, value = word.value.partition("=")
            if not mark or not name.rstrip("+").isidentifier():
                continue
            self.state.set(name.rstrip("+"), value if word.known and name.isidentifier() else None)
            if not (is_harmless(name) and word.literal):
                part.effects.needs(name, f"{name} may change what commands do")
                self.suspect_script(Field(value, word.literal, word.prefix), part)

    def _set_arguments(self, words: list[Field]) -> None:
        values = [word.value for word in words]
        first = values.index("--") + 1 if "--" in values else 0
        if first or (values and not values[0].startswith(("-", "+"))):
            self.state.positional(words[first:])

    def _change_variables(self, name: str, words: list[Field]) -> None:
        for word in words[1:2] if name == "printf" else words:
            self.state.set(re.split(r"[^\w]", word.value)[0] or "REPLY", None)

    def _part(self, argv: list[Field], place: Simple | Part, role: Role) -> Part:
        literal, reason = True, ""
        for item in argv:
            if not item.literal:
                literal, reason = False, item.reason
                break
        part = self.note(
            tuple([item.value for item in argv]), place, role=role, literal=literal, reason=reason
        )
        for index, item in enumerate(() if literal else argv):
            if not item.known:
                words = [known.value for known in argv[:index]]
                part.prefix = " ".join([*words, item.prefix or ""])
                break
        return part

    def note(
        self,
        argv: tuple[str, ...],
        place: Simple | Compound | Part,
        *,
        role: Role = "command",
        literal: bool = True,
        reason: str = "",
    ) -> Part:
        context = self.context
        part = Part(
            argv,
            weaker(context.role, role),
            place.start,
            place.end,
            literal and context.literal,
            reason,
            folders=self.state.folders,
        )
        self.parts.append(part)
        return part


def _is_own_name(name: str) -> bool:
    """Return whether a variable's name is such as scripts give their own; programs and the shell look at others."""
    return name == name.lower() and not name.startswith("npm_") and not name.endswith("_proxy")


def _with_added(argv: list[Field], stdin: str | None) -> list[Field]:
    """Return what `xargs` runs, with the words that it adds."""
    if stdin is None:
        return [*argv, Field("…", False, "", "words that are not known before")]
    words = stdin.split()
    if any("{}" in item.value for item in argv):
        return [replace(i, value=i.value.replace("{}", stdin.strip()), literal=False) for i in argv]
    return [*argv, *(Field(word, False, None, "words that come from a pipe") for word in words)]
