"""Edits of real texts, and what a model sends for them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

_CONTEXT = (0, 1, 2, 3, 5)
_GAP = 2
_MAX_LINES = 40
_MAX_CHARACTERS = 200_000


@dataclass(slots=True, frozen=True)
class Edit:
    """A change of one stretch of a file, given as a model would that makes no mistake."""

    origin: str
    """Where it comes from."""
    content: str
    """The file before."""
    old: str
    """Whole lines that are in the file once, without their last line ending."""
    new: str
    """The same lines after."""

    @property
    def expected(self) -> str:
        """The file after."""
        return self.content.replace(self.old, self.new)


@dataclass(slots=True, frozen=True)
class Case:
    """An edit as a model sends it, and what has to become of it."""

    content: str
    """The file."""
    old: str
    """What is sent as the text to replace."""
    new: str
    """What is sent as the text to put there."""
    expected: str | None
    """The file after; None where the edit has to be refused."""


def edits_between(origin: str, before: str, after: str) -> Iterator[Edit]:
    """Yield each change between two versions of a file as an edit of the first one.

    Args:
        origin: Where the versions come from.
        before: The first version.
        after: The second version.
    """
    if "\r" in before + after or max(len(before), len(after)) > _MAX_CHARACTERS:
        return
    old, new = before.split("\n"), after.split("\n")
    for i1, i2, j1, j2 in _changes(old, new):
        edit = _unique(origin, before, old, (i1, i2), new[j1:j2])
        if edit is not None:
            yield edit


def _changes(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the changed ranges of lines; what lies close together is one change."""
    open_range: tuple[int, int, int, int] | None = None
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            continue
        if open_range is not None and i1 - open_range[1] <= _GAP:
            open_range = (open_range[0], i2, open_range[2], j2)
            continue
        if open_range is not None:
            yield open_range
        open_range = (i1, i2, j1, j2)
    if open_range is not None:
        yield open_range


def _unique(
    origin: str, before: str, lines: list[str], changed: tuple[int, int], new: list[str]
) -> Edit | None:
    """Return the edit with as few lines around it as make it unique."""
    for context in _CONTEXT:
        first, last = max(changed[0] - context, 0), min(changed[1] + context, len(lines))
        if last - first > _MAX_LINES or len(new) > _MAX_LINES:
            return None
        head, tail = lines[first : changed[0]], lines[changed[1] : last]
        if not head and not new and not tail:
            continue  # lines go together with what they stand between, or an empty line stays
        old = "\n".join(lines[first:last])
        whole_lines = "\n" + before + "\n"
        if old.strip() and whole_lines.count("\n" + old + "\n") == 1 == before.count(old):
            return Edit(origin, before, old, "\n".join([*head, *new, *tail]))
    return None
