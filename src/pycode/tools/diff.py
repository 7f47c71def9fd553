"""The difference between two texts, for people: a unified diff and counts, bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pycode.core.data import Data

MAX_DIFF_LINES = 200
"""The most lines of a diff that are kept."""
MAX_COMPARED_LINES = 10_000
"""Changed regions with more lines than this are only counted."""

_CONTEXT = 3


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Difference(Data):
    """How a text changed."""

    diff: str
    """A unified diff, cut after `MAX_DIFF_LINES` lines; empty when the texts are equal or too long to compare."""
    additions: int
    """How many lines came."""
    deletions: int
    """How many lines went."""


def difference(before: str, after: str, name: str) -> Difference:
    """Compare two texts line by line.

    Args:
        before: The old text.
        after: The new text.
        name: The file's name for the diff's header.
    """
    old, new = before.splitlines(), after.splitlines()
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    changed_old, changed_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(changed_old) + len(changed_new) > MAX_COMPARED_LINES:
        return _counted(changed_old, changed_new)
    return _compared(old, new, start, end, name)


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many lines at the beginning are equal."""
    count = 0
    for left, right in zip(first, second, strict=False):
        if left != right:
            break
        count += 1
    return count


def _counted(old: Sequence[str], new: Sequence[str]) -> Difference:
    before, after = Counter(old), Counter(new)
    return Difference("", (after - before).total(), (before - after).total())


def _compared(
    old: Sequence[str], new: Sequence[str], start: int, end: int, name: str
) -> Difference:
    """Compare only the changed middle and its context; difflib's time grows with the square of what it gets."""
    import difflib

    first = max(start - _CONTEXT, 0)
    last = max(end - _CONTEXT, 0)
    left, right = old[first : len(old) - last], new[first : len(new) - last]
    matcher = difflib.SequenceMatcher(None, left, right)
    lines: list[str] = []
    additions = deletions = 0
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
        lines.append(f"@@ -{_range(first + i1, i2 - i1)} +{_range(first + j1, j2 - j1)} @@")
        for tag, a1, a2, b1, b2 in group:
            if tag == "equal":
                lines += [" " + line for line in left[a1:a2]]
                continue
            lines += ["-" + line for line in left[a1:a2]]
            lines += ["+" + line for line in right[b1:b2]]
            deletions += a2 - a1
            additions += b2 - b1
    if len(lines) > MAX_DIFF_LINES:
        surplus = len(lines) - MAX_DIFF_LINES
        lines = [*lines[:MAX_DIFF_LINES], f"... {surplus} more lines"]
    header = [f"--- {name}", f"+++ {name}"] if lines else []
    return Difference("\n".join([*header, *lines]), additions, deletions)


def _range(start: int, length: int) -> str:
    begin = start + 1 if length else start
    return str(begin) if length == 1 else f"{begin},{length}"
