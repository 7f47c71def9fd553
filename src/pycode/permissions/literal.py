"""The strict reading of a command line: one simple command in which every character means itself.

Whatever could mean more is refused, whether or not it does here: expansions, redirections, globs, control characters,
characters that nobody can see. Only what this accepts is ever allowed by a pattern or taken for read-only.
"""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 10_000
"""Characters; a longer command line is not read."""

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_PLAIN = re.compile(r"[A-Za-z0-9_./,:+@%=^-]+")
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_ESCAPED_IN_QUOTES = frozenset('$`"\\')
_NAMES = {
    "$": "an expansion ($)",
    "`": "a command substitution (`)",
    ";": "more than one command (;)",
    "&": "more than one command (&)",
    "|": "a pipe or a second command (|)",
    ">": "a redirection (>)",
    "<": "a redirection (<)",
    "(": "a parenthesis; quote it to search for it",
    ")": "a parenthesis; quote it to search for it",
    "{": "a brace; quote it",
    "}": "a brace; quote it",
    "*": "a glob (*); quote it, or name the files",
    "?": "a glob (?); quote it, or name the files",
    "[": "a glob ([); quote it, or name the files",
    "~": "a home directory (~); write the path out",
    "#": "a comment (#)",
    "\n": "a line break",
}


class NotLiteralError(Exception):
    """The command line is more than one simple command of literal words; the text says what it holds."""


def literal_words(command: str) -> list[str]:
    """Split one simple command of literal words as the shell would.

    Raises:
        NotLiteralError: Any character could mean more than itself, or the command is empty or too long.
    """
    if len(command) > MAX_LENGTH:
        raise NotLiteralError(f"more than {MAX_LENGTH} characters")
    words: list[str] = []
    at = 0
    while at < len(command):
        if command[at] == " ":
            at += 1
            continue
        word, at = _word(command, at)
        words.append(word)
    if not words:
        raise NotLiteralError("no command")
    if _ASSIGNMENT.match(words[0]):
        raise NotLiteralError("an assignment (=)")
    return words


def is_invisible(character: str) -> bool:
    """Return whether a person would not see a character, or take it for a blank that the shell does not see as one."""
    return not character.isprintable() or character in _BLANK_LETTERS


def _word(command: str, at: int) -> tuple[str, int]:
    """Return the word that begins at `at`, and where it ends."""
    start = at
    pieces: list[str] = []
    while at < len(command) and command[at] != " ":
        character = command[at]
        if character == "'":
            piece, at = _single_quoted(command, at + 1)
        elif character == '"':
            piece, at = _double_quoted(command, at + 1)
        elif character == "\\":
            piece, at = _printable(command[at + 1 : at + 2]), at + 2
        elif (plain := _PLAIN.match(command, at)) is not None:
            piece, at = plain[0], plain.end()
        elif _is_plain_here(command, at, start):
            piece, at = character, at + 1
        else:
            raise NotLiteralError(_NAMES.get(character) or _strange(character))
        pieces.append(piece)
    return "".join(pieces), at


def _is_plain_here(command: str, at: int, start: int) -> bool:
    """Whether `~`, `#`, `!` or `]` stands where the shell gives it no meaning."""
    character = command[at]
    if character == "~":
        return at > start and (command[at - 1].isalnum() or command[at - 1] in "^@")
    if character == "#":
        return at > start
    return character in "!]" and start > 0


def _single_quoted(command: str, at: int) -> tuple[str, int]:
    end = command.find("'", at)
    if end < 0:
        raise NotLiteralError("a quote that does not end")
    for character in command[at:end]:
        _printable(character)
    return command[at:end], end + 1


def _double_quoted(command: str, at: int) -> tuple[str, int]:
    pieces: list[str] = []
    while at < len(command):
        character = command[at]
        if character == '"':
            return "".join(pieces), at + 1
        if character in "$`":
            raise NotLiteralError(f"{_NAMES[character]} in double quotes; use single quotes")
        if character == "\\" and command[at + 1 : at + 2] in _ESCAPED_IN_QUOTES:
            at += 1
            character = command[at]
        pieces.append(_printable(character))
        at += 1
    raise NotLiteralError("a quote that does not end")


def _printable(character: str) -> str:
    if not character:
        raise NotLiteralError("a backslash at its end")
    if is_invisible(character):
        raise NotLiteralError(_NAMES.get(character) or _strange(character))
    return character


def _strange(character: str) -> str:
    if not is_invisible(character):
        return f"the character {character}; quote it"
    return f"the invisible character U+{ord(character):04X}"
