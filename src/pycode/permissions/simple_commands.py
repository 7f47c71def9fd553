"""The tolerant reading of a command line: the commands and words in it, as well as words alone allow.

It only ever makes a decision stricter. Nothing is expanded.
"""

from __future__ import annotations

import re


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


_SEPARATORS = frozenset([";", "&", "|", "(", ")", "\n", "`", "$(", "<(", ">("])
_REDIRECTION = re.compile(r"&>>?|<<-|[0-9]*[<>][<>&|]*")
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
