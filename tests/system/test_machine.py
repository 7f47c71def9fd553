"""What the machine has."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pycode.system.machine import available_memory, compute_threads

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems say it otherwise")

MEMINFO = "MemTotal:       16000000 kB\nMemFree:          500000 kB\nMemAvailable:    8000000 kB\n"


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files below a folder and return it."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_this_machine_has_memory() -> None:
    free = available_memory()
    assert free is not None
    assert free > 10_000_000


def test_threads_are_not_more_than_the_cores() -> None:
    assert 1 <= compute_threads() <= (os.cpu_count() or 1)


@linux
class TestMemory:
    """Of the machine and of a container in it."""

    def test_without_a_limit(self, tmp_path: Path) -> None:
        root = write(tmp_path, {"proc/meminfo": MEMINFO, "sys/fs/cgroup/memory.max": "max\n"})
        assert available_memory(root) == 8_000_000 * 1024

    def test_in_a_container(self, tmp_path: Path) -> None:
        files = {
            "proc/meminfo": MEMINFO,
            "sys/fs/cgroup/memory.max": "2000000000\n",
            "sys/fs/cgroup/memory.current": "900000000\n",
            "sys/fs/cgroup/memory.stat": "anon 5\ninactive_file 300000000\n",
        }
        assert available_memory(write(tmp_path, files)) == 1_400_000_000

    def test_in_a_container_that_is_full(self, tmp_path: Path) -> None:
        files = {
            "proc/meminfo": MEMINFO,
            "sys/fs/cgroup/memory.max": "1000\n",
            "sys/fs/cgroup/memory.current": "2000\n",
        }
        assert available_memory(write(tmp_path, files)) == 1

    def test_where_nothing_is_said(self, tmp_path: Path) -> None:
        assert available_memory(tmp_path) is None


@linux
class TestThreads:
    """One a core, never more than a container may use."""

    def topology(self, siblings: str) -> dict[str, str]:
        """Say of every usable core with which others it shares its hardware."""
        place = "sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
        return {place.format(number): siblings for number in os.sched_getaffinity(0)}

    def test_all_threads_of_one_core(self, tmp_path: Path) -> None:
        usable = len(os.sched_getaffinity(0))
        assert compute_threads(write(tmp_path, self.topology("0-7\n"))) == min(usable, 2)

    def test_no_word_about_cores(self, tmp_path: Path) -> None:
        assert compute_threads(tmp_path) == len(os.sched_getaffinity(0))

    def test_in_a_container_with_less_than_a_core(self, tmp_path: Path) -> None:
        files = {"sys/fs/cgroup/cpu.max": "50000 100000\n"}
        assert compute_threads(write(tmp_path, files)) == 1
