"""Finds the places of a file's hunks and puts the new lines there, with the engine behind `edit`.

A hunk is whole lines. Where they are found more than once, only what the patch itself says may choose: the lines that its `@@`
names, the order of the hunks, the line number of a unified diff where the hunk fits exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from pycode.core.errors import EditError
from pycode.system.files import main_newline
from pycode.tools.editing import describe, line_number, miss, several, spliced
from pycode.tools.editing_fitting import newline_at
from pycode.tools.editing_levels import Level, Manner, Place, levels
from pycode.tools.patch_text import Hunk

_MAX_PLACES = 1000
_BLANKS = " \t"


@dataclass(slots=True)
class Patched:
    """A text with its hunks applied."""

    content: str
    """The text after."""
    notes: list[str]
    """What differed from the file and what was done about it."""


def patched(
    content: str, hunks: Sequence[Hunk], *, unified: bool, exact_only: bool = False
) -> Patched:
    """Return a text with all hunks applied.

    Args:
        content: The text.
        hunks: What changes, in order.
        unified: Whether they come from a unified diff.
        exact_only: Whether only exact matches count.

    Raises:
        EditError: A hunk has no place or more than one, two overlap, or nothing would change.
    """
    search = _Search(content, unified, exact_only)
    places: list[Place] = []
    notes: list[str] = []
    behind = 0
    for number, hunk in enumerate(hunks, 1):
        which = f"Hunk {number}: " if len(hunks) > 1 else ""
        try:
            level, place = search.find(hunk, behind)
        except EditError as error:
            raise EditError(f"{which}{error}") from error
        notes += [which + note for note in describe(level, [place], "its old lines")]
        place = _trimmed(content, place)
        places.append(place)
        behind = max(behind, place.end)
    places.sort(key=lambda place: (place.start, place.end))
    for before, after in pairwise(places):
        if after.start < before.end or (after.start == before.start and not unified):
            raise EditError(
                f"two hunks change line {line_number(content, after.start)}; make them one."
            )
    return Patched(spliced(content, places), notes)


class _Search:
    """Looks for hunks in a text."""

    def __init__(self, content: str, unified: bool, exact_only: bool) -> None:
        self._content = content
        self._unified = unified
        self._exact_only = exact_only
        self._manner = (
            Manner(literal=True)
            if unified
            else Manner(newline=_usual_newline(content), complete=True)
        )

    def find(self, hunk: Hunk, behind: int) -> tuple[Level, Place]:
        """Return the one place of a hunk.

        Args:
            hunk: The hunk.
            behind: Where the hunk before it ends.
        """
        if not hunk.old:
            return "exact", self._insertion(hunk)
        found = levels(self._content, hunk.old, hunk.new, self._manner)
        for level, candidates in islice(found, 1 if self._exact_only else None):
            fits = (p for p in candidates if self._at_lines(p) and self._at_end(p, hunk))
            places = list(islice(fits, _MAX_PLACES))
            if places:
                return level, self._chosen(places, level, hunk, behind)
        raise EditError(miss(self._content, hunk.old, "the hunk's old text"))

    def _insertion(self, hunk: Hunk) -> Place:
        """Return where lines go that come without any line around them."""
        content = self._content
        if self._unified and hunk.line is not None:
            position = _line_start(content, hunk.line + 1)
            if position is None or (hunk.line == 0 and content):
                raise EditError(
                    "a hunk with added lines alone has no place here; add lines around them."
                )
        elif hunk.anchors:
            raise EditError(
                "a hunk has added lines alone; add a line that stands before or after them, so that their place is clear."
            )
        else:
            position = len(content)
        newline = self._manner.newline or newline_at(content, position, position)
        text = hunk.new if "\r" in hunk.new else hunk.new.replace("\n", newline)
        unfinished = position == len(content) and content and content[-1] not in "\r\n"
        return Place(position, position, newline + text if unfinished else text)

    def _at_lines(self, place: Place) -> bool:
        """Return whether a place begins at a line; blanks before it are its line's indentation."""
        start, content = place.start, self._content
        if content[start - 1 : start + 1] == "\r\n":
            return False  # the second half of a line ending is no empty line
        before = content[
            max(content.rfind("\n", 0, start), content.rfind("\r", 0, start)) + 1 : start
        ]
        return not before or before == "\ufeff"

    def _at_end(self, place: Place, hunk: Hunk) -> bool:
        return place.end == len(self._content) or not (hunk.at_end or hunk.old_unfinished)

    def _chosen(self, places: list[Place], level: Level, hunk: Hunk, behind: int) -> Place:
        if self._unified and level in ("exact", "line endings"):
            for place in places:
                if line_number(self._content, place.start) == hunk.line:
                    return place
        places = self._below_anchors(places, hunk)
        later = [place for place in places if place.start >= behind]
        candidates = later or places
        if len(candidates) == 1:
            return candidates[0]
        raise EditError(
            several(self._content, candidates, level, "the hunk's old text")
            + "; add lines around it, or an @@ line with the class or function that it is in."
        )

    def _below_anchors(self, places: list[Place], hunk: Hunk) -> list[Place]:
        """Return the places that lie in what the anchors name; all of them where no line of the file is like an anchor."""
        scopes = [(0, len(self._content))]
        for anchor in hunk.anchors:
            inner = [scope for outer in scopes for scope in self._scopes(anchor, *outer)]
            scopes = inner or scopes
        kept = [
            place for place in places if any(start <= place.start <= end for start, end in scopes)
        ]
        if not kept:
            lines = ", ".join(str(line_number(self._content, place.start)) for place in places[:5])
            raise EditError(
                f"the hunk's old text is at line {lines}, which is not in {' / '.join(hunk.anchors)!r}; give the right @@ line."
            )
        return kept

    def _scopes(self, anchor: str, first: int, last: int) -> list[tuple[int, int]]:
        """Return where lines like `anchor` stand between two positions, each with the end of what it begins."""
        wanted = anchor.strip()
        lines = [
            (position, line)
            for position, line in _positions(self._content)
            if first <= position <= last
        ]
        equal = [index for index, (_, line) in enumerate(lines) if line.strip() == wanted]
        like = equal or [
            index for index, (_, line) in enumerate(lines) if line.strip().startswith(wanted)
        ]
        return [(lines[index][0], _scope_end(lines, index, last)) for index in like]


