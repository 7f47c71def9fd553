"""Several files change together or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from pycode.system import entries
from pycode.tools import EditError
from pycode.tools.editing import apply_patch
from pycode.tools.patch_commit import FileChange, commit

PATCH = (
    "*** Begin Patch\n"
    "*** Update File: changed\n@@\n-one\n+1\n"
    "*** Add File: new/folder/file\n+new\n"
    "*** Delete File: gone\n"
    "*** Update File: old\n*** Move to: moved\n@@\n-two\n+2\n"
    "*** Add File: replaced\n+after\n"
    "*** End Patch\n"
)
AFTER = {"changed": "1\n", "new/folder/file": "new\n", "moved": "2\n", "replaced": "after\n"}
BEFORE = {"changed": "one\n", "gone": "gone\n", "old": "two\n", "replaced": "before\n"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in BEFORE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_all_of_it(tree: Path) -> None:
    apply_patch(PATCH, tree)
    assert read(tree) == AFTER


@pytest.mark.parametrize("failing", range(7))
def test_a_failure_in_the_middle_undoes_what_was_done(
    tree: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    moves = 0
    move = entries.move

    def fail_once(source: Path, target: Path) -> None:
        nonlocal moves
        moves += 1
        if moves == failing + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        move(source, target)

    monkeypatch.setattr(entries, "move", fail_once)
    if failing == 6:  # there are six names to change
        apply_patch(PATCH, tree)
        assert read(tree) == AFTER
        return
    with pytest.raises(EditError, match="the disk is full; nothing was changed"):
        apply_patch(PATCH, tree)
    assert read(tree) == BEFORE
    assert not (tree / "new").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
def test_a_file_that_does_not_fit_changes_nothing(tree: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    patch = PATCH.replace(
        "*** End Patch", "*** Add File: large\n+" + "x" * 100_000 + "\n*** End Patch"
    )
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(EditError, match="large: file too large"):
            apply_patch(patch, tree)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert read(tree) == BEFORE
    assert not (tree / "new").exists()


def test_a_file_that_was_changed_meanwhile_is_left_alone(tree: Path) -> None:
    changes = [
        FileChange(tree / "changed", b"one\n", b"1\n"),
        FileChange(tree / "old", b"not what is there\n", b"2\n"),
    ]
    with pytest.raises(EditError, match="old changed while the patch was applied"):
        commit(changes)
    with pytest.raises(EditError, match="gone changed while"):
        commit([changes[0], FileChange(tree / "gone", None, b"new\n")])
    assert read(tree) == BEFORE


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
def test_modes_and_links_are_kept(tree: Path) -> None:
    (tree / "changed").chmod(0o754)
    (tree / "old").chmod(0o600)
    (tree / "changed").rename(tree / "real")
    (tree / "changed").symlink_to("real")
    apply_patch(PATCH, tree)
    assert (tree / "changed").is_symlink()
    assert (tree / "real").read_text() == "1\n"
    assert stat.S_IMODE((tree / "real").stat().st_mode) == 0o754
    assert stat.S_IMODE((tree / "moved").stat().st_mode) == 0o600


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="for root nothing is read-only"
)
def test_a_read_only_file_is_not_changed(tree: Path) -> None:
    (tree / "old").chmod(0o400)
    with pytest.raises(EditError, match="old: permission denied"):
        apply_patch(PATCH, tree)
    assert read(tree) == BEFORE


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffone\r\né\r\n".encode("utf-16-le"),
        "\ufeffone\né".encode(),
        b"one\n\xe9\xff\n",
        b"one\r\ntwo\nthree\rfour",
    ],
)
def test_encoding_and_line_endings_are_kept(tree: Path, data: bytes) -> None:
    (tree / "changed").write_bytes(data)
    apply_patch(PATCH, tree)
    word = "one".encode("utf-16-le") if data[:1] == b"\xff" else b"one"
    digit = "1".encode("utf-16-le") if data[:1] == b"\xff" else b"1"
    assert (tree / "changed").read_bytes() == data.replace(word, digit)


def read(folder: Path) -> dict[str, Any]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }
