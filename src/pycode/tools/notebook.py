"""A notebook's text, of which single cells are changed where they stand.

The file is not written anew from what was parsed: outputs, numbers and key order of the other cells stay byte for byte.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

from pycode.core.errors import EditError

_BLANKS = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Notebook:
    """The text of a notebook and where its cells are.

    Args:
        text: The file's text.

    Raises:
        EditError: It is no notebook.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        try:
            whole = json.loads(text)
            if not isinstance(whole, dict) or not isinstance(whole.get("cells"), list):
                raise EditError("it is no notebook: it has no list of cells.")
            self._start = _value_of(text, "cells")
            self._spans = _items(text, self._start)
        except (ValueError, RecursionError) as error:
            raise EditError(f"it is no notebook: it is not valid JSON ({error}).") from error
        self.cells: list[Any] = whole["cells"]
        """The cells as they were parsed."""
        version = (whole.get("nbformat"), whole.get("nbformat_minor"))
        numbers = [number for number in version if isinstance(number, int)]
        self.has_ids = len(numbers) == 2 and numbers >= [4, 5]
        """Whether cells of this format have ids."""

    def find(self, cell: str) -> int:
        """Return the index of the cell that a number from 1, or an id, means.

        Raises:
            EditError: There is none, or more than one.
        """
        cell = cell.strip()
        found = [
            index
            for index, item in enumerate(self.cells)
            if isinstance(item, dict) and item.get("id") == cell
        ]
        if cell.isdecimal() and 1 <= int(cell) <= len(self.cells) and int(cell) - 1 not in found:
            found.append(int(cell) - 1)
        if len(found) != 1:
            reason = "more than one cell is meant" if found else "there is no such cell"
            raise EditError(f"{reason} by {cell[:80]!r}; it has cells 1 to {len(self.cells)}.")
        return found[0]

    def replace(self, index: int, cell: dict[str, Any]) -> str:
        """Return the text with another cell in the place of one."""
        begin, end = self._spans[index]
        return self._text[:begin] + self._written(cell, self._lead(begin)) + self._text[end:]

    def delete(self, index: int) -> str:
        """Return the text without a cell."""
        if len(self._spans) == 1:
            begin, end = self._start + 1, self._end()
        elif index == 0:
            begin, end = self._spans[0][0], self._spans[1][0]
        else:
            begin, end = self._spans[index - 1][1], self._spans[index][1]
        return self._text[:begin] + self._text[end:]

    def insert(self, index: int, cell: dict[str, Any]) -> str:
        """Return the text with a new cell that has this index."""
        if not self._spans:
            lead = "\n  " if "\n" in self._text.strip() else ""
            after = "\n " if lead else ""
            inner = lead + self._written(cell, lead) + after
            return self._text[: self._start + 1] + inner + self._text[self._end() :]
        lead = self._lead(self._spans[0][0])
        written = self._written(cell, lead)
        if index == 0:
            begin = self._spans[0][0]
            return f"{self._text[:begin]}{written},{lead}{self._text[begin:]}"
        end = self._spans[index - 1][1]
        return f"{self._text[:end]},{lead}{written}{self._text[end:]}"

    def _end(self) -> int:
        """Return where the bracket is that closes the list, when the list is empty or has one cell."""
        last = self._spans[-1][1] if self._spans else self._start + 1
        return _skip(self._text, last)

    def _lead(self, begin: int) -> str:
        """Return the blanks before a cell, with the line's end."""
        start = begin
        while self._text[start - 1] in " \t\r\n":
            start -= 1
        return self._text[start:begin]

    def _written(self, cell: dict[str, Any], lead: str) -> str:
        """Return a cell as JSON, laid out as the notebook is."""
        raw = "\\u" not in self._text
        if "\n" not in lead:
            return json.dumps(cell, ensure_ascii=not raw)
        newline, _, margin = lead.rpartition("\n")
        first = re.search(r"\{\r?\n([ \t]+)", self._text)
        written = json.dumps(cell, ensure_ascii=not raw, indent=first[1] if first else 1)
        return written.replace("\n", newline[-1:].strip(" \t\n") + "\n" + margin)


def new_cell(kind: str, source: str, *, with_id: bool) -> dict[str, Any]:
    """Return a new cell.

    Args:
        kind: `code`, `markdown` or `raw`.
        source: Its text.
        with_id: Whether it gets an id.
    """
    cell: dict[str, Any] = {"cell_type": kind}
    if kind == "code":
        cell["execution_count"] = None
    if with_id:
        cell["id"] = os.urandom(4).hex()
    cell["metadata"] = {}
    if kind == "code":
        cell["outputs"] = []
    cell["source"] = source.splitlines(keepends=True)
    return cell


def with_source(cell: Any, source: str, kind: str | None) -> dict[str, Any]:
    """Return a cell with another text; a code cell loses its outputs, which were not made by this text.

    Args:
        cell: The cell; it is not changed.
        source: The new text.
        kind: Its new type, None to keep its own.

    Raises:
        EditError: It is no cell.
    """
    if not isinstance(cell, dict):
        raise EditError("what is there is no cell.")
    as_text = isinstance(cell.get("source"), str)
    new_source = source if as_text else source.splitlines(keepends=True)
    if cell.get("source") == new_source and kind in (None, cell.get("cell_type")):
        return cell
    changed = {**cell, "cell_type": kind or cell.get("cell_type", "code"), "source": new_source}
    if changed["cell_type"] == "code":
        return {**changed, "execution_count": None, "outputs": []}
    changed.pop("execution_count", None)
    changed.pop("outputs", None)
    return changed


def _skip(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    return found.end() if found else position


def _value_of(text: str, wanted: str) -> int:
    """Return where the last value of a key of the outermost object begins: of two, readers take the last."""
    found = -1
    position = _skip(text, _skip(text, 0) + 1)
    while text[position] != "}":
        key, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _skip(text, position) + 1)  # over the colon
        if key == wanted:
            found = position
        _, position = _DECODER.raw_decode(text, position)
        position = _skip(text, position)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return found


def _items(text: str, start: int) -> list[tuple[int, int]]:
    """Return where the items of a list begin and end."""
    spans: list[tuple[int, int]] = []
    position = _skip(text, start + 1)
    while text[position] != "]":
        _, end = _DECODER.raw_decode(text, position)
        spans.append((position, end))
        position = _skip(text, end)
        if text[position] == ",":
            position = _skip(text, position + 1)
    return spans
