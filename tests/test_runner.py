"""`AgentRunner`: an agent in a few lines, over the same engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.engine import NoteTool

from pycode import AgentRunner, RunConfig
from pycode.agents import AgentConfig, BuildAgent, PlanAgent
from pycode.agents.base import Agent
from pycode.core import Session
from pycode.core.errors import BadRequestError, NotConfiguredError
from pycode.storage import Storage
from pycode.testing import Request, ScriptedProvider, call, fail, hang, say
from pycode.tools import ReadTool, ToolRegistry, WriteTool


def session(directory: Path) -> Session:
    return Session(project_id="p", directory=str(directory), title="T", model="scripted/m")


async def collect(runner: AgentRunner, text: str) -> str:
    return "".join([piece async for piece in runner.run(text)])


def registry(*tools: Any) -> ToolRegistry:
    made = ToolRegistry()
    for tool in tools:
        made.register(tool)
    return made


async def test_a_run_yields_the_models_text_and_the_conversation_goes_on(tmp_path: Path) -> None:
    tool = NoteTool("note")
    provider = ScriptedProvider(
        [[say("I ", "look. "), call("note", {"text": "a"})], say("Done."), say("Yes.")]
    )
    runner = AgentRunner(session(tmp_path), BuildAgent(), provider, registry(tool))
    assert await collect(runner, "go") == "I look. Done."
    assert runner.stop_reason == "done"
    assert await collect(runner, "sure?") == "Yes."
    assert len(provider.requests[2].messages) == 5
    assert provider.requests[0].model == "m"
    await runner.close()


async def test_nothing_is_kept_without_a_storage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    project.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYCODE_HOME", str(home / "p"))
    runner = AgentRunner(session(project), BuildAgent(), ScriptedProvider([say("ok")]), registry())
    await collect(runner, "go")
    await runner.close()
    assert list(home.iterdir()) == []
    assert list(project.iterdir()) == []


async def test_with_a_storage_the_session_can_be_opened_again(tmp_path: Path) -> None:
    storage = Storage(base_path=tmp_path / "storage")
    first = session(tmp_path)
    runner = AgentRunner(
        first, BuildAgent(), ScriptedProvider([say("ok")]), registry(), storage=storage
    )
    await collect(runner, "go")
    await runner.close()
    [log] = (tmp_path / "storage" / "transcripts").glob("*.jsonl")
    assert log.stem == first.id


async def test_a_stored_conversation_goes_on_in_another_runner(tmp_path: Path) -> None:
    storage = Storage(base_path=tmp_path / "storage")
    same = session(tmp_path)
    first = AgentRunner(
        same, BuildAgent(), ScriptedProvider([say("one")]), registry(), storage=storage
    )
    await collect(first, "go")
    await first.close()
    provider = ScriptedProvider([say("two")])
    second = AgentRunner(same, BuildAgent(), provider, registry(), storage=storage)
    assert await collect(second, "on") == "two"
    assert len(provider.requests[0].messages) == 3
    await second.close()


async def test_limits_end_the_run_and_say_so(tmp_path: Path) -> None:
    provider = ScriptedProvider(lambda r: call("note", {"text": str(r.number)}))
    config = RunConfig(max_iterations=3)
    runner = AgentRunner(
        session(tmp_path), BuildAgent(), provider, registry(NoteTool("note")), config
    )
    await collect(runner, "go")
    assert (len(provider.requests), runner.stop_reason) == (3, "limit")


async def test_the_same_call_ends_the_run_at_the_threshold(tmp_path: Path) -> None:
    provider = ScriptedProvider(lambda r: call("note", {"text": "a"}))
    tool = NoteTool("note")
    runner = AgentRunner(
        session(tmp_path), BuildAgent(), provider, registry(tool), RunConfig(doom_loop_threshold=5)
    )
    await collect(runner, "go")
    assert (tool.notes.count("end a"), runner.stop_reason) == (4, "repeated")


@pytest.mark.parametrize("approve", [False, True])
async def test_what_would_be_asked_is_refused_or_approved(tmp_path: Path, approve: bool) -> None:
    outside, project = tmp_path / "outside.txt", tmp_path / "project"
    outside.write_text("hello", encoding="utf-8")
    project.mkdir()
    provider = ScriptedProvider([call("read", {"file_path": str(outside)}), say("ok")])
    config = RunConfig(auto_approve_tools=approve)
    runner = AgentRunner(session(project), BuildAgent(), provider, registry(ReadTool()), config)
    await collect(runner, "go")
    assert ("hello" in provider.requests[1].results()[0]) is approve


async def test_approving_does_not_lift_what_the_plan_agent_may_not(tmp_path: Path) -> None:
    provider = ScriptedProvider([call("write", {"file_path": "a", "content": "x"}), say("ok")])
    config = RunConfig(auto_approve_tools=True)
    runner = AgentRunner(session(tmp_path), PlanAgent(), provider, registry(WriteTool()), config)
    await collect(runner, "go")
    assert list(tmp_path.iterdir()) == []


async def test_a_failing_service_is_raised(tmp_path: Path) -> None:
    provider = ScriptedProvider([fail(BadRequestError("no such field"))])
    runner = AgentRunner(session(tmp_path), BuildAgent(), provider, registry())
    with pytest.raises(BadRequestError, match="no such field"):
        await collect(runner, "go")


async def test_a_bug_of_the_provider_is_raised(tmp_path: Path) -> None:
    def broken(request: Request) -> Any:
        raise ZeroDivisionError

    runner = AgentRunner(session(tmp_path), BuildAgent(), ScriptedProvider(broken), registry())
    with pytest.raises(ZeroDivisionError):
        await collect(runner, "go")


async def test_leaving_the_iteration_stops_the_turn(tmp_path: Path) -> None:
    provider = ScriptedProvider([[say("one"), call("note", {"text": "a"}), hang()], say("two")])
    tool = NoteTool("note")
    runner = AgentRunner(session(tmp_path), BuildAgent(), provider, registry(tool))
    stream = runner.run("go")
    assert await anext(stream) == "one"
    await stream.aclose()  # type: ignore[attr-defined]  # an async generator behind the iterator
    assert tool.notes == []


async def test_a_model_is_needed(tmp_path: Path) -> None:
    nameless = Session(project_id="p", directory=str(tmp_path))
    with pytest.raises(NotConfiguredError, match="no model"):
        AgentRunner(nameless, BuildAgent(), ScriptedProvider([]), registry())
    named = Agent(AgentConfig(name="mine", model="scripted/x"))
    AgentRunner(nameless, named, ScriptedProvider([]), registry())
