"""Reads simple commands, redirections and here-documents, and what stands between commands."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Final

from pycode.permissions.shell_syntax import (
    Assignment,
    Command,
    Opaque,
    Piece,
    Plain,
    Redirect,
    ShellSyntaxError,
    Simple,
    Text,
    Word,
)
from pycode.permissions.shell_words import WordReader

END_OF_WORD: Final = r"(?=[\s;&|()<>]|\Z)"
"""What stands behind a reserved word, as a regular expression."""

_RESERVED = re.compile(
    rf"(?:if|then|elif|else|fi|for|select|while|until|do|done|case|esac|function|coproc|time|in|[{{}}!]|\[\[|\]\]){END_OF_WORD}"
)
_REDIRECT = re.compile(
    r"(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})?(&>>|&>|<<<|<<-|<<|<>|>>|>\||>&|<&|<(?!\()|>(?!\())"
)
_SEPARATOR = re.compile(r"&&|\|\||;;&|;;|;&|;|&(?!>)|\|&|\||\n|\)")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[|\+?=)")
FUNCTION: Final = re.compile(r"[ \t]*\([ \t]*\)")
"""The parentheses behind a function's name."""

_QUOTED = r"'[^'\n]*+'|\"[^\"$`\\\n]*+\""
_PLAIN_COMMAND = re.compile(
    rf"(?:[A-Za-z0-9_./,:@%+^-]++|{_QUOTED})++(?:[ \t]++(?:[A-Za-z0-9_./,:@%+^=-]++|{_QUOTED})++)*+"
    r"(?=[ \t]*(?:\n|;|&&|\||\)|\Z))"
)
_PLAIN_WORD = re.compile(rf"(?:[^ \t'\"]++|{_QUOTED})+")
_QUOTES = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_DECLARES = frozenset({"declare", "typeset", "export", "readonly", "local"})
_BLANK = re.compile(r"(?:[ \t]|\\\n)+")


