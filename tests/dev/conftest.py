"""Fixtures for the files at the checkout's root, which are not part of the package."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def dev() -> Iterator[ModuleType]:
    """A fresh `dev.py`, loaded as a module."""
    yield from _loaded(ROOT / "dev.py")


@pytest.fixture
def demo() -> Iterator[ModuleType]:
    """A fresh `dev/demo.py`, loaded as a module."""
    yield from _loaded(ROOT / "dev" / "demo.py")


@pytest.fixture
def benchmarks_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a test import `benchmarks`, as `python -m benchmarks` in the checkout does."""
    monkeypatch.syspath_prepend(str(ROOT))


def _loaded(path: Path) -> Iterator[ModuleType]:
    name = f"checkout_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[name]
