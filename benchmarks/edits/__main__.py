"""`python -m benchmarks.edits` alters edits as models alter them and prints what PyCode makes of them.

Without arguments it takes the seed corpus that lies beside it and, in a checkout, PyCode's own history.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.edits.cases import Case, Edit
from benchmarks.edits.measure import markdown, measure
from benchmarks.edits.sources import history, seed, tree

_CHECKOUT = Path(__file__).parents[2]


def main() -> int:
    """Measure and print."""
    options = _options()
    rows = measure(_edits(options), on_wrong=_Examples(options.examples))
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        print(markdown(rows), end="")
    return 1 if any(row.wrong for row in rows if row.must_refuse) else 0


def _edits(options: argparse.Namespace) -> Iterator[Edit]:
    if not options.git and not options.tree:
        yield from seed()
        if (_CHECKOUT / ".git").exists():
            yield from islice(history(_CHECKOUT), options.limit)
    for repository in options.git:
        yield from islice(history(repository), options.limit)
    for folder in options.tree:
        yield from islice(tree(folder, Random(folder.name)), options.limit)


class _Examples:
    """Shows some of what was not made as it was meant."""

    def __init__(self, count: int) -> None:
        self._left: dict[str, int] = {}
        self._count = count

    def __call__(self, name: str, edit: Edit, case: Case, outcome: str) -> None:
        left = self._left.setdefault(name, self._count)
        self._left[name] = left - 1
        if left > 0:
            texts = (f"=== {name}: {edit.origin}", case.old, "--- becomes", case.new, "--- came to")
            print(*texts, *_difference(case, outcome), sep="\n", file=sys.stderr)


def _difference(case: Case, outcome: str) -> list[str]:
    """Return how the outcome differs from what was right, which for a refusal is the file as it was."""
    if outcome.startswith("refused: "):
        return [outcome]
    right = case.content if case.expected is None else case.expected
    return list(difflib.unified_diff(right.split("\n"), outcome.split("\n"), lineterm=""))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edits", description=__doc__)
    parser.add_argument("--git", type=Path, action="append", default=[], metavar="REPOSITORY")
    parser.add_argument("--tree", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--limit", type=int, default=2000, help="edits of each source")
    parser.add_argument("--examples", type=int, default=0, help="show some that went wrong")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args()
    for folder in options.git + options.tree:
        if not folder.is_dir():
            parser.error(f"{folder} is no folder")
    return options


if __name__ == "__main__":
    sys.exit(main())
