"""Cuts Markdown that still grows into blocks: those that are finished, and the one that is open."""

from __future__ import annotations

import re

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")


class Blocks:
    """A Markdown text that arrives in pieces.

    A block ends at a blank line that is in no fence, when what follows is not indented and so cannot belong to it. All blocks and
    the rest, one behind the other, are the text.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._rest = ""
        self._fence: str | None = None
        self._blank = False

    def add(self, text: str) -> list[str]:
        """Take in a piece and return the blocks that it finished."""
        *whole, self._rest = (self._rest + text).split("\n")
        found: list[str] = []
        for line in whole:
            self._end_before(line, found)
            self._lines.append(f"{line}\n")
            self._look_at(line)
        self._end_before(self._rest, found)
        return found

    def finish(self) -> str:
        """Return what is open, whole or not, and begin anew."""
        text = "".join(self._lines) + self._rest
        self._lines, self._rest, self._fence, self._blank = [], "", None, False
        return text

    def tail(self, count: int) -> list[str]:
        """Return the last lines of what is open."""
        lines = [line[:-1] for line in self._lines[-count:]]
        return [*lines, self._rest][-count:] if self._rest else lines

    def _end_before(self, line: str, found: list[str]) -> None:
        """End the open block when this line, or its beginning, cannot belong to it."""
        if self._blank and line and not line[0].isspace():
            found.append("".join(self._lines))
            self._lines = []
            self._blank = False

    def _look_at(self, line: str) -> None:
        mark = _FENCE.match(line)
        if self._fence is not None:
            if mark is not None and mark[1].startswith(self._fence) and mark[1] == line.strip():
                self._fence = None
        elif mark is not None:
            self._fence = mark[1]
            self._blank = False
        else:
            self._blank = not line.strip()
