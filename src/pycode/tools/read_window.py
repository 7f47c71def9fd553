"""The part of a file that a call of `read` asks for, and how much of it fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pycode.core.data import Data
from pycode.tools.base import ToolResult
from pycode.tools.output import MAX_BYTES

TEXT_BYTES = MAX_BYTES - 1000
"""The most bytes of what is read; the rest of a result is for the notes around it."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Window(Data):
    """Which lines, names, cells or pages are wanted."""

    offset: int
    """The first one, from 1."""
    limit: int
    """How many."""
    size: int = TEXT_BYTES
    """How many bytes they may have."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Page(Data):
    """What was wanted, as it is shown."""

    text: str
    """The entries."""
    last: int
    """The number of the last entry in `text`."""
    more: bool
    """Whether others follow."""


def page(entries: Iterator[str], window: Window) -> Page:
    """Return as many entries as are wanted and fit, at least one.

    Args:
        entries: What the window shows, from its offset on.
        window: The window.
    """
    shown: list[str] = []
    size = 0
    for number, entry in enumerate(entries, window.offset):
        size += len(entry.encode("utf-8", "replace")) + 1
        if len(shown) == window.limit or (shown and size > window.size):
            return Page("\n".join(shown), number - 1, more=True)
        shown.append(entry)
    return Page("\n".join(shown), window.offset + len(shown) - 1, more=False)


def result(shown: Page, window: Window, name: str, total: int | None, what: str) -> ToolResult:
    """Return the result of a page, with a note that says how to go on.

    Args:
        shown: The page.
        window: Its window.
        name: How the file is shown.
        total: How many entries there are; None when nobody counted.
        what: What the entries are called, in plural.
    """
    if shown.last < window.offset:
        if total == 0:
            return ToolResult(f"read {name}", f"[no {what}]", {what: 0, "truncated": False})
        count = "fewer" if total is None else f"{total}"
        error = f"{name} has {count} {what}; offset {window.offset} is behind them."
        return failed(name, error)
    text = shown.text
    if shown.more:
        end = f"{total} {what}" if total is not None else "a large file"
        one = what.removesuffix("s")
        text += f"\n[up to {one} {shown.last} of {end}; go on with offset={shown.last + 1}]"
    metadata = {what: shown.last - window.offset + 1, "truncated": shown.more}
    return ToolResult(f"read {name}", text, metadata)


def failed(name: str, error: str) -> ToolResult:
    """Return the result of a read that failed.

    Args:
        name: How the file is shown.
        error: Why.
    """
    return ToolResult(f"read {name}", "", error=error)
