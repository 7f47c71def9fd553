"""What the machine has: memory that a program may take now, and cores to compute on.

A container may have less than the machine that it runs on, so its limits are read as well.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ROOT = Path("/")
_CGROUP = "sys/fs/cgroup"


def available_memory(root: Path = _ROOT) -> int | None:
    """Return how many bytes a program can take without swapping, or None where the system does not say.

    macOS says only how much there is in all.

    Args:
        root: Where Linux shows what it knows.
    """
    if sys.platform == "linux":
        free = _field(root / "proc/meminfo", "MemAvailable:")
        known = [value for value in (free and free * 1024, _cgroup_memory(root)) if value]
        return min(known, default=None)
    elif sys.platform == "win32":  # noqa: RET505 - mypy reads it so
        return _windows_memory()
    else:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def compute_threads(root: Path = _ROOT) -> int:
    """Return how many threads compute best: one a physical core, within what this process may use.

    Args:
        root: Where Linux shows what it knows.
    """
    if sys.platform == "linux":
        return _linux_threads(root, os.sched_getaffinity(0))
    else:  # noqa: RET505 - mypy reads it so
        return os.cpu_count() or 1


def _linux_threads(root: Path, usable: set[int]) -> int:
    folders = [root / f"sys/devices/system/cpu/cpu{number}/topology" for number in usable]
    siblings = {_read(folder / "thread_siblings_list") for folder in folders}
    # Where the system does not say which threads share a core, every one of them counts.
    threads = len(usable) if "" in siblings else len(siblings)
    # Two threads of the only core are still better than one.
    threads = max(threads, min(len(usable), 2))
    quota, _, period = _read(root / _CGROUP / "cpu.max").partition(" ")
    if quota.isdecimal() and period.isdecimal():
        threads = min(threads, -(-int(quota) // int(period)))
    return max(threads, 1)


def _cgroup_memory(root: Path) -> int | None:
    """Return what this container may still take, or None without a limit."""
    folder = root / _CGROUP
    limit, used = _read(folder / "memory.max"), _read(folder / "memory.current")
    if not (limit.isdecimal() and used.isdecimal()):
        return None
    # What is kept of files and was not used lately is given back on demand.
    cached = _field(folder / "memory.stat", "inactive_file") or 0
    return max(1, int(limit) - int(used) + cached)


def _field(path: Path, name: str) -> int | None:
    """Return the number behind a name in a file of lines."""
    for line in _read(path).splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == name and words[1].isdecimal():
            return int(words[1])
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        # This system has no such file, or does not let us read it.
        return ""


def _windows_memory() -> int | None:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in ("total", "free", "t2", "f2", "t3", "f3", "x")),
        )

    status = Status()
    status.length = ctypes.sizeof(Status)
    library = getattr(ctypes, "windll").kernel32  # noqa: B009 - other systems' stubs do not have it
    return status.free if library.GlobalMemoryStatusEx(ctypes.byref(status)) else None
