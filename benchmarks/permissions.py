"""`python -m benchmarks.permissions` measures what judging a command costs, from its text to the decision.

The budget is 1 ms for a command as agents write them, and 10 ms for a line of 10,000 characters. CPU time is measured, since the machine may
do something else beside; the first judgement, which loads what is needed, is told apart.
"""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import process_time

from pycode.permissions.checking import check
from pycode.permissions.request import Context
from pycode.permissions.rules import parse_rules

_RUNS = 15
_LENGTH = 10_000
_RULES = {
    "bash": {"*": "ask", "git *": "allow", "ls *": "allow", "cat *": "allow", "grep *": "allow"}
    | {"curl *": "deny", "rm *": "deny"}
}

COMMANDS = (
    "git status",
    "ls -la src",
    "cat README.md | head -20",
    "npm run build && npm test",
    "grep -rn 'def main' src | sort | uniq -c | head",
    "cd src && python -m pytest -q 2>&1 | tail -5",
    'for f in src/*.py; do wc -l "$f"; done',
    "cat <<'E' > notes.md\nsome text\nE",
    "find . -name '*.py' -exec grep -l main {} +",
    "timeout 60 env CI=1 npm test",
)
"""Commands as agents write them."""

_PROGRAMS = ("cargo", "cat", "git", "grep", "ls", "make", "npm", "python")

LINES = {
    "one long word": "echo '" + "x" * (_LENGTH - 7) + "'",
    "a here-document": "cat <<'E'\n" + "a line of text\n" * 665 + "E",
    "the same command": ("git status && " * 800)[: _LENGTH - 2].rstrip("& ") + ";ls",
    "150 files": "cat "
    + " ".join(f"src/a_module_with_a_name/part_{i:02}/file_{i:03}.py" for i in range(200)),
    "320 commands": " && ".join(
        f"{program} --option-{i} file_{i}.txt" for i, program in enumerate(_PROGRAMS * 40)
    ),
    "100 pipelines": " && ".join(
        f"grep -n 'some words {i}' src/module_{i}/file_{i}.py | head -5" for i in range(170)
    ),
}
"""Lines of 10,000 characters."""


def main() -> int:
    """Measure and print."""
    gc.disable()  # as in `pycode` itself
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder, "home", "project"), Path(folder, "home")
        root.mkdir(parents=True)
        context = Context(root, root, home, rules=parse_rules(_RULES, "user"), strict=True)
        first = _milliseconds(["ls | cat"], context, runs=1)
        print(f"{first:9.2f} ms  the first judgement, with loading")
        each = [_milliseconds([command], context) for command in COMMANDS]
        print(f"{median(each):9.2f} ms  a command, median of {len(COMMANDS)} (budget 1 ms)")
        for name, line in LINES.items():
            line = line[:_LENGTH]  # noqa: PLW2901
            spent = _milliseconds([line], context)
            print(f"{spent:9.2f} ms  {len(line):,} characters: {name} (budget 10 ms)")
    return 0


def _milliseconds(commands: Sequence[str], context: Context, runs: int = _RUNS) -> float:
    spent: list[float] = []
    for _ in range(runs):
        began = process_time()
        for command in commands:
            check(command, context)
        spent.append((process_time() - began) * 1000)
    return median(spent)


if __name__ == "__main__":
    sys.exit(main())
