"""The shell's benchmark runs and prints its table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from benchmarks import shell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs sh")


async def test_each_command_has_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "COMMANDS", (("nothing", "true"), ("long", "seq 1 30000")))
    rows = await shell.measure(tmp_path, 1)
    assert [row.what for row in rows] == ["nothing", "long"]
    assert all(row.tool > 0 and row.bare > 0 for row in rows)
    lines = shell.markdown(rows).splitlines()
    assert lines[2].startswith("| nothing | ")
    assert len(lines) == 4


async def test_a_command_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "COMMANDS", (("wrong", "exit 3"),))
    with pytest.raises(SystemExit, match="exit code 3"):
        await shell.measure(tmp_path, 1)
