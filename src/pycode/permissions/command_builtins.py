"""What the shell's builtins change for the commands after them: variables, the working directory, and what runs later."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from pycode.permissions.command_notes import CommandNotes
from pycode.permissions.expansion import Field
from pycode.permissions.harmless_variables import is_harmless
from pycode.permissions.parts import Part
from pycode.permissions.shell_state import union

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
BUILTINS: Final = (
    _EVALUATING
    | _NAMING
    | {".", "cd", "compgen", "fc", "history", "jobs", "popd", "pushd", "set", "shift", "source"}
)
"""Builtins that change something for what comes after them, or take commands."""


class CommandBuiltins(CommandNotes):
    """Takes in what builtins do."""

    def builtin(self, name: str, argv: list[Field], part: Part, stdin: str | None) -> None:
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
            before = len(self.parts)
            for word in words:
                self.state.set(word.value, None)
                script = word.value.partition(":" if name == "bind" else "=")[2] or word.value
                self.suspect_script(replace(word, value=script), part)
            self.adopt(part, before)
        elif name in ("compgen", "fc", "history", "jobs"):
            text = " ".join(word.value for word in words if word.value[:1] != "-")
            self.suspect_script(Field(text, False), part)
        elif name in ("source", "."):
            self._source(name, words, part, stdin)

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

    def _evaluate(self, name: str, words: list[Field], part: Part) -> None:
        """Note the substitutions in words that name variables: bash evaluates the index of an array once more."""
        for word in words:
            if name in _SETTING and word.value[:1] != "-" and not _is_own_name(word.value):
                part.effects.needs(word.value, f"{word.value} may change what commands do")
            for match in _SUBSTITUTION.finditer(word.value) if word.literal else ():
                part.effects.needs("", "an index that bash evaluates")
                self.suspect_script(Field(match[1] or match[2] or "", False), part)

    def _source(self, name: str, words: list[Field], part: Part, stdin: str | None) -> None:
        self.state.forget()
        if words and words[0].value.startswith(("/dev/", "/proc/")):
            self.runs_input(name, part)
            if stdin is not None:
                self.suspect_script(Field(stdin, False), part)

    def _set_arguments(self, words: list[Field]) -> None:
        values = [word.value for word in words]
        first = values.index("--") + 1 if "--" in values else 0
        if first or (values and not values[0].startswith(("-", "+"))):
            self.state.positional(words[first:])

    def _change_variables(self, name: str, words: list[Field]) -> None:
        for word in words[1:2] if name == "printf" else words:
            self.state.set(re.split(r"[^\w]", word.value)[0] or "REPLY", None)


def _is_own_name(name: str) -> bool:
    """Return whether a variable's name is such as scripts give their own; programs and the shell look at others."""
    return name == name.lower() and not name.startswith("npm_") and not name.endswith("_proxy")
