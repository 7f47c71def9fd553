"""Several edits of one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import MultiEditTool, ToolContext, ToolResult

RunEdits = Callable[..., Any]


@pytest.fixture
def run_edits(work: Path, session: Any) -> RunEdits:
    """Run the tool in the session: each edit is old, new, and whether all places are meant."""
    context = ToolContext("ses_1", "msg_1", "build", str(work), session)

    async def run(path: str, *edits: tuple[Any, ...]) -> ToolResult:
        keys = ("old_string", "new_string", "replace_all")
        arguments = [dict(zip(keys, edit, strict=False)) for edit in edits]
        return await MultiEditTool().execute({"file_path": path, "edits": arguments}, context)

    return run


async def test_all_edits_are_found_in_the_file_as_it_is(run_edits: RunEdits, work: Path) -> None:
    (work / "a").write_text("one\ntwo\nthree\ntwo again\n")
    result = await run_edits("a", ("three", "two"), ("one", "1"), ("two\nth", "2\nth"))
    assert (result.error or "").startswith("a was not changed: edits 1 and 3 overlap")
    result = await run_edits("a", ("three", "two"), ("one", "1"), ("again", "once more", False))
    assert result.output == "Edited a at 3 places (+3 -3)."
    assert (work / "a").read_text() == "1\ntwo\ntwo\ntwo once more\n"
    assert (result.metadata["replacements"], result.metadata["match"]) == (3, "exact")


async def test_one_that_has_no_place_stops_all(run_edits: RunEdits, work: Path) -> None:
    (work / "a").write_text("one\ntwo\ntwo\n")
    result = await run_edits("a", ("one", "1"), ("two", "2"))
    assert result.error is not None
    assert result.error.startswith("a was not changed: Edit 2: old_string is found in 2 places")
    result = await run_edits("a", ("one", "1"), ("thre", "3"))
    assert (result.error or "").startswith(
        "a was not changed: Edit 2: old_string is not in the file"
    )
    assert (await run_edits("a")).error == "edits is empty; give at least one edit."
    assert (work / "a").read_text() == "one\ntwo\ntwo\n"
    assert (await run_edits("a", ("one", "1"), ("two", "2", True))).error is None
    assert (work / "a").read_text() == "1\n2\n2\n"


async def test_what_was_not_exact_is_said_for_each(run_edits: RunEdits, work: Path) -> None:
    (work / "a").write_text("if a:\n    b()  \n    c()\n")
    result = await run_edits("a", ("b()\n    c", "B()\n    C"), ("if a", "if A"))
    assert (
        result.output
        == "Edited a at 2 places (+3 -3). Edit 1: old_string did not match exactly: blanks at line ends differed."
    )


async def test_a_new_file(run_edits: RunEdits, work: Path) -> None:
    assert (await run_edits("new/a", ("", "x\n"))).output == "Created new/a (+1 -0)."
    error = (await run_edits("b", ("", "x\n"), ("x", "y"))).error
    assert error == "b: there is no such file or directory."
    error = (await run_edits("new/a", ("x", "y"), ("", "z"))).error
    assert "it exists and old_string is empty" in (error or "")


def test_its_schema_describes_an_edit(context: ToolContext, work: Path) -> None:
    schema = MultiEditTool().parameters_schema
    assert schema["properties"]["edits"]["items"]["required"] == ["old_string", "new_string"]
    request = MultiEditTool().permission_request({"file_path": "a", "edits": []}, context)
    assert (request.permission, request.paths) == ("edit", ["a"])
