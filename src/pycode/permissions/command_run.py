"""What running one command means: what it changes in the shell, and which other commands it runs.

Wrappers are seen through, command lines in words are read like the line itself, and whatever only may be run is noted as a suspect.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pycode.permissions.command_builtins import BUILTINS, CommandBuiltins
from pycode.permissions.command_notes import MOST_CALLS
from pycode.permissions.effect_types import Effects
from pycode.permissions.effects import effects_of, reads_code, runs_code, table_name
from pycode.permissions.effects_table import COMMAND_LANGUAGES
from pycode.permissions.expansion import Field
from pycode.permissions.harmless_variables import is_harmless
from pycode.permissions.parts import Part, Role, weaker
from pycode.permissions.shell_syntax import Plain, Sequence, Simple
from pycode.permissions.wrappers import SHELLS, Inner, may_run_its_words, program_name, unwrap

_DEEPEST: Final = 20


class CommandRun(CommandBuiltins):
    """Runs commands, on paper.

    Args:
        home: The user's home directory.
        folder: Where the line runs.
    """

    def __init__(self, home: str, folder: str) -> None:
        super().__init__(home, folder)
        self._calls = 0
        self._nesting = 0

    def run(
        self,
        argv: list[Field],
        place: Plain | Simple | Part,
        stdin: str | None,
        assignments: tuple[str, ...] = (),
        role: Role = "command",
    ) -> Part:
        """Note a command, and what it runs."""
        runs_words = may_run_its_words(argv)
        inner = unwrap(argv) if runs_words and self._nesting < _DEEPEST else None
        transparent = inner is not None and inner.transparent
        role = "wrapper" if transparent and role == "command" else role
        part = self._part(argv, place, role, effects_of(argv))
        part.assignments = assignments
        name = program_name(argv[0].value)
        if name in BUILTINS:
            self.builtin(name, argv, part, stdin)
        if inner is not None:
            self._inner(name, inner, part, stdin)
        elif runs_words:  # also a wrapper in too many others
            part.effects.needs("", f"{name} runs what its words say")
        if (runs_words and not transparent) or part.effects.suspicious:
            self.suspects(argv, part, known=inner is not None)
        if runs_code(argv):
            for text in (*[item.value for item in argv[1:]], stdin or ""):
                self.suspect_code(text, part)
        if stdin is not None and table_name(argv[0].value) in COMMAND_LANGUAGES:
            self.suspect_script(Field(stdin, False), part)
        if self.fed and reads_code(argv, part.effects):
            self.runs_input(name, part)
        for command in part.effects.runs:
            with self.inside(part):
                self.run(command, part, None)
        for script in part.effects.scripts:
            with self.inside(part):
                self.script(script, part)
        body = self.state.functions.get(argv[0].value)
        if body is not None:
            self._call(body, argv[1:], stdin)
        return part

    def _inner(self, name: str, inner: Inner, part: Part, stdin: str | None) -> None:
        """Follow what a wrapper runs."""
        if inner.reads_stdin:
            self.runs_input(name, part)
            if stdin is not None:
                with self.inside(part):
                    self.script(Field(stdin, False), part)
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
        with self.inside(part):
            self._follow(inner, argv, part, stdin, noted)

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
                self.script(inner.script, part, noted)
            else:
                with self.state.subshell():
                    self.script(inner.script, part, noted)
        elif argv:
            self.run(argv, part, stdin, noted)
        if inner.directory is not None:
            self.state.folders = outer
        self._nesting -= 1

    def _call(self, body: Sequence, arguments: list[Field], stdin: str | None) -> None:
        """Note what a function does with its arguments."""
        if self._calls >= MOST_CALLS:
            return
        self._calls += 1
        words = len(self.words)
        self.state.positional(arguments)
        self.walk(body, stdin)
        del self.words[words:]
        self._calls -= 1

    def _part(
        self, argv: list[Field], place: Plain | Simple | Part, role: Role, effects: Effects
    ) -> Part:
        words = tuple([item.value for item in argv])
        strange = next((item for item in argv if not item.literal), None)
        if strange is None:
            return self.note(words, place, role=role, effects=effects)
        part = self.note(
            words, place, role=role, literal=False, reason=strange.reason, effects=effects
        )
        for index, item in enumerate(argv):
            if not item.known:
                part.prefix = " ".join([*words[:index], item.prefix or ""])
                break
        return part


def _with_added(argv: list[Field], stdin: str | None) -> list[Field]:
    """Return what `xargs` runs, with the words that it adds."""
    if stdin is None:
        return [*argv, Field("…", False, "", "words that are not known before")]
    words = stdin.split()
    if any("{}" in item.value for item in argv):
        return [replace(i, value=i.value.replace("{}", stdin.strip()), literal=False) for i in argv]
    return [*argv, *(Field(word, False, None, "words that come from a pipe") for word in words)]
