"""The search benchmark runs and shows what it measured."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("benchmarks_importable")


async def test_every_search_is_measured(tmp_path: Path) -> None:
    from benchmarks.search import SEARCHES, markdown, measure

    for name in ("tree", "files", "lines"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("needle = 1\n")
    rows = await measure(tmp_path, 1)
    assert [row.what for row in rows] == [search.what for search in SEARCHES]
    assert all(row.tool > 0 and row.bare > 0 for row in rows)
    assert len(markdown(rows).splitlines()) == 2 + len(rows)


def test_the_table_shows_the_difference() -> None:
    from benchmarks.search import Row, markdown

    assert markdown([Row("glob", 12.25, 7.0)]).splitlines()[-1] == (
        "| glob | 12.2 ms | 7.0 ms | +5.2 ms | +20 ms |"
    )
