"""The registry: who is in it, who may use it, and calls by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from pycode.tools import BashTool, ReadTool, Tool, ToolContext, ToolRegistry, ToolResult
from pycode.tools import default_registry as make_default


class Custom(Tool):
    def __init__(self, name: str = "custom", output: str = "done") -> None:
        self._name = name
        self._output = output

    @property
    def name(self) -> str:
        return self._name

    @property
    def description(self) -> str:
        return "Does it."

    @property
    def parameters_schema(self) -> dict[str, Any]:
        return {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}

    async def execute(self, parameters: dict[str, Any], context: ToolContext) -> ToolResult:
        if parameters["n"] == 13:
            raise RuntimeError("a bug")
        return ToolResult(
            "custom", f"{self._output} {parameters['n']!r}", error="x" * parameters["n"]
        )


@dataclass
class Settings:
    tools: Mapping[str, bool] | Sequence[str] | None = None
    edit_permission: str = "allow"


@dataclass
class Agent:
    name: str = "a"
    config: Settings = field(default_factory=Settings)


def enabled(settings: Settings) -> list[str]:
    return [t.name for t in make_default().get_enabled_for_agent(Agent(config=settings))]


def test_register_get_unregister() -> None:
    registry = ToolRegistry()
    bash, read = BashTool(), ReadTool()
    registry.register(bash)
    registry.register(read)
    assert registry.get_all() == [bash, read]
    assert registry.get("bash") is bash
    registry.unregister("bash")
    registry.unregister("bash")
    assert registry.get("bash") is None


def test_a_name_is_taken_once() -> None:
    registry = make_default()
    with pytest.raises(ValueError, match="replace=True"):
        registry.register(Custom("bash"))
    mine = Custom("bash")
    registry.register(mine, replace=True)
    assert registry.get("bash") is mine


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a.b", "ü"])
def test_names_that_no_provider_takes_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="letters"):
        ToolRegistry().register(Custom(name))


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(), ["read", "write", "edit", "bash", "grep", "glob"]),
        (Settings(["read", "g*"]), ["read", "grep", "glob"]),
        (Settings([]), []),
        (Settings({"bash": False}), ["read", "write", "edit", "grep", "glob"]),
        (Settings({"*": False, "read": True}), ["read"]),
        (Settings(edit_permission="deny"), ["read", "bash", "grep", "glob"]),
        (Settings(edit_permission="ask"), ["read", "write", "edit", "bash", "grep", "glob"]),
        (Settings(["write", "read"], edit_permission="deny"), ["read"]),
    ],
)
def test_what_an_agent_gets(settings: Settings, names: list[str]) -> None:
    assert enabled(settings) == names


async def test_a_call_is_checked_and_run(context: ToolContext) -> None:
    registry = ToolRegistry()
    registry.register(Custom())
    assert (await registry.execute("custom", {"n": "3"}, context)).output == "done 3"
    result = await registry.execute("custom", {"m": 3}, context)
    assert result.error is not None
    assert "n: required" in result.error
    assert '{"n": 1}' in result.error


async def test_an_unknown_tool_names_the_nearest(context: ToolContext) -> None:
    result = await make_default().execute("Raed", {}, context)
    assert result.error == (
        "There is no tool 'Raed'. Did you mean \"read\"? The tools are: read, write, edit, bash, grep, glob."
    )
    assert (await ToolRegistry().execute("x", {}, context)).error is not None


async def test_a_bug_in_a_tool_raises(context: ToolContext) -> None:
    registry = ToolRegistry()
    registry.register(Custom())
    with pytest.raises(RuntimeError, match="a bug"):
        await registry.execute("custom", {"n": 13}, context)


async def test_output_and_error_are_bounded(context: ToolContext) -> None:
    registry = ToolRegistry()
    registry.register(Custom(output="x" * 200_000))
    result = await registry.execute("custom", {"n": 100_000}, context)
    assert len(result.output) <= 50_000
    assert result.metadata["truncated"] is True
    assert result.error is not None
    assert len(result.error) <= 50_000
