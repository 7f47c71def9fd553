"""Reads a command's words against a list of the options that are allowed.

A list is a string: `-alh` are three short options without a value, `-n=` and `--lines=` take one (joined or as the next word),
`--color?` may have one but only joined, `-#` is a number such as `-20`. What is not on the list is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

FLAG: Final = ""
VALUE: Final = "="
JOINED: Final = "?"

_NUMBER = re.compile(r"-[0-9]+")


@dataclass(slots=True)
class Parsed:
    """What the words of a command say."""

    options: set[str] = field(default_factory=set)
    """The options that are given, without their values."""
    values: list[str] = field(default_factory=list)
    """The options' values."""
    operands: list[str] = field(default_factory=list)
    """The words that are no options."""
    problem: str | None = None
    """The first option that is not allowed, as the end of a sentence."""
    unlisted: str | None = None
    """That option."""


@lru_cache(maxsize=64)
def option_kinds(allowed: str) -> dict[str, str]:
    """Return option to FLAG, VALUE or JOINED."""
    known: dict[str, str] = {}
    for entry in allowed.split():
        name, kind = (entry[:-1], entry[-1]) if entry[-1] in "=?" else (entry, FLAG)
        if name.startswith("--") or name == "-#":
            known[name] = kind
        else:
            known.update({f"-{letter}": kind for letter in name[1:]})
    return known


def parse_options(program: str, allowed: str, words: Sequence[str], joins: bool = True) -> Parsed:
    """Sort the words after a program's name into options, values and operands; the same ones give the same object.

    Args:
        program: What the sentence calls the program.
        allowed: The list of options.
        words: The words, quotes resolved.
        joins: Whether the program takes a short option's value from the same word.
    """
    return _parsed(program, allowed, tuple(words), joins)


@lru_cache(maxsize=1024)
def _parsed(program: str, allowed: str, words: tuple[str, ...], joins: bool) -> Parsed:
    known = option_kinds(allowed)
    parsed = Parsed()
    rest = list(reversed(words))
    while rest and parsed.problem is None:
        word = rest.pop()
        if word == "--":
            parsed.operands += reversed(rest)
            break
        if word == "-" or not word.startswith("-"):
            parsed.operands.append(word)
        elif word.startswith("--"):
            _long(program, known, word, rest, parsed)
        elif not ("-#" in known and _NUMBER.fullmatch(word)):
            _short(program, known, word, rest, parsed, joins)
    return parsed


def _long(program: str, known: dict[str, str], word: str, rest: list[str], parsed: Parsed) -> None:
    name, mark, value = word.partition("=")
    kind = known.get(name)
    if kind is None or (mark and kind == FLAG):
        parsed.problem, parsed.unlisted = _unknown(program, name), name
        return
    parsed.options.add(name)
    if mark:
        parsed.values.append(value)
    elif kind == VALUE:
        _next_word(program, name, rest, parsed)


def _short(
    program: str, known: dict[str, str], word: str, rest: list[str], parsed: Parsed, joins: bool
) -> None:
    for index, letter in enumerate(word[1:], start=2):
        name = f"-{letter}"
        kind = known.get(name)
        if kind is None:
            parsed.problem, parsed.unlisted = _unknown(program, name), name
            return
        parsed.options.add(name)
        if kind == FLAG:
            continue
        if word[index:] and not joins:
            parsed.problem = f"{program} {name} needs its value as a word of its own"
            parsed.unlisted = name
        elif word[index:]:
            parsed.values.append(word[index:])
        elif kind == VALUE:
            _next_word(program, name, rest, parsed)
        return


def _next_word(program: str, name: str, rest: list[str], parsed: Parsed) -> None:
    if not rest:
        parsed.problem = f"{program} {name} has no value"
    elif rest[-1].startswith("-") and not _NUMBER.fullmatch(rest[-1]):
        # A program that sees no value here would take the word for an option.
        parsed.problem = f"{program} {name} is followed by {rest[-1]}, which looks like an option"
        parsed.unlisted = name
    else:
        parsed.values.append(rest.pop())


def _unknown(program: str, name: str) -> str:
    return f"{program} {name} is not known to be read-only"
