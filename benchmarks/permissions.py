"""`python -m benchmarks.permissions` measures what judging a command costs, from its text to the decision.

The budget is 1 ms for a command as agents write them, and 10 ms for a line of 10,000 characters. CPU time is measured, and the least of many runs
counts, since the machine may do something else beside; the first judgement, which loads what is needed, is told apart. The lines of
`DENSE` are nothing but commands, or nothing but paths outside, as dense as they can be: 500 to 2,000 of them in 10,000 characters. What each of
them costs is told; no budget holds for these, since none of it may be left out.
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

DENSE = {
    "paths outside": ("a path", "frob " + " ".join(f"/etc/a{i}" for i in range(990))),
    "nothing but commands": ("a command", "; ".join(f"a{i}" for i in range(1580))),
    "wrapped commands": ("a command", "; ".join(f"sudo x{i}" for i in range(900))),
    "other shells": ("a command", "; ".join(f"bash -c 'ls {i}'" for i in range(520))),
    "wrappers in wrappers": ("a word", "sudo " * 1990 + "ls"),
    "globs": ("a command", "; ".join(f"ls *{i}" for i in range(1100))),
    "loops": ("a loop", "; ".join(f"for i in a{n} b; do ls $i; done" for n in range(290))),
    "pipes into a wrapper": ("a pipe", "; ".join(f"ls | xargs rm a{i}" for i in range(500))),
}
"""The densest ones, and what they hold many of."""


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
        for name, (one, line) in DENSE.items():
            spent = _milliseconds([line[:_LENGTH]], context)
            many = line.count(" " if one in ("a path", "a word") else ";") + 1
            print(f"{spent:9.2f} ms  {name}: {spent * 1000 / many:.0f} µs {one}")
    return 0


def _milliseconds(commands: Sequence[str], context: Context, runs: int = _RUNS) -> float:
    spent: list[float] = []
    for _ in range(runs):
        began = process_time()
        for command in commands:
            check(command, context)
        spent.append((process_time() - began) * 1000)
    return min(spent)


if __name__ == "__main__":
    sys.exit(main())