def _usual_newline(content: str) -> str:
    """Return the line ending of most lines, of two that are as frequent the first."""
    both = content.count("\r\n")
    if both and both * 2 == content.count("\n"):
        return newline_at(content, 0, len(content))
    return main_newline(content)


def _scope_end(lines: list[tuple[int, str]], index: int, last: int) -> int:
    """Return where the block ends that a line begins; where it begins none, all that follows is meant."""
    depth = _depth(lines[index][1])
    body = [(position, line) for position, line in lines[index + 1 :] if line.strip()]
    if not body:
        return last
    opens = _depth(body[0][1]) > depth or body[0][1].strip() == "{"
    if not opens:
        return last
    for position, line in body:
        if _depth(line) <= depth and line.strip()[0] not in "{})]":
            return position - 1
    return last


def _depth(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


def _positions(content: str) -> list[tuple[int, str]]:
    positions: list[tuple[int, str]] = []
    position = 0
    for line in content.split("\n"):
        positions.append((position, line))
        position += len(line) + 1
    return positions


def _line_start(content: str, number: int) -> int | None:
    """Return where a line begins, also the one that would follow the last; None where there is no such line."""
    position = 0
    for _ in range(number - 1):
        if position >= len(content):
            return None
        feed = content.find("\n", position)
        position = len(content) if feed < 0 else feed + 1
    return position


def _trimmed(content: str, place: Place) -> Place:
    """Return a place without what stays as it is at its beginning and end, so that hunks may share lines around them."""
    found = content[place.start : place.end]
    first = 0
    while first < min(len(found), len(place.new)) and found[first] == place.new[first]:
        first += 1
    last = 0
    rest = min(len(found), len(place.new)) - first
    while last < rest and found[-1 - last] == place.new[-1 - last]:
        last += 1
    return replace(
        place,
        start=place.start + first,
        end=place.end - last,
        new=place.new[first : len(place.new) - last],
    )
