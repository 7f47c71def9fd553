"""Writing whole files."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import ToolContext, ToolResult, WriteTool

Call = Callable[..., Awaitable[ToolResult]]


async def test_a_new_file_with_its_folders(
    session_call: Call, session: Any, work: Path, sha256: Callable[[bytes], str]
) -> None:
    result = await session_call("write", file_path="src/new/a.py", content="é\nb\n")
    path = work / "src/new/a.py"
    assert path.read_bytes() == "é\nb\n".encode()
    assert result.error is None
    assert (result.title, result.output) == (
        "write src/new/a.py (+2 -0)",
        "Created src/new/a.py (+2 -0).",
    )
    assert result.metadata["diff"] == "--- src/new/a.py\n+++ src/new/a.py\n@@ -0,0 +1,2 @@\n+é\n+b"
    assert session.edited == [str(path)]
    assert session.hashes == {str(path): sha256("é\nb\n".encode())}


async def test_by_hand_an_existing_file_is_replaced(call: Call, work: Path) -> None:
    (work / "a").write_text("old\n")
    result = await call("write", file_path="a", content="new\n")
    assert result.output == "Wrote a (+1 -1)."
    assert (work / "a").read_text() == "new\n"


async def test_content_that_the_session_has_not_seen_is_not_replaced(
    session_call: Call, work: Path
) -> None:
    (work / "a").write_text("old\nlines\n")
    refusal = await session_call("write", file_path="a", content="new\n")
    assert refusal.error is not None
    assert "has not seen" in refusal.error
    assert refusal.output == "a, 2 lines:\n1\told\n2\tlines"
    assert (work / "a").read_text() == "old\nlines\n"
    # The refusal showed it: the next try is made knowingly.
    assert (await session_call("write", file_path="a", content="new\n")).error is None
    assert (work / "a").read_text() == "new\n"


async def test_what_was_read_and_then_changed_by_others_is_not_replaced(
    session_call: Call, work: Path
) -> None:
    (work / "a").write_text("one\n")
    await session_call("read", file_path="a")
    (work / "a").write_text("two\n")
    assert (await session_call("write", file_path="a", content="three\n")).error is not None
    assert (work / "a").read_text() == "two\n"


async def test_own_writes_and_edits_count_as_seen(session_call: Call, work: Path) -> None:
    await session_call("write", file_path="a", content="one\n")
    await session_call("edit", file_path="a", old_string="one", new_string="two")
    assert (await session_call("write", file_path="a", content="three\n")).error is None
    assert (work / "a").read_text() == "three\n"


async def test_the_refusal_stays_short(session_call: Call, work: Path) -> None:
    (work / "a").write_text("x" * 500 + "\n" + "line\n" * 5000)
    assert len((await session_call("write", file_path="a", content="")).output) < 5000


async def test_the_same_content_is_no_change(call: Call, work: Path) -> None:
    (work / "a").write_text("x\n")
    before = (work / "a").stat().st_mtime_ns
    result = await call("write", file_path="a", content="x\n")
    assert (result.title, result.output) == ("write a (no change)", "a already has this content.")
    assert (work / "a").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("old", "content", "new"),
    [
        (b"a\r\nb\r\n", "c\nd\n", b"c\r\nd\r\n"),
        (b"a\r\nb\n\n", "c\nd\n", b"c\nd\n"),
        (b"a\r\n", "c\r\nd\n", b"c\r\nd\n"),
        (b"\xef\xbb\xbfa\n", "b\n", b"\xef\xbb\xbfb\n"),
        ("\ufeffa\r\n".encode("utf-16-le"), "é\n", "\ufeffé\r\n".encode("utf-16-le")),
        (b"caf\xe9\n", "th\xe9\n", b"th\xe9\n"),
        (b"\0\1\2", "text\n", b"text\n"),
    ],
)
async def test_encoding_and_line_endings_are_kept(
    call: Call, work: Path, old: bytes, content: str, new: bytes
) -> None:
    (work / "a").write_bytes(old)
    assert (await call("write", file_path="a", content=content)).error is None
    assert (work / "a").read_bytes() == new


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
async def test_mode_and_link_are_kept(call: Call, work: Path) -> None:
    (work / "run.sh").write_text("old\n")
    (work / "run.sh").chmod(0o750)
    (work / "link").symlink_to("run.sh")
    await call("write", file_path="link", content="new\n")
    assert (work / "link").is_symlink()
    assert (work / "run.sh").read_text() == "new\n"
    assert stat.S_IMODE((work / "run.sh").stat().st_mode) == 0o750
    assert sorted(os.listdir(work)) == ["link", "run.sh"]


async def test_what_cannot_be_written_is_explained(call: Call, work: Path) -> None:
    (work / "latin").write_bytes(b"\xe9\n")
    (work / "file").touch()
    errors = [
        (await call("write", file_path=path, content=content)).error
        for path, content in [
            (".", "x"),
            ("file/x", "x"),
            ("latin", "€"),
            ("new", "\ud800"),
            ("a\0b", "x"),
        ]
    ]
    assert errors == [
        ".: it is a directory.",
        "file/x: a part of the path is not a directory.",
        "latin was not changed: the file is latin-1 and cannot hold the character U+20AC.",
        "new was not changed: the file is utf-8 and cannot hold the character U+D800.",
        "the path holds a NUL character; name a file or a directory.",
    ]
    assert sorted(os.listdir(work)) == ["file", "latin"]


def test_what_it_would_touch(context: ToolContext, work: Path) -> None:
    request = WriteTool().permission_request({"file_path": "a", "content": ""}, context)
    assert (request.permission, request.patterns, request.paths) == (
        "edit",
        [str(work / "a")],
        ["a"],
    )
