"""The corpus of altered edits: what it says of PyCode, and that it says the same each time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pycode.tools import EditError

pytestmark = pytest.mark.usefixtures("benchmarks_importable")


def test_the_seed_corpus_is_edited_as_it_should_be() -> None:
    from benchmarks.edits.measure import measure
    from benchmarks.edits.sources import seed

    rows = {row.alteration: row for row in measure(seed())}
    assert rows["exact"].total > 30
    assert all(row.total for name, row in rows.items() if name != "ambiguous, escaped")
    assert [row.alteration for row in rows.values() if row.wrong] == []
    for row in rows.values():
        if row.must_refuse:
            assert row.refused == row.total
        else:
            least = 0.8 if "escapes" in row.alteration else 0.99
            assert row.applied >= least * row.total, row


def test_a_careless_replacement_is_found_out() -> None:
    from benchmarks.edits.measure import markdown, measure
    from benchmarks.edits.sources import seed

    def careless(content: str, old: str, new: str) -> str:
        if old not in content:
            raise EditError("not found")
        return content.replace(old, new, 1)

    rows = {row.alteration: row for row in measure(seed(), careless)}
    assert rows["ambiguous"].wrong == rows["ambiguous"].total
    assert rows["exact"].applied == rows["exact"].total
    assert rows["indentation: a level more"].refused == rows["indentation: a level more"].total
    assert "| ambiguous (refuse) |" in markdown(rows.values())


def test_the_command_prints_the_table(root: Path, tmp_path: Path) -> None:
    source = "def f(a):\n    if a:\n        return 1\n    return 2\n\n\n"
    (tmp_path / "a.py").write_text("".join(source.replace("f", f"f{n}") for n in range(9)))
    command = [sys.executable, "-m", "benchmarks.edits", "--tree", str(tmp_path)]
    runs = [
        subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.startswith("| altered | edits | applied | refused | wrong |\n")
    assert "| exact |" in runs[0].stdout
    assert (runs[0].returncode, runs[0].stderr) == (0, "")
