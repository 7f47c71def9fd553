"""Entries of directories: moved, copied and removed without following a link."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pycode.system import entries

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


@pytest.mark.parametrize(
    ("act", "source", "target"),
    [
        (entries.move, "link/f", "g"),
        (entries.move, "real/f", "link/g"),
        (entries.copy, "link/f", "g"),
        (entries.copy, "real/f", "link/g"),
        (lambda source, _: entries.remove(source), "link/f", ""),
    ],
)
def test_a_link_on_the_way_is_an_error(
    tmp_path: Path, act: Callable[[Path, Path], None], source: str, target: str
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/f").touch()
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        act(tmp_path / source, tmp_path / target)
    assert os.listdir(tmp_path / "real") == ["f"]
    assert sorted(os.listdir(tmp_path)) == ["link", "real"]


def test_below_is_bounded_and_ends_at_links(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/f").touch()
    (tmp_path / "a/loop").symlink_to(tmp_path)
    found = entries.below(tmp_path / "a", 3)
    assert found is not None
    assert {str(path.relative_to(tmp_path)) for path in found} == {"a/b", "a/loop", "a/b/f"}
    assert entries.below(tmp_path / "a", 2) is None
    assert entries.below(tmp_path / "a/loop", 10) == []
    assert entries.below(tmp_path / "a/b/f", 10) == []


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a/x").mkdir(parents=True)
    (tmp_path / "a/x/f").write_text("x")
    os.mkfifo(tmp_path / "a/x/z")
    with pytest.raises(OSError, match="FIFO"):
        entries.copy(tmp_path / "a", tmp_path / "b")
    assert os.listdir(tmp_path) == ["a"]


def test_a_copy_keeps_no_special_rights(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "a").chmod(0o4755)
    (tmp_path / "b").write_text("old")
    entries.copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "b").read_text() == "x"
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_a_folder_is_not_emptied_unasked(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    with pytest.raises(OSError, match="not empty"):
        entries.remove(tmp_path / "a")
    entries.remove(tmp_path / "a", recursive=True)
    assert os.listdir(tmp_path) == []
