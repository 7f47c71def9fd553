"""Line numbers that were copied from what `read` shows, taken off again."""

from __future__ import annotations

import re
from itertools import pairwise

from pycode.core.errors import EditError

_NUMBERED = re.compile(r"[ \t]*(\d{1,9})\t(.*)", re.DOTALL)


def without_numbers(old: str, new: str) -> tuple[str, str] | None:
    """Return both texts without the line numbers that each line of `old` begins with; None when it has none.

    Raises:
        EditError: Only some lines of `new` have numbers too.
    """
    plain_old = _stripped(old)
    if plain_old is None or not plain_old[1].strip():
        return None  # empty lines are everywhere
    numbers, text = plain_old
    if any(after != before + 1 for before, after in pairwise(numbers)):
        return None
    lines = [line for line in new.split("\n") if line.strip()]
    numbered = [match for line in lines if (match := _NUMBERED.fullmatch(line))]
    if not numbered:
        return text, new
    plain_new = _stripped(new)
    if plain_new is None or int(numbered[0].group(1)) != numbers[0]:
        raise EditError(
            "old_string begins with line numbers and some lines of new_string do too; give both without them."
        )
    return text, plain_new[1]


def _stripped(text: str) -> tuple[list[int], str] | None:
    numbers: list[int] = []
    lines = text.split("\n")
    ended = len(lines) > 1 and not lines[-1]
    result: list[str] = []
    for line in lines[:-1] if ended else lines:
        match = _NUMBERED.fullmatch(line)
        if match is None:
            return None
        numbers.append(int(match.group(1)))
        result.append(match.group(2))
    return numbers, "\n".join([*result, ""] if ended else result)
