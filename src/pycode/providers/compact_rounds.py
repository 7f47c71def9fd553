"""Small models go round in circles: they write their last lines again and again, until they are stopped."""

from __future__ import annotations

_ROUNDS = 5
_LOOKED_AT = 4_000
_LONG = 12
_MOST_LINES = 3


def round_in(text: str) -> list[str] | None:
    """Return the lines that a text does nothing but repeat any more, None where it goes on.

    Args:
        text: What was written so far; only at the end of a line it is looked at.
    """
    if not text.endswith("\n"):
        return None
    lines = text[-_LOOKED_AT:].split("\n")[:-1]
    for size in range(1, _MOST_LINES + 1):
        block = lines[-size:]
        if len("".join(block)) > _LONG and lines[-size * _ROUNDS :] == block * _ROUNDS:
            return block
    return None


def once(text: str) -> str:
    """Return a text whose last lines are there once, which it repeats at its end.

    Args:
        text: The text.
    """
    block = round_in(text)
    while block is not None and text.endswith("\n".join([*block, *block, ""])):
        text = text[: -len("\n".join([*block, ""]))]
    return text
