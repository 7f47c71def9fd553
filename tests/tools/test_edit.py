"""Editing files on disk."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pycode.tools import EditTool, ToolContext, ToolResult

Call = Callable[..., Awaitable[ToolResult]]


async def test_an_exact_edit(
    session_call: Call, session: Any, work: Path, sha256: Callable[[bytes], str]
) -> None:
    (work / "a.py").write_text("def f():\n    return 1\n")
    result = await session_call("edit", file_path="a.py", old_string="1", new_string="2")
    assert result.error is None
    assert (work / "a.py").read_text() == "def f():\n    return 2\n"
    assert result.title == "edit a.py (+1 -1)"
    assert result.output == "Edited a.py at line 2 (+1 -1)."
    assert result.metadata == {
        "path": str(work / "a.py"),
        "diff": "--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n def f():\n-    return 1\n+    return 2",
        "additions": 1,
        "deletions": 1,
        "replacements": 1,
        "match": "exact",
    }
    assert session.edited == [str(work / "a.py")]
    assert session.hashes == {str(work / "a.py"): sha256(b"def f():\n    return 2\n")}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("edit", {"old_string": "old", "new_string": "new"}),
        ("multiedit", {"edits": [{"old_string": "old", "new_string": "new"}]}),
        ("write", {"content": "new"}),
    ],
)
async def test_what_somebody_else_writes_at_the_same_moment_is_not_lost(
    tool: str,
    arguments: dict[str, Any],
    session_call: Call,
    session: Any,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = work / "a"
    path.write_text("old\n")
    seen = session.seen
    session.mark_seen(str(path), hashlib.sha256(b"old\n").hexdigest())

    def meanwhile(name: str) -> str | None:  # asked between reading the file and writing it
        path.write_text("theirs\n")
        known: str | None = seen(name)
        return known

    monkeypatch.setattr(session, "seen", meanwhile)
    result = await session_call(tool, file_path="a", **arguments)
    assert result.error == (
        "a was not changed: somebody else changed it at the same moment; try again."
    )
    assert path.read_text() == "theirs\n"


async def test_a_match_that_is_not_exact_says_so(call: Call, work: Path) -> None:
    (work / "a").write_text("class A:\n    def f(self):\n        return 1\n")
    old, new = "def f(self):\n    return 1\n", "def f(self):\n    return 2\n"
    result = await call("edit", file_path="a", old_string=old, new_string=new)
    assert "new_string was indented as the file is" in result.output
    assert (work / "a").read_text() == "class A:\n    def f(self):\n        return 2\n"
    (work / "b").write_bytes(b"a\r\nb\r\n")
    result = await call("edit", file_path="b", old_string="a\nb", new_string="c\nd")
    assert "did not match exactly: line endings differed" in result.output
    assert (work / "b").read_bytes() == b"c\r\nd\r\n"


async def test_a_miss_shows_the_nearest_lines_and_changes_nothing(call: Call, work: Path) -> None:
    (work / "a").write_text("alpha\nbeta gamma\n")
    result = await call("edit", file_path="a", old_string="beta gama", new_string="x")
    assert (
        result.error
        == "a was not changed: old_string is not in the file. The lines that are most like it:"
    )
    assert result.output == "2\tbeta gamma"
    assert (work / "a").read_text() == "alpha\nbeta gamma\n"


async def test_refusals(call: Call, work: Path) -> None:
    (work / "a").write_text("x\nx\n")
    (work / "b").write_bytes(b"x\0")
    cases = [
        ("a", "x", "y", "a was not changed: old_string is found in 2 places"),
        ("a", "", "y", "a was not changed: it exists and old_string is empty"),
        ("a", "x", "x", "a was not changed: old_string and new_string are the same"),
        ("b", "x", "y", "b was not changed: it is a binary file"),
        ("c", "x", "y", "c: there is no such file or directory"),
        (".", "x", "y", ".: it is a directory"),
        ("a", "x\nx", "\ud800", "a was not changed: the file is utf-8 and cannot hold"),
        ("a\0", "x", "y", "the path holds a NUL"),
    ]
    for path, old, new, why in cases:
        result = await call("edit", file_path=path, old_string=old, new_string=new)
        assert (result.error or "").startswith(why), (path, result.error)
    assert (work / "a").read_text() == "x\nx\n"
    assert sorted(os.listdir(work)) == ["a", "b"]


async def test_replace_all(call: Call, work: Path) -> None:
    (work / "a").write_text("x\nx\n")
    result = await call("edit", file_path="a", old_string="x", new_string="y", replace_all="true")
    assert result.output == "Edited a at 2 places (+2 -2)."
    assert (work / "a").read_text() == "y\ny\n"


async def test_an_empty_old_string_creates_a_file(call: Call, work: Path) -> None:
    result = await call("edit", file_path="new/a", old_string="", new_string="x\n")
    assert result.output == "Created new/a (+1 -0)."
    assert (work / "new/a").read_text() == "x\n"


async def test_a_file_that_changed_is_only_edited_by_an_exact_match(
    session_call: Call, work: Path
) -> None:
    (work / "a").write_text("one\ntwo  \n")
    await session_call("read", file_path="a")
    (work / "a").write_text("zero\none\ntwo  \n")
    loose = await session_call("edit", file_path="a", old_string="one\ntwo\n", new_string="x\n")
    assert (loose.error or "").startswith("a was not changed: it changed since you last saw it.")
    exact = await session_call("edit", file_path="a", old_string="one", new_string="ONE")
    assert exact.output.endswith("The file had changed since you last saw it; read it again.")
    assert (work / "a").read_text() == "zero\nONE\ntwo  \n"
    again = await session_call("edit", file_path="a", old_string="ONE\ntwo\n", new_string="x\n")
    assert again.error is None


async def test_a_file_that_was_never_read_may_be_edited(session_call: Call, work: Path) -> None:
    (work / "a").write_text("one\n")
    assert (
        await session_call("edit", file_path="a", old_string="one", new_string="1")
    ).error is None


@pytest.mark.parametrize(
    ("data", "old", "new", "expected"),
    [
        (b"\xef\xbb\xbfa\nb", "a\n", "c\n", b"\xef\xbb\xbfc\nb"),
        ("\ufeffa\r\né".encode("utf-16-le"), "a\né", "b\nè", "\ufeffb\r\nè".encode("utf-16-le")),
        (b"caf\xe9 \xff\n", "caf\xe9", "th\xe9", b"th\xe9 \xff\n"),
        (b"a\r\nb\nc\r\n", "c", "d\ne", b"a\r\nb\nd\r\ne\r\n"),
        (b"a\n\x0c\nb", "b", "c", b"a\n\x0c\nc"),
    ],
)
async def test_bytes_around_the_edit_are_kept(
    call: Call, work: Path, data: bytes, old: str, new: str, expected: bytes
) -> None:
    (work / "a").write_bytes(data)
    assert (await call("edit", file_path="a", old_string=old, new_string=new)).error is None
    assert (work / "a").read_bytes() == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.binary(max_size=30), st.binary(max_size=30))
async def test_any_bytes_around_the_edit_are_kept(
    call: Call, work: Path, before: bytes, after: bytes
) -> None:
    data = before + b"\n<OLD>\n" + after
    (work / "a").write_bytes(data)
    result = await call("edit", file_path="a", old_string="<OLD>", new_string="<NEW>")
    if result.error is None:
        assert (work / "a").read_bytes() == before + b"\n<NEW>\n" + after
    else:
        assert (work / "a").read_bytes() == data


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
async def test_mode_and_link_are_kept(call: Call, work: Path) -> None:
    (work / "a").write_text("x\n")
    (work / "a").chmod(0o755)
    (work / "link").symlink_to("a")
    await call("edit", file_path="link", old_string="x", new_string="y")
    assert (work / "link").is_symlink()
    assert ((work / "a").read_text(), stat.S_IMODE((work / "a").stat().st_mode)) == ("y\n", 0o755)


def test_parallel_edits_of_one_file_all_arrive(work: Path) -> None:
    (work / "a").write_text("".join(f"<{n}>\n" for n in range(40)))

    def edit(n: int) -> ToolResult:
        # Each thread has its own tool and its own event loop, as two sessions in one process have.
        context = ToolContext("ses_1", "msg_1", "build", str(work))
        arguments = {"file_path": "a", "old_string": f"<{n}>", "new_string": f"done {n}"}
        return asyncio.run(EditTool().execute(arguments, context))

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(edit, range(40)))
    assert [r.error for r in results] == [None] * 40
    assert (work / "a").read_text() == "".join(f"done {n}\n" for n in range(40))


async def test_a_file_that_is_too_large_is_refused(call: Call, work: Path) -> None:
    with (work / "a").open("wb") as file:
        file.truncate(10_000_001)
    for name, arguments in (
        ("edit", {"old_string": "x", "new_string": "y"}),
        ("write", {"content": "x"}),
    ):
        result = await call(name, file_path="a", **arguments)
        assert result.error == "a: it is larger than 10 MB; use bash."


def test_what_it_would_touch(context: ToolContext, work: Path) -> None:
    request = EditTool().permission_request({"file_path": "../a"}, context)
    assert (request.permission, request.patterns, request.paths) == (
        "edit",
        [str(work.parent / "a")],
        ["../a"],
    )
