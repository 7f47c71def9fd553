"""The lines of a text that are most like a text that is not in it."""

from __future__ import annotations

from collections import Counter

from pycode.tools.output import number_lines

_MAX_COMPARED = 5000
_MAX_LENGTH = 300
_MAX_SHOWN = 12
_LIKE = 0.6


def nearest_lines(content: str, text: str) -> str:
    """Return the stretch of `content` that is most like `text`, with line numbers; empty when nothing is like it.

    Args:
        content: The whole text.
        text: What was looked for.
    """
    lines = [line.removesuffix("\r") for line in content.removesuffix("\n").split("\n")]
    wanted = text.splitlines()
    start = _by_equal_lines(lines, wanted)
    if start is None:
        start = _by_longest_line(lines, wanted)
    if start is None:
        return ""
    first = min(max(start, 0), len(lines) - 1)
    end = max(start + min(len(wanted) + 1, _MAX_SHOWN), first + 1)
    return number_lines(lines[first:end], first + 1)


def _by_equal_lines(lines: list[str], wanted: list[str]) -> int | None:
    """Return where `wanted` would start so that most of its lines, blanks aside, are where they should be."""
    offsets: dict[str, list[int]] = {}
    for offset, line in enumerate(wanted[:_MAX_COMPARED]):
        if len(line.strip()) > 3:  # braces and blank lines are everywhere
            offsets.setdefault(line.strip(), []).append(offset)
    votes: Counter[int] = Counter()
    for index, line in enumerate(lines):
        for offset in offsets.get(line.strip(), ())[:10]:
            votes[index - offset] += 1
    return votes.most_common(1)[0][0] if votes else None


def _by_longest_line(lines: list[str], wanted: list[str]) -> int | None:
    """Return where `wanted` would start so that its longest line meets the line that is most like it."""
    import difflib

    if not wanted:
        return None
    offset = max(range(len(wanted)), key=lambda index: len(wanted[index].strip()))
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted[offset].strip()[:_MAX_LENGTH])
    best, best_ratio = None, _LIKE
    for index, line in enumerate(lines[:_MAX_COMPARED]):
        matcher.set_seq1(line.strip()[:_MAX_LENGTH])
        if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
            continue
        ratio = matcher.ratio()
        if ratio > best_ratio:
            best, best_ratio = index - offset, ratio
    return best
