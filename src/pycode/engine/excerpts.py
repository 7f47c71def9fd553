"""What is kept of a result that is too long for a small model: the lines that matter."""

from __future__ import annotations

import re

_MATTERS = re.compile(
    r"error|exception|assert|fail|traceback|expected|warning|exit code|^E |^\[", re.IGNORECASE
)
_LEFT_OUT = "[...]"


def shorten_file(text: str, limit: int) -> str:
    """Return the beginning of a file, in whole lines.

    Args:
        text: The file as `read` shows it.
        limit: The most characters.
    """
    if len(text) <= limit:
        return text
    kept = text[:limit].rpartition("\n")[0]
    left = text.count("\n") - kept.count("\n")
    return f"{kept}\n[{left} more lines; search finds lines in them]"


def shorten_output(text: str, limit: int) -> str:
    """Return the lines of an output that matter, in their order: its end, what went wrong, and its beginning.

    Args:
        text: The output.
        limit: The most characters.
    """
    if len(text) <= limit:
        return text
    lines = [_cut(line, limit // 3) for line in text.split("\n")]
    kept: set[int] = set()
    room = limit
    for index in _by_weight(lines):
        room -= len(lines[index]) + 1
        if room < 0:
            break
        kept.add(index)
    said: list[str] = []
    for index, line in enumerate(lines):
        if index in kept:
            said.append(line)
        elif not said or said[-1] != _LEFT_OUT:
            said.append(_LEFT_OUT)
    return "\n".join(said)


def _by_weight(lines: list[str]) -> list[int]:
    """Return the lines' numbers, the most telling first: the last three, those that tell of failures, then from the beginning."""
    count = len(lines)
    order = [*range(count - 1, max(count - 4, -1), -1)]
    order += [index for index, line in enumerate(lines) if _MATTERS.search(line)]
    order += range(count)
    return list(dict.fromkeys(order))


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else f"{line[: limit - 5]}{_LEFT_OUT}"
