"""The patch grammar of Codex: its own scenarios, and what they leave open."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from pycode.tools import EditError
from pycode.tools.editing import apply_patch

SCENARIOS = (
    Path(os.environ.get("PYCODE_FIXTURES") or Path(__file__).parents[3] / "shared" / "fixtures")
    / "apply_patch"
)
NAMES = sorted(path.name for path in SCENARIOS.glob("0*")) if SCENARIOS.is_dir() else []
REFUSED = ("rejects", "requires", "fails", "015_")

TWO = "class A:\n    def f(self):\n        return 1\n\n\nclass B:\n    def f(self):\n        return 1\n"


@pytest.mark.skipif(not NAMES, reason="the scenarios are not here")
@pytest.mark.parametrize("name", NAMES)
def test_the_scenarios_of_codex(tmp_path: Path, name: str) -> None:
    scenario = SCENARIOS / name
    work = tmp_path / "work"
    work.mkdir()
    if (scenario / "input").is_dir():
        shutil.copytree(scenario / "input", work, dirs_exist_ok=True)
    before = entries(work)
    patch = (scenario / "patch.txt").read_bytes().decode()
    if any(word in name for word in REFUSED):
        with pytest.raises(EditError):
            apply_patch(patch, work)
        assert entries(work) == before
    else:
        assert apply_patch(patch, work)
        assert entries(work) == entries(scenario / "expected")


@pytest.mark.skipif(not NAMES, reason="the scenarios are not here")
def test_all_scenarios_are_here() -> None:
    assert len(NAMES) == 25


def test_a_line_that_stands_before_says_which_of_two_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(TWO)
    hunk = "-        return 1\n+        return 2\n"
    with pytest.raises(EditError, match=r"2 places \(lines 3, 8\); add lines around it, or an @@"):
        apply_patch(update("a.py", "@@\n" + hunk), tmp_path)
    apply_patch(update("a.py", "@@ class A:\n" + hunk), tmp_path)
    assert (tmp_path / "a.py").read_text() == TWO.replace("return 1", "return 2", 1)
    (tmp_path / "a.py").write_text(TWO)
    apply_patch(update("a.py", "@@ class B\n@@     def f(self):\n" + hunk), tmp_path)
    assert (tmp_path / "a.py").read_text() == TWO[:50] + TWO[50:].replace("return 1", "return 2")


def test_what_is_not_below_the_line_that_was_named_is_not_changed(tmp_path: Path) -> None:
    content = TWO.replace("return 1", "return 0", 1)
    (tmp_path / "a.py").write_text(content)
    with pytest.raises(EditError, match="is at line 8, which is not in 'class A:'"):
        apply_patch(update("a.py", "@@ class A:\n-        return 1\n+        return 2\n"), tmp_path)
    assert (tmp_path / "a.py").read_text() == content


def test_hunks_are_looked_for_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\nmiddle\nx\n")
    apply_patch(update("a", "@@\n-middle\n+MIDDLE\n@@\n-x\n+y\n"), tmp_path)
    assert (tmp_path / "a").read_text() == "x\nMIDDLE\ny\n"
    # Out of order they are still clear when each is there once.
    apply_patch(update("a", "@@\n-y\n+z\n@@\n-MIDDLE\n+middle\n"), tmp_path)
    assert (tmp_path / "a").read_text() == "x\nmiddle\nz\n"


def test_hunks_may_share_lines_around_them_but_not_lines_that_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\nb\nc\n")
    apply_patch(update("a", "@@\n-a\n+A\n b\n@@\n b\n-c\n+C\n"), tmp_path)
    assert (tmp_path / "a").read_text() == "A\nb\nC\n"
    with pytest.raises(EditError, match="two hunks change line 2"):
        apply_patch(update("a", "@@\n A\n-b\n+1\n@@\n-b\n+2\n C\n"), tmp_path)


def test_an_indentation_that_was_left_out_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(TWO.replace("return 1", "return 0", 1))
    apply_patch(update("a.py", "@@\n-return 0\n+x = 0\n+return x\n"), tmp_path)
    assert (
        "    def f(self):\n        x = 0\n        return x\n\n" in (tmp_path / "a.py").read_text()
    )


def test_a_part_of_a_line_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("not this line\n")
    with pytest.raises(EditError, match="is not in the file"):
        apply_patch(update("a", "@@\n-this line\n+that line\n"), tmp_path)


def test_the_end_of_the_file_chooses(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\ny\nx\n")
    apply_patch(update("a", "@@\n-x\n+z\n*** End of File\n"), tmp_path)
    assert (tmp_path / "a").read_text() == "x\ny\nz\n"
    with pytest.raises(EditError, match="is not in the file"):
        apply_patch(update("a", "@@\n-y\n+z\n*** End of File\n"), tmp_path)


def test_a_missing_last_line_ending_is_kept_where_the_last_line_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\nlast")
    apply_patch(update("a", "@@\n-a\n+b\n last\n"), tmp_path)
    assert (tmp_path / "a").read_text() == "b\nlast"


def test_a_file_may_be_made_and_changed_in_one_patch(tmp_path: Path) -> None:
    text = (
        "*** Begin Patch\n*** Add File: d/a\n+one\n+two\n*** Update File: d/a\n@@\n-two\n+2\n"
        "*** Update File: d/a\n*** Move to: b\n*** End Patch\n"
    )
    apply_patch(text, tmp_path)
    assert entries(tmp_path) == {"b": b"one\n2\n"}


def test_what_is_around_a_patch_in_a_shell_or_a_reply_is_nothing(tmp_path: Path) -> None:
    body = "*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\n"
    for number, text in enumerate(
        [f"<<'EOF'\n{body}EOF\n", f"```diff\n{body}```\n", f"\n{body}\n"]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        apply_patch(text, folder)
        assert entries(folder) == {"a": b"x\n"}


@pytest.mark.skipif(sys.platform == "win32", reason="links")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("*** Begin Patch\n*** Add File: a\n+x\n", "may have been cut off"),
        (
            "hello\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch",
            "text outside of the patch: 'hello'",
        ),
        (
            "*** Begin Patch\n*** Add File: a\nx\n*** End Patch",
            r"line 3 .*: each line of a new file",
        ),
        ("*** Begin Patch\n*** Update File: a\n@@\n*** End Patch", "a hunk has lines"),
        (
            "*** Begin Patch\n*** Update File: a\n@@\nx\n*** End Patch",
            "line 4 .*begins with a blank",
        ),
        ("*** Begin Patch\n*** Update File: a\n@@ x\n+y\n*** End Patch", "added lines alone"),
        ("*** Begin Patch\n*** Update File: a\n@@\n x\n*** End Patch", "nothing would change"),
        ("*** Begin Patch\n*** Add File: ../a\n+x\n*** End Patch", "leads out of the directory"),
        ("*** Begin Patch\n*** Add File: ~/a\n+x\n*** End Patch", "leads out of the directory"),
        ("*** Begin Patch\n*** Add File: /a\n+x\n*** End Patch", "leads out of the directory"),
        ("*** Begin Patch\n*** Delete File: out/a\n*** End Patch", "leads out of the directory"),
        ("*** Begin Patch\n*** Delete File: link\n*** End Patch", "link is a link"),
        ("*** Begin Patch\n*** Add File: a/b\n+x\n*** End Patch", "not a directory"),
        ("*** Begin Patch\n*** Add File: .\n+x\n*** End Patch", "is a directory"),
        ("*** Begin Patch\n*** Update File: bin\n@@\n-a\n+b\n*** End Patch", "binary file"),
        (
            "*** Begin Patch\n*** Add File: b\n+\ud800\n*** End Patch",
            "cannot hold the character U\\+D800",
        ),
        ("nothing", "this is no patch"),
    ],
)
def test_refusals(tmp_path: Path, text: str, why: str) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "a").write_text("outside\n")
    (work / "a").write_text("x\n")
    (work / "bin").write_bytes(b"\0a\n")
    (work / "out").symlink_to(tmp_path)
    (work / "link").symlink_to("a")
    before = entries(tmp_path)
    with pytest.raises(EditError, match=why):
        apply_patch(text, work)
    assert entries(tmp_path) == before


def update(name: str, hunks: str) -> str:
    return f"*** Begin Patch\n*** Update File: {name}\n{hunks}*** End Patch\n"


def entries(folder: Path) -> dict[str, bytes | None]:
    """Every file and its content, and every empty folder."""
    found: dict[str, bytes | None] = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            found[name] = path.read_bytes()
        elif not any(path.iterdir()):
            found[name] = None
    return found
