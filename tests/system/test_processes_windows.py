"""Job Objects, with an operating system that is simulated."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import pytest

from pycode.system import _processes_windows as windows

KILL_ON_CLOSE = 0x2000


@dataclass
class System:
    """Notes what it is asked; `makes` and `takes` say whether a job can be made and takes the process."""

    makes: bool = True
    takes: bool = True
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def CreateJobObjectW(self, security: None, name: None) -> int | None:  # noqa: N802
        self.calls.append(("create",))
        return 77 if self.makes else None

    def SetInformationJobObject(  # noqa: N802
        self, job: Any, kind: int, value: Any, size: int
    ) -> int:
        raw = ctypes.string_at(value, size)
        # LimitFlags stands behind two 64-bit times.
        self.calls.append(("limit", job.value, kind, int.from_bytes(raw[16:20], "little"), size))
        return 1

    def AssignProcessToJobObject(self, job: Any, process: Any) -> int:  # noqa: N802
        self.calls.append(("assign", job.value, process.value))
        return int(self.takes)

    def TerminateJobObject(self, job: Any, code: int) -> int:  # noqa: N802
        self.calls.append(("end", job.value))
        return 1

    def CloseHandle(self, handle: Any) -> int:  # noqa: N802
        self.calls.append(("close", handle.value))
        return 1

    def NtResumeProcess(self, process: Any) -> int:  # noqa: N802
        self.calls.append(("resume", process.value))
        return 0


@dataclass
class Process:
    """A process that was started suspended."""

    returncode: int | None = None
    _handle: int = 5
    killed: bool = False

    def kill(self) -> None:
        self.killed = True


def test_a_process_runs_only_when_it_is_in_its_job() -> None:
    system = System()
    windows.Group(Process(), system)
    names = [call[0] for call in system.calls]
    assert names == ["create", "limit", "assign", "resume"]
    size = 144 if ctypes.sizeof(ctypes.c_void_p) == 8 else 112
    # It ends with PyCode: the system closes the last handle.
    assert system.calls[1] == ("limit", 77, 9, KILL_ON_CLOSE, size)
    assert system.calls[2:] == [("assign", 77, 5), ("resume", 5)]
    assert windows.START_OPTIONS["creationflags"] & 0x4


@pytest.mark.parametrize("stop", ["terminate", "kill"])
def test_the_whole_job_is_ended(stop: str) -> None:
    system, process = System(), Process()
    group = windows.Group(process, system)
    getattr(group, stop)()
    assert system.calls[-1] == ("end", 77)
    assert not process.killed


def test_what_a_command_left_behind_runs_on() -> None:
    system = System()
    group = windows.Group(Process(), system)
    group.close()
    group.close()
    assert [call[:1] + call[3:4] for call in system.calls[4:]] == [("limit", 0), ("close",)]


@pytest.mark.parametrize("system", [System(makes=False), System(takes=False)])
def test_without_a_job_the_process_itself_is_ended(system: System) -> None:
    process = Process()
    group = windows.Group(process, system)
    assert system.calls[-1] == ("resume", 5)
    assert ("close", 77) in system.calls or not system.makes
    group.kill()
    assert process.killed
    ended = Process(returncode=0)
    windows.Group(ended, system).kill()
    assert not ended.killed
