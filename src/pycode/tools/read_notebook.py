"""Notebooks as cells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pycode.system import files
from pycode.tools.base import ToolResult
from pycode.tools.output import bound, cut_line
from pycode.tools.read_window import Window, page, result

_OUTPUT_LINES = 40
_OUTPUT_BYTES = 4000


def show_notebook(data: bytes, name: str, window: Window) -> ToolResult | None:
    """Return the cells of a notebook with their text outputs, None when the file is none.

    Args:
        data: The file's content.
        name: How it is shown.
        window: Which cells.
    """
    try:
        notebook = json.loads(files.decode(data).text)
    except (ValueError, RecursionError):
        return None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return None
    wanted = enumerate(islice(cells, window.offset - 1, None), window.offset)
    shown = page((_cell(number, len(cells), cell) for number, cell in wanted), window)
    return result(shown, window, name, len(cells), "cells")


def joined(text: Any) -> str:
    """Return text that a notebook may hold as a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text or "")


def _cell(number: int, total: int, cell: dict[str, Any]) -> str:
    head = f"[cell {number} of {total}, {cell.get('cell_type', 'raw')}"
    head += f", id {cell['id']}]" if cell.get("id") else "]"
    lines = [head, *joined(cell.get("source")).split("\n")]
    outputs = cell.get("outputs")
    if isinstance(outputs, list) and outputs:
        text = "\n".join(
            part for item in outputs if isinstance(item, dict) for part in _output(item)
        )
        shown, _ = bound(text, _OUTPUT_LINES, _OUTPUT_BYTES, keep="both")
        lines += ["[output]", *shown.rstrip("\n").split("\n")]
    return "\n".join(map(cut_line, lines))


def _output(output: dict[str, Any]) -> Iterator[str]:
    if output.get("output_type") == "error":
        yield f"{output.get('ename')}: {output.get('evalue')}"
        return
    yield from filter(None, [joined(output.get("text"))])
    data = output.get("data")
    if not isinstance(data, dict):
        return
    if "text/plain" in data:
        yield joined(data["text/plain"])
    for kind in data:
        if kind not in ("text/plain", "text/html", "text/latex"):
            yield f"[{kind}]"
