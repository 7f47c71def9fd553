"""The totals: by day, model, session and project."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.support.sessions import asked_and_answered, write

from pycode.client.stats import totals
from pycode.config.home import Home
from pycode.engine.fork import fork_session
from pycode.storage.sessions import DiskStore


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with two sessions, one of them forked."""
    home = Home(tmp_path / "home")
    store = DiskStore(home.storage)
    work = [*asked_and_answered("a", "b"), *asked_and_answered("c", "d", cost=None)]
    first = write(store, work, title="First", directory="/one")
    write(store, asked_and_answered("e", "f", cost=1.0), title="Second", directory="/two")
    fork_session(store, first.id)
    return home


def test_every_request_once(home: Home) -> None:
    (row,) = totals(home, "model")
    assert (row.name, row.steps, row.cost, row.unpriced) == ("openai/gpt-test", 3, 1.25, 1)
    assert row.usage == {"input": 300, "output": 30}


def test_the_dearest_first(home: Home) -> None:
    assert [(row.name, row.steps) for row in totals(home, "project")] == [("/two", 1), ("/one", 2)]
    assert [row.name.partition(" ")[2] for row in totals(home, "session")] == ["Second", "First"]


def test_days(home: Home) -> None:
    today = time.strftime("%Y-%m-%d")
    for days in (1, 10**20):
        assert [row.name for row in totals(home, "day", days=days)] == [today]


def test_nothing(tmp_path: Path) -> None:
    assert totals(Home(tmp_path), "day") == []
