"""Shows a command line with the parts marked that a question or a denial is about."""

from __future__ import annotations

from collections.abc import Iterable

from pycode.system.text import unmistakable


def mark(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the whole text as a person can see it, with the spans between » and «; nothing is left out.

    Args:
        text: A command line.
        spans: Where the parts begin and end; they may overlap. The whole text is not marked.
    """
    pieces: list[str] = []
    at = 0
    for start, end in _merged(spans):
        if end - start >= len(text.strip()):
            continue
        pieces += [text[at:start], "»", text[start:end], "«"]
        at = end
    shown = "".join([*pieces, text[at:]])
    is_plain = text.isascii() and text.isprintable() and "        " not in text
    return shown if is_plain else unmistakable(shown)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
