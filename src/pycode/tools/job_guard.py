"""Ends a job's processes when PyCode is gone and could not do it: it was killed, or the system was short of memory."""

from __future__ import annotations

import os
import sys

from pycode.system import spawn
from pycode.system.spawn import Running

# Its input ends when the last process that can write to it has ended, and only PyCode can.
_WAIT_AND_END = 'read -r line || { kill -TERM "-$1"; sleep 2; kill -KILL "-$1"; } 2>/dev/null'


async def guard(group: int) -> Running | None:
    """Start the guard of a process group, to be closed when the group has ended; None where the system is the guard.

    Args:
        group: The group's number.

    Raises:
        OSError: It cannot be started.
    """
    if sys.platform == "win32":
        return None  # a job object ends what is in it with whoever holds it
    return await spawn.start(
        ["/bin/sh", "-c", _WAIT_AND_END, "sh", str(group)],
        cwd="/",
        env={"PATH": os.defpath},
        on_output=lambda data: None,
        has_input=True,
    )
