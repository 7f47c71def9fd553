"""Runs a program and tells what it cost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(slots=True)
class Cost:
    """What one run cost, with its child processes."""

    started: float
    """`time.perf_counter()` right before the start."""
    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of user and system time."""
    memory: int
    """The largest resident size of one of the processes, in bytes."""
    output: str
    """What it printed."""


def run(argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> Cost:
    """Run a program to its end.

    Raises:
        SystemExit: It failed; the message says how.
    """
    with tempfile.TemporaryFile() as output:
        started = perf_counter()
        # Not `with`: the process is waited for below, with what it used.
        process = subprocess.Popen(
            argv, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(argv)} ended with {process.returncode}:\n{text[-3000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(started, wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit, text)


def environment(home: Path, base_url: str = "") -> dict[str, str]:
    """Return an environment with an empty home, in which byte code is kept as on a user's machine."""
    variables = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
    }
    if base_url:
        variables |= {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "benchmark"}
    return variables


def pycode() -> str:
    """Return the installed program, beside this interpreter."""
    return str(Path(sys.executable).with_name("pycode"))
