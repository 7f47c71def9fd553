"""Which tools there are, what a call means, and running one by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pycode.tools.base import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    from pycode.workspace.formatters import Formatter

MORE_TOOLS = "more_tools"
"""The name of the tool that leads to those whose definitions are not sent."""

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


class ResolvedCall(NamedTuple):
    """What a call means."""

    tool: Tool
    """The tool that runs; behind `more_tools` the inner one, whose permission, hooks and display count."""
    arguments: dict[str, Any]
    """Its checked arguments."""


class _Later(NamedTuple):
    """A deferred tool that is made when it is first needed."""

    load: Callable[[], Tool]
    permission: str


class ToolRegistry:
    """The tools that a model may call, by name and in the order of registration."""

    def __init__(self) -> None:
        self._tools: dict[str, Tool | _Later] = {}
        self._offered: set[str] = set()
        self._unsent: set[str] = set()

    def register(self, tool: Tool, *, replace: bool = False) -> None:
        """Add a tool.

        Args:
            tool: The tool.
            replace: Whether it may take the place of one with the same name.

        Raises:
            ValueError: The name is taken, or no provider would accept it.
        """
        self._put(tool.name, tool, replace)

    def register_later(self, name: str, load: Callable[[], Tool], *, permission: str) -> None:
        """Add a deferred tool that is made when it is first needed, which most runs never do.

        Args:
            name: Its name.
            load: Makes it.
            permission: Its permission key.

        Raises:
            ValueError: The name is taken, or no provider would accept it.
        """
        self._put(name, _Later(load, permission), replace=False)

    def unregister(self, name: str) -> None:
        """Remove a tool; a name that is not known is ignored."""
        self._tools.pop(name, None)

    def get(self, name: str) -> Tool | None:
        """Return the tool of this name, None when there is none."""
        tool = self._tools.get(name)
        if isinstance(tool, _Later):
            tool = self._tools[name] = tool.load()
        return tool

    def get_all(self) -> list[Tool]:
        """Return all tools in the order of registration."""
        return [tool for name in list(self._tools) if (tool := self.get(name)) is not None]

    def get_offered(self) -> list[Tool]:
        """Return the tools whose definitions are sent: all but those that `more_tools` leads to."""
        deferred = set(self.deferred_names()) if MORE_TOOLS in self._tools else set()
        names = [name for name in self._tools if name not in deferred | self._unsent]
        return [tool for name in names if (tool := self.get(name)) is not None]

    def deferred_names(self) -> list[str]:
        """Return the names of the tools that `more_tools` leads to."""
        return [
            name
            for name, tool in self._tools.items()
            if name not in self._offered | self._unsent
            and (isinstance(tool, _Later) or tool.deferred)
        ]

    def get_enabled_for_agent(self, agent: AgentLike) -> list[Tool]:
        """Return the tools that the agent may use; one that may not edit gets none that does."""
        return self.for_agent(agent).get_all()

    def for_agent(self, agent: AgentLike, *, patches: bool = False) -> ToolRegistry:
        """Return a registry with the tools that the agent may use.

        `more_tools` is in it where it has something to lead to, and leads to nothing else.

        Args:
            agent: Who uses them.
            patches: Whether its model was trained on patches: `apply_patch` then takes the place of `edit`.
        """
        from pycode.tools.more_tools import MoreToolsTool

        config = agent.config
        chosen = ToolRegistry()
        chosen._tools = {
            name: tool
            for name, tool in self._tools.items()
            if _is_enabled(name, config.tools)
            and not (config.edit_permission == "deny" and tool.permission == "edit")
        }
        chosen.unregister(MORE_TOOLS)
        if patches and "apply_patch" in chosen._tools:
            chosen._offered.add("apply_patch")
            # Not sent, but a call of it still runs: a model that makes one means it.
            chosen._unsent |= {"edit", "multiedit"}
        # A list that names a deferred tool means that it can be reached.
        wanted = not isinstance(config.tools, Mapping) or _is_enabled(MORE_TOOLS, config.tools)
        if MORE_TOOLS in self._tools and wanted and chosen.deferred_names():
            chosen.register(MoreToolsTool(chosen))
        return chosen

    def resolve(self, name: str, args: Mapping[str, Any]) -> ResolvedCall | ToolResult:
        """Return what a call means, or the result that says why it means nothing. Nothing runs.

        Args:
            name: The tool's name, as the model wrote it.
            args: Its arguments, as the model wrote them.
        """
        from pycode.tools.arguments import check_arguments
        from pycode.tools.more_tools import MoreToolsTool

        tool = self._named(name)
        if tool is None:
            return ToolResult(title=name[:64], output="", error=self.unknown_tool(name))
        arguments, problems = check_arguments(tool.parameters_schema, args, tool.aliases)
        if problems:
            return invalid_arguments(tool.name, problems)
        inner = tool.inner_call(arguments) if isinstance(tool, MoreToolsTool) else None
        if inner is None:
            return ResolvedCall(tool, arguments)
        if self._named(inner[0]) is tool:
            error = f"{MORE_TOOLS} runs other tools, not itself."
            return ToolResult(title=tool.name, output="", error=error)
        return self.resolve(*inner)

    async def execute(self, name: str, args: Mapping[str, Any], context: ToolContext) -> ToolResult:
        """Check the arguments, run the bare tool and bound its output; permissions and hooks are the engine's.

        Args:
            name: The tool's name.
            args: Its arguments.
            context: Where and for whom.
        """
        from pycode.tools.output import bound_result

        call = self.resolve(name, args)
        if isinstance(call, ToolResult):
            return call
        runtime = context.runtime
        result = await call.tool.execute(call.arguments, context)
        return bound_result(result, None if runtime is None else runtime.save_output)

    def unknown_tool(self, name: str) -> str:
        """Return the sentence for a tool that does not exist, with the nearest that does."""
        from pycode.tools.arguments import nearest

        close = nearest(name, list(self._tools))
        hint = f' Did you mean "{close}"?' if close is not None else ""
        names = ", ".join(tool.name for tool in self.get_offered())
        return f"There is no tool {name[:64]!r}.{hint} The tools are: {names or 'none'}."

    def _named(self, name: str) -> Tool | None:
        """Return the tool that a name means: `Multi_Edit` and `functions.multiedit` have one reading."""
        if name in self._tools:
            return self.get(name)
        plain = _plain(name.rpartition(".")[2])
        found = [known for known in self._tools if _plain(known) == plain]
        return self.get(found[0]) if len(found) == 1 else None

    def _put(self, name: str, tool: Tool | _Later, replace: bool) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a tool's name is 1 to 64 letters, digits, _ and -; {name!r} is not")
        if name in self._tools and not replace:
            raise ValueError(f"a tool named {name!r} is registered; use replace=True")
        self._tools[name] = tool


def invalid_arguments(name: str, problems: list[str]) -> ToolResult:
    """Return the result of a call whose arguments do not fit.

    Args:
        name: The tool's name.
        problems: What `check_arguments` found.
    """
    error = f"The arguments of {name} are not valid, so it did not run:\n" + "\n".join(problems)
    return ToolResult(title=name, output="", error=error)


def default_registry(
    *, bash_timeout: float = 600, formatters: Sequence[Formatter] = ()
) -> ToolRegistry:
    """Return a registry with the built-in tools.

    Args:
        bash_timeout: The most seconds that a command may ask for.
        formatters: Run on a file after it was edited.
    """
    from pycode.tools.bash import BashTool
    from pycode.tools.edit import EditTool
    from pycode.tools.glob import GlobTool
    from pycode.tools.grep import GrepTool
    from pycode.tools.more_tools import MoreToolsTool
    from pycode.tools.question import QuestionTool
    from pycode.tools.read import ReadTool
    from pycode.tools.todo import TodoTool
    from pycode.tools.write import WriteTool

    registry = ToolRegistry()
    for tool in (
        ReadTool(),
        WriteTool(formatters),
        EditTool(formatters),
        BashTool(max_timeout=bash_timeout),
        GrepTool(),
        GlobTool(),
        TodoTool(),
        QuestionTool(),
        MoreToolsTool(registry),
    ):
        registry.register(tool)
    for name, permission, class_name in _DEFERRED:
        given = (formatters,) if name in _FORMATTING else ()
        registry.register_later(name, _loader(name, class_name, *given), permission=permission)
    return registry


_DEFERRED = (
    ("multiedit", "edit", "MultiEditTool"),
    ("apply_patch", "edit", "ApplyPatchTool"),
    ("list", "read", "ListTool"),
    ("notebook_edit", "edit", "NotebookEditTool"),
    ("move", "edit", "MoveTool"),
    ("copy", "edit", "CopyTool"),
    ("delete", "edit", "DeleteTool"),
    ("job_output", "job_output", "JobOutputTool"),
    ("job_input", "bash", "JobInputTool"),
    ("job_kill", "job_kill", "JobKillTool"),
    ("job_list", "job_list", "JobListTool"),
)
"""The built-in tools behind `more_tools`: name, which is its module's too, permission key and class."""
_FORMATTING = frozenset({"multiedit", "apply_patch"})


def _loader(name: str, class_name: str, *given: Sequence[Formatter]) -> Callable[[], Tool]:
    def load() -> Tool:
        tool: Tool = getattr(import_module(f"pycode.tools.{name}"), class_name)(*given)
        return tool

    return load


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _is_enabled(name: str, tools: Mapping[str, bool] | Sequence[str] | None) -> bool:
    if tools is None:
        return True
    if isinstance(tools, Mapping):
        verdicts = [on for pattern, on in tools.items() if fnmatchcase(name, pattern)]
        return verdicts[-1] if verdicts else True
    return any(fnmatchcase(name, pattern) for pattern in tools)
