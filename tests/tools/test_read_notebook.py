"""Notebooks as cells."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import ToolResult

Call = Callable[..., Awaitable[ToolResult]]

CELLS: list[dict[str, Any]] = [
    {"cell_type": "markdown", "id": "aa", "metadata": {}, "source": ["# Title\n", "text"]},
    {
        "cell_type": "code",
        "id": "bb",
        "execution_count": 1,
        "metadata": {},
        "source": "print(1)\n1 / 0",
        "outputs": [
            {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]},
            {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "division by zero"},
            {
                "output_type": "display_data",
                "data": {"image/png": "AAAA", "text/plain": "<Figure>"},
            },
        ],
    },
    {"cell_type": "raw", "metadata": {}, "source": []},
]


async def test_cells_and_their_outputs(call: Call, work: Path) -> None:
    (work / "a.ipynb").write_text(json.dumps({"cells": CELLS, "nbformat": 4, "nbformat_minor": 5}))
    result = await call("read", file_path="a.ipynb")
    assert result.output == (
        "[cell 1 of 3, markdown, id aa]\n# Title\ntext\n"
        "[cell 2 of 3, code, id bb]\nprint(1)\n1 / 0\n[output]\n1\n2\n\n"
        "ZeroDivisionError: division by zero\n<Figure>\n[image/png]\n"
        "[cell 3 of 3, raw]\n"
    )
    assert result.metadata == {"cells": 3, "truncated": False}
    one = await call("read", file_path="a.ipynb", offset=3)
    assert one.output == "[cell 3 of 3, raw]\n"


async def test_a_long_output_is_cut(call: Call, work: Path) -> None:
    cell = {**CELLS[1], "outputs": [{"output_type": "stream", "text": "line\n" * 1000}]}
    (work / "a.ipynb").write_text(json.dumps({"cells": [cell]}))
    output = (await call("read", file_path="a.ipynb")).output
    assert output.count("line\n") < 50
    assert "lines, " in output


@pytest.mark.parametrize(
    "text", ["not json", "[]", '{"cells": 1}', '{"cells": [1]}', "[" * 100_000]
)
async def test_what_is_no_notebook_is_text(call: Call, work: Path, text: str) -> None:
    (work / "a.ipynb").write_text(text)
    assert (await call("read", file_path="a.ipynb")).output.startswith("1\t" + text[:4])


async def test_an_empty_notebook(call: Call, work: Path) -> None:
    (work / "a.ipynb").write_text('{"cells": []}')
    assert (await call("read", file_path="a.ipynb")).output == "[no cells]"
