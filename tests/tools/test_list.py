"""Trees of files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pycode.tools import ToolContext, ToolResult
from pycode.tools.list import ListTool

Call = Callable[..., Awaitable[ToolResult]]


def make(work: Path, *names: str) -> None:
    for name in names:
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).touch()


async def test_a_tree_without_ignored_files(call: Call, work: Path) -> None:
    make(work, "src/app.py", "src/lib/util.py", "README.md", "node_modules/x.js", ".git/config")
    (work / ".gitignore").write_text("node_modules\n")
    result = await call("list")
    assert result.output == (".gitignore\nREADME.md\nsrc/\n  app.py\n  lib/\n    util.py")
    assert (result.title, result.metadata) == ("list .", {"files": 4})
    inner = await call("list", path="src")
    assert (inner.output, inner.title) == ("app.py\nlib/\n  util.py", "list src")
    assert (await call("list", depth=1)).output == ".gitignore\nREADME.md\nsrc/ (2 files)"


async def test_a_large_tree_is_folded_where_it_is_large(call: Call, work: Path) -> None:
    make(work, "a.py", *(f"data/part{n}/{m}.csv" for n in range(5) for m in range(90)))
    lines = (await call("list")).output.split("\n")
    assert len(lines) <= 310
    assert lines[:2] == ["a.py", "data/"]
    assert "  part4/ (90 files)" in lines
    assert "  part0/" in lines


async def test_a_large_folder_is_cut(call: Call, work: Path) -> None:
    make(work, *(f"{n:03}" for n in range(250)), "z/one")
    lines = (await call("list")).output.split("\n")
    assert lines[0] == "000"
    assert lines[100:] == ["[151 more entries]"]


async def test_what_cannot_be_listed(call: Call, work: Path) -> None:
    make(work, "a")
    assert (await call("list", path="a")).error == "a is a file; use read."
    assert (await call("list", path="b")).error is not None
    (work / "empty").mkdir()
    assert (await call("list", path="empty")).output == "[no files]"


@pytest.mark.parametrize("name", ["a\nb", "a\u202eb"])
async def test_strange_names(call: Call, work: Path, name: str) -> None:
    make(work, f"sub/{name}")
    assert (await call("list")).output in ("sub/\n  a\u240ab", "sub/\n  a<U+202E>b")


def test_what_it_would_touch(context: ToolContext, work: Path) -> None:
    request = ListTool().permission_request({"path": "../x"}, context)
    assert (request.permission, request.paths) == ("read", ["../x"])
    assert ListTool().permission_request({}, context).paths == ["."]
