"""`python -m benchmarks.search` measures `grep` and `glob` against bare ripgrep, in turn, on the same trees.

The budget is ripgrep's own time plus 20 ms, whatever is searched. What ripgrep writes is read to its end, since that is part of what it
costs to look at it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from pycode.system.programs import find_beside_python, find_program
from pycode.tools import ToolContext, ToolRegistry, default_registry

BUDGET = 20.0
"""How many milliseconds a search may take beside ripgrep."""

_RUNS = 15
_OPTIONS = ["--hidden", "--glob=!.git"]


@dataclass(slots=True, frozen=True)
class Search:
    """One search, as a tool call and for ripgrep itself."""

    what: str
    """What is searched for where."""
    folder: str
    """In which of the trees."""
    tool: str
    """The tool."""
    arguments: Mapping[str, Any]
    """Its arguments."""
    bare: Sequence[str]
    """ripgrep's arguments for the same."""


SEARCHES = (
    Search("grep, 10 of 2,000 files", "tree", "grep", {"pattern": "needle"}, ["-n", "needle"]),
    Search("grep, nothing found", "tree", "grep", {"pattern": "absent"}, ["-n", "absent"]),
    Search(
        "grep, 200,000 lines of 200 files", "lines", "grep", {"pattern": "word"}, ["-n", "word"]
    ),
    Search("grep, all of 10,000 files", "files", "grep", {"pattern": "value"}, ["-n", "value"]),
    Search("glob `**/*.py`, 2,000 files", "tree", "glob", {"pattern": "**/*.py"}, ["--files"]),
    Search("glob `**/*`, 10,000 files", "files", "glob", {"pattern": "**/*"}, ["--files"]),
)
"""What is measured."""


@dataclass(slots=True, frozen=True)
class Row:
    """What a search took, in milliseconds."""

    what: str
    """What was searched."""
    tool: float
    """The tool."""
    bare: float
    """ripgrep."""


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="pycode-bench-") as folder:
        make_trees(Path(folder))
        rows = asyncio.run(measure(Path(folder), _RUNS))
    print(markdown(rows), end="")
    return 0


def make_trees(root: Path) -> None:
    """Write the trees that are searched."""
    for name, count, text in (
        ("tree", 2000, "def one(value: int) -> int:\n    return value\n" * 20),
        ("files", 10_000, "value = 1\n" * 5),
        ("lines", 200, "a word in a line of some length\n" * 1000),
    ):
        for number in range(count):
            path = root / name / f"part_{number % 50}" / "inner" / f"module_{number}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            needle = "# needle\n" if number % 200 == 0 else ""
            path.write_text(text + needle, encoding="utf-8")


async def measure(root: Path, runs: int) -> list[Row]:
    """Return the medians of each search; tool and ripgrep run in turn, so that a change of load meets both.

    Raises:
        SystemExit: ripgrep is not there, or a search failed.
    """
    program = find_beside_python("rg") or find_program("rg")
    if program is None:
        raise SystemExit("ripgrep (rg) is not installed")
    registry = default_registry()
    rows: list[Row] = []
    for search in SEARCHES:
        times: tuple[list[float], list[float]] = ([], [])
        folder = root / search.folder
        for _ in range(runs + 1):
            times[0].append(await _tool(registry, search, folder))
            times[1].append(_bare([program, *_OPTIONS, *search.bare, "."], folder))
        rows.append(Row(search.what, median(times[0][1:]), median(times[1][1:])))
    return rows


def markdown(rows: Sequence[Row]) -> str:
    """Return the table for a terminal and for docs/benchmarks.md."""
    lines = ["| search | PyCode | ripgrep | more | budget |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {row.what} | {row.tool:.1f} ms | {row.bare:.1f} ms | {row.tool - row.bare:+.1f} ms | +{BUDGET:.0f} ms |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


async def _tool(registry: ToolRegistry, search: Search, folder: Path) -> float:
    context = ToolContext("ses", "msg", "build", str(folder))
    started = perf_counter()
    result = await registry.execute(search.tool, search.arguments, context)
    elapsed = (perf_counter() - started) * 1000
    if result.error is not None:
        raise SystemExit(f"{search.what}: {result.error}")
    return elapsed


def _bare(argv: Sequence[str], folder: Path) -> float:
    started = perf_counter()
    subprocess.run(argv, cwd=folder, capture_output=True, check=False)
    return (perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
