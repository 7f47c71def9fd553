"""Finding files with the real ripgrep."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pycode.tools import GlobTool, ToolContext, ToolResult

Call = Callable[..., Awaitable[ToolResult]]


@pytest.fixture
def tree(work: Path) -> Path:
    names = [
        "src/app.py",
        "src/lib/util.py",
        "src/lib/util.ts",
        "README.md",
        ".github/ci.yml",
        ".gitignore",
        "node_modules/x/index.py",
        "build.pyc",
        ".git/hooks/x.py",
    ]
    for age, name in enumerate(names):
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("node_modules\n*.pyc\n" if name == ".gitignore" else "")
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return work


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.py", ["src/app.py", "src/lib/util.py"]),
        ("**/*.{py,ts}", ["src/app.py", "src/lib/util.py", "src/lib/util.ts"]),
        ("src/*", ["src/app.py"]),
        ("**/*", ["src/app.py", "src/lib/util.py", "src/lib/util.ts", "README.md", ".github/ci.yml", ".gitignore"]),
        ("*.pyc", []),
        ("node_modules/**", []),
        (".github/*", [".github/ci.yml"]),
    ],
)  # fmt: skip
async def test_files_newest_first_without_ignored_ones(
    call: Call, tree: Path, pattern: str, names: list[str]
) -> None:
    result = await call("glob", pattern=pattern)
    assert result.output == ("\n".join(names) or "[no files]")
    assert result.metadata == {"matches": len(names), "truncated": False}


async def test_age_decides_and_then_the_name(call: Call, tree: Path) -> None:
    os.utime(tree / "src/lib/util.py", (2_000_000, 2_000_000))
    assert (await call("glob", pattern="*.py")).output == "src/lib/util.py\nsrc/app.py"
    os.utime(tree / "src/app.py", (2_000_000, 2_000_000))
    assert (await call("glob", pattern="*.py")).output == "src/app.py\nsrc/lib/util.py"


async def test_a_directory_as_path(call: Call, tree: Path, tmp_path: Path) -> None:
    result = await call("glob", pattern="*.py", path="src/lib")
    assert (result.output, result.title) == ("src/lib/util.py", "glob *.py in src/lib")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/x.py").touch()
    outside = await call("glob", pattern="*", path=str(tmp_path / "other"))
    assert outside.output == str(tmp_path / "other/x.py")


async def test_a_pattern_does_not_lead_out_of_its_path(
    call: Call, tree: Path, tmp_path: Path
) -> None:
    assert (await call("glob", pattern=f"{tree}/src/*.py")).output == "src/app.py"
    for pattern in ("../*", "src/../../*", "/etc/*", f"{tmp_path}/*"):
        result = await call("glob", pattern=pattern)
        assert "as path" in (result.error or ""), pattern


async def test_what_is_wrong_is_said(call: Call, tree: Path) -> None:
    errors = [
        (await call("glob", **arguments)).error
        for arguments in [
            {"pattern": "*", "path": "README.md"},
            {"pattern": "*", "path": "nowhere"},
            {"pattern": "{a"},
        ]
    ]
    assert errors == [
        "README.md is a file; give a directory as path.",
        "nowhere: there is no such file or directory.",
        "pattern: a brace in the pattern is not closed.",
    ]


async def test_the_first_hundred_of_many(call: Call, work: Path) -> None:
    for n in range(250):
        (work / f"{n:03}.txt").touch()
        os.utime(work / f"{n:03}.txt", (1_000_000 + n, 1_000_000 + n))
    result = await call("glob", pattern="*.txt")
    lines = result.output.split("\n")
    assert lines[:2] == ["249.txt", "248.txt"]
    assert len(lines) == 101
    assert lines[-1] == "[the newest 100 of 250 files]"
    assert result.metadata == {"matches": 250, "truncated": True}


async def test_a_name_with_a_newline(call: Call, work: Path) -> None:
    (work / "a\nb.py").touch()
    assert (await call("glob", pattern="*.py")).output == "a\u240ab.py"


def test_what_it_would_touch(context: ToolContext, work: Path) -> None:
    request = GlobTool().permission_request({"pattern": "*", "path": "sub"}, context)
    assert (request.permission, request.patterns, request.paths) == (
        "glob",
        [str(work / "sub")],
        ["sub"],
    )
