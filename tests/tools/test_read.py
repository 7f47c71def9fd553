"""Reading files and directories."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import ReadTool, ToolContext, ToolResult, read_folder

Call = Callable[..., Awaitable[ToolResult]]


async def test_lines_are_numbered(call: Call, work: Path) -> None:
    (work / "a.py").write_bytes(b"one\r\n\ttwo\n\nfour")
    result = await call("read", file_path="a.py")
    assert result.output == "1\tone\n2\t\ttwo\n3\t\n4\tfour"
    assert result.title == "read a.py"
    assert result.metadata == {"lines": 4, "truncated": False}


async def test_a_part_of_a_file(call: Call, work: Path) -> None:
    (work / "a").write_text("".join(f"{n}\n" for n in range(1, 11)))
    result = await call("read", file_path=str(work / "a"), offset=3, limit=2)
    assert result.output == "3\t3\n4\t4\n[up to line 4 of 10 lines; go on with offset=5]"
    assert (await call("read", file_path="a", offset=9)).output == "9\t9\n10\t10"
    error = (await call("read", file_path="a", offset=11)).error
    assert error == "a has 10 lines; offset 11 is behind them."


async def test_output_stays_below_its_bound_and_says_how_to_go_on(call: Call, work: Path) -> None:
    (work / "a").write_text("".join(f"{'ü' * 100} {n}\n" for n in range(1, 1001)))
    text = ""
    offset = 1
    while True:
        result = await call("read", file_path="a", offset=offset)
        assert len(result.output.encode()) <= 50_000
        text += result.output + "\n"
        if not result.metadata["truncated"]:
            break
        offset = int(result.output.rpartition("offset=")[2].rstrip("]"))
    numbers = [int(line.split("\t")[0]) for line in text.splitlines() if not line.startswith("[")]
    assert numbers == list(range(1, 1001))


async def test_a_long_line_is_cut(call: Call, work: Path) -> None:
    (work / "a").write_text("x" * 3000 + "\nnext\n")
    result = await call("read", file_path="a")
    assert result.output == "1\t" + "x" * 2000 + " [line cut, 3000 characters]\n2\tnext"


async def test_what_could_act_or_hide_is_shown(call: Call, work: Path) -> None:
    (work / "a").write_text("a\x1b[31mb\u202ec\n", encoding="utf-8")
    assert (await call("read", file_path="a")).output == "1\ta\u241b[31mb<U+202E>c"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
async def test_encodings(call: Call, work: Path, encoding: str) -> None:
    (work / "a").write_bytes("été\n".encode(encoding))
    assert (await call("read", file_path="a")).output == "1\tété"


async def test_an_empty_file_is_said_to_be_empty(call: Call, work: Path) -> None:
    (work / "a").touch()
    result = await call("read", file_path="a")
    assert (result.output, result.error) == ("[the file is empty]", None)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04\0\0", "ZIP archive"),
        (b"\x7fELF\x02\x01\x01\0", "ELF program"),
        (b"a\0b", "binary file"),
    ],
)
async def test_binary_files_are_refused_with_kind_and_size(
    call: Call, work: Path, data: bytes, kind: str
) -> None:
    (work / "a").write_bytes(data)
    assert (
        await call("read", file_path="a")
    ).error == f"a is a {kind} of {len(data)} bytes, not text."


async def test_several_files_in_one_call(
    session_call: Call, session: Any, work: Path, sha256: Callable[[bytes], str]
) -> None:
    (work / "a").write_text("one\ntwo\n")
    (work / "b").mkdir()
    (work / "b/c").write_text("three\n")
    result = await session_call("read", file_path=["a", "b", "b/c", "gone", "a"], limit=1)
    assert result.output == (
        "== a ==\n1\tone\n[up to line 1 of 2 lines; go on with offset=2]\n\n"
        f"== b{os.sep} ==\nc\n\n== b/c ==\n1\tthree\n\n"
        "== gone ==\ngone: there is no such file or directory."
    )
    assert (result.title, result.error) == ("read a and 3 more", None)
    assert result.metadata == {"files": 4, "truncated": True}
    assert session.hashes == {
        str(work / "a"): sha256(b"one\ntwo\n"),
        str(work / "b/c"): sha256(b"three\n"),
    }


async def test_several_files_share_the_room(call: Call, work: Path) -> None:
    for name in ("big1", "big2"):
        (work / name).write_text(("x" * 99 + "\n") * 1000)
    (work / "small").write_text("small\n")
    result = await call("read", file_path=["small", "big1", "big2"])
    assert len(result.output) <= 50_000
    shown = [int(piece.partition(" of")[0]) for piece in result.output.split("up to line ")[1:]]
    assert len(shown) == 2
    assert min(shown) > 200
    assert "== small ==\n1\tsmall" in result.output


async def test_several_that_all_fail_are_an_error(call: Call, work: Path) -> None:
    result = await call("read", file_path=["a", "b"])
    assert result.output == ""
    assert "a: there is no such file" in (result.error or "")
    assert "b: there is no such file" in (result.error or "")
    assert (await call("read", file_path=[])).error == "Read 1 to 20 files at once, not 0."
    many = await call("read", file_path=[str(n) for n in range(21)])
    assert many.error == "Read 1 to 20 files at once, not 21."


async def test_other_names_of_the_parameter(call: Call, work: Path) -> None:
    (work / "a").write_text("one\n")
    assert (await call("read", path="a")).output == "1\tone"
    assert (await call("Read", filePaths=["a"])).output == "1\tone"


async def test_a_missing_file_names_similar_ones(call: Call, work: Path) -> None:
    for name in ("handler.py", "handlers.py", "Handle.py", "other.txt"):
        (work / name).touch()
    error = (await call("read", file_path="handlr.py")).error
    assert error is not None
    assert error.startswith("handlr.py: there is no such file or directory. Did you mean ")
    assert {"handler.py", "handlers.py", "Handle.py"} <= set(
        error.rstrip("?").replace(",", "").split()
    )
    assert "other" not in error
    assert (await call("read", file_path="no/where/x")).error == (
        "no/where/x: there is no such file or directory."
    )


async def test_a_directory_is_listed(call: Call, work: Path) -> None:
    (work / "b").mkdir()
    (work / "a\nc").touch()
    (work / "z").touch()
    result = await call("read", file_path=".")
    assert result.output == "a\u240ac\nb/\nz"
    assert (await call("read", file_path=".", offset=2, limit=1)).output == (
        "b/\n[up to name 2 of 3 names; go on with offset=3]"
    )
    assert (await call("read", file_path="b")).output == "[the directory is empty]"
    assert (await call("read", file_path=".", offset=4)).error == (
        ". has 3 names; offset 4 is behind them."
    )


async def test_a_huge_directory_is_not_listed_whole(
    call: Call, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_folder, "MAX_NAMES", 10)
    for n in range(30):
        (work / str(n)).touch()
    lines = (await call("read", file_path=".")).output.split("\n")
    assert lines[10:] == ["[only 10 names were looked at; use glob]"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
async def test_what_is_no_file_is_refused_at_once(call: Call, work: Path) -> None:
    os.mkfifo(work / "fifo")
    assert (await call("read", file_path="fifo")).error == "fifo: it is a FIFO, not a file."
    assert (await call("read", file_path="/dev/zero")).error == (
        "/dev/zero: it is a character device, not a file."
    )
    (work / "loop").symlink_to("loop")
    assert "link" in ((await call("read", file_path="loop")).error or "")


async def test_impossible_paths_are_explained(call: Call) -> None:
    assert (await call("read", file_path="a\0b")).error == (
        "the path holds a NUL character; name a file or a directory."
    )
    assert (await call("read", file_path="x" * 300)).error == f"{'x' * 300}: the name is too long."


async def test_a_huge_file_is_streamed(
    call: Call, work: Path, session: Any, session_call: Call
) -> None:
    path = work / "huge"
    with path.open("wb") as file:
        for n in range(1, 200_001):
            file.write(b"%09d %s\n" % (n, b"x" * 60))
        file.write(b"y" * 3_000_000 + b"\nlast\n")
    result = await session_call("read", file_path="huge", offset=199_999, limit=2)
    assert result.output == (
        f"199999\t000199999 {'x' * 60}\n200000\t000200000 {'x' * 60}\n"
        "[up to line 200000 of a large file; go on with offset=200001]"
    )
    assert session.hashes == {}
    rest = await call("read", file_path="huge", offset=200_001)
    assert rest.output == f"200001\t{'y' * 2000} [line cut, 3000001 bytes]\n200002\tlast"
    assert (await call("read", file_path="huge", offset=200_003)).error == (
        "huge has fewer lines; offset 200003 is behind them."
    )


async def test_two_gigabytes_without_a_newline_do_not_load(call: Call, work: Path) -> None:
    with (work / "sparse").open("wb") as file:
        file.write(b"text\n")
        file.truncate(2 * 1024**3)
    assert (await call("read", file_path="sparse")).error == (
        "sparse is a binary file of 2147483648 bytes, not text."
    )


async def test_the_session_remembers_what_it_saw(
    session_call: Call, session: Any, work: Path, sha256: Callable[[bytes], str]
) -> None:
    (work / "a").write_bytes(b"one\ntwo\n")
    (work / "link").symlink_to("a")
    await session_call("read", file_path="link", limit=1)
    assert session.hashes == {str(work / "a"): sha256(b"one\ntwo\n")}


def test_what_it_would_touch(context: ToolContext, work: Path) -> None:
    request = ReadTool().permission_request({"file_path": "x/../a"}, context)
    assert (request.permission, request.patterns, request.paths) == (
        "read",
        [str(work / "a")],
        ["x/../a"],
    )
    assert ReadTool().permission_request({"file_path": "a\0"}, context).patterns == ["a\0"]
    several = ReadTool().permission_request({"file_path": ["a", "../b"]}, context)
    assert several.patterns == [str(work / "a"), str(work.parent / "b")]
    assert several.paths == ["a", "../b"]
