"""Which tools there are, and running one by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Protocol

from pycode.tools.base import Tool, ToolContext, ToolResult

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class AgentSettings(Protocol):
    """What an agent's configuration says about tools."""

    @property
    def tools(self) -> Mapping[str, bool] | Sequence[str] | None:
        """Names or globs of its tools; a mapping switches them on or off, the last match wins; None is all."""

    @property
    def edit_permission(self) -> str:
        """`allow`, `ask` or `deny`."""


class AgentLike(Protocol):
    """An agent, as far as tools care."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def config(self) -> AgentSettings:
        """Its configuration."""


class ToolRegistry:
    """The tools that a model may call, by name and in the order of registration."""

    def __init__(self) -> None:
        self._tools: dict[str, Tool] = {}

    def register(self, tool: Tool, *, replace: bool = False) -> None:
        """Add a tool.

        Args:
            tool: The tool.
            replace: Whether it may take the place of one with the same name.

        Raises:
            ValueError: The name is taken, or no provider would accept it.
        """
        if not _NAME.fullmatch(tool.name):
            raise ValueError(
                f"a tool's name is 1 to 64 letters, digits, _ and -; {tool.name!r} is not"
            )
        if tool.name in self._tools and not replace:
            raise ValueError(f"a tool named {tool.name!r} is registered; use replace=True")
        self._tools[tool.name] = tool

    def unregister(self, name: str) -> None:
        """Remove a tool; a name that is not known is ignored."""
        self._tools.pop(name, None)

    def get(self, name: str) -> Tool | None:
        """Return the tool of this name, None when there is none."""
        return self._tools.get(name)

    def get_all(self) -> list[Tool]:
        """Return all tools in the order of registration."""
        return list(self._tools.values())

    def get_enabled_for_agent(self, agent: AgentLike) -> list[Tool]:
        """Return the tools that the agent may use; one that may not edit gets none that does."""
        config = agent.config
        return [
            tool
            for tool in self._tools.values()
            if _is_enabled(tool.name, config.tools)
            and not (config.edit_permission == "deny" and tool.permission == "edit")
        ]

    async def execute(self, name: str, args: Mapping[str, Any], context: ToolContext) -> ToolResult:
        """Check the arguments, run the bare tool and bound its output; permissions and hooks are the engine's.

        Args:
            name: The tool's name.
            args: Its arguments.
            context: Where and for whom.
        """
        from pycode.tools.arguments import check_arguments
        from pycode.tools.output import bound_result

        tool = self._tools.get(name)
        if tool is None:
            return ToolResult(title=name, output="", error=self.unknown_tool(name))
        arguments, problems = check_arguments(tool.parameters_schema, args)
        if problems:
            return invalid_arguments(name, problems)
        runtime = context.runtime
        result = await tool.execute(arguments, context)
        return bound_result(result, None if runtime is None else runtime.save_output)

    def unknown_tool(self, name: str) -> str:
        """Return the sentence for a tool that does not exist, with the nearest that does."""
        from pycode.tools.arguments import nearest

        close = nearest(name, list(self._tools))
        hint = f' Did you mean "{close}"?' if close is not None else ""
        return f"There is no tool {name[:64]!r}.{hint} The tools are: {', '.join(self._tools)}."


def invalid_arguments(name: str, problems: list[str]) -> ToolResult:
    """Return the result of a call whose arguments do not fit.

    Args:
        name: The tool's name.
        problems: What `check_arguments` found.
    """
    error = f"The arguments of {name} are not valid, so it did not run:\n" + "\n".join(problems)
    return ToolResult(title=name, output="", error=error)


def default_registry(*, bash_timeout: float = 600) -> ToolRegistry:
    """Return a registry with the built-in tools.

    Args:
        bash_timeout: The most seconds that a command may ask for.
    """
    from pycode.tools.bash import BashTool
    from pycode.tools.edit import EditTool
    from pycode.tools.glob import GlobTool
    from pycode.tools.grep import GrepTool
    from pycode.tools.read import ReadTool
    from pycode.tools.write import WriteTool

    registry = ToolRegistry()
    for tool in (
        ReadTool(),
        WriteTool(),
        EditTool(),
        BashTool(max_timeout=bash_timeout),
        GrepTool(),
        GlobTool(),
    ):
        registry.register(tool)
    return registry


def _is_enabled(name: str, tools: Mapping[str, bool] | Sequence[str] | None) -> bool:
    if tools is None:
        return True
    if isinstance(tools, Mapping):
        verdicts = [on for pattern, on in tools.items() if fnmatchcase(name, pattern)]
        return verdicts[-1] if verdicts else True
    return any(fnmatchcase(name, pattern) for pattern in tools)
