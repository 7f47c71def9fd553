"""The guide's own samples: they run, and what users subclass satisfies a strict type checker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pycode.agents import BuildAgent, PlanAgent
from pycode.core import Session
from pycode.providers import AnthropicProvider, ProviderConfig
from pycode.testing import ScriptedServer, say
from pycode.tools import BashTool, ReadTool, ToolContext, ToolRegistry

SUBCLASSES = """
from typing import Any, AsyncIterator

from pycode.providers import Provider, ProviderConfig, StreamEvent
from pycode.tools import Tool, ToolContext, ToolResult


class MyTool(Tool):
    @property
    def name(self) -> str:
        return "my_tool"

    @property
    def description(self) -> str:
        return "My custom tool"

    @property
    def parameters_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {"param": {"type": "string"}},
            "required": ["param"],
        }

    async def execute(self, parameters: dict[str, Any], context: ToolContext) -> ToolResult:
        return ToolResult(title="Executed MyTool", output="Result", metadata={})


class MyProvider(Provider):
    @property
    def name(self) -> str:
        return "myprovider"

    async def stream(
        self, model: str, messages: list[dict[str, Any]], **kwargs: Any
    ) -> AsyncIterator[StreamEvent]:
        yield StreamEvent(type="text_delta", data={"text": "Hello"})

    async def list_models(self) -> list[str]:
        return ["my-model-1", "my-model-2"]
"""
USE = """
import asyncio
from pycode import AgentRunner
from pycode.agents import BuildAgent
from pycode.core import Session
from pycode.tools import ToolRegistry

async def main() -> None:
    registry = ToolRegistry()
    registry.register(MyTool())
    context = ToolContext(session_id="s", message_id="m", agent_name="build", working_directory=".")
    result = await registry.execute("my_tool", {"param": "x"}, context)
    provider = MyProvider(ProviderConfig(name="myprovider"))
    session = Session(project_id="p", directory=".", model="my-model-1")
    runner = AgentRunner(session, BuildAgent(), provider, registry)
    async for text in runner.run("hi"):
        print(result.output, text)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("source", "flags"),
    [
        (SUBCLASSES + USE, ["--strict"]),
        # As the guide prints it: bare `list` and `dict`, untyped `**kwargs`.
        (
            SUBCLASSES.replace("dict[str, Any]", "dict")
            .replace("list[dict]", "list")
            .replace(": Any", ""),
            ["--strict", "--allow-any-generics", "--allow-incomplete-defs", "--allow-untyped-defs"],
        ),
    ],
    ids=["typed", "as printed"],
)
def test_subclasses_pass_the_type_checker(tmp_path: Path, source: str, flags: list[str]) -> None:
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *flags, "--cache-dir", str(tmp_path / "cache"), "mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_subclasses_run(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SUBCLASSES + USE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "mine.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("Result Hello\n", "")


async def test_tools_run_by_hand(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    session = Session(project_id="my-project", directory=str(tmp_path), title="My Coding Session")
    agent = BuildAgent()
    registry = ToolRegistry()
    registry.register(BashTool())
    registry.register(ReadTool())
    context = ToolContext(
        session_id=session.id,
        message_id="msg_001",
        agent_name=agent.name,
        working_directory=session.directory,
    )
    result = await registry.execute(
        "bash", {"command": "git status", "description": "Check git status"}, context
    )
    assert result.error is None
    assert "No commits yet" in result.output


async def test_a_model_is_streamed_by_hand() -> None:
    async with ScriptedServer([say("Hel", "lo!")]) as server:
        config = ProviderConfig(name="anthropic", api_key="your-key", base_url=server.url)
        provider = AnthropicProvider(config)
        text = ""
        async for event in provider.stream(
            model="claude-3-7-sonnet-20250219",
            messages=[{"role": "user", "content": "Hello!"}],
            system="You are a helpful assistant",
        ):
            if event.type == "text_delta":
                text += event.data["text"]
        await provider.close()
    assert text == "Hello!"


def test_agents_tell_what_they_may_do() -> None:
    build, plan = BuildAgent(), PlanAgent()
    assert build.config.edit_permission == "allow"
    assert plan.config.edit_permission == "deny"
    assert build.config.check_bash_permission("git status") == "allow"
    assert plan.config.check_bash_permission("git status") == "allow"
    assert plan.config.check_bash_permission("rm -rf /") == "deny"
