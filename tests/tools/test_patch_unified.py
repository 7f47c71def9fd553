"""Unified diffs: what git writes, what `diff` writes, what models write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pycode.tools import EditError
from pycode.tools.editing import apply_patch

Tree = dict[str, bytes]

_LINE = st.sampled_from(
    ["a", "b", "c", "  a", "", "x ", "\tb", "--- a", "+++ b", "é", "@@ -1 +1 @@"]
)
_ENDING = st.sampled_from(["\n", "\n", "\n", "\r\n"])
_TEXT = st.builds(
    lambda lines, last: "".join(line + end for line, end in lines) + last,
    st.lists(st.tuples(_LINE, _ENDING), max_size=30),
    st.sampled_from(["", "", "last"]),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=3))
def test_what_git_writes_is_applied_to_the_byte(
    tmp_path: Path, versions: list[tuple[str, str]]
) -> None:
    before = {f"{n}.txt": old.encode() for n, (old, _) in enumerate(versions)}
    after = {f"{n}.txt": new.encode() for n, (_, new) in enumerate(versions)}
    patch = git_diff(tmp_path, before, after)
    folder = fresh(tmp_path, before)
    if patch:
        apply_patch(patch, folder)
    assert read(folder) == after


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(
    st.dictionaries(st.sampled_from("abcd"), _TEXT), st.dictionaries(st.sampled_from("bcde"), _TEXT)
)
def test_files_that_come_go_and_move(
    tmp_path: Path, old: dict[str, str], new: dict[str, str]
) -> None:
    before = {f"d/{name} x": text.encode() for name, text in old.items()}
    after = {f"d/{name} x": text.encode() for name, text in new.items()}
    patch = git_diff(tmp_path, before, after, "--find-renames=30%", "--find-copies-harder")
    folder = fresh(tmp_path, before)
    if patch:
        apply_patch(patch, folder)
    assert read(folder) == after


def git_diff(folder: Path, before: Tree, after: Tree, *options: str) -> str:
    """The diff between two trees, as git writes it."""
    repository = fresh(folder, before)
    git(repository, "init", "-q")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "--allow-empty", "-m", "before")
    for name in before:
        (repository / name).unlink()
    write(repository, after)
    git(repository, "add", "-A")
    return git(repository, "diff", "--cached", "--no-color", *options)


def git(folder: Path, *arguments: str) -> str:
    settings = (
        "core.autocrlf=false",
        "user.name=t",
        "user.email=t@t",
        "core.safecrlf=false",
        "diff.noprefix=false",
    )
    options = [word for setting in settings for word in ("-c", setting)]
    done = subprocess.run(
        ["git", *options, "-C", str(folder), *arguments],
        capture_output=True,
        check=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )
    return done.stdout.decode()


def fresh(folder: Path, tree: Tree) -> Path:
    """A new folder with these files."""
    place = folder / f"t{len(os.listdir(folder))}"
    place.mkdir()
    write(place, tree)
    return place


def write(folder: Path, tree: Tree) -> None:
    for name, data in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def read(folder: Path) -> Tree:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_added_changed_deleted_and_renamed(tmp_path: Path) -> None:
    before = {"gone": b"x\n", "old name": "é\n".encode() * 9, "same": b"a\nb\n"}
    after = {"new": b"n\n", "dir/new name": "é\n".encode() * 9 + b"more\n", "same": b"a\nB\n"}
    folder = fresh(tmp_path, before)
    patch = git_diff(tmp_path, before, after)
    touched = apply_patch(patch, folder)
    assert read(folder) == after
    names = {path.relative_to(folder).as_posix() for path in touched}
    assert names == {"gone", "new", "old name", "dir/new name", "same"}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_modes(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\n")
    (tmp_path / "b").write_text("x\n")
    (tmp_path / "b").chmod(0o750)
    patch = (
        "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n"
        "diff --git a/b b/c\nsimilarity index 100%\nrename from b\nrename to c\n"
        "diff --git a/n b/n\nnew file mode 100755\nindex 0000000..1\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n"
    )
    apply_patch(patch, tmp_path)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert modes == {"a": "0o755", "c": "0o750", "n": "0o755"}


def test_two_names_may_be_swapped(tmp_path: Path) -> None:
    folder = fresh(tmp_path, {"a": b"1\n", "b": b"2\n"})
    renames = "diff --git a/{0} b/{1}\nsimilarity index 100%\nrename from {0}\nrename to {1}\n"
    apply_patch(renames.format("a", "b") + renames.format("b", "a"), folder)
    assert read(folder) == {"a": b"2\n", "b": b"1\n"}


def test_a_diff_of_a_model_with_wrong_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import os\n\n\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n"
    )
    patch = "--- a.py\n+++ a.py\n@@ -90,4 +90,9 @@ def g():\n def g():\n-    return 2\n+    x = 2\n+    return x\n"
    apply_patch(patch, tmp_path)
    assert (tmp_path / "a.py").read_text().endswith("def g():\n    x = 2\n    return x\n")
    patch = "--- a.py\n+++ a.py\n@@\n-import os\n+import sys\n\n\n def f():\n"
    apply_patch(patch, tmp_path)
    assert (tmp_path / "a.py").read_text().startswith("import sys\n\n\ndef f():\n")


def test_the_line_number_chooses_only_where_the_hunk_fits_exactly(tmp_path: Path) -> None:
    content = "a\nx\nb\nx\nc\n"
    (tmp_path / "a").write_text(content)
    with pytest.raises(EditError, match=r"2 places \(lines 2, 4\)"):
        apply_patch("--- a\n+++ a\n@@ -3 +3 @@\n-x\n+y\n", tmp_path)
    with pytest.raises(EditError, match="2 places, trailing blanks set aside"):
        apply_patch("--- a\n+++ a\n@@ -4 +4 @@\n-x \n+y\n", tmp_path)
    apply_patch("--- a\n+++ a\n@@ -4 +4 @@\n-x\n+y\n", tmp_path)
    assert (tmp_path / "a").read_text() == "a\nx\nb\ny\nc\n"


@pytest.mark.parametrize(
    ("hunk", "after"),
    [
        ("@@ -3 +3 @@\n-\n+new\n", "a\r\nb\r\nnew\r\nc\r\n"),
        ("@@ -1,0 +2 @@\n+new\n", "a\r\nnew\r\nb\r\n\r\nc\r\n"),
        ("@@ -4,0 +5 @@\n+new\n", "a\r\nb\r\n\r\nc\r\nnew\r\n"),
    ],
)
def test_a_diff_with_other_line_endings_leaves_no_half_of_one(
    tmp_path: Path, hunk: str, after: str
) -> None:
    (tmp_path / "a").write_bytes(b"a\r\nb\r\n\r\nc\r\n")
    apply_patch("--- a\n+++ a\n" + hunk, tmp_path)
    assert (tmp_path / "a").read_bytes().decode() == after


def test_of_very_many_places_one_is_not_the_only_one(tmp_path: Path) -> None:
    content = "}\n" + "x }\n" * 1200 + "}\n"
    (tmp_path / "a").write_text(content)
    with pytest.raises(EditError, match="2 places"):
        apply_patch("--- a\n+++ a\n@@\n-}\n+end\n", tmp_path)


def test_lines_that_look_like_headers(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- one\n++ two\nselect 1\n")
    patch = "--- a.sql\n+++ a.sql\n@@ -1,3 +1,2 @@\n--- one\n-++ two\n+++ TWO\n select 1\n"
    apply_patch(patch, tmp_path)
    assert (tmp_path / "a.sql").read_text() == "++ TWO\nselect 1\n"


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        ("--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n", "a exists already"),
        ("--- a/gone\n+++ b/gone\n@@ -1 +1 @@\n-x\n+y\n", "gone: there is no such file"),
        ("--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-other\n", "does not read as the patch has it"),
        ("diff --git a/a b/b\nrename from a\nrename to b\n", "b exists already"),
        ("diff --git a/a b/a\nindex 1..2 100644\nGIT binary patch\nliteral 1\n", "binary"),
        ("diff --git a/n b/n\nnew file mode 120000\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+/etc\n", "link or a submodule"),
        ("--- a/a\n+++ b/a\n", "and then nothing"),
        ("@@ -1 +1 @@\n-x\n+y\n", "line 1 begins a hunk of no file"),
        ("--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+top\n", "no place here"),
        ("--- a/a\n+++ b/../a\n@@ -1 +1 @@\n-x\n+y\n", "leads out of the directory"),
    ],
)  # fmt: skip
def test_refusals(tmp_path: Path, patch: str, why: str) -> None:
    folder = fresh(tmp_path, {"a": b"x\n", "b": b"x\n"})
    with pytest.raises(EditError, match=why):
        apply_patch(patch, folder)
    assert read(folder) == {"a": b"x\n", "b": b"x\n"}
