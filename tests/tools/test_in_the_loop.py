"""Tools as a model calls them: through the engine's loop, its decision and its log."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.support.engine import Bench

from pycode.agents import BuildAgent
from pycode.core import ToolPart
from pycode.core.events import FileEdited
from pycode.engine.active import ModelChoice
from pycode.engine.engine import Engine
from pycode.engine.judge import judge_for
from pycode.engine.setup import EngineSettings, Rooms
from pycode.permissions.answers import Answers
from pycode.providers.profiles import Profile
from pycode.storage.memory import MemoryStore
from pycode.testing import ScriptedProvider, call, say
from pycode.tools import default_registry

Run = Callable[..., Awaitable[tuple[list[ToolPart], Bench]]]


@pytest.fixture
def run(work: Path) -> Run:
    """Let a model make calls, each in a step of its own; return their parts."""

    async def run(*calls: tuple[str, dict[str, Any]]) -> tuple[list[ToolPart], Bench]:
        (work / ".git").mkdir(exist_ok=True)
        steps = [[call(name, arguments)] for name, arguments in calls]
        provider = ScriptedProvider([*steps, [say("Done.")]])
        choice = ModelChoice(provider, "scripted", "scripted/scripted", Profile())
        answers = Answers(None)
        rooms = Rooms(
            store=MemoryStore(),
            models=lambda _: choice,
            agents=lambda _: BuildAgent(),
            registry=default_registry(),
            judges=lambda who, where: judge_for(who, where, answers),
        )
        engine = Engine(rooms, attended=False, settings=EngineSettings())
        bench = Bench(engine, provider, engine.create(work).id)
        await bench.ask("go")
        messages = engine.messages(bench.session_id)
        parts = [part for m in messages for part in m.parts if isinstance(part, ToolPart)]
        return parts, bench

    return run


async def test_files_are_found_read_and_put_elsewhere(run: Run, work: Path) -> None:
    (work / "src").mkdir()
    (work / "src/a.py").write_text("needle = 1\n")
    parts, bench = await run(
        ("list", {}),
        ("glob", {"pattern": "*.py"}),
        ("grep", {"pattern": "needle", "output_mode": "count"}),
        ("read", {"file_path": ["src/a.py", "src"]}),
        ("copy", {"source": "src/a.py", "destination": "src/b.py"}),
        ("move", {"source": "src", "destination": "lib"}),
        ("edit", {"file_path": "lib/a.py", "old_string": "1", "new_string": "2"}),
        ("delete", {"path": "lib/b.py"}),
    )
    assert [(part.tool, part.status, part.error) for part in parts if part.error] == []
    assert [part.output for part in parts[:3]] == ["src/\n  a.py", "src/a.py", "src/a.py: 1"]
    assert (work / "lib/a.py").read_text() == "needle = 2\n"
    assert [path.name for path in (work / "lib").iterdir()] == ["a.py"]
    edited = {os.path.relpath(event.path, work) for event in bench.seen(FileEdited)}
    assert {"src/b.py", "lib/b.py", "src/a.py", "lib/a.py"} <= edited


async def test_a_notebook_and_an_image(run: Run, work: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (10, 10)).save(buffer, "PNG")
    (work / "a.png").write_bytes(buffer.getvalue())
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "1"}
    (work / "a.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}))
    parts, _ = await run(
        ("read", {"file_path": ["a.png", "a.ipynb"]}),
        ("notebook_edit", {"file_path": "a.ipynb", "cell": "1", "source": "2"}),
    )
    assert [part.status for part in parts] == ["completed", "completed"]
    assert parts[0].metadata["images"][0]["media_type"] == "image/png"
    assert json.loads((work / "a.ipynb").read_text())["cells"][0]["source"] == "2"


async def test_steps_are_kept_and_nobody_is_asked(run: Run) -> None:
    todos = [{"content": "Work", "status": "pending"}]
    parts, _ = await run(
        ("todo", {"todos": todos}),
        ("question", {"questions": [{"question": "Why?", "choices": ["a", "b"]}]}),
        ("more_tools", {"query": "delete"}),
    )
    assert parts[0].metadata["todos"] == todos
    assert (parts[1].status, parts[1].error) == (
        "error",
        "refused: nobody is there to answer. Decide by yourself and say in your answer what you assumed.",
    )
    assert (parts[2].output or "").startswith("delete: Delete a file")


async def test_what_is_protected_is_found_inside_a_folder_too(run: Run, work: Path) -> None:
    (work / "template/.vscode").mkdir(parents=True)
    (work / "template/.vscode/tasks.json").write_text("{}")
    (work / "sub/repo/.git/hooks").mkdir(parents=True)
    parts, _ = await run(
        ("copy", {"source": "template", "destination": "new"}),
        ("move", {"source": "template", "destination": "new"}),
        ("delete", {"path": "sub", "recursive": True}),
        ("copy", {"source": "template", "destination": "../outside"}),
    )
    assert [part.status for part in parts] == ["rejected"] * 4
    assert all("protected" in (part.error or "") for part in parts[:3])
    assert "outside the project" in (parts[3].error or "") or "protected" in (parts[3].error or "")
    assert sorted(path.name for path in work.iterdir()) == [".git", "sub", "template"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
async def test_links_in_the_project_do_not_lead_out(run: Run, work: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/f").write_text("precious\n")
    (work / "way").symlink_to("../outside")
    (work / "inner").mkdir()
    (work / "old").symlink_to("inner")
    parts, _ = await run(
        ("delete", {"path": "way/f"}),
        ("move", {"source": "way/f", "destination": "stolen"}),
        ("list", {"path": "way"}),
        ("move", {"source": "old", "destination": "new"}),
        ("delete", {"path": "new"}),
    )
    assert [part.status for part in parts] == ["rejected"] * 3 + ["completed"] * 2
    assert (tmp_path / "outside/f").exists()
    assert (work / "inner").exists()
    assert not (work / "new").is_symlink()
