"""`python -m benchmarks.shell` measures `bash` against bare `sh -c`, in turn, with the same commands.

Bare is a blocking process whose output is read to its end and thrown away. `bash` beside it makes the output readable, bounds it and keeps
all of a long one in a file.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from pycode.tools.base import ToolContext, ToolRuntime
from pycode.tools.bash import BashTool
from pycode.tools.jobs import JobTable

_RUNS = 15

COMMANDS = (
    ("nothing", "true"),
    ("one line", "echo hello"),
    ("a pipeline of four programs", "printf 'b\\na\\n' | sort | head -1 | cat"),
    ("10,000 lines", "seq 1 10000"),
    ("10 MB of lines", "yes 'a line of some length' | head -c 10000000"),
    ("10 MB on one line", "head -c 10000000 /dev/zero | tr '\\0' x"),
    ("10 MB of coloured lines", "yes \"$(printf '\\033[32mok\\033[0m')\" | head -c 10000000"),
    ("10 MB of bytes", "head -c 10000000 /dev/urandom"),
    ("a child that holds the pipe", "sleep 0.3 & echo $!"),
)
"""What is run; bare `sh -c` waits for the child in the last one."""


@dataclass(slots=True, frozen=True)
class Row:
    """What a command took, in milliseconds."""

    what: str
    """What was run."""
    tool: float
    """By `bash`."""
    bare: float
    """By `sh -c`."""


class Runtime:
    """What an engine gives for commands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs = JobTable()

    def jobs(self) -> JobTable:
        """Return the jobs: none is started."""
        return self._jobs

    def output_path(self) -> str | None:
        """Return where a long output goes."""
        return str(self._folder / "output.txt")

    def progress(self, text: str) -> None:
        """Show nothing."""

    async def ask(
        self, permission: str, patterns: list[str], title: str, reason: str
    ) -> str | None:
        """Allow everything."""

    def seen(self, path: str) -> str | None:
        """Remember nothing."""

    def mark_seen(self, path: str, sha256: str | None) -> None:
        """Remember nothing."""

    def save_output(self, text: str) -> str | None:
        """Keep nothing."""

    def environment(self) -> dict[str, str]:
        """Return what `sh -c` gets too."""
        return _ENVIRONMENT

    def file_edited(self, path: str) -> None:
        """Note nothing."""


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="pycode-bench-") as folder:
        rows = asyncio.run(measure(Path(folder), _RUNS))
    print(markdown(rows), end="")
    return 0


async def measure(folder: Path, runs: int) -> list[Row]:
    """Return the medians of each command; both run in turn, so that a change of load meets both.

    Raises:
        SystemExit: A command failed.
    """
    runtime: ToolRuntime = Runtime(folder)
    context = ToolContext("ses", "msg", "build", str(folder), runtime)
    rows: list[Row] = []
    for what, command in COMMANDS:
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(runs + 1):
            times[0].append(await _tool(command, context))
            times[1].append(_bare(command, folder))
        rows.append(Row(what, median(times[0][1:]), median(times[1][1:])))
    return rows


def markdown(rows: Sequence[Row]) -> str:
    """Return the table for a terminal and for docs/benchmarks.md."""
    lines = ["| command | PyCode | `sh -c` | more |", "|---|---:|---:|---:|"]
    lines += [
        f"| {row.what} | {row.tool:.1f} ms | {row.bare:.1f} ms | {row.tool - row.bare:+.1f} ms |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


async def _tool(command: str, context: ToolContext) -> float:
    started = perf_counter()
    result = await BashTool().execute({"command": command}, context)
    elapsed = (perf_counter() - started) * 1000
    if result.error is not None or result.metadata["exit_code"]:
        raise SystemExit(f"{command}: {result.error or result.output[-1000:]}")
    return elapsed


def _bare(command: str, folder: Path) -> float:
    started = perf_counter()
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        while process.stdout.read1(65536):  # type: ignore[attr-defined]
            pass
    return (perf_counter() - started) * 1000


_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

if __name__ == "__main__":
    sys.exit(main())
