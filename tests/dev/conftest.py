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
    spec = importlib.util.spec_from_file_location("checkout_dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["checkout_dev"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["checkout_dev"]


@pytest.fixture
def benchmarks_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a test import `benchmarks`, as `python -m benchmarks` in the checkout does."""
    monkeypatch.syspath_prepend(str(ROOT))
