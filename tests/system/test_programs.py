"""Finding programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pycode.system.programs import find_beside_python, find_program

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")


def _program(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def test_the_first_executable_on_path_is_found(tmp_path: Path) -> None:
    _program(tmp_path / "a/tool", 0o644)
    (tmp_path / "b/tool").mkdir(parents=True)
    found = _program(tmp_path / "c/tool")
    path = os.pathsep.join(str(tmp_path / name) for name in ("missing", "a", "b", "c"))
    assert find_program("tool", {"PATH": path}) == str(found)
    assert find_program("other", {"PATH": path}) is None


def test_relative_entries_of_path_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "tool")
    monkeypatch.chdir(tmp_path)
    assert find_program("tool", {"PATH": os.pathsep.join([".", ""])}) is None


def test_programs_beside_the_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = _program(tmp_path / "bin/rg")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/python"))
    assert find_beside_python("rg") == str(found)
    assert find_beside_python("fd") is None
