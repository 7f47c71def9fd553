"""`python -m benchmarks` measures the installed `pycode` and prints the table of the design's budgets.

A scripted model on this machine answers at once, so all that is measured is PyCode itself. It needs a POSIX system.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks.project import MODULES, make_project
from benchmarks.scenarios import Runs, Workplace, measure
from benchmarks.table import facts, markdown, rows

_PAGE = """\
# Benchmarks

What PyCode itself costs, measured by `python3 dev.py bench --write docs/benchmarks.md` with a scripted model on the same
machine that answers at once. The project has {modules} small modules. "Of the budget" is the measured value over the
budget; the last two columns divide by `python -c pass` and by `python -c "import asyncio, httpx2"` in the same run,
because machines are noisy. KB and MB are decimal.

"""


def main() -> int:
    """Measure and print."""
    options = _options()
    runs = Runs(5, 3, 1) if options.quick else Runs(20, 10, 3)
    machine = facts(runs)
    with tempfile.TemporaryDirectory(prefix="pycode-bench-") as folder:
        root = Path(folder)
        place = Workplace(root / "home", root / "project", history=root / "history")
        place.home.mkdir()
        make_project(place.project)
        times = measure(place, runs)
    table = rows(times)
    if options.json:
        print(json.dumps({"facts": machine, "rows": [asdict(row) for row in table]}, indent=2))
    else:
        print(markdown(machine, table), end="")
    if options.write:
        page = _PAGE.format(modules=MODULES) + markdown(machine, table)
        options.write.write_text(page + _kept(options.write), encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs: seconds, and noisier")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the page to FILE")
    return parser.parse_args()


def _kept(file: Path) -> str:
    """Return the sections of the page that other benchmarks print."""
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    _, mark, rest = old.partition("\n## Edits\n")
    return mark + rest


if __name__ == "__main__":
    sys.exit(main())
