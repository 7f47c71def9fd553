"""Edits of texts and trees, never in a wrong place: the library behind `edit`, `multiedit` and `apply_patch`.

The place of an edit is looked for at one level after the other (`editing_levels`), from exact to loose. The first that finds
anything decides: one place is edited, several are an error, and a looser level is never asked.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from pycode.core.errors import EditError
from pycode.tools.editing_levels import Level, Manner, Place, levels

__all__ = [
    "Edit",
    "EditError",
    "Level",
    "Replacement",
    "apply_patch",
    "find_edit",
    "find_edits",
    "replace",
]

_MAX_NAMED = 10
_AS_THE_PLACE = Manner()


@dataclass(slots=True, frozen=True)
class Replacement:
    """One of several edits of a text."""

    old: str
    """What to replace."""
    new: str
    """What to put there."""
    replace_all: bool = False
    """Whether every place is meant."""


@dataclass(slots=True, frozen=True)
class Edit:
    """An edit that has its place."""

    content: str
    """The whole text after it."""
    level: Level
    """How the place was found; of several edits the loosest."""
    count: int
    """How many places were changed."""
    line: int
    """The line number of the first place."""
    notes: tuple[str, ...] = ()
    """What differed from the file and what was done about it, in sentences for the model; none when all was exact."""


def replace(content: str, old: str, new: str, replace_all: bool = False) -> str:
    """Return `content` with `old` replaced by `new`.

    Args:
        content: The whole text.
        old: What to replace; it must be found in exactly one place.
        new: What to put there; it gets the line endings and the indentation of the place.
        replace_all: Replace every place instead of refusing when there are several.

    Raises:
        EditError: No place, more than one, or nothing would change. The first line says what is wrong; further lines show
            the lines that are most like `old`.
    """
    return find_edit(content, old, new, replace_all).content


def apply_patch(text: str, directory: str | os.PathLike[str]) -> list[Path]:
    """Apply a patch to the files below a directory, whole or not at all.

    Args:
        text: A patch in the Codex grammar (`*** Begin Patch`) or a unified diff.
        directory: Where its paths begin. They may not lead out of it, not through links either.

    Returns:
        The real paths that were written, moved or deleted, in the order of the patch.

    Raises:
        EditError: It cannot be read, a hunk has no place or more than one, or a file cannot be written. Nothing was changed.
    """
    from pycode.tools.patch import apply_to_directory

    return apply_to_directory(text, Path(directory))


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
    return find_edits(content, [Replacement(old, new, replace_all)], exact_only=exact_only)


def find_edits(
    content: str, replacements: Sequence[Replacement], *, exact_only: bool = False
) -> Edit:
    """Return the edit that makes several replacements at once. Each is looked for in the text as it is, before any other.

    Args:
        content: The whole text.
        replacements: What to replace, in any order; at least one.
        exact_only: Whether only exact matches count.

    Raises:
        EditError: As for `replace`, for any of them; or two of them overlap.
    """
    found: list[tuple[Place, int]] = []
    notes: list[str] = []
    loosest: Level = "exact"
    for number, item in enumerate(replacements, 1):
        which = f"Edit {number}: " if len(replacements) > 1 else ""
        try:
            level, places = _find(content, item, exact_only)
        except EditError as error:
            raise EditError(f"{which}{error}") from error
        found += [(place, number) for place in places]
        notes += [which + note for note in describe(level, places)]
        loosest = max(loosest, level, key=_LEVELS.index)
    found.sort(key=lambda item: item[0].start)
    _check_overlaps(found)
    result = spliced(content, [place for place, _ in found])
    if result == content:
        raise EditError("the file already reads as the edit would make it; nothing would change.")
    return Edit(result, loosest, len(found), line_number(content, found[0][0].start), tuple(notes))


def spliced(content: str, places: Sequence[Place]) -> str:
    """Return `content` with what is put into places that are in order and apart."""
    pieces: list[str] = []
    position = 0
    for place in places:
        pieces += [content[position : place.start], place.new]
        position = place.end
    return "".join([*pieces, content[position:]])


def line_number(content: str, position: int) -> int:
    """Return the number of the line, from 1, that a position lies in."""
    return content.count("\n", 0, position) + 1


def miss(content: str, old: str, name: str = "old_string") -> str:
    """Return the message for a text that is not found: its first line says so, further ones show what is most like it."""
    from pycode.tools.nearest import nearest_lines

    near = nearest_lines(content, old)
    if not near:
        return f"{name} is not in the file, and nothing in it is like it; read the file again."
    return f"{name} is not in the file. The lines that are most like it:\n{near}"


def several(content: str, places: Sequence[Place], level: Level, name: str = "old_string") -> str:
    """Return the beginning of the sentence that refuses an ambiguous text."""
    numbers = [str(line_number(content, place.start)) for place in places[:_MAX_NAMED]]
    many = "more than " if len(places) > _MAX_NAMED else ""
    how = "" if level == "exact" else f", {level} set aside"
    lines = ", ".join(numbers)
    return f"{name} is found in {many}{len(numbers)} places{how} (lines {lines})"


def _find(content: str, item: Replacement, exact_only: bool) -> tuple[Level, list[Place]]:
    if not item.old:
        raise EditError("old_string is empty; give the text to replace.")
    if item.old == item.new:
        raise EditError("old_string and new_string are the same; nothing would change.")
    limit = None if item.replace_all else _MAX_NAMED + 1
    for level, found in levels(content, item.old, item.new, _AS_THE_PLACE):
        places = list(islice(found, limit))
        if len(places) > 1 and not item.replace_all:
            raise EditError(
                several(content, places, level)
                + "; add lines around it so that it is found once, or set replace_all."
            )
        if places:
            return level, _apart(places)
        if exact_only:
            break
    raise EditError(miss(content, item.old))


def _apart(places: list[Place]) -> list[Place]:
    """Return the places that do not overlap one before them."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: place.start):
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept


def _check_overlaps(found: Sequence[tuple[Place, int]]) -> None:
    for (before, first), (after, second) in pairwise(found):
        if after.start < before.end or (after.start, after.end) == (before.start, before.end):
            raise EditError(
                f"edits {min(first, second)} and {max(first, second)} overlap; make them one edit."
            )


def describe(level: Level, places: Sequence[Place], name: str = "old_string") -> list[str]:
    """Return in sentences how a match differed from the text that was given, and what was done about it; none for an exact one."""
    notes = list(dict.fromkeys(place.note for place in places if place.note))
    if level != "exact":
        notes.insert(0, f"{name} did not match exactly: {_DIFFERED[level]} differed.")
    return notes


_DIFFERED: dict[Level, str] = {
    "line endings": "line endings",
    "trailing blanks": "blanks at line ends",
    "typography": "quotes, dashes, blanks or accents",
    "indentation": "indentation",
    "escaping": "escaping",
    "line numbers": "line numbers",
}
_LEVELS: tuple[Level, ...] = ("exact", *_DIFFERED)
