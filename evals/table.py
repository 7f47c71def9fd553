"""The table: how often a model did what was asked, a row for each set and model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from evals.running import Result

BEGIN = "<!-- evals: python -m evals --write writes the rows from here -->"
"""The line before the table in a page."""
END = "<!-- evals: to here -->"
"""The line after it."""

_HEAD = [
    "| set | model | success | partial | fail | median | tokens in | tokens out | success by kind |",
    "|---|---|---:|---:|---:|---:|---:|---:|---|",
]


def row(results: Sequence[Result]) -> str:
    """Return the row of a table for the results of one model in one set."""
    outcomes = [result.outcome for result in results]
    counts = [
        f"{outcomes.count(name)} of {len(results)}" for name in ("success", "partial", "fail")
    ]
    cells = [
        results[0].set,
        f"`{results[0].model}`",
        *counts,
        f"{median(result.seconds for result in results):.0f} s",
        f"{sum(result.tokens_in for result in results):,}",
        f"{sum(result.tokens_out for result in results):,}",
        ", ".join(_kinds(results)),
    ]
    return "| " + " | ".join(cells) + " |"


def table(rows: Sequence[str]) -> str:
    """Return rows under their head."""
    return "\n".join([*_HEAD, *rows]) + "\n"


def write(page: Path, new: str) -> None:
    """Put a row into a page: in place of the one of the same set and model, else as a further one.

    A page without the two marks gets them, and the table, at its end.
    """
    text = page.read_text(encoding="utf-8") if page.exists() else "# Local models\n"
    before, begin, rest = text.partition(BEGIN)
    inside, end, after = rest.partition(END)
    if not begin or not end:
        before, inside, after = text.rstrip("\n") + "\n\n", "", "\n"
    old = [line for line in inside.splitlines() if line.startswith("| ") and line != _HEAD[0]]
    rows = sorted([line for line in old if _key(line) != _key(new)] + [new], key=_key)
    page.write_text(f"{before}{BEGIN}\n\n{table(rows)}\n{END}{after}", encoding="utf-8")


def _kinds(results: Sequence[Result]) -> list[str]:
    kinds = sorted({result.kind for result in results})
    outcomes = {kind: [r.outcome for r in results if r.kind == kind] for kind in kinds}
    return [f"{kind} {all_.count('success')}/{len(all_)}" for kind, all_ in outcomes.items()]


def _key(line: str) -> list[str]:
    """Return a row's set and model."""
    return line.split(" | ")[:2]
