"""What the tests of the storage share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pycode.storage.sessions import DiskStore

StartPython = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a store that does not exist yet."""
    return tmp_path / "home" / "storage"


@pytest.fixture
def store(root: Path) -> DiskStore:
    """A store on disk."""
    return DiskStore(root)


@pytest.fixture
def start_python() -> StartPython:
    """Starts a Python process with code and arguments, its input and output piped."""

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    return start
