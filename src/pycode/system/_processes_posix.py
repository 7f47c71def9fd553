"""Starting and stopping a group of processes on POSIX."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import Any, Protocol

assert sys.platform != "win32"  # noqa: S101 - tells mypy which system this module is for

START_OPTIONS: dict[str, Any] = {"start_new_session": True}
"""A session of its own: the group can be signalled as one, and no program in it reaches the terminal."""


class Process(Protocol):
    """What `subprocess.Popen` says about a process."""

    pid: int
    returncode: int | None


class Group:
    """The group that a process leads, with all that it started and that did not leave it.

    Args:
        process: The process, right after its start.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    def terminate(self) -> None:
        """Ask all of the group to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End all of the group at once."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """Let go of the group; what is left of it runs on."""

    def _signal(self, number: int) -> None:
        # The system gives the number away again only when nobody of the group is left. So when the leader has been waited
        # for and there is a process of its number, it is a stranger.
        if self._process.returncode is not None and _exists(self._process.pid):
            return
        # Nobody is left, or (macOS) only dead ones that nobody has waited for.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
