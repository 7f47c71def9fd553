"""Texts with one level of escaping taken off, or put on.

Models write tool arguments as JSON, and sometimes escape what is escaped already, or take off a level that belongs to the file.
Which way it went cannot be seen in the text alone, so each way is a variant that has to be found in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations

_QUOTES = "\"'`"
_NAMED = {"n": "\n", "t": "\t", "r": "\r"}
_FULL = re.compile(r"\\(?:([\"'`\\/$])|([ntr])|u([0-9a-fA-F]{4}))")
_BLANKS = re.compile(r"\\([ntr])")
_BREAKS_AND_QUOTES = re.compile(r'"""|"|(?<!\\)\\n(?: {2}|\t|\\n|\\t)?')
_ANY = re.compile(r"\\(?:[\"'`\\/$ntr]|u[0-9a-fA-F]{4})?")

Way = Callable[[str], str]
"""Takes one level of escaping off."""


@dataclass(slots=True, frozen=True)
class Variant:
    """An edit with another level of escaping."""

    old: str
    """What to replace."""
    new: str
    """What to put there."""
    removed: bool
    """Whether a level was taken off; else one was put on."""


def variants(old: str, new: str) -> list[Variant]:
    """Return the edits that `old` and `new` may stand for, without the one that they are."""
    found = dict.fromkeys([*_unescaped(old, new), *_escaped(old, new)])
    return [variant for variant in found if variant.old != old and variant.old.strip()]


def _unescaped(old: str, new: str) -> Iterator[Variant]:
    """Take a level off in each way that gives another text, together with what `new` then means."""
    ways: dict[str, list[Way]] = {}
    quotes = [quote for quote in _QUOTES if "\\" + quote in old]
    for count in range(1, len(quotes) + 1):
        for some in combinations(quotes, count):
            way = partial(_without_backslash, quotes=some)
            ways.setdefault(way(old), []).append(way)
    if _BLANKS.search(old):
        ways.setdefault(_unescape_blanks(old), []).append(_unescape_blanks)
    if "\\" in old and _all_known(old):
        ways.setdefault(_unescape_all(old), []).append(_unescape_all)
    for plain, same in ways.items():
        for text in _meant(old, new, same):
            yield Variant(plain, text, removed=True)


def _meant(old: str, new: str, ways: list[Way]) -> list[str]:
    """Return what `new` may mean when each of `ways` gives the right old text."""
    escaped = [quote for quote in _QUOTES if "\\" + quote in old]
    if any(_bare(new, quote) and not _bare(old, quote) for quote in escaped):
        # What is escaped in the old text stands bare in the new one: that is as it should be.
        return [new]
    of_lines = not any(isinstance(way, partial) for way in ways)
    if of_lines and "\n" not in old.strip("\n") and "\n" in new.strip("\n"):
        return [new]  # its line breaks are as they should be
    some = [way for way in ways if way is not _unescape_all]
    if _unescape_all in ways and _all_known(new):
        if not some:
            return [_unescape_all(new)]
        # A text that was escaped as a whole has no line breaks left.
        broken = "\n" in (old + new).strip("\n")
        if not broken and "\\\\" in new:
            return [some[0](new), _unescape_all(new)]
        bare = not escaped and _bare(new, '"')
        if not broken and not bare and not (escaped and not _breaks_lines(some[0](new))):
            return [_unescape_all(new)]
    if not some:
        return [new]
    mixed = any(_bare(new, quote) and "\\" + quote in new for quote in escaped)
    return [some[0](new), new] if mixed else [some[0](new)]


def _breaks_lines(text: str) -> bool:
    """Return whether a `\\n` in the text stands for a line break: it lies outside of strings, or indentation follows it."""
    inside = ""
    for match in _BREAKS_AND_QUOTES.finditer(text):
        found = match.group()
        if found[0] == "\\":
            if not inside or found != "\\n":
                return True
        elif not inside or inside == found:
            inside = "" if inside else found
    return False


def _bare(text: str, quote: str) -> int:
    return text.count(quote) - text.count("\\" + quote)


def _all_known(text: str) -> bool:
    """Return whether each backslash begins an escape sequence."""
    return all(len(match.group()) > 1 for match in _ANY.finditer(text))


def _without_backslash(text: str, quotes: tuple[str, ...]) -> str:
    for quote in quotes:
        text = text.replace("\\" + quote, quote)
    return text


def _unescape_blanks(text: str) -> str:
    return _BLANKS.sub(lambda match: _NAMED[match.group(1)], text)


def _unescape_all(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        sign, name, code = match.groups()
        return sign or (_NAMED[name] if name else chr(int(code, 16)))

    plain = _FULL.sub(character, text)
    if "\\u" in text:  # a character outside the first plane comes as two halves
        plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return plain


def _escaped(old: str, new: str) -> Iterator[Variant]:
    """Put a level on: for code that stands in a string of the file."""
    if "\\" in old:
        return
    quotes = [quote for quote in "\"'" if quote in old]
    for count in range(1, len(quotes) + 1):
        for some in combinations(quotes, count):
            yield Variant(_with_backslash(old, some), _with_backslash(new, some), removed=False)
    if '"' in old and "\n" in old.strip("\n"):
        yield Variant(
            json.dumps(old, ensure_ascii=False)[1:-1],
            json.dumps(new, ensure_ascii=False)[1:-1],
            removed=False,
        )


def _with_backslash(text: str, quotes: tuple[str, ...]) -> str:
    for quote in quotes:
        text = text.replace(quote, "\\" + quote)
    return text
