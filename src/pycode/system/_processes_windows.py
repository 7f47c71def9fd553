"""Starting and stopping a tree of processes on Windows.

Windows knows no signal for a tree: `taskkill` ends it, first as a request, then by force.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import Any

assert sys.platform == "win32"  # noqa: S101 - tells mypy which system this module is for

START_OPTIONS: dict[str, Any] = {
    "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
}
"""A group of its own, without a console window."""


async def terminate_group(group: int) -> None:
    """Ask the process and all that it started to end."""
    _taskkill(group)


def kill_group(group: int) -> None:
    """End the process and all that it started."""
    _taskkill(group, "/F")


def _taskkill(group: int, *options: str) -> None:
    with suppress(OSError):  # without taskkill the process itself is still closed by its transport
        subprocess.Popen(
            ["taskkill", "/T", *options, "/PID", str(group)],  # noqa: S607
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
