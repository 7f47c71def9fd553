"""Starting and stopping a group of processes on POSIX."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import Any

assert sys.platform != "win32"  # noqa: S101 - tells mypy which system this module is for

START_OPTIONS: dict[str, Any] = {"start_new_session": True}
"""A session of its own: the group can be signalled as one, and no program in it reaches the terminal."""


async def terminate_group(group: int) -> None:
    """Ask all processes of the group to end."""
    _signal_group(group, signal.SIGTERM)


def kill_group(group: int) -> None:
    """End all processes of the group at once."""
    _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> None:
    # Nobody is left, or (macOS) only dead ones that nobody has waited for.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
