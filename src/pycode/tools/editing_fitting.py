"""Puts new text in its place so that what the edit leaves alone stays as the file has it.

Where the place was not found exactly, old_string and the file write the same lines in two ways. Lines that are in old_string
and in new_string were not meant to change and keep the file's bytes, line endings included; only the others are taken from
new_string.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from pycode.tools.editing_forms import characters, plain_sign

if TYPE_CHECKING:
    from pycode.tools.editing_levels import Manner

MAX_ALIGNED_LINES = 2000
"""Longer changes are not aligned line by line: all between the first and the last changed line is taken as new."""

_ENDING = re.compile(r"\r\n?|\n")
_LINE = re.compile(r"([^\r\n]*)(\r\n?|\n|\Z)")


def fitted(
    found: str, old: str, new: str, newline: str, key: Callable[[str], str], manner: Manner
) -> str:
    """Return `new` as it replaces `found`.

    Args:
        found: The file's text in the place.
        old: The same text as it was given, line by line, with `\\n` endings.
        new: What it becomes, with `\\n` endings.
        newline: The line ending around the place.
        key: What counts of a line when lines are compared.
        manner: How new text is put in.
    """
    have, was, will = list(split_lines(found)), old.split("\n"), new.split("\n")
    learned = _learned_signs(have, was)
    added_blanks = any(
        _ends_blank(mine) and not _ends_blank(real)
        for mine, (real, _) in zip(was, have, strict=True)
    )
    result: list[tuple[str, str]] = []
    ending = newline
    for same, have_index, index in _aligned(_keys(was, key), _keys(will, key)):
        text = will[index]
        if added_blanks:
            text = text.rstrip(" \t")
        if have_index is not None:
            real, mine = have[have_index], was[have_index]
            ending = real[1] or ending
            if same and will[index] == mine:
                result.append((real[0], ending))
                continue
            text = _blended(real[0], mine, text)
        if learned and not text.isascii():
            text = "".join(learned.get(sign) or _plain_quote(sign, found) for sign in text)
        result.append((text, manner.newline or ending))
    return "".join(text + end for text, end in result[:-1]) + result[-1][0]


def split_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line of a text and its ending; the last one has none, and is empty where the text ends with an ending."""
    for match in _LINE.finditer(text):
        yield match.group(1), match.group(2)
        if not match.group(2):
            return


def newline_at(content: str, start: int, end: int) -> str:
    """Return the line ending of a place: its own first one, else the next one, else the one before; `\\n` without any."""
    for match in (_ENDING.search(content, start, end), _ENDING.search(content, end)):
        if match is not None:
            return match.group()
    before = max(content.rfind("\n", 0, start), content.rfind("\r", 0, start))
    if before < 0:
        return "\n"
    return "\r\n" if content[max(before - 1, 0) : before + 1] == "\r\n" else content[before]


def _keys(lines: list[str], key: Callable[[str], str]) -> list[str]:
    """Return what counts of each line. What stands behind the last line ending is no empty line."""
    return [key(line) for line in lines[:-1]] + [key(lines[-1]) if lines[-1] else "\n"]


def _aligned(was: list[str], will: list[str]) -> Iterator[tuple[bool, int | None, int]]:
    """Yield for each line of `will` whether it is alike, and the line of `was` that it continues, None when it is new."""
    for tag, first, last, begin, end in _operations(was, will):
        for offset, index in enumerate(range(begin, end)):
            mine = first + offset
            yield tag == "equal", mine if mine < last else None, index


def _operations(was: list[str], will: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(was) + len(will) <= MAX_ALIGNED_LINES:
        import difflib

        return difflib.SequenceMatcher(None, was, will, autojunk=False).get_opcodes()
    first = _common(was, will)
    last = _common(was[first:][::-1], will[first:][::-1])
    was_end, will_end = len(was) - last, len(will) - last
    return [
        ("equal", 0, first, 0, first),
        ("replace", first, was_end, first, will_end),
        ("equal", was_end, len(was), will_end, len(will)),
    ]


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _blended(real: str, was: str, will: str) -> str:
    """Return a changed line with the file's own signs at its unchanged beginning and end."""
    if real == was or (real.isascii() and was.isascii()):
        return will
    have, mine = characters(real.rstrip()), characters(was.rstrip())
    new = characters(will)
    if len(have) != len(mine):
        return will
    first = _common(mine, new)
    last = _common(mine[first:][::-1], new[first:][::-1])
    return "".join(have[:first] + new[first : len(new) - last] + have[len(have) - last :])


def _learned_signs(have: list[tuple[str, str]], was: list[str]) -> dict[str, str]:
    """Return the typographic signs that were given where the file always has one plain sign."""
    pairs: set[tuple[str, str]] = set()
    for (real, _), mine in zip(have, was, strict=True):
        if not mine.isascii():
            pairs.update(zip(characters(mine.rstrip()), characters(real.rstrip()), strict=False))
    learned: dict[str, set[str]] = {}
    for sign, real in pairs:
        if len(sign) == 1 and not sign.isascii():
            learned.setdefault(sign, set()).add(real)
    return {
        sign: real
        for sign, reals in learned.items()
        if len(reals) == 1 and (real := next(iter(reals))).isascii() and plain_sign(sign) == real
    }


def _plain_quote(sign: str, found: str) -> str:
    """Return a sign as a text has it whose quotes were made typographic on the way here."""
    plain = plain_sign(sign)
    return plain if plain in "\"'" and sign not in found else sign


def _ends_blank(line: str) -> bool:
    return line[-1:] in (" ", "\t")
