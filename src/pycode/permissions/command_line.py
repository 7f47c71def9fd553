"""What a command line is made of, as far as it can be told from its words alone.

`read_only` stands on the strict reading in `pycode.permissions.literal`. `simple_commands` and `paths_of` are tolerant: they find the
commands and words in any line as well as words alone allow, and only ever make a decision stricter. Nothing is expanded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from pycode.permissions.literal import NotLiteralError, literal_words


@dataclass(slots=True, frozen=True)
class Reading:
    """Whether a command line only reads."""

    ok: bool
    """True when it is known to change nothing."""
    reason: str
    """Why not, as the end of a sentence; empty when it is."""
    words: tuple[str, ...] = ()
    """Its words, quotes resolved, when it is one simple literal command."""
    paths: tuple[str, ...] = ()
    """The words that it may read as files, as written; only when `ok`."""


def read_only(command: str) -> Reading:
    """Judge whether a command line is one simple command that changes nothing.

    The program and every option must be on the list in `pycode.permissions.programs`; what is not known is not read-only.
    """
    from pycode.permissions.programs import check

    try:
        words = literal_words(command)
    except NotLiteralError as error:
        return Reading(False, f"it holds {error}")
    problem, paths = check(words)
    if problem is not None:
        return Reading(False, problem, tuple(words))
    return Reading(True, "", tuple(words), tuple(paths))


def is_read_only_command(command: str) -> tuple[bool, str]:
    """Return whether a command line is known to change nothing, and why it is not."""
    reading = read_only(command)
    return reading.ok, reading.reason


def simple_commands(command: str) -> list[list[str]]:
    """Return the words of every simple command that a line seems to hold, quotes resolved.

    Assignments and redirections at a command's start are entries of their own, other redirections stay as words. Comments and
    the bodies of here-documents that nothing expands are left out. Best effort: what a substitution, a loop or another shell
    makes of its words is not known here, and a quote that does not end takes the rest of the line.
    """
    scan = _Scan()
    at = 0
    while (match := _TOKEN.match(command, at)) is not None:
        at = match.end()
        scan.take(match[0])
        if match[0] == "\n" and "((" not in command:  # "<<" may be a shift in arithmetic
            at = scan.skip_bodies(command, at)
    scan.end_word()
    return [words for words in scan.commands if words]


def paths_of(command: str) -> list[str]:
    """Return the words of a command line that look like paths out of the working directory, as written.

    These are words, values after `=` and targets of redirections that are absolute, begin with `~` or `$HOME`, or hold a
    `..`. The name of a program is none. Best effort, see `simple_commands`.
    """
    found: dict[str, None] = {}
    for words in simple_commands(command):
        for index, word in enumerate(words):
            texts = [word.partition("=")[2]] if index == 0 else [word, word.partition("=")[2]]
            for text in texts:
                path = _HOME.sub("~", text).partition(":")[0]
                if path.startswith(("/", "~")) or ".." in path.split("/"):
                    found[path] = None
    return list(found)


def written_files(command: str) -> list[str]:
    """Return the files that a command line's redirections write, as written. Best effort, see `simple_commands`."""
    found: dict[str, None] = {}
    for words in simple_commands(command):
        for operator, target in pairwise(words):
            is_write = _REDIRECTION.fullmatch(operator) and ">" in operator
            is_descriptor = operator.endswith("&") and target.strip("0123456789-") == ""
            if is_write and not is_descriptor:
                found[_HOME.sub("~", target)] = None
    return list(found)


_SEPARATORS = frozenset([";", "&", "|", "(", ")", "\n", "`", "$(", "<(", ">("])
_REDIRECTION = re.compile(r"&>>?|<<-|[0-9]*[<>][<>&|]*")
_HOME = re.compile(r"^\$(HOME\b|\{HOME\})")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_TOKEN = re.compile(
    r"""'[^']*(?:'|\Z)"""
    r"""|"(?:[^"\\]|\\.)*(?:"|\\?\Z)"""
    r"""|(?<![^\s;&|()])\#[^\n]*|\\.|\$\(|[<>]\(|&>>?|(?<![^\s;&|()])[0-9]+[<>][<>&|]*"""
    r"""|<<-|[<>][<>&|]*|[;&|()\n`]|[ \t]+|[^'"\\;&|()<>\n` \t$]+|.""",
    re.DOTALL,
)


class _Scan:
    """The state of the tolerant reading."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = [[]]
        self._word: str | None = None
        self._quoted = False
        self._bodies: list[tuple[str, bool, bool]] = []

    def take(self, token: str) -> None:
        """Take the next token."""
        blank = token[0] in " \t#" and token not in _SEPARATORS
        if token in _SEPARATORS or blank or _REDIRECTION.fullmatch(token):
            self.end_word()
            if token in _SEPARATORS:
                self.commands.append([])
            elif not blank:
                self.commands[-1].append(token)
        else:
            self._word = (self._word or "") + _unquoted(token)
            self._quoted |= token[0] in "'\"\\"

    def end_word(self) -> None:
        """Put the finished word, if there is one, where it belongs."""
        word, quoted = self._word, self._quoted
        self._word, self._quoted = None, False
        if word is None:
            return
        words = self.commands[-1]
        if words and words[-1] in ("<<", "<<-"):
            self._bodies.append((word, quoted, words[-1] == "<<-"))
        if not words and _ASSIGNMENT.match(word):
            self.commands[-1:] = [[word], []]
        elif len(words) == 1 and _REDIRECTION.fullmatch(words[0]):
            self.commands[-1:] = [[words[0], word], []]
        else:
            words.append(word)

    def skip_bodies(self, command: str, at: int) -> int:
        """Return where the here-documents that begin at `at` end, as far as they are plain data."""
        bodies, self._bodies = self._bodies, []
        for name, quoted, tabs in bodies:
            indent = r"\t*" if tabs else ""
            mark = re.compile(f"^{indent}{re.escape(name)}$", re.MULTILINE)
            end = mark.search(command, at)
            if end is None or not (quoted or _is_data(command[at : end.start()])):
                return at
            at = end.end()
        return at


def _is_data(body: str) -> bool:
    return "$(" not in body and "`" not in body


def _unquoted(token: str) -> str:
    if token[0] == "'":
        return token[1:].removesuffix("'")
    if token[0] == '"':
        return re.sub(r'\\([$`"\\])', r"\1", token[1:].removesuffix('"'))
    if token[0] == "\\":
        return token[1:].replace("\n", "")
    return token
