"""Editing notebooks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.core.errors import EditError
from pycode.tools import ToolResult
from pycode.tools.notebook import Notebook, new_cell, with_source

Call = Callable[..., Awaitable[ToolResult]]

# Numbers and spellings that no writer would give back as they are.
TEXT = """\
{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "aa",
   "metadata": {},
   "source": [
    "# T\\u00e9st"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "bb",
   "metadata": {"x": 1.50, "y": 1E5},
   "outputs": [{"output_type": "stream", "text": ["1"]}],
   "source": [
    "print(1)\\n",
    "print(2)"
   ]
  }
 ],
 "metadata": {"big": 0.10000000000000000001},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""


@pytest.fixture
def notebook(work: Path) -> Path:
    path = work / "a.ipynb"
    path.write_bytes(TEXT.encode())
    return path


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text())["cells"]
    return found


async def test_a_cell_is_replaced_and_all_else_stays(
    session_call: Call, session: Any, notebook: Path
) -> None:
    await session_call("read", file_path="a.ipynb")
    result = await session_call("notebook_edit", file_path="a.ipynb", cell="2", source="x = 'é'\ny")
    assert (result.output, result.error) == ("Replaced cell 2 of a.ipynb.", None)
    changed = notebook.read_text(encoding="utf-8")
    begin, end = TEXT.index('{\n   "cell_type": "code"'), TEXT.index("\n ],\n")
    assert changed[:begin] == TEXT[:begin]
    assert changed.endswith(TEXT[end:])
    assert changed[begin : len(changed) - len(TEXT) + end] == (
        '{\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "bb",\n   "metadata": {\n'
        '    "x": 1.5,\n    "y": 100000.0\n   },\n   "outputs": [],\n   "source": [\n'
        '    "x = \'\\u00e9\'\\n",\n    "y"\n   ]\n  }'
    )
    assert session.edited == [str(notebook)]
    assert "print(1)" in result.metadata["diff"]


async def test_by_id_and_with_another_type(call: Call, notebook: Path) -> None:
    await call(
        "notebook_edit", notebook_path="a.ipynb", cell_id="bb", new_source="", cell_type="markdown"
    )
    cell = cells(notebook)[1]
    assert (cell["cell_type"], cell["source"]) == ("markdown", [])
    assert "outputs" not in cell
    assert "execution_count" not in cell


@pytest.mark.parametrize(("cell", "place"), [("0", 0), ("1", 1), ("bb", 2)])
async def test_a_cell_is_inserted(call: Call, notebook: Path, cell: str, place: int) -> None:
    result = await call(
        "notebook_edit", file_path="a.ipynb", cell=cell, source="new\n", mode="insert"
    )
    assert result.output == f"Inserted cell {place + 1} of a.ipynb."
    found = cells(notebook)
    assert found[place]["source"] == ["new\n"]
    assert found[place]["cell_type"] == "code"
    assert len(found[place]["id"]) == 8
    text = notebook.read_text(encoding="utf-8")
    assert '\n  },\n  {\n   "cell_type": ' in text
    assert '"metadata": {"x": 1.50, "y": 1E5}' in text


@pytest.mark.parametrize(("cell", "left"), [("1", "bb"), ("2", "aa")])
async def test_a_cell_is_deleted(call: Call, notebook: Path, cell: str, left: str) -> None:
    await call("notebook_edit", file_path="a.ipynb", cell=cell, mode="delete")
    assert [item["id"] for item in cells(notebook)] == [left]
    await call("notebook_edit", file_path="a.ipynb", cell="1", mode="delete")
    assert cells(notebook) == []
    await call("notebook_edit", file_path="a.ipynb", cell="0", source="x", mode="insert")
    assert [item["source"] for item in cells(notebook)] == [["x"]]
    assert '"cells": [\n  {\n   "cell_type"' in notebook.read_text(encoding="utf-8")


async def test_only_what_was_read_is_changed(session_call: Call, notebook: Path) -> None:
    arguments = {"file_path": "a.ipynb", "cell": "1", "source": "x"}
    error = (await session_call("notebook_edit", **arguments)).error
    assert error == (
        "a.ipynb was not changed: its present content was not read in this session; read it first."
    )
    await session_call("read", file_path="a.ipynb")
    notebook.write_text(TEXT.replace("print(2)", "print(3)"))
    assert (await session_call("notebook_edit", **arguments)).error is not None
    await session_call("read", file_path="a.ipynb")
    assert (await session_call("notebook_edit", **arguments)).error is None
    assert (await session_call("notebook_edit", **{**arguments, "source": "y"})).error is None


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"cell": "3"}, "there is no such cell by '3'; it has cells 1 to 2."),
        ({"cell": "-1"}, "there is no such cell"),
        ({"cell": "1", "source": "# Tést"}, "the cell has this text already."),
        ({"file_path": "b.txt", "cell": "1"}, "it is no notebook: it is not valid JSON"),
        ({"file_path": "c.json", "cell": "1"}, "it is no notebook: it has no list of cells."),
        ({"file_path": "gone.ipynb", "cell": "1"}, "there is no such file"),
        ({"cell": "1", "mode": "append"}, 'mode: expected one of "replace", "insert", "delete"'),
    ],
)
async def test_what_cannot_be_done_is_explained(
    call: Call, notebook: Path, work: Path, arguments: dict[str, str], reason: str
) -> None:
    (work / "b.txt").write_text("[" * 100_000)
    (work / "c.json").write_text('{"cells": 1}')
    result = await call("notebook_edit", **{"file_path": "a.ipynb", "source": "x", **arguments})
    assert reason in (result.error or "")
    assert notebook.read_text(encoding="utf-8") == TEXT


def test_a_number_that_is_also_an_id_means_nothing() -> None:
    text = json.dumps({"cells": [{"id": "2"}, {"id": "1"}]})
    with pytest.raises(EditError, match="more than one"):
        Notebook(text).find("1")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown"]), "source": st.text(max_size=8)},
    optional={"outputs": st.lists(_JSON, max_size=2), "metadata": _JSON},
)


@given(
    st.lists(_CELL, max_size=4),
    st.dictionaries(st.text(max_size=6), _JSON, max_size=3),
    st.dictionaries(st.text(max_size=6), _JSON, max_size=3),
    st.sampled_from([None, 1, "\t"]),
    st.booleans(),
    st.data(),
)
def test_only_the_one_cell_differs(
    found: list[dict[str, Any]],
    before: dict[str, Any],
    after: dict[str, Any],
    indent: int | str | None,
    ascii_only: bool,
    data: st.DataObject,
) -> None:
    whole = {**before, "cells": found, **{k: v for k, v in after.items() if k != "cells"}}
    text = json.dumps(whole, indent=indent, ensure_ascii=ascii_only)
    notebook = Notebook(text)
    cell = new_cell("code", "new\ntext", with_id=False)
    index = data.draw(st.integers(0, len(found)))
    inserted = json.loads(notebook.insert(index, cell))
    assert inserted == {**whole, "cells": [*found[:index], cell, *found[index:]]}
    if index < len(found):
        deleted = json.loads(notebook.delete(index))
        assert deleted == {**whole, "cells": found[:index] + found[index + 1 :]}
        changed = with_source(found[index], "other text", None)
        replaced = json.loads(notebook.replace(index, changed))
        assert replaced == {**whole, "cells": [*found[:index], changed, *found[index + 1 :]]}
