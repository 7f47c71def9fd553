"""The registry: who is in it, who may use it, and calls by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from pycode.tools import BashTool, ReadTool, Tool, ToolContext, ToolRegistry, ToolResult
from pycode.tools import default_registry as make_default
from pycode.tools.registry import ResolvedCall


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
    registry = make_default().for_agent(Agent(config=settings))
    names = [tool.name for tool in registry.get_all()]
    assert names == [
        tool.name for tool in make_default().get_enabled_for_agent(Agent(config=settings))
    ]
    return names


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


SENT = ["read", "write", "edit", "bash", "grep", "glob", "todo", "question"]
DEFERRED = make_default().deferred_names()
READING = ["list", "job_output", "job_input", "job_kill", "job_list"]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (Settings(), [*SENT, *DEFERRED, "more_tools"]),
        (Settings(["read", "g*"]), ["read", "grep", "glob"]),
        (Settings(["read", "move"]), ["read", "move", "more_tools"]),
        (Settings([]), []),
        (Settings({"bash": False, "job_*": False, "*_edit": False}), [*SENT, *DEFERRED]),
        (Settings({"*": False, "read": True}), ["read"]),
        (Settings({"*": False, "list": True}), ["list"]),
        (Settings({"*": False, "list": True, "more_tools": True}), ["list", "more_tools"]),
        (Settings(edit_permission="deny"), ["read", "bash", "grep", "glob", "todo", "question", *READING, "more_tools"]),
        (Settings(edit_permission="ask"), [*SENT, *DEFERRED, "more_tools"]),
        (Settings(["write", "read"], edit_permission="deny"), ["read"]),
    ],
)  # fmt: skip
def test_what_an_agent_gets(settings: Settings, names: list[str]) -> None:
    if isinstance(settings.tools, dict) and "bash" in settings.tools:
        gone = ("bash", "notebook_edit", *(name for name in names if name.startswith("job_")))
        names = [*(name for name in names if name not in gone), "more_tools"]
    assert enabled(settings) == names


def test_what_is_sent_is_what_is_not_deferred() -> None:
    registry = make_default()
    assert [tool.name for tool in registry.get_offered()] == [*SENT, "more_tools"]
    registry.unregister("more_tools")
    assert [tool.name for tool in registry.get_offered()] == [*SENT, *DEFERRED]


def test_patches_take_the_place_of_edits() -> None:
    patching = make_default().for_agent(Agent(), patches=True)
    names = [tool.name for tool in patching.get_offered()]
    assert sorted(names) == sorted(
        [*(name for name in SENT if name != "edit"), "apply_patch", "more_tools"]
    )
    assert "edit" not in [tool.name for tool in patching.get_offered()]
    assert "apply_patch" not in patching.deferred_names()
    # An agent that has no patches keeps what it has.
    config = Settings(["edit", "read"])
    assert [
        t.name for t in make_default().for_agent(Agent(config=config), patches=True).get_all()
    ] == ["read", "edit"]


def test_what_was_said_of_a_tool_before_it_was_made_is_true() -> None:
    registry = make_default()
    agent = Agent(config=Settings(edit_permission="deny"))
    before = [name for name in registry.deferred_names() if name in enabled(agent.config)]
    made = [tool for name in DEFERRED if (tool := registry.get(name)) is not None]
    assert [tool.name for tool in made] == DEFERRED
    assert all(tool.deferred for tool in made)
    assert [tool.name for tool in made if tool.permission != "edit"] == before
    assert registry.get("list") is registry.get("list")


def test_a_deferred_tool_of_ones_own() -> None:
    registry = ToolRegistry()
    registry.register_later("custom", Custom, permission="custom")
    with pytest.raises(ValueError, match="replace=True"):
        registry.register_later("custom", Custom, permission="custom")
    assert registry.deferred_names() == ["custom"]
    assert isinstance(registry.get("custom"), Custom)


@pytest.mark.parametrize("name", ["custom", "Custom", "CUSTOM", "functions.custom", "cus-tom"])
def test_a_name_with_one_reading_is_taken(name: str) -> None:
    registry = ToolRegistry()
    registry.register(Custom())
    call = registry.resolve(name, {"n": "3"})
    assert isinstance(call, ResolvedCall)
    assert (call.tool.name, call.arguments) == ("custom", {"n": 3})


def test_a_name_with_two_readings_is_not() -> None:
    registry = ToolRegistry()
    registry.register(Custom("a_b"))
    registry.register(Custom("A-B"))
    result = registry.resolve("AB", {"n": 1})
    assert isinstance(result, ToolResult)
    assert "There is no tool 'AB'." in (result.error or "")


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
        "There is no tool 'Raed'. Did you mean \"read\"? The tools are: "
        "read, write, edit, bash, grep, glob, todo, question, more_tools."
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
