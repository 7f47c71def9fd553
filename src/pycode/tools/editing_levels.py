"""The ways in which the place of an edit is found, from the strictest to the loosest.

Each level sets aside one thing more than the one before. The first level that finds anything decides; what is found in several
places is ambiguous, whatever a looser level would say. What is behind the exact level loads when it is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pycode.core.errors import EditError

if TYPE_CHECKING:
    from pycode.tools.editing_loose import Text

Level = Literal[
    "exact",
    "line endings",
    "trailing blanks",
    "typography",
    "indentation",
    "escaping",
    "line numbers",
]
"""What was set aside to find the place; each level sets aside what stands before it too."""
Compared = Iterator[tuple[Level, Iterator["Place"]]]
"""Level by level, the places that it finds."""

_COMPARISONS = 5
"""How many levels compare the text as it is: those before `escaping`."""


@dataclass(slots=True, frozen=True)
class Manner:
    """How new text is put into a file."""

    newline: str | None = None
    """The line ending of changed lines; None for that of the line which they replace."""
    literal: bool = False
    """Whether the new text of an exact match goes in byte for byte."""
    complete: bool = False
    """Whether a changed last line gets a line ending where the file had none."""


@dataclass(slots=True, frozen=True)
class Place:
    """A stretch of the content, and what is put there."""

    start: int
    """Where it begins."""
    end: int
    """Where it ends."""
    new: str
    """What is put there."""
    note: str = ""
    """What was done to new_string to fit it in, in one sentence."""


def levels(content: str, old: str, new: str, manner: Manner) -> Compared:
    """Yield level by level where `old` is found.

    Args:
        content: The whole text.
        old: What to replace; not empty.
        new: What to put there.
        manner: How it is put in.
    """
    yield "exact", exact(content, old, new, manner)
    from pycode.tools.editing_loose import Text, loose

    text = Text(content)
    yield from loose(text, old, new, manner)
    for places in _escaped(text, old, new, manner):
        yield "escaping", places
    from pycode.tools.editing_numbers import without_numbers

    numberless = without_numbers(old, new)
    if numberless is not None:
        ended = old.endswith("\n")
        for _, places in _compared(text, *numberless, manner):
            whole = (place for place in places if _is_whole_lines(content, place, ended))
            yield "line numbers", _noted(whole, "The line numbers were taken off.")


def exact(content: str, old: str, new: str, manner: Manner) -> Iterator[Place]:
    """Yield each place where `old` stands in the content."""
    start = content.find(old)
    while start >= 0:
        yield _exact_place(content, start, old, new, manner)
        # One character on, because overlapping places are just as ambiguous.
        start = content.find(old, start + 1)


def _exact_place(content: str, start: int, old: str, new: str, manner: Manner) -> Place:
    end = start + len(old)
    if manner.literal:
        return Place(start, end, new)
    # A line ending is one thing: its first half is not left behind.
    if old[0] == "\n" and start and content[start - 1] == "\r":
        start -= 1
    if "\n" not in new or "\r" in old:
        return Place(start, end, new)
    note = ""
    if "\n" not in old.rstrip("\n"):
        from pycode.tools.editing_following import followed

        text = followed(content, start, end, old, new)
        if text != new:
            new, note = text, "The lines after its first were indented as the file's line is."
    if "\r" in content:
        from pycode.tools.editing_fitting import fitted, newline_at
        from pycode.tools.editing_forms import plain

        newline = newline_at(content, start, end)
        new = fitted(content[start:end], old, plain(new), newline, str, manner)
    elif "\n" in content:
        new = new.replace("\r\n", "\n")
    return Place(start, end, new, note)


def _compared(text: Text, old: str, new: str, manner: Manner) -> Compared:
    from pycode.tools.editing_loose import loose

    yield "exact", exact(text.content, old, new, manner)
    yield from loose(text, old, new, manner)


def _escaped(text: Text, old: str, new: str, manner: Manner) -> Iterator[Iterator[Place]]:
    """Find each variant that another level of escaping gives, all of them at each of the levels above."""
    if not any(sign in old for sign in "\\\"'"):
        return
    from pycode.tools.editing_escapes import variants

    tries = [
        (variant, [places for _, places in _compared(text, variant.old, variant.new, manner)])
        for variant in variants(old, new)
    ]
    for step in range(_COMPARISONS):
        found: dict[tuple[int, int], Place] = {}
        for variant, steps in tries:
            done = "taken off" if variant.removed else "put on"
            for place in _noted(steps[step], f"One level of escaping was {done}."):
                before = found.setdefault((place.start, place.end), place)
                if before.new != place.new:
                    raise EditError(
                        "old_string is only found with another level of escaping, and what new_string means then is not "
                        "clear; give both as they are to stand in the file."
                    )
        yield iter(found.values())


def _is_whole_lines(content: str, place: Place, ended: bool) -> bool:
    """Return whether a place is whole lines, with the last one's ending or without: only those have numbers."""
    if place.start and content[place.start - 1] not in "\r\n\ufeff":
        return False
    if place.end == len(content):
        return True
    return content[place.end - 1 if ended else place.end] in "\r\n"


def _noted(places: Iterator[Place], note: str) -> Iterator[Place]:
    for place in places:
        yield Place(place.start, place.end, place.new, f"{note} {place.note}".strip())
