"""Files that take long outputs."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from pycode.system.spill import SpillFile


def test_it_has_what_was_written(tmp_path: Path) -> None:
    file = SpillFile(str(tmp_path / "out"), 100)
    file.write(b"abc")
    file.write(b"")
    file.write(b"def")
    assert Path(file.path).read_bytes() == b"abcdef"  # at once, not when it is closed
    file.close()
    assert (file.size, file.complete, file.problem) == (6, True, None)


def test_it_ends_at_its_limit(tmp_path: Path) -> None:
    file = SpillFile(str(tmp_path / "out"), 5)
    file.write(b"abcde")
    assert file.complete
    file.write(b"f")
    file.write(b"g")
    assert Path(file.path).read_bytes() == b"abcde"
    assert (file.size, file.complete, file.problem) == (5, False, None)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
def test_it_is_for_this_user_and_follows_no_link(tmp_path: Path) -> None:
    SpillFile(str(tmp_path / "out"), 5).close()
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    file = SpillFile(str(tmp_path / "link"), 5)
    file.write(b"x")
    assert file.problem is not None
    assert not (tmp_path / "victim").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    file = SpillFile("/dev/full", 5)
    file.write(b"abc")
    file.write(b"abc")
    assert (file.size, file.complete, file.problem) == (0, False, "no space left on device")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    file = SpillFile(str(tmp_path / "no" / "out"), 5)
    file.write(b"abc")
    file.close()
    assert file.problem is not None
    assert not file.complete
