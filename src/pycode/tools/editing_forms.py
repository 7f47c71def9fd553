"""Texts in a form in which what does not matter is gone, with the way back to where each character was.

A form is made in one pass and searched like any string, so that a looser comparison costs little more than an exact one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Literal

Looseness = Literal["line endings", "trailing blanks", "typography"]
"""What a form sets aside; each one sets aside what stands before it too."""

BOM = "\ufeff"

_SPACES = "\u00a0\u2000-\u200a\u202f\u205f\u3000"
_TYPOGRAPHIC = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\u00a0\u202f\u205f\u3000", " "),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
}
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
_COMPOSED = f"[^\\r\\n][{_MARKS}]+|[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?"

# The look-behind and the possessive quantifier keep a long run of blanks inside a line from being tried again and again.
_ENDINGS = r"(?P<gone>\A\ufeff)|(?P<eol>\r\n?)"
_BLANKS = r"(?P<blanks>(?<![ \t])[ \t]++(?=[\r\n]|\Z))"
_WIDE_BLANKS = rf"(?P<blanks>(?<![ \t{_SPACES}])[ \t{_SPACES}]++(?=[\r\n]|\Z))"
_SIGNS = rf"(?P<composed>{_COMPOSED})|(?P<sign>[{''.join(_TYPOGRAPHIC)}])"
_PATTERNS: dict[Looseness, str] = {
    "line endings": _ENDINGS,
    "trailing blanks": f"{_ENDINGS}|{_BLANKS}",
    "typography": f"{_ENDINGS}|{_WIDE_BLANKS}|{_SIGNS}",
}


class Form:
    """A text in a looser form.

    Args:
        text: The text.
        looseness: What is set aside.
        whole: Whether it is a whole file: then a missing last newline is supplied.
    """

    def __init__(self, text: str, looseness: Looseness, *, whole: bool = False) -> None:
        pieces: list[str] = []
        self._at: list[int] = []
        self._size: list[int] = []
        self._start: list[int] = []
        self._end: list[int] = []
        position = length = 0
        for start, end, put in _changes(text, looseness, whole):
            pieces += [text[position:start], put]
            length += start - position
            self._at.append(length)
            self._size.append(len(put))
            self._start.append(start)
            self._end.append(end)
            length += len(put)
            position = end
        self.text = "".join([*pieces, text[position:]])

    def start(self, index: int) -> int | None:
        """Return where in the text a stretch begins that begins at `index` in the form; None inside a character."""
        last = bisect_right(self._at, index) - 1
        if last < 0:
            return index
        inside = index - self._at[last]
        if inside == 0 and self._size[last]:
            return self._start[last]
        past = inside - self._size[last]
        return self._end[last] + past if past >= 0 else None

    def end(self, index: int) -> int | None:
        """Return where in the text a stretch ends that ends at `index` in the form; None inside a character.

        What is gone from the form right behind the stretch stays outside.
        """
        last = bisect_left(self._at, index) - 1
        if last < 0:
            return index
        past = index - self._at[last] - self._size[last]
        return self._end[last] + past if past >= 0 else None


def find_all(text: str, wanted: str) -> Iterator[int]:
    """Yield each index where `wanted` begins, overlapping ones too: they are just as ambiguous."""
    index = text.find(wanted)
    while index >= 0:
        yield index
        index = text.find(wanted, index + 1)


def plain(text: str) -> str:
    """Return a text with `\\n` as its only line ending and without a byte order mark."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removeprefix(BOM)


def folded(line: str) -> str:
    """Return a line as it counts at the loosest form: no blanks at its end, plain signs, composed characters."""
    return line.rstrip(" \t") if line.isascii() else Form(line, "typography").text


def characters(line: str) -> list[str]:
    """Return the characters of a line, each with the marks that belong to it."""
    return list(line) if line.isascii() else re.findall(f"{_COMPOSED}|.", line, re.DOTALL)


def plain_sign(character: str) -> str:
    """Return a character composed and without typography."""
    if character.isascii():
        return character
    return _TYPOGRAPHIC.get(character) or unicodedata.normalize("NFC", character)


def _changes(text: str, looseness: Looseness, whole: bool) -> Iterator[tuple[int, int, str]]:
    """Yield the stretches of the text that the form has otherwise, and what it has there."""
    for match in re.finditer(_PATTERNS[looseness], text):
        kind, found = match.lastgroup, match.group()
        if kind == "eol":
            put = "\n"
        elif kind == "sign":
            put = _TYPOGRAPHIC[found]
        elif kind == "composed":
            put = unicodedata.normalize("NFC", found)
        else:
            put = ""
        yield match.start(), match.end(), put
    if whole and text and text[-1] not in "\r\n":
        yield len(text), len(text), "\n"
