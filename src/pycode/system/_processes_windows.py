"""Starting and stopping a tree of processes on Windows.

A Job Object holds a process and all that it starts. It ends with PyCode, also when PyCode is killed: the system closes the
last handle. The process is started suspended, put into its job and then let run, so that nothing that it starts escapes.
"""

from __future__ import annotations

import ctypes
from typing import Any, Protocol

_NEW_PROCESS_GROUP = 0x00000200
_NO_WINDOW = 0x08000000
_SUSPENDED = 0x00000004

START_OPTIONS: dict[str, Any] = {"creationflags": _NEW_PROCESS_GROUP | _NO_WINDOW | _SUSPENDED}
"""A group of its own, without a console window, and not running before it is in its job."""

_EXTENDED_LIMITS = 9
_KILL_ON_CLOSE = 0x00002000
_EXIT_CODE = 1


class Process(Protocol):
    """What `subprocess.Popen` says about a process, and what it can do with it."""

    returncode: int | None
    _handle: int

    def kill(self) -> None: ...


class System(Protocol):
    """What is needed of kernel32 and ntdll."""

    def CreateJobObjectW(self, security: None, name: None) -> int | None: ...  # noqa: N802
    def SetInformationJobObject(  # noqa: N802
        self, job: object, kind: int, value: object, size: int
    ) -> int: ...
    def AssignProcessToJobObject(self, job: object, process: object) -> int: ...  # noqa: N802
    def TerminateJobObject(self, job: object, code: int) -> int: ...  # noqa: N802
    def CloseHandle(self, handle: object) -> int: ...  # noqa: N802
    def NtResumeProcess(self, process: object) -> int: ...  # noqa: N802


class Group:
    """The Job Object of a process and of all that it starts.

    Windows has no SIGTERM: a program without a window cannot be asked to end, so `terminate` ends it.

    Args:
        process: The process, right after its start, suspended.
        system: The functions of the operating system.
    """

    def __init__(self, process: Process, system: System | None = None) -> None:
        self._process = process
        self._system = _load() if system is None else system
        self._job: ctypes.c_void_p | None = None
        handle = ctypes.c_void_p(int(process._handle))
        try:
            job = self._system.CreateJobObjectW(None, None)
            if job:
                self._job = ctypes.c_void_p(job)
                self._limit(_KILL_ON_CLOSE)
                if not self._system.AssignProcessToJobObject(self._job, handle):
                    self._system.CloseHandle(self._job)
                    self._job = None
        finally:
            self._system.NtResumeProcess(handle)

    def terminate(self) -> None:
        """End all of the group."""
        self.kill()

    def kill(self) -> None:
        """End all of the group at once; where no job could be made, the process itself."""
        if self._job is not None:
            self._system.TerminateJobObject(self._job, _EXIT_CODE)
        elif self._process.returncode is None:
            self._process.kill()

    def close(self) -> None:
        """Let go of the group; what is left of it runs on."""
        if self._job is not None:
            self._limit(0)
            self._system.CloseHandle(self._job)
            self._job = None

    def _limit(self, flags: int) -> None:
        limits = _Limits()
        limits.flags = flags
        self._system.SetInformationJobObject(
            self._job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
        )


class _Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def _load() -> System:
    library: Any = vars(ctypes)["WinDLL"]  # there is none elsewhere, and checkers know that
    kernel: Any = library("kernel32")
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    kernel.NtResumeProcess = library("ntdll").NtResumeProcess
    system: System = kernel
    return system
