"""Replaces text in a text, never in a wrong place.

Four ways to find the place are tried in order: exactly; with line endings set aside; with whitespace at line ends set aside;
with the whole text indented more or less than the file has it, and then the new text is indented as the file is. The first
that finds anything decides: one place is edited, several are an error, and a looser way is never asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from pycode.core.errors import EditError

__all__ = ["Edit", "EditError", "Level", "find_edit", "replace"]

Level = Literal["exact", "line endings", "trailing whitespace", "indentation"]

_MAX_NAMED = 10


@dataclass(slots=True, frozen=True)
class Edit:
    """An edit that has its place."""

    content: str
    """The whole text after it."""
    level: Level
    """How the place was found."""
    count: int
    """How many places were changed."""
    line: int
    """The line number of the first place."""


@dataclass(slots=True, frozen=True)
class _Place:
    """A stretch of the content, and what is put there."""

    start: int
    end: int
    new: str


def replace(content: str, old: str, new: str, replace_all: bool = False) -> str:
    """Return `content` with `old` replaced by `new`.

    Args:
        content: The whole text.
        old: What to replace; it must be found in exactly one place.
        new: What to put there; it gets the line endings of the place.
        replace_all: Replace every place instead of refusing when there are several.

    Raises:
        EditError: No place, more than one, or nothing would change. The first line says what is wrong; further lines show
            the lines that are most like `old`.
    """
    return find_edit(content, old, new, replace_all).content


def find_edit(
    content: str, old: str, new: str, replace_all: bool = False, *, exact_only: bool = False
) -> Edit:
    """Return the edit that `replace` makes, with how its place was found.

    Args:
        content: The whole text.
        old: What to replace.
        new: What to put there.
        replace_all: Replace every place.
        exact_only: Whether only an exact match counts.

    Raises:
        EditError: As for `replace`.
    """
    if not old:
        raise EditError("old_string is empty; give the text to replace.")
    if old == new:
        raise EditError("old_string and new_string are the same; nothing would change.")
    if replace_all and "\r" not in content and old in content:
        line = _line_number(content, content.index(old))
        return Edit(content.replace(old, new), "exact", content.count(old), line)
    for level, find in _LEVELS[:1] if exact_only else _LEVELS:
        places = list(islice(find(content, old, new), None if replace_all else _MAX_NAMED + 1))
        if len(places) > 1 and not replace_all:
            raise EditError(_several(content, places, level))
        if places:
            return _edit(content, places, level)
    raise EditError(_miss(content, old))


def _edit(content: str, places: list[_Place], level: Level) -> Edit:
    pieces: list[str] = []
    position = 0
    count = 0
    for place in places:
        if place.start < position:  # overlaps the one before
            continue
        pieces += [content[position : place.start], place.new]
        position = place.end
        count += 1
    result = "".join([*pieces, content[position:]])
    if result == content:
        raise EditError("The file already reads as the edit would make it; nothing would change.")
    return Edit(result, level, count, _line_number(content, places[0].start))


def _find_exact(content: str, old: str, new: str) -> Iterator[_Place]:
    start = content.find(old)
    while start >= 0:
        end = start + len(old)
        # A line ending is one thing: its first half is not left behind.
        whole = start - 1 if old[0] == "\n" and start and content[start - 1] == "\r" else start
        yield _Place(whole, end, _with_newlines_of(content, whole, end, new))
        # One character on, because overlapping places are just as ambiguous.
        start = content.find(old, start + 1)


def _find_by_line_endings(content: str, old: str, new: str) -> Iterator[_Place]:
    if "\r" in content or "\r" in old:
        yield from _find_by_lines(content, old, new, _same)


def _find_by_trailing_whitespace(content: str, old: str, new: str) -> Iterator[_Place]:
    if old.strip():
        yield from _find_by_lines(content, old, new, _without_trailing_blanks)


def _find_by_lines(
    content: str, old: str, new: str, reduce: Callable[[str], str]
) -> Iterator[_Place]:
    """Find `old` where each line counts only as `reduce` leaves it. Its first and last line may be parts of lines."""
    old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    wanted = [reduce(line) for line in old.split("\n")]
    first, inner, last = wanted[0], wanted[1:-1], wanted[-1]
    to_line_end = last != old.rpartition("\n")[2]
    if len(wanted) == 1 and not to_line_end:
        return
    lines = _lines(content)
    reduced = [reduce(text) for _, text in lines]
    unfinished = bool(content) and not content.endswith("\n")
    if unfinished:
        # Where the file lacks its last newline, one in old_string finds the end, and one in new_string is not added.
        lines.append((len(content), ""))
        reduced.append("")
    for index in range(len(lines) - len(wanted) + 1):
        tail = index + len(wanted) - 1
        if not reduced[index].endswith(first) or reduced[index + 1 : tail] != inner:
            continue
        start = lines[index][0] + len(reduced[index]) - len(first)
        if len(wanted) == 1 or (to_line_end and reduced[tail] == last):
            end = lines[tail][0] + len(lines[tail][1])
        elif not to_line_end and reduced[tail].startswith(last):
            end = lines[tail][0] + len(last)
        else:
            continue
        at_end = unfinished and tail == len(lines) - 1
        text = new.removesuffix("\n") if at_end else new
        yield _Place(start, end, _with_newlines_of(content, start, end, text))


def _find_by_indentation(content: str, old: str, new: str) -> Iterator[_Place]:
    """Find whole lines that differ from `old` by one and the same indentation."""
    wanted = old.replace("\r\n", "\n").split("\n")
    with_newline = len(wanted) > 1 and not wanted[-1]
    wanted = [line.rstrip() for line in (wanted[:-1] if with_newline else wanted)]
    if not any(wanted):
        return
    lines = _lines(content)
    stripped = [text.strip() for _, text in lines]
    anchor = next(index for index, line in enumerate(wanted) if line)
    for index in range(len(lines) - len(wanted) + 1):
        if stripped[index + anchor] != wanted[anchor].strip():
            continue
        tail = index + len(wanted)
        shift = _shift(wanted, [text.rstrip() for _, text in lines[index:tail]])
        if shift is None:
            continue
        text = _reindented(new.replace("\r\n", "\n"), *shift)
        start = lines[index][0]
        if with_newline and tail < len(lines):
            end = lines[tail][0]
        else:
            end = lines[tail - 1][0] + len(lines[tail - 1][1])
            text = text.removesuffix("\n") if with_newline else text
        yield _Place(start, end, _with_newlines_of(content, start, end, text))


def _shift(wanted: list[str], found: list[str]) -> tuple[str, str] | None:
    """Return what every line lost and gained at its beginning, None when that is not one and the same."""
    shifts: set[tuple[str, str]] = set()
    for mine, real in zip(wanted, found, strict=True):
        if not mine or not real:
            if mine != real:
                return None
        elif real.endswith(mine):
            shifts.add(("", real[: len(real) - len(mine)]))
        elif mine.endswith(real):
            shifts.add((mine[: len(mine) - len(real)], ""))
        else:
            return None
    if len(shifts) != 1:
        return None
    lost, gained = shifts.pop()
    return (lost, gained) if not (lost + gained).strip(" \t") else None


def _reindented(text: str, lost: str, gained: str) -> str:
    result: list[str] = []
    for line in text.split("\n"):
        if not line.strip():
            result.append(line)
        elif line.startswith(lost):
            result.append(gained + line[len(lost) :])
        else:
            raise EditError(
                "old_string is indented more than the file is, and new_string has lines that cannot be moved by as much; "
                "give both as the file is indented."
            )
    return "\n".join(result)


def _with_newlines_of(content: str, start: int, end: int, new: str) -> str:
    """Return `new` with the line endings that the content has at this place."""
    if "\n" not in new or "\r\n" not in content:
        return new
    feed = content.find("\n", start, end)
    if feed < 0:
        feed = content.find("\n", end)
    if feed < 0:
        feed = content.rfind("\n", 0, start)
    if feed < 1 or content[feed - 1] != "\r":
        return new
    return new.replace("\r\n", "\n").replace("\n", "\r\n")


def _lines(content: str) -> list[tuple[int, str]]:
    """Return where each line starts, and the line without its ending."""
    lines: list[tuple[int, str]] = []
    position = 0
    for line in content.split("\n"):
        lines.append((position, line.removesuffix("\r")))
        position += len(line) + 1
    return lines


def _same(line: str) -> str:
    return line


def _without_trailing_blanks(line: str) -> str:
    return line.rstrip(" \t")


_LEVELS: tuple[tuple[Level, Callable[[str, str, str], Iterator[_Place]]], ...] = (
    ("exact", _find_exact),
    ("line endings", _find_by_line_endings),
    ("trailing whitespace", _find_by_trailing_whitespace),
    ("indentation", _find_by_indentation),
)


def _line_number(content: str, position: int) -> int:
    return content.count("\n", 0, position) + 1


def _several(content: str, places: list[_Place], level: Level) -> str:
    numbers = [str(_line_number(content, place.start)) for place in places[:_MAX_NAMED]]
    many = "more than " if len(places) > _MAX_NAMED else ""
    how = "" if level == "exact" else f", {level} set aside"
    return (
        f"old_string is found in {many}{len(numbers)} places{how} (lines {', '.join(numbers)}); "
        "add lines around it so that it is found once, or set replace_all."
    )


def _miss(content: str, old: str) -> str:
    from pycode.tools.nearest import nearest_lines

    near = nearest_lines(content, old)
    if not near:
        return "old_string is not in the file, and nothing in it is like it; read the file again."
    return f"old_string is not in the file. The lines that are most like it:\n{near}"