class SimpleReader(WordReader):
    """Reads simple commands."""

    def __init__(self, text: str, depth: int = 0, origin: tuple[int, int] | None = None) -> None:
        super().__init__(text, depth, origin)
        self.awaited: list[tuple[Redirect, str, bool]] = []
        """The here-documents whose bodies begin on the next line: with their end marks, and whether these are quoted."""

    @abstractmethod
    def function(self, name: str, start: int) -> Command:
        """Read the body of a function whose name and parentheses were read."""

    def simple(self) -> Command:
        """Read the simple command that begins here, or the function that it turns out to be."""
        plain = self.plain_command()
        if plain is not None:
            return plain
        start = end = self.at
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            redirect = self.redirect()
            if redirect is not None:
                redirects.append(redirect)
            elif not words and (assignment := self._assignment()) is not None:
                assignments.append(assignment)
            elif (word := self.word()) is not None:
                words.append(self._with_array(word, words))
            else:
                break
            end = self.at
            if len(words) == 1 and not assignments and not redirects:
                function = FUNCTION.match(self.text, self.at)
                if function is not None:
                    self.at = function.end()
                    return self.function(words[0].source, start)
            self.blanks()
        if start == end:
            found = self.text[start : start + 1]
            raise ShellSyntaxError(
                f"{found!r} stands where a command begins" if found else "it ends early"
            )
        return Simple(tuple(assignments), tuple(words), tuple(redirects), *self.span(start, end))

    def redirect(self) -> Redirect | None:
        """Read the redirection that begins here, if one does."""
        match = _REDIRECT.match(self.text, self.at)
        if match is None:
            return None
        start, operator = self.at, match[1]
        self.at = match.end()
        self.blanks()
        target = self.word()
        if target is None:
            raise ShellSyntaxError(f"a redirection without a target ({operator})")
        redirect = Redirect(operator, target, None, *self.span(start, self.at))
        if operator in ("<<", "<<-"):
            quoted = any(not isinstance(p, Text) or p.quoted for p in target.pieces)
            self.awaited.append((redirect, _mark(target), quoted))
        return redirect

    def separator(self) -> str | None:
        """Return the operator that stands here, if one does."""
        match = _SEPARATOR.match(self.text, self.at)
        return match[0] if match is not None else None

    def reserved(self) -> str | None:
        """Return the reserved word that stands here, if one does."""
        match = _RESERVED.match(self.text, self.at)
        return match[0] if match is not None else None

    def take(self) -> None:
        """Step over a reserved word and the blanks behind it."""
        match = _RESERVED.match(self.text, self.at)
        self.at = match.end() if match is not None else self.at
        self.blanks()

    def blanks(self) -> None:
        """Step over blanks and a comment."""
        match = _BLANK.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        if self.text.startswith("#", self.at):
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end

    def lines(self) -> None:
        """Step over blanks, comments and line breaks, and read the here-documents that begin at these."""
        self.blanks()
        while self.text.startswith("\n", self.at):
            self.at += 1
            if self.awaited:
                self._read_bodies()
            self.blanks()

    def plain_command(self) -> Plain | None:
        """Read a command of plain words and simple quotes, if one stands here."""
        match = _PLAIN_COMMAND.match(self.text, self.at)
        if match is None or not match[0].isascii() or not match[0].isprintable():
            return None
        found = list(_PLAIN_WORD.finditer(self.text, self.at, match.end()))
        sources = [word[0] for word in found]
        source = " ".join(sources)
        quoted = "'" in source or '"' in source
        argv = tuple(map(_unquoted, sources) if quoted else sources)
        spans = tuple([self.span(*word.span()) for word in found])
        self.at = match.end()
        self.blanks()
        return Plain(argv, source, spans, *self.span(*match.span()))

    def _assignment(self) -> Assignment | None:
        match = _ASSIGNMENT.match(self.text, self.at)
        if match is None:
            return None
        start, plain = self.at, match[2] == "="
        pieces: list[Piece] = []
        self.at = match.end()
        if match[2] == "[":
            end = self.balanced("[", "]")
            found = re.compile(r"\]\+?=").match(self.text, end) if end >= 0 else None
            if found is None:
                self.at = start
                return None
            pieces.append(self.opaque("an index", end, 0))
            self.at = found.end()
        if self.text.startswith("(", self.at):
            pieces.append(self._array())
            plain = False
        else:
            value = self.word()
            pieces += value.pieces if value is not None else ()
        source = self.text[match.end() : self.at]
        return Assignment(match[1], Word(tuple(pieces), source, *self.span(start, self.at)), plain)

    def _with_array(self, word: Word, before: list[Word]) -> Word:
        """Return a word, with the array that follows in `declare a=(…)`."""
        if not (self.text.startswith("(", self.at) and word.source.endswith("=") and before):
            return word
        if before[0].source not in _DECLARES:
            return word
        array = self._array()
        return Word(
            (*word.pieces, array), word.source + "(…)", word.start, self.span(0, self.at)[1]
        )

    def _array(self) -> Opaque:
        self.at += 1
        pieces: list[Piece] = []
        while True:
            self.lines()
            word = self.word()
            if word is None:
                break
            pieces += word.pieces
        if not self.text.startswith(")", self.at):
            raise ShellSyntaxError("an array does not end")
        self.at += 1
        return Opaque("an array", tuple(pieces))

    def _read_bodies(self) -> None:
        """Read the here-documents that begin on this line."""
        awaited, self.awaited = self.awaited, []
        for redirect, mark, quoted in awaited:
            body: list[str] = []
            start = self.at
            while self.at < len(self.text):
                line = self._heredoc_line(quoted)
                if redirect.operator == "<<-":
                    line = line.lstrip("\t")
                if line == mark:
                    break
                body.append(line + "\n")
            text = "".join(body)
            origin = self.span(start, self.at)
            pieces = (Text(text, True),) if quoted else self.expanded_text(text, origin)
            redirect.body = Word(tuple(pieces), text, *origin)

    def _heredoc_line(self, quoted: bool) -> str:
        pieces: list[str] = []
        while True:
            end = self.text.find("\n", self.at)
            end = len(self.text) if end < 0 else end
            line = self.text[self.at : end]
            self.at = min(end + 1, len(self.text))
            backslashes = len(line) - len(line.rstrip("\\"))
            if quoted or backslashes % 2 == 0 or end == len(self.text):
                return "".join((*pieces, line))
            pieces.append(line[:-1])


def _unquoted(source: str) -> str:
    return _QUOTES.sub(r"\1\2", source)


def _mark(target: Word) -> str:
    """Return the end mark that the word of a here-document stands for."""
    pieces = [piece.value if isinstance(piece, Text) else None for piece in target.pieces]
    if None in pieces:
        raise ShellSyntaxError("a here-document whose end mark is no plain word")
    return "".join(piece for piece in pieces if piece)
