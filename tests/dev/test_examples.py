"""The examples run as they are, without a key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_basic_usage(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(root / "examples" / "basic_usage.py")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert "plan: edit: deny, git status: allow, rm -rf build: deny" in done.stdout
    assert '1: print("Good day, world")' in done.stdout
    assert "no_such_file.py: there is no such file" in done.stdout
    assert done.stdout.rstrip().endswith("title 'My Coding Session'")
    assert list(tmp_path.iterdir()) == []
