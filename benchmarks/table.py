"""The table: what was measured, beside its budget and beside a bare Python of the same run."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import history, sessions
from benchmarks.scenarios import Runs, Times


@dataclass(slots=True)
class Row:
    """One measured quantity."""

    what: str
    """What was measured."""
    measured: float
    """The median, or the mean where `what` says so, in `unit`."""
    unit: str
    """ms, s, KB, MB (decimal) or requests."""
    budget: float | None = None
    """What the design allows, in `unit`."""
    over_pass: float | None = None
    """How many times `python -c pass` in the same run."""
    over_imports: float | None = None
    """How many times `python -c "import asyncio, httpx2"` in the same run."""


def rows(times: Times) -> list[Row]:
    """Return the table's rows, in the order of the design's budgets."""

    def of_process(what: str, name: str, unit: str, budget: float, clock: str = "wall") -> Row:
        value = times[name]
        scale = 1000 if unit == "ms" else 1
        bare, imports = times[f"pass {clock}"], times[f"imports {clock}"]
        return Row(what, value * scale, unit, budget, value / bare, value / imports)

    def of_step(tool: str, budget: float) -> Row:
        values = times.samples[f"step {tool}"]
        return Row(f"a step: {tool} (mean)", sum(values) / len(values) * 1000, "ms", budget)

    early, late = times["steps early"] * 1000, times["steps late"] * 1000
    return [
        of_process("`pycode --version`", "version", "ms", 35),
        of_process("`pycode --help`", "help", "ms", 35),
        of_process("`pycode run` to the first request", "first request", "ms", 150),
        of_process("one question and answer, wall", "question wall", "s", 0.2),
        of_process("one question and answer, CPU", "question cpu", "s", 0.2, "cpu"),
        of_process("a six-step bug fix, wall", "bug fix wall", "s", 0.40),
        of_step("read", 3),
        of_step("edit", 3),
        of_step("bash", 10),
        Row("a step, mean of all tools, around step 10", early, "ms"),
        Row(f"the same at step {sessions.STEPS}: no slower", late, "ms", early),
        of_process(f"{sessions.STEPS}-step session, CPU", "session cpu", "s", 1.2, "cpu"),
        of_process(f"{sessions.STEPS}-step session, wall", "session wall", "s", 1.9),
        Row(
            f"{sessions.STEPS}-step session, memory", times["session memory bytes"] / 1e6, "MB", 60
        ),
        Row("bytes sent in that session", times["sent bytes"] / 1e6, "MB", 9),
        Row("first request's body", times["first body bytes"] / 1e3, "KB", 10),
        Row("its system prompt", times["system bytes"] / 1e3, "KB", 2.5),
        Row("its tools", times["tools bytes"] / 1e3, "KB", 6),
        of_process(f"{sessions.DELTAS:,} deltas, CPU", "deltas cpu", "s", 0.35, "cpu"),
        Row("requests that keep the prefix", times["stable prefixes"], "requests", sessions.STEPS),
        of_process(f"`sessions list` of {history.SESSIONS:,}", "history list", "ms", 100),
        of_process("`sessions search` in them, for a rare word", "history search", "ms", 250),
        of_process("completing the id of one of them", "history completion", "ms", 100),
        of_process("(baseline) `python -c pass`", "pass wall", "ms", 0),
        of_process("(baseline) `import asyncio, httpx2`", "imports wall", "ms", 0),
    ]


def facts(runs: Runs) -> dict[str, str]:
    """Return what a reader has to know of the machine and of the run."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "system": platform.platform(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "load at the start": load,
        "runs": f"{runs.short} short, {runs.middle} middle, {runs.long} long; medians",
    }


def markdown(facts: dict[str, str], rows: Sequence[Row]) -> str:
    """Return the table for a terminal and for docs/benchmarks.md."""
    lines = [f"- {name}: {value}" for name, value in facts.items()]
    lines += [
        "",
        "| what | measured | budget | of the budget | x `pass` | x `import` |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        cells = [
            row.what,
            f"{_number(row.measured)} {row.unit}",
            f"{_number(row.budget)} {row.unit}" if row.budget else "",
            f"{row.measured / row.budget:.0%}" if row.budget else "",
            f"{row.over_pass:.1f}" if row.over_pass is not None else "",
            f"{row.over_imports:.1f}" if row.over_imports is not None else "",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    if value == int(value):
        return str(int(value))
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
