"""Locks between processes, with real ones."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pycode.system.locks import FileLock, held_by_other

_HOLD = """
import sys
from pycode.system.locks import FileLock
lock = FileLock(sys.argv[1])
print(lock.acquire(), flush=True)
sys.stdin.read()
"""

_COUNT = """
import sys
from pathlib import Path
from pycode.system.locks import FileLock
folder = Path(sys.argv[1])
counter = folder / "counter"
sys.stdin.read()
for _ in range(int(sys.argv[2])):
    with FileLock(folder / "lock"):
        counter.write_text(str(int(counter.read_text()) + 1))
"""


def _start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    assert (first.held, second.held) == (True, False)
    first.release()
    assert second.acquire()
    second.release()
    second.release()
    assert not second.held


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock") as lock:
        assert lock.held
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == []


def test_looking_takes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not held_by_other(path)
    assert list(tmp_path.iterdir()) == []
    with FileLock(path):
        assert held_by_other(path)
    assert not held_by_other(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no shared locks")
def test_two_who_look_do_not_see_each_other(tmp_path: Path) -> None:
    import fcntl

    path = tmp_path / "lock"
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert not held_by_other(path)


def test_a_file_that_a_dead_holder_left_is_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.touch()
    assert not held_by_other(path)
    assert FileLock(path).acquire()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="link"):
        FileLock(tmp_path / "link").acquire()
    assert not (tmp_path / "target").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_lock_dies_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with _start(_HOLD, str(path)) as holder:
        assert _line(holder) == "True"
        assert held_by_other(path)
        assert not FileLock(path).acquire()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert not held_by_other(path)
    with FileLock(path) as lock:
        assert lock.held


def test_no_two_processes_are_inside(tmp_path: Path) -> None:
    (tmp_path / "counter").write_text("0")
    processes = [_start(_COUNT, str(tmp_path), "150") for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    for process in processes:
        with process:
            assert process.wait() == 0
    assert (tmp_path / "counter").read_text() == "450"
