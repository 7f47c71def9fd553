"""Engines under test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.support.engine import Bench, MakeBench

from pycode.agents import Agent, BuildAgent
from pycode.engine.active import ModelChoice
from pycode.engine.engine import Engine
from pycode.engine.judge import judge_for
from pycode.engine.setup import EngineSettings, Rooms
from pycode.permissions.answers import Answers
from pycode.providers.compact import Compact
from pycode.providers.profiles import Prices, Profile
from pycode.storage.memory import MemoryStore
from pycode.storage.sessions import DiskStore, SessionStore
from pycode.testing import ScriptedProvider
from pycode.tools import Tool, ToolRegistry


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def bench(project: Path) -> MakeBench:
    """Make an engine with one session in the project."""

    def make(
        script: Any,
        tools: Sequence[Tool] = (),
        *,
        attended: bool = False,
        agent: Agent | None = None,
        store: SessionStore | None = None,
        session_id: str | None = None,
        prices: Prices | None = None,
        structured: bool = False,
        prints_calls: bool = False,
        images: bool = False,
        patches: bool = False,
        compact: Compact | None = None,
        **settings: Any,
    ) -> Bench:
        provider = ScriptedProvider(script)
        choice = ModelChoice(
            provider,
            "scripted-model",
            "scripted/scripted-model",
            Profile(
                prices=prices,
                structured=structured,
                images=images,
                patches=patches,
                compact=compact,
            ),
            prints_calls,
        )
        registry, answers = ToolRegistry(), Answers(None)
        for tool in tools:
            registry.register(tool)
        rooms = Rooms(
            store=store if store is not None else MemoryStore(),
            models=lambda _: choice,
            agents=lambda _: agent or BuildAgent(),
            registry=registry,
            judges=lambda who, where: judge_for(who, where, answers),
        )
        engine = Engine(rooms, attended=attended, settings=EngineSettings(**settings))
        if session_id is None:
            session_id = engine.create(project).id
        return Bench(engine, provider, session_id)

    return make


@pytest.fixture
def disk(tmp_path: Path) -> Callable[[], DiskStore]:
    """Open the same store again and again, as other processes would."""
    return lambda: DiskStore(tmp_path / "storage")
