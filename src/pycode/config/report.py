"""What is wrong in one source of the configuration, and what is ignored: a sentence each, with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pycode.config.schema import RuleExamples
from pycode.config.tree import Node
from pycode.core.data import Data

MOST: Final = 20
"""How many problems, and how many warnings, of one source are told."""
_LONGEST_NAME: Final = 60


@dataclass(slots=True, eq=False, repr=False)
class Report(Data):
    """Collects the problems and warnings of one source."""

    name: str
    """The source: a file's path, a variable's name, `flag`."""
    problems: list[str] = field(default_factory=list)
    """What must be put right, in order."""
    warnings: list[str] = field(default_factory=list)
    """What is ignored, in order."""
    untrusted: dict[str, Node] = field(default_factory=dict)
    """The keys that were not read because the project is not trusted."""
    rule_examples: list[RuleExamples] = field(default_factory=list)
    """The examples of rules."""

    def place(self, line: int, column: int = 0) -> str:
        """Return the source with line and column, where there are any (counted from 1)."""
        numbers = [str(number) for number in (line, column) if number]
        return ":".join([self.name, *numbers])

    def problem(self, line: int, text: str, column: int = 0) -> None:
        """Note what must be put right in a line; 0 is the source as a whole."""
        self.add_problem(f"{self.place(line, column)}: {text}")

    def warning(self, line: int, text: str) -> None:
        """Note what is ignored in a line."""
        self.add_warning(f"{self.place(line)}: {text}")

    def add_problem(self, sentence: str) -> None:
        """Note what must be put right, in a sentence that says where."""
        _add(self.problems, sentence, f"{self.name}: more is wrong")

    def add_warning(self, sentence: str) -> None:
        """Note what is ignored, in a sentence that says where."""
        _add(self.warnings, sentence, f"{self.name}: more is ignored")

    @property
    def full(self) -> bool:
        """Whether nothing more will be told."""
        return len(self.problems) > MOST


def dotted(path: Iterable[str]) -> str:
    """Return a key's path for a person: names joined by dots, those that are not plain words in quotes."""
    return ".".join(name if _is_word(name) else quoted(name) for name in path)


def quoted(name: str) -> str:
    """Return a name in quotes, short, and without what a terminal would obey or hide."""
    if len(name) > _LONGEST_NAME:
        name = name[:_LONGEST_NAME] + "…"
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return f'"{visible}"'


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown word: the nearest known one, or all of them."""
    import difflib

    known = sorted(known)
    near = difflib.get_close_matches(word[:_LONGEST_NAME], known, 1)
    return f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}"


def _add(lines: list[str], line: str, last: str) -> None:
    if len(lines) < MOST:
        lines.append(line)
    elif len(lines) == MOST:
        lines.append(last)


def _is_word(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and name.isascii() and name.replace("-", "_").isidentifier()
