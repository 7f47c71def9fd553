"""Deleting."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import ToolContext, ToolResult
from pycode.tools.delete import DeleteTool

Call = Callable[..., Awaitable[ToolResult]]
links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


async def test_a_file_and_an_empty_folder(session_call: Call, session: Any, work: Path) -> None:
    (work / "a").write_text("x\n")
    (work / "b").mkdir()
    await session_call("read", file_path="a")
    result = await session_call("delete", path="a")
    assert (result.title, result.output, result.error) == ("delete a", "Deleted a.", None)
    assert (await session_call("delete", path="b")).output == "Deleted b."
    assert list(work.iterdir()) == []
    assert session.hashes[str(work / "a")] is None
    assert session.edited == [str(work / "a"), str(work / "b")]


async def test_a_full_folder_only_when_it_is_meant(
    session_call: Call, session: Any, work: Path
) -> None:
    (work / "a/b").mkdir(parents=True)
    (work / "a/b/c").touch()
    result = await session_call("delete", path="a")
    assert result.error == (
        "a is a directory with 2 entries; set recursive to delete them too. Nothing was changed."
    )
    result = await session_call("delete", path="a/", recursive=True)
    assert result.output == "Deleted a with 2 entries."
    assert not (work / "a").exists()
    assert set(session.edited) == {str(work / name) for name in ("a", "a/b", "a/b/c")}


@links
async def test_a_link_goes_and_what_it_leads_to_stays(
    call: Call, work: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/precious").touch()
    (work / "link").symlink_to("../outside")
    (work / "folder").mkdir()
    (work / "folder/link").symlink_to("../../outside")
    assert (await call("delete", path="link/", recursive=True)).error is None
    assert (await call("delete", path="folder", recursive=True)).error is None
    assert list(work.iterdir()) == []
    assert (tmp_path / "outside/precious").exists()


async def test_what_must_stay(call: Call, work: Path) -> None:
    for path in (".", "..", str(work), "/"):
        error = (await call("delete", path=path, recursive=True)).error or ""
        assert "is or holds the working directory." in error, path
    assert work.exists()
    assert (await call("delete", path="gone")).error == "gone: there is no such file or directory."
    assert "NUL" in ((await call("delete", path="a\0")).error or "")


async def test_a_huge_folder_is_left_to_bash(call: Call, work: Path) -> None:
    (work / "many").mkdir()
    for n in range(501):
        (work / "many" / str(n)).touch()
    error = (await call("delete", path="many", recursive=True)).error or ""
    assert error.startswith("many holds more than 500 files and folders; use bash.")
    assert len(list((work / "many").iterdir())) == 501


def test_what_it_would_touch(context: ToolContext, work: Path) -> None:
    (work / "a/.git/hooks").mkdir(parents=True)
    request = DeleteTool().permission_request({"path": "a"}, context)
    assert (request.permission, request.patterns) == ("edit", ["a"])
    assert request.paths == [
        "a",
        os.path.join("a", ".git"),
        os.path.join("a", ".git", "hooks"),
    ]


async def test_what_came_after_the_decision_stops_it(context: ToolContext, work: Path) -> None:
    (work / "a").mkdir()
    tool = DeleteTool()
    context.judged = frozenset({str(work / "a")})
    (work / "a/later").touch()
    result = await tool.execute({"path": "a", "recursive": True}, context)
    assert (
        result.error
        == "a changed after the call was decided about; try again. Nothing was changed."
    )
    assert (work / "a/later").exists()
