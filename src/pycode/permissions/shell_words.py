"""Reads the words of a bash command line: quotes, escapes, and what will be expanded.

Follows bash, not POSIX: `$'…'`, `$[…]`, `<(…)` inside a word. Positions are those of the text that was given, or of the place
in the user's line that the text came from.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Final

from pycode.permissions.literal import is_invisible
from pycode.permissions.shell_syntax import (
    Opaque,
    Piece,
    RefusedError,
    Sequence,
    ShellSyntaxError,
    Substitution,
    Text,
    Tilde,
    Variable,
    Word,
)

MAX_DEPTH: Final = 60
"""Substitutions and compound commands in one another; what is nested deeper is not read."""

_PLAIN = re.compile(r"[^\s\\'\"$`|&;()<>~\x00-\x20\x7f]+")
_IN_DOUBLE_QUOTES = re.compile(r"[^\"\\$`]+")
_TILDE = re.compile(r"~([A-Za-z0-9_.+-]*)(?=/|:|[\s;&|()<>]|\Z)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL_NAME = re.compile(r"[0-9@*#?$!-]")
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_OPERATOR = re.compile(r":[-=?+]|##|%%|//|\^\^|,,|[-=?+#%/^,@:*]")
_BACKTICK = re.compile(r"`((?:[^`\\]|\\.)*)`", re.DOTALL)
_ANSI_C = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ANSI_C_ESCAPE = re.compile(
    r"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|[0-7]{1,3}|c.|.)", re.DOTALL
)
_ANSI_C_NAMED = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


class WordReader(ABC):
    """Reads words from a text.

    Args:
        text: A command line, or what a quote or a substitution holds.
        depth: How many levels lie around it.
        origin: Where in the user's line all of it stands, when it is not that line itself.
    """

    def __init__(self, text: str, depth: int = 0, origin: tuple[int, int] | None = None) -> None:
        if depth > MAX_DEPTH:
            raise ShellSyntaxError("it is nested too deeply")
        self.text = text
        self.at = 0
        self.depth = depth
        self.origin = origin

    @abstractmethod
    def substituted(self, closer: str) -> Sequence:
        """Read commands up to `closer` and step over it."""

    @abstractmethod
    def separate(self, text: str, origin: tuple[int, int]) -> Sequence:
        """Read commands from a text of their own."""

    def enter(self) -> None:
        """Go one level deeper.

        Raises:
            ShellSyntaxError: It is too deep.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ShellSyntaxError("it is nested too deeply")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where something stands in the user's line."""
        return self.origin if self.origin is not None else (start, end)

    def word(self) -> Word | None:
        """Read the word that begins here, if one does."""
        begin = self.at
        pieces: list[Piece] = []
        text = self.text
        while self.at < len(text):
            plain = _PLAIN.match(text, self.at)
            if plain is not None:
                if not plain[0].isascii():
                    _refuse_invisible(plain[0])
                pieces.append(Text(plain[0], False))
                self.at = plain.end()
                continue
            character = text[self.at]
            if character in " \t\n;&|()":
                break
            if character in "<>" and text[self.at + 1 : self.at + 2] != "(":
                break
            self._special(character, begin, pieces)
        if not pieces:
            return None
        return Word(tuple(pieces), text[begin : self.at], *self.span(begin, self.at))

    def expanded_text(self, text: str, origin: tuple[int, int]) -> tuple[Piece, ...]:
        """Return the pieces of a here-document's body, which is expanded like a string in double quotes."""
        outer = self.text, self.at, self.origin
        self.text, self.at, self.origin = text, 0, origin
        try:
            return tuple(self._quoted_pieces(None))
        finally:
            self.text, self.at, self.origin = outer

    def balanced(self, opener: str, closer: str) -> int:
        """Return where the closer is that belongs to an opener just before this place; -1 if there is none.

        Quotes and escapes are stepped over, nothing else is understood.
        """
        depth, at, text = 1, self.at, self.text
        while at < len(text):
            character = text[at]
            if character == "\\":
                at += 1
            elif character in "'\"`":
                at = _quote_end(text, at)
                if at < 0:
                    return -1
            elif character == opener:
                depth += 1
            elif character == closer:
                depth -= 1
                if depth == 0:
                    return at
            at += 1
        return -1

    def opaque(self, name: str, end: int, skip: int) -> Opaque:
        """Step to `end` plus `skip`, and return what lies before it as something only the shell evaluates."""
        inner = type(self)(self.text[self.at : end], self.depth + 1, self.span(self.at, end))
        self.at = end + skip
        return Opaque(name, tuple(inner._quoted_pieces(None)))

    def _special(self, character: str, begin: int, pieces: list[Piece]) -> None:
        """Read one thing that is more than a plain character."""
        if character == "\\":
            self._escape(pieces)
        elif character == "'":
            end = self.text.find("'", self.at + 1)
            if end < 0:
                raise ShellSyntaxError("a quote does not end")
            pieces.append(Text(self.text[self.at + 1 : end], True))
            self.at = end + 1
        elif character == '"':
            self.at += 1
            pieces.append(Text("", True))
            pieces += self._quoted_pieces('"')
        elif character == "$":
            pieces.append(self._dollar(False))
        elif character == "`":
            pieces.append(self._backtick(False))
        elif character in "<>":
            mark: str = character + "("
            self.at += 2
            pieces.append(
                Substitution("<(" if mark == "<(" else ">(", self.substituted(")"), False)
            )
        elif character == "~":
            self._tilde(begin, pieces)
        else:
            _refuse_invisible(character)
            pieces.append(Text(character, False))
            self.at += 1

    def _escape(self, pieces: list[Piece]) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "\n":
            # bash joins the lines before it looks for words, assignments and expansions.
            if self.text[self.at + 2 : self.at + 3] not in (" ", "\t", ""):
                raise ShellSyntaxError("a line break in the middle of a word")
        else:
            _refuse_invisible(following)
            pieces.append(Text(following or "\\", True))
        self.at += 2

    def _tilde(self, begin: int, pieces: list[Piece]) -> None:
        match = _TILDE.match(self.text, self.at)
        after = self.text[self.at - 1] if self.at > begin else ""
        if match is not None and after in ("", "=", ":"):
            pieces.append(Tilde(match[1]))
            self.at = match.end()
        else:
            pieces.append(Text("~", False))
            self.at += 1

    def _quoted_pieces(self, closer: str | None) -> list[Piece]:
        """Read what stands in double quotes up to the closing one, or to the end when there is no closer."""
        pieces: list[Piece] = []
        text = self.text
        while self.at < len(text):
            plain = _IN_DOUBLE_QUOTES.match(text, self.at)
            if plain is not None:
                pieces.append(Text(plain[0], True))
                self.at = plain.end()
                continue
            character = text[self.at]
            if character == closer:
                self.at += 1
                return pieces
            if character == "$":
                pieces.append(self._dollar(True))
            elif character == "`":
                pieces.append(self._backtick(True))
            elif character == "\\":
                following = text[self.at + 1 : self.at + 2]
                if following == "\n":
                    pass
                elif following and following in '$`"\\':
                    pieces.append(Text(following, True))
                else:
                    pieces.append(Text("\\" + following, True))
                self.at += 2
            else:
                pieces.append(Text(character, True))
                self.at += 1
        if closer is not None:
            raise ShellSyntaxError("a quote does not end")
        return pieces

    def _dollar(self, quoted: bool) -> Piece:
        text, at = self.text, self.at
        following = text[at + 1 : at + 2]
        if following == "(":
            self.at += 2
            if text[self.at : self.at + 1] == "(" and (found := self._arithmetic()) is not None:
                return found
            return Substitution("$(", self.substituted(")"), quoted)
        if following == "{":
            self.at += 2
            return self._braced(quoted)
        if following == "[":
            self.at += 2
            end = self.balanced("[", "]")
            if end < 0:
                raise ShellSyntaxError("a bracket does not end")
            return self.opaque("arithmetic", end, 1)
        if following == "'" and not quoted:
            return self._ansi_c()
        if following == '"' and not quoted:
            self.at += 2
            return Opaque("a translated string", tuple(self._quoted_pieces('"')))
        name = _NAME.match(text, at + 1) or _SPECIAL_NAME.match(text, at + 1)
        if text.startswith("\\\n", at + 1 if name is None else name.end()):
            raise ShellSyntaxError("a line break in an expansion")
        if name is None:
            self.at += 1
            return Text("$", True)
        self.at = name.end()
        return Variable(name[0], quoted)

    def _arithmetic(self) -> Opaque | None:
        """Read `((…))` of which the first parenthesis is behind us; None when bash would take it for a subshell."""
        begin = self.at
        self.at += 1
        end = self.balanced("(", ")")
        if end >= 0 and self.text[end + 1 : end + 2] == ")":
            return self.opaque("arithmetic", end, 2)
        self.at = begin
        return None

    def _braced(self, quoted: bool) -> Piece:
        self.enter()
        text = self.text
        prefix = ""
        if text[self.at : self.at + 1] in ("!", "#") and text[self.at + 1 : self.at + 2] != "}":
            prefix = text[self.at]
            self.at += 1
        name = _PARAMETER.match(text, self.at)
        if name is None:
            raise ShellSyntaxError("an expansion that cannot be read (${)")
        self.at = name.end()
        rest: list[Piece] = []
        if text[self.at : self.at + 1] == "[":
            self.at += 1
            end = self.balanced("[", "]")
            if end < 0:
                raise ShellSyntaxError("a bracket does not end")
            rest.append(self.opaque("an index", end, 1))
            prefix += "["
        operator = _OPERATOR.match(text, self.at)
        if operator is not None:
            self.at = operator.end()
        rest += self._brace_rest(quoted)
        self.depth -= 1
        return Variable(name[0], quoted, prefix + (operator[0] if operator else ""), tuple(rest))

    def _brace_rest(self, quoted: bool) -> list[Piece]:
        """Read up to the closing brace of `${` and step over it."""
        pieces: list[Piece] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "}":
                self.at += 1
                return pieces
            if character in '\\"$`' or (character == "'" and not quoted):
                self._special(character, self.at, pieces)
            else:
                pieces.append(Text(character, True))
                self.at += 1
        raise ShellSyntaxError("an expansion does not end (${)")

    def _ansi_c(self) -> Opaque:
        match = _ANSI_C.match(self.text, self.at)
        if match is None:
            raise ShellSyntaxError("a quote does not end")
        self.at = match.end()
        return Opaque("an encoded string ($')", (), decode_escapes(match[1]))

    def _backtick(self, quoted: bool) -> Substitution:
        match = _BACKTICK.match(self.text, self.at)
        if match is None:
            raise ShellSyntaxError("a quote does not end (`)")
        body = re.sub(r"\\([$`\\\"])" if quoted else r"\\([$`\\])", r"\1", match[1])
        sequence = self.separate(body, self.span(self.at, match.end()))
        self.at = match.end()
        return Substitution("$(", sequence, quoted)


def decode_escapes(text: str) -> str:
    """Return the characters that the escapes of `$'…'`, `printf` and `echo -e` stand for."""
    return _ANSI_C_ESCAPE.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number < 0x110000 else ""
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    if code[0] == "c" and len(code) == 2:
        return chr(ord(code[1]) & 0x1F)
    return _ANSI_C_NAMED.get(code, code)


def _refuse_invisible(text: str) -> None:
    for character in text:
        if is_invisible(character):
            raise RefusedError(f"the invisible character U+{ord(character):04X}")


def _quote_end(text: str, at: int) -> int:
    """Return where the quote that begins at `at` ends, or -1."""
    quote = text[at]
    if quote == "'":
        return text.find("'", at + 1)
    at += 1
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    return at if at < len(text) else -1
