"""Which rules speak about one command of a command line.

An allow must match what the program gets, word for word, and name what is unusual about it: `find *` does not cover `-delete`. A deny or
an ask also matches the program under another path, git behind its options, a glob that may become the program, and counts as an ask
where the words are not known but might match.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import Literal

from pycode.permissions.parts import Part
from pycode.permissions.patterns import has_wildcard, match_text, sure_beginning
from pycode.permissions.rules import Rule
from pycode.permissions.wrappers import program_name

Match = Literal["yes", "maybe", "no"]

_NOTHING_TO_QUOTE = re.compile(r"[\w@%+=:,./ -]+", re.ASCII)
_PLAIN_PROGRAM = re.compile(r"[A-Za-z0-9_./+\[-]+")
_LONGEST_GLOB = 200
_TAIL = 50
"""So many words behind a program are looked at where any word may be one."""
_GLOB = re.compile(r"[*?[]")
_OPERATORS = re.compile(r"[;&|<>\n]")
_SYSTEM_FOLDERS = ("/bin/", "/usr/bin/")


@dataclass(slots=True, eq=False)
class CommandFacts:
    """What a rule is held against: one command of a line.

    Its texts are only made when a rule asks for them; most rules are about another program.
    """

    line: str
    """The whole line."""
    part: Part
    """The command."""
    certain: Callable[[], bool]
    """Whether the line can only be read in this way."""
    strict: bool = False
    """Whether even the pattern `*` covers only what is literal and usual."""
    _forms: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    @property
    def exact(self) -> tuple[str, ...]:
        """The command's text, in the forms that an allow may match."""
        return self._made()[0]

    @property
    def loose(self) -> tuple[str, ...]:
        """All forms, for asks and denies."""
        return self._made()[1]

    @property
    def programs(self) -> tuple[str, str] | None:
        """The first words of the line and of the command, where no other program can be meant; else None."""
        part = self.part
        if part.runs_words or part.prefix is not None or not _PLAIN_PROGRAM.fullmatch(part.argv[0]):
            return None
        return _first_word(self.line), part.argv[0]

    def match(self, rule: Rule) -> Match:
        """Return whether a rule speaks about the command."""
        if rule.pattern == self.line or _is_escaped(rule.pattern, self.line):
            return "yes"
        if rule.action == "allow":
            return "yes" if self._is_allowed(rule.pattern) else "no"
        role = self.part.role
        if role != "command" and rule.pattern[:1] in ("*", "?"):
            return "no"
        if role == "suspect" and rule.action != "deny":
            return "no"
        if rule.pattern == "*" or any(map(partial(match_text, rule.pattern), self.loose)):
            return "yes"
        if _has_operator(rule.pattern) and match_text(rule.pattern, self.line):
            return "yes"
        if self._may_become(rule.pattern) or (rule.action == "deny" and self._runs(rule.pattern)):
            return "yes"
        return "maybe" if self._may_match(rule.pattern) else "no"

    def _made(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self._forms is None:
            quoted = _joined(self.part.argv)
            self._forms = _exact(self.part, quoted), _loose(self.part, quoted)
        return self._forms

    def _is_allowed(self, pattern: str) -> bool:
        part = self.part
        if pattern == "*":
            usual = part.literal and not part.assignments and not part.effects.hazards
            return usual or not self.strict
        if not part.literal or not any(map(partial(match_text, pattern), self.exact)):
            return False
        return (not has_wildcard(pattern) or self._names_all(pattern)) and self.certain()

    def _names_all(self, pattern: str) -> bool:
        """Return whether a pattern holds the words that it has to hold to cover what is unusual about the command."""
        tokens = {hazard.token for hazard in self.part.effects.hazards}
        if not tokens:
            return True
        words = {word.rstrip("*").partition("=")[0] for word in pattern.split()}
        return "" not in tokens and tokens <= words

    def _may_become(self, pattern: str) -> bool:
        """Return whether the program is a glob that fits the program of a pattern."""
        program = self.loose[0].partition(" ")[0] if self.loose else ""
        if len(program) > _LONGEST_GLOB or _GLOB.search(program) is None:
            return False
        name = pattern.partition(" ")[0]
        if has_wildcard(name) or not fnmatchcase(name, program.rpartition("/")[2]):
            return False
        return match_text(pattern, f"{name} {self.loose[0].partition(' ')[2]}".strip())

    def _runs(self, pattern: str) -> bool:
        """Return whether one of the words, with those behind it, is a command that a pattern is about."""
        if not self.part.runs_words or pattern[:1] in ("*", "?"):
            return False
        program = pattern.partition(" ")[0]
        named = not has_wildcard(program) and program.casefold()
        for index, word in enumerate(self.part.argv[1:], start=1):
            name = program_name(word)
            if named and name != named:
                continue
            if not word.startswith("-") and match_text(pattern, name + self._tail(index)):
                return True
        return False

    def _tail(self, index: int) -> str:
        rest = self.part.argv[index + 1 : index + 1 + _TAIL]
        return " " + " ".join(rest) if rest else ""

    def _may_match(self, pattern: str) -> bool:
        if self.part.prefix is None or self.part.role == "suspect":
            return False
        first, blank, rest = self.part.prefix.partition(" ")
        known = first.rpartition("/")[2] + blank + rest
        begin = sure_beginning(pattern)
        return begin.startswith(known) or (known.startswith(begin) and has_wildcard(pattern))


def facts_of_unread(line: str) -> CommandFacts:
    """Return what rules are held against for a line that cannot be read."""
    part = Part((), "command", 0, len(line), literal=False, prefix="")
    part.effects.needs("", "it cannot be read")
    return CommandFacts(line, part, bool, strict=True, _forms=((), (line,)))


def may_concern(pattern: str, programs: tuple[str, str]) -> bool:
    """Return whether a pattern may match a command by its program: see `CommandFacts.programs`."""
    wanted = _only_program(pattern)
    if wanted is None or wanted in programs:
        return True
    return wanted in (program_name(programs[1]), programs[1].rpartition("/")[2])


@lru_cache(maxsize=4)
def _first_word(line: str) -> str:
    return line.partition(" ")[0]


@lru_cache(maxsize=1024)
def _only_program(pattern: str) -> str | None:
    """Return the first word of all that a pattern can match; None where that may differ."""
    program, blank, rest = pattern.partition(" ")
    plain = _PLAIN_PROGRAM.fullmatch(program) and (rest or not blank)
    return program if plain else None


def _joined(argv: tuple[str, ...]) -> str:
    """Return what `shlex.join` returns, sooner where nothing has to be quoted."""
    text = " ".join(argv)
    plain = _NOTHING_TO_QUOTE.fullmatch(text) and text.count(" ") == len(argv) - 1
    return text if plain and "" not in argv else shlex.join(argv)


def _exact(part: Part, quoted: str) -> tuple[str, ...]:
    if not _PLAIN_PROGRAM.fullmatch(part.argv[0]) and not part.assignments:
        return ()
    if part.assignments:
        return (f"{' '.join(part.assignments)} {quoted}",)
    exact = [quoted]
    if part.source and part.source != quoted:
        exact.append(part.source)
    folder, _, name = part.argv[0].rpartition("/")
    if f"{folder}/" in _SYSTEM_FOLDERS:
        exact.append(shlex.join((name, *part.argv[1:])))
    if name == "git" and not folder:
        options, rest = _split_git(part.argv[1:])
        if options and _is_harmless(options):
            exact.append(shlex.join(("git", *rest)))
    return tuple(exact)


def _loose(part: Part, quoted: str) -> tuple[str, ...]:
    rest = part.argv[1:]
    name = program_name(part.argv[0])
    forms = [" ".join(part.argv), quoted]
    if name != part.argv[0]:
        forms.append(" ".join((name, *rest)))
    if part.assignments:
        forms.append(" ".join((*part.assignments, *part.argv)))
    if name == "git":
        forms.append(" ".join(("git", *_split_git(rest)[1])))
    return tuple(dict.fromkeys(forms))


def _split_git(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return git's options before its subcommand, and the rest."""
    from pycode.permissions.expansion import Field
    from pycode.permissions.git_effects import split_git

    options, rest = split_git([Field("git"), *(Field(word) for word in words)])
    return tuple(item.value for item in options), tuple(item.value for item in rest)


def _is_harmless(options: tuple[str, ...]) -> bool:
    from pycode.permissions.git_effects import HARMLESS_OPTIONS

    return HARMLESS_OPTIONS.issuperset(options)


def _is_escaped(pattern: str, text: str) -> bool:
    """Return whether a pattern is a text in which only characters are escaped."""
    return "\\" in pattern and not has_wildcard(pattern) and match_text(pattern, text)


@lru_cache(maxsize=1024)
def _has_operator(pattern: str) -> bool:
    return _OPERATORS.search(pattern) is not None
