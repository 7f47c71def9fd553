"""Diffs for people."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from pycode.tools.diff import difference

_LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=30)


def test_a_change_with_its_context() -> None:
    before = "".join(f"{n}\n" for n in range(1, 21))
    change = difference(before, before.replace("10\n", "ten\nand\n"), "f.txt")
    assert (change.additions, change.deletions) == (2, 1)
    assert change.diff == (
        "--- f.txt\n+++ f.txt\n@@ -7,7 +7,8 @@\n 7\n 8\n 9\n-10\n+ten\n+and\n 11\n 12\n 13"
    )


def test_new_empty_and_equal_files() -> None:
    assert difference("", "a\n", "f").diff == "--- f\n+++ f\n@@ -0,0 +1 @@\n+a"
    assert difference("a\n", "", "f").diff == "--- f\n+++ f\n@@ -1 +0,0 @@\n-a"
    assert difference("a\n", "a\n", "f").diff == ""


@given(_LINES, _LINES)
def test_it_is_a_unified_diff_and_the_counts_are_right(old: list[str], new: list[str]) -> None:
    change = difference("\n".join(old), "\n".join(new), "f")
    before, after = "\n".join(old).splitlines(), "\n".join(new).splitlines()
    body = change.diff.split("\n")[2:] if change.diff else []
    assert sum(line.startswith("+") for line in body) == change.additions
    assert sum(line.startswith("-") for line in body) == change.deletions
    assert change.additions - change.deletions == len(after) - len(before)
    assert _applied(before, body) == after


def test_a_long_diff_is_cut_and_a_very_long_one_only_counted() -> None:
    change = difference("", "x\n" * 5000, "f")
    assert change.additions == 5000
    assert change.diff.endswith("... 4801 more lines")
    assert change.diff.count("\n") < 210
    change = difference("a\n" * 8000, "b\n" * 8000, "f")
    assert (change.diff, change.additions, change.deletions) == ("", 8000, 8000)


def test_a_small_change_in_a_huge_file_is_shown() -> None:
    before = "same\n" * 60_000 + "old\n" + "same\n" * 60_000
    change = difference(before, before.replace("old", "new"), "f")
    assert "@@ -59998,7 +59998,7 @@" in change.diff
    assert "-old\n+new" in change.diff


def _applied(before: list[str], body: list[str]) -> list[str]:
    """Apply a diff's body by hand."""
    result: list[str] = []
    position = 0
    for line in body:
        if line.startswith("@@"):
            start, _, length = line.split()[1][1:].partition(",")
            begin = int(start) - (length != "0")
            result += before[position:begin]
            position = begin
        elif line.startswith("+"):
            result.append(line[1:])
        else:
            assert before[position] == line[1:]
            position += 1
            if line.startswith(" "):
                result.append(line[1:])
    return result + before[position:]


def test_the_helper_above_agrees_with_difflib() -> None:
    old, new = ["a", "b", "c"], ["a", "x", "c", "d"]
    body = list(difflib.unified_diff(old, new, lineterm=""))[2:]
    assert _applied(old, body) == new
