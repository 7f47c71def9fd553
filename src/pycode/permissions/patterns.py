"""How a rule's pattern is matched: one way for text (commands, hosts, names), one for paths.

Text: the pattern covers the whole text. `*` stands for any characters, line breaks and `/` too, `?` for one. A pattern that
ends in ` *` also matches without it: `git status *` matches `git status`. `\\*` and `\\?` are the characters themselves.

Paths, as in a .gitignore at the project's root: `*` and `?` stay inside one name, `**` crosses folders. A pattern without
a slash is a name and matches at any depth, in the project and outside. `src/app` begins at the project's root, `/etc` is
absolute, `~` and `$HOME` are the home directory. `src/` and `src/**` are the folder and everything in it. `src` alone is the same
to an ask or a deny; to an allow it is that path and nothing below.

Both take time in proportion to pattern times text at worst: no pattern can hang PyCode.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from operator import methodcaller

_DRIVE = re.compile(r"[A-Za-z]:/")
_PIECE = re.compile(r"\\[*?]|\*+|\?|[^\\*?]+|\\", re.DOTALL)


def match_text(pattern: str, text: str) -> bool:
    """Return whether a text pattern matches the whole of `text`."""
    beginning, regexes = _text_regexes(pattern)
    if not text.startswith(beginning):
        return False
    return any(map(methodcaller("fullmatch", text), regexes))


def match_path(pattern: str, path: str, root: str, home: str, *, below: bool = False) -> bool:
    """Return whether a path pattern matches a path.

    Args:
        pattern: The pattern as the rule has it.
        path: An absolute path without `.` and `..`.
        root: The project's root, absolute.
        home: The user's home directory, absolute.
        below: Whether a pattern that spells out a path covers what lies below it.
    """
    return _match_names(_path_names(pattern, root, home, below), _names(_fold(_slashed(path))))


@lru_cache(maxsize=1024)
def escape(text: str) -> str:
    """Return the pattern that matches exactly `text`."""
    return re.sub(r"([*?])", r"\\\1", text)


@lru_cache(maxsize=1024)
def has_wildcard(pattern: str) -> bool:
    """Return whether a text pattern can match more than one text."""
    return any(piece[0] in "*?" for piece in _PIECE.findall(pattern))


@lru_cache(maxsize=1024)
def sure_beginning(pattern: str) -> str:
    """Return the text that everything begins with which a text pattern matches, but for a closing ` *`."""
    found: list[str] = []
    for piece in _PIECE.findall(pattern):
        if piece[0] in "*?":
            break
        found.append(piece[1:] if piece in ("\\*", "\\?") else piece)
    return "".join(found)


@lru_cache(maxsize=1024)
def _text_regexes(pattern: str) -> tuple[str, tuple[re.Pattern[str], ...]]:
    """Return what every text begins with that a pattern matches, and the regexes of which one has to match."""
    regexes = [_glob(pattern, many=".*", one=".")]
    beginning = sure_beginning(pattern)
    if pattern.endswith(" *"):
        regexes.append(_glob(pattern[:-2], many=".*", one="."))
        beginning = sure_beginning(pattern[:-2])
    return beginning, tuple(regexes)


def _glob(pattern: str, *, many: str, one: str) -> re.Pattern[str]:
    """Translate a pattern in which every star means the same.

    The text between two stars may be taken where it first occurs, so an atomic group gives up no match and the regex never
    goes back more than one star.
    """
    chunks = [""]
    for piece in _PIECE.findall(pattern):
        if piece[0] == "*":
            chunks.append("")
        elif piece[0] == "?":
            chunks[-1] += one
        else:
            chunks[-1] += re.escape(piece[1:] if piece in ("\\*", "\\?") else piece)
    if len(chunks) == 1:
        return re.compile(chunks[0], re.DOTALL)
    first, *middle, last = chunks
    body = "".join(f"(?>{many}?{chunk})" for chunk in middle)
    return re.compile(f"{first}{body}{many}{last}", re.DOTALL)


@lru_cache(maxsize=4096)
def _name_regex(name: str) -> re.Pattern[str]:
    return _glob(name, many="[^/]*", one="[^/]")


@lru_cache(maxsize=1024)
def _path_names(pattern: str, root: str, home: str, below: bool) -> tuple[str, ...]:
    """Return the names of a pattern, from the file system's root down."""
    text = _slashed(pattern)
    for prefix in ("~", "$HOME", "${HOME}"):
        if text == prefix or text.startswith(prefix + "/"):
            text = escape(_slashed(home)) + text[len(prefix) :]
            break
    if text in ("*", "**"):
        names = ["**"]
    elif "/" not in text.rstrip("/") and text.strip("/") not in ("", ".", ".."):
        names = ["**", *_names(text)]
    elif text.startswith("/") or _DRIVE.match(text):
        names = _names(text)
    else:
        names = _names(escape(_slashed(root)) + "/" + text)
    folder = text.endswith("/") and text != "/"
    if folder or (below and not (names and has_wildcard(names[-1]))):
        names.append("**")
    return tuple(_fold(name) for name in names)


def _names(path: str) -> list[str]:
    names: list[str] = []
    for name in path.split("/"):
        if name == "..":
            del names[-1:]
        elif name not in ("", "."):
            names.append(name)
    return names


def _match_names(pattern: tuple[str, ...], path: list[str]) -> bool:
    """Match name by name; only the last `**` ever needs to take one name more."""
    at = index = resume = 0
    star = -1
    while index < len(path):
        if at < len(pattern) and pattern[at] == "**":
            star, resume = at, index
            at += 1
        elif at < len(pattern) and _name_regex(pattern[at]).fullmatch(path[index]):
            at += 1
            index += 1
        elif star >= 0:
            resume += 1
            at, index = star + 1, resume
        else:
            return False
    return all(name == "**" for name in pattern[at:])


def _slashed(path: str) -> str:
    return path.replace("\\", "/") if sys.platform == "win32" else path


def _fold(text: str) -> str:
    """Fold case and accents where the usual file system does."""
    if sys.platform in ("darwin", "win32"):
        import unicodedata

        return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return text
