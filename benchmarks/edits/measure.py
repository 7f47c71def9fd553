"""Counts what an editing function does with altered edits."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.edits.alter import TO_APPLY, TO_REFUSE
from benchmarks.edits.cases import Case, Edit
from pycode.tools.editing import EditError, replace

Replace = Callable[[str, str, str], str]


@dataclass(slots=True)
class Row:
    """What became of the edits of one alteration."""

    alteration: str
    """Its name."""
    must_refuse: bool
    """Whether each of its edits has to be refused."""
    applied: int = 0
    """Edits that were made as they were meant."""
    refused: int = 0
    """Edits that were not made."""
    wrong: int = 0
    """Edits that were made otherwise, or where none may be made."""

    @property
    def total(self) -> int:
        """How many there were."""
        return self.applied + self.refused + self.wrong


def cases(edits: Iterable[Edit]) -> Iterator[tuple[str, Edit, Case]]:
    """Yield each alteration of each edit, always the same ones for the same edits."""
    for edit in edits:
        for name, alteration in (TO_APPLY | TO_REFUSE).items():
            case = alteration(edit, Random(zlib.crc32(f"{name}{edit.origin}{edit.old}".encode())))
            if case is not None:
                yield name, edit, case


def measure(
    edits: Iterable[Edit],
    function: Replace = replace,
    on_wrong: Callable[[str, Edit, Case, str], None] | None = None,
) -> list[Row]:
    """Return a row for each alteration.

    Args:
        edits: The edits before they are altered.
        function: What is measured; it raises EditError where it refuses.
        on_wrong: Called with what was not made as it was meant: alteration, edit, case, and the result or the reason.
    """
    rows = {name: Row(name, name in TO_REFUSE) for name in TO_APPLY | TO_REFUSE}
    for name, edit, case in cases(edits):
        row = rows[name]
        try:
            result = function(case.content, case.old, case.new)
        except EditError as error:
            row.refused += 1
            outcome = "" if row.must_refuse else f"refused: {error}"
        else:
            good = result == case.expected
            row.applied += good
            row.wrong += not good
            outcome = "" if good else result
        if outcome and on_wrong is not None:
            on_wrong(name, edit, case, outcome)
    return list(rows.values())


def markdown(rows: Iterable[Row]) -> str:
    """Return the table."""
    lines = ["| altered | edits | applied | refused | wrong |", "|---|---:|---:|---:|---:|"]
    for row in rows:
        if row.total:
            shares = (f"{n / row.total:.1%}" for n in (row.applied, row.refused, row.wrong))
            name = f"{row.alteration} (refuse)" if row.must_refuse else row.alteration
            lines.append(f"| {name} | {row.total} | {' | '.join(shares)} |")
    return "\n".join(lines) + "\n"
