"""Finding files with the real ripgrep."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pycode.tools import GlobTool, ToolContext, ToolResult, search

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
        os.utime(path, (6_000_000 - 60 * age, 6_000_000 - 60 * age))
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
    os.utime(tree / "src/lib/util.py", (12_000_010, 12_000_010))
    assert (await call("glob", pattern="*.py")).output == "src/lib/util.py\nsrc/app.py"
    # A checkout writes its files in no order that means something: those of one minute are sorted by path.
    os.utime(tree / "src/app.py", (12_000_000, 12_000_000))
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


async def test_pages(call: Call, work: Path) -> None:
    for n in range(250):
        (work / f"{n:03}.txt").touch()
        os.utime(work / f"{n:03}.txt", (6_000_000 + 60 * n, 6_000_000 + 60 * n))
    result = await call("glob", pattern="*.txt")
    lines = result.output.split("\n")
    assert lines[:2] == ["249.txt", "248.txt"]
    assert lines[-1] == "[files 1 to 100 of 250; go on with offset=101]"
    assert result.metadata == {"matches": 250, "truncated": True}
    names = lines[:-1]
    for offset in (101, 201):
        names += (await call("glob", pattern="*.txt", offset=offset)).output.split("\n")[:100]
    assert names[:250] == [f"{n:03}.txt" for n in range(249, -1, -1)]
    last = await call("glob", pattern="*.txt", offset=250)
    assert (last.output, last.metadata["truncated"]) == ("000.txt", False)
    behind = await call("glob", pattern="*.txt", offset=251)
    assert behind.error == "There are 250 files; offset 251 is behind them."


async def test_a_crowd_is_sorted_by_path(
    call: Call, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_ORDERED", 150)
    for n in range(151):
        (work / f"{n:03}.txt").touch()
        os.utime(work / f"{n:03}.txt", (6_000_000 + 60 * n, 6_000_000 + 60 * n))
    lines = (await call("glob", pattern="*")).output.split("\n")
    assert lines[0] == "000.txt"
    assert lines[-1] == (
        "[files 1 to 100 of 151, by path: too many to find the newest; go on with offset=101]"
    )


async def test_a_name_with_a_newline(call: Call, work: Path) -> None:
    (work / "a\nb.py").touch()
    assert (await call("glob", pattern="*.py")).output == "a\u240ab.py"


@pytest.mark.skipif(sys.platform != "linux", reason="names are UTF-8 elsewhere")
async def test_names_that_are_not_utf8(call: Call, work: Path) -> None:
    with open(os.fsencode(work) + b"/z\xff.py", "w", encoding="utf-8"):
        pass
    for name, arguments in (("glob", {"pattern": "*.py"}), ("list", {}), ("read", {"path": "."})):
        assert (await call(name, **arguments)).output == "z\ufffd.py"


def test_what_it_would_touch(context: ToolContext, work: Path) -> None:
    request = GlobTool().permission_request({"pattern": "*", "path": "sub"}, context)
    assert (request.permission, request.patterns, request.paths) == (
        "glob",
        [str(work / "sub")],
        ["sub"],
    )
