"""Moving and copying."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import ToolContext, ToolResult
from pycode.tools.copy import CopyTool
from pycode.tools.move import MoveTool

Call = Callable[..., Awaitable[ToolResult]]
links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


async def test_a_file_is_moved_into_a_new_folder(
    session_call: Call, session: Any, work: Path, sha256: Callable[[bytes], str]
) -> None:
    (work / "a").write_text("one\n")
    await session_call("read", file_path="a")
    result = await session_call("move", source="a", destination="new/b")
    assert (result.title, result.output, result.error) == (
        "move a to new/b",
        "Moved a to new/b.",
        None,
    )
    assert (work / "new/b").read_text() == "one\n"
    assert not (work / "a").exists()
    assert session.hashes == {str(work / "a"): None, str(work / "new/b"): sha256(b"one\n")}
    assert session.edited == [str(work / "a"), str(work / "new/b")]


async def test_a_file_is_copied_with_its_mode(session_call: Call, session: Any, work: Path) -> None:
    (work / "a").write_bytes(b"\0\xff" * 1000)
    (work / "a").chmod(0o750)
    result = await session_call("copy", source="a", destination="b")
    assert result.output == "Copied a to b."
    assert (work / "b").read_bytes() == (work / "a").read_bytes()
    if os.name == "posix":
        assert (work / "b").stat().st_mode & 0o777 == 0o750
    assert session.edited == [str(work / "b")]


@pytest.mark.parametrize("tool", ["move", "copy"])
async def test_a_folder_goes_with_what_is_in_it(
    session_call: Call, session: Any, work: Path, tool: str
) -> None:
    (work / "a/inner/empty").mkdir(parents=True)
    (work / "a/inner/f").write_text("one\n")
    (work / "a/link").symlink_to("/etc/hostname")
    await session_call("read", file_path="a/inner/f")
    result = await session_call(tool, source="a", destination="b")
    assert result.error is None
    assert (work / "b/inner/f").read_text() == "one\n"
    assert (work / "b/inner/empty").is_dir()
    assert os.readlink(work / "b/link") == "/etc/hostname"
    assert (work / "a").exists() == (tool == "copy")
    assert str(work / "b/inner/f") in session.edited
    assert session.hashes[str(work / "b/inner/f")] is not None


@pytest.mark.parametrize("tool", ["move", "copy"])
async def test_a_file_that_was_not_seen_is_not_replaced(
    session_call: Call, call: Call, work: Path, tool: str
) -> None:
    (work / "a").write_text("new\n")
    (work / "b").write_text("old\n")
    result = await session_call(tool, source="a", destination="b")
    assert result.error == (
        "b exists with content that this session has not seen; read it first, or choose another name. "
        "Nothing was changed."
    )
    assert (work / "b").read_text() == "old\n"
    await session_call("read", file_path="b")
    (work / "b").write_text("changed meanwhile\n")
    assert (await session_call(tool, source="a", destination="b")).error is not None
    await session_call("read", file_path="b")
    assert (await session_call(tool, source="a", destination="b")).error is None
    assert (work / "b").read_text() == "new\n"


@links
@pytest.mark.parametrize("tool", ["move", "copy"])
async def test_a_link_is_moved_itself_and_never_written_through(
    call: Call, work: Path, tmp_path: Path, tool: str
) -> None:
    (tmp_path / "outside").write_text("precious\n")
    (work / "link").symlink_to("../outside")
    (work / "a").write_text("a\n")
    refused = await call(tool, source="a", destination="link")
    assert refused.error == "link exists already. Nothing was changed."
    assert (await call(tool, source="link", destination="other")).error is None
    assert os.readlink(work / "other") == "../outside"
    assert (tmp_path / "outside").read_text() == "precious\n"


@pytest.mark.parametrize("tool", ["move", "copy"])
async def test_what_has_no_meaning_is_refused(call: Call, work: Path, tool: str) -> None:
    (work / "folder/inner").mkdir(parents=True)
    (work / "a").write_text("a\n")
    for source, destination, reason in (
        ("a", "a", "a is both source and destination."),
        ("a", "folder", "folder is a directory; give the whole new path, with the name."),
        ("folder", "a", "a exists already."),
        ("folder", "folder/inner/x", "folder cannot be put into itself."),
        ("gone", "b", "gone: there is no such file or directory."),
        ("a", "a/b", "a to a/b: "),
        ("a\0", "b", "the path holds a NUL character"),
    ):
        result = await call(tool, source=source, destination=destination)
        assert (result.error or "").startswith(reason), (source, destination, result)
    assert sorted(path.name for path in work.iterdir()) == ["a", "folder"]


async def test_a_huge_folder_is_left_to_bash(call: Call, work: Path) -> None:
    (work / "many").mkdir()
    for n in range(501):
        (work / "many" / str(n)).touch()
    error = (await call("move", source="many", destination="b")).error or ""
    assert error.startswith("many holds more than 500 files and folders; use bash.")
    assert not (work / "b").exists()


@links
async def test_a_special_file_is_not_copied(call: Call, work: Path) -> None:
    (work / "folder").mkdir()
    (work / "folder/a").touch()
    os.mkfifo(work / "folder/fifo")
    error = (await call("copy", source="folder", destination="b")).error or ""
    assert error == "folder to b: it is a FIFO, not a file."
    assert not (work / "b").exists()


async def test_a_move_to_another_disk_is_a_copy(
    call: Call, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "a").mkdir()
    (work / "a/f").write_text("one\n")
    real = os.replace

    def replace(source: Any, target: Any, **options: Any) -> None:
        if str(source).endswith("a"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target, **options)

    monkeypatch.setattr(os, "replace", replace)
    assert (await call("move", source="a", destination="b")).error is None
    assert (work / "b/f").read_text() == "one\n"
    assert not (work / "a").exists()


def test_what_they_would_touch(context: ToolContext, work: Path) -> None:
    (work / "a/.vscode").mkdir(parents=True)
    (work / "a/.vscode/tasks.json").touch()
    for tool in (MoveTool(), CopyTool()):
        request = tool.permission_request({"source": "a", "destination": "../b"}, context)
        assert (request.permission, request.patterns) == ("edit", ["a", "../b"])
        inner = os.path.join(".vscode", "tasks.json")
        assert request.paths == [
            "a",
            "../b",
            os.path.join("a", ".vscode"),
            os.path.join("../b", ".vscode"),
            os.path.join("a", inner),
            os.path.join("../b", inner),
        ]
        gone = tool.permission_request({"source": "gone", "destination": "b\0"}, context)
        assert gone.paths == ["gone", "b\0"]


async def test_what_came_after_the_decision_stops_it(context: ToolContext, work: Path) -> None:
    (work / "a").mkdir()
    (work / "a/f").touch()
    tool = MoveTool()
    arguments = {"source": "a", "destination": "b"}
    request = tool.permission_request(arguments, context)
    context.judged = frozenset(str(work / path) for path in request.paths)
    (work / "a/later").touch()
    result = await tool.execute(arguments, context)
    assert result.error == (
        "a changed after the call was decided about; try again. Nothing was changed."
    )
    (work / "a/later").unlink()
    assert (await tool.execute(arguments, context)).error is None
