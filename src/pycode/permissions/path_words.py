"""Which words of a command may be paths, where it is not known what the command does with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

NO_FILES: Final = frozenset("""
    : declare echo exit export false local printf readonly return set true typeset
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""Programs whose words are not files."""

_STRING = re.compile(r"""['"]([^'"\s]{2,200})['"]""")


def path_like(word: str) -> Iterator[str]:
    """Yield what in a word may be a path."""
    if "://" in word:
        if word.lower().startswith("file://"):
            yield word[7:]
        return
    if word[:1] == "-" and "=" not in word and "/" not in word:
        return
    value = word.partition("=")[2]
    for found in (word, value):
        text = found.lstrip("@").partition(":")[0]
        if text and not text.startswith("-"):
            yield text
    if word[:1] == "-" and word[1:2] not in ("-", "I", "L", "B", "") and "/" in word[2:3]:
        yield word[2:]


def strings_in(word: str) -> list[str]:
    """Return the strings in a word that may be code."""
    return _STRING.findall(word) if "'" in word or '"' in word else []
