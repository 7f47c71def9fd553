"""Finding and calling the tools whose definitions are not sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import Tool, ToolContext, ToolRegistry, ToolResult, default_registry
from pycode.tools.more_tools import MoreToolsTool
from pycode.tools.registry import ResolvedCall

Call = Callable[..., Awaitable[ToolResult]]


class Numbered(Tool):
    def __init__(self, number: int) -> None:
        self._number = number

    @property
    def name(self) -> str:
        return f"server_tool_{self._number}"

    @property
    def description(self) -> str:
        return f"Does thing {self._number} with widgets."

    @property
    def parameters_schema(self) -> dict[str, Any]:
        return {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}

    @property
    def deferred(self) -> bool:
        return True

    async def execute(self, parameters: dict[str, Any], context: ToolContext) -> ToolResult:
        return ToolResult("did it", f"{self._number} {parameters['n']}")


@pytest.fixture
def many() -> ToolRegistry:
    """A registry with 40 further tools."""
    registry = ToolRegistry()
    registry.register(MoreToolsTool(registry))
    for number in range(40):
        registry.register(Numbered(number))
    return registry


async def test_names_and_schemas_as_text(call: Call) -> None:
    result = await call("more_tools", query="rename a file")
    first = result.output.split("\n\n")[0]
    assert first.startswith("move: Move or rename a file or directory.")
    assert '"source": {"type": "string"}' in first
    everything = await call("more_tools")
    assert everything.metadata["tools"] == default_registry().deferred_names()
    assert len(everything.output) < 8000


async def test_nothing_found_names_what_there_is(call: Call) -> None:
    error = (await call("more_tools", query="zzz")).error or ""
    assert error.startswith("No tool fits 'zzz'. There are: multiedit, apply_patch, list, ")


async def test_many_tools_stay_bounded(many: ToolRegistry, context: ToolContext) -> None:
    tool = many.get("more_tools")
    assert tool is not None
    assert "server_tool_19 and 20 others" in tool.description
    result = await many.execute("more_tools", {"query": "widgets server_tool_33"}, context)
    assert result.output.startswith("server_tool_33: ")
    assert result.output.count("arguments: ") == 15
    assert result.output.rstrip("]").endswith("server_tool_39")


async def test_a_call_is_the_inner_tools_call(call: Call, work: Path) -> None:
    (work / "a").touch()
    result = await call("more_tools", name="List", arguments={"directory": "."})
    assert "directory: unknown field" in (result.error or "")
    assert result.title == "list"
    moved = await call("more_tools", name="move", arguments={"from": "a", "to": "b"})
    assert moved.title == "move a to b"
    assert (work / "b").exists()


def test_a_call_is_opened_before_anything_runs(context: ToolContext) -> None:
    registry = default_registry()
    opened = registry.resolve("more_tools", {"name": "delete", "arguments": '{"path": "x"}'})
    assert isinstance(opened, ResolvedCall)
    assert (opened.tool.name, opened.arguments) == ("delete", {"path": "x"})
    assert opened.tool.permission_request(opened.arguments, context).permission == "edit"
    looking = registry.resolve("more_tools", {"query": "x"})
    assert isinstance(looking, ResolvedCall)
    assert looking.tool.name == "more_tools"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"name": "deleet"}, "There is no tool 'deleet'. Did you mean \"delete\"?"),
        ({"name": "delete"}, "The arguments of delete are not valid, so it did not run:\npath: required"),
        ({"name": "more_tools", "arguments": {"name": "delete"}}, "more_tools runs other tools, not itself."),
        ({"name": "More-Tools"}, "more_tools runs other tools, not itself."),
        ({"name": "delete", "arguments": [1]}, "arguments: expected object"),
    ],
)  # fmt: skip
async def test_what_cannot_be_called_is_explained(
    call: Call, arguments: dict[str, Any], reason: str
) -> None:
    assert reason in ((await call("more_tools", **arguments)).error or "")


async def test_it_never_runs_a_tool_that_nobody_decided_about(
    context: ToolContext, work: Path
) -> None:
    (work / "a").touch()
    tool = default_registry().get("more_tools")
    assert tool is not None
    result = await tool.execute({"name": "delete", "arguments": {"path": "a"}}, context)
    assert result.error is not None
    assert (work / "a").exists()
