"""The `more_tools` tool: finds the tools whose definitions are not sent with every request, and calls them.

A call of an inner tool is that tool's call: `ToolRegistry.resolve` opens it before anything is decided, so its permission, hooks
and display are the inner tool's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pycode.core.data import Data
from pycode.tools.base import Tool, ToolContext, ToolResult
from pycode.tools.schema import BuiltinTool

if TYPE_CHECKING:
    from pycode.tools.registry import ToolRegistry

_MAX_NAMED = 20
_MAX_SHOWN = 15
_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(slots=True, eq=False, repr=False)
class MoreToolsParameters(Data):
    """What `more_tools` takes."""

    query: str | None = None
    """Words to find tools by; empty finds all."""
    name: str | None = None
    """The tool to run."""
    arguments: dict[str, Any] | None = None
    """What the tool to run takes."""


class MoreToolsTool(BuiltinTool[MoreToolsParameters]):
    """Leads to the deferred tools of a registry."""

    name = "more_tools"
    parameters_type = MoreToolsParameters
    read_only = True
    bounds = f"{_MAX_SHOWN} tools with their parameters a call, the best fitting first"

    def __init__(self, registry: ToolRegistry) -> None:
        """Make the tool.

        Args:
            registry: Holds the tools that it leads to.
        """
        self._registry = registry

    @property
    def description(self) -> str:
        """What it does, with the names of the tools that are there now."""
        names = self._registry.deferred_names()
        more = f" and {len(names) - _MAX_NAMED} others" if len(names) > _MAX_NAMED else ""
        return self._description().replace("{names}", ", ".join(names[:_MAX_NAMED]) + more)

    def inner_call(self, parameters: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
        """Return name and arguments of the tool that a call runs, None for a call that looks for tools.

        Args:
            parameters: The call's own checked arguments.
        """
        name = parameters.get("name")
        return (name, parameters.get("arguments") or {}) if name else None

    async def run(self, parameters: MoreToolsParameters, context: ToolContext) -> ToolResult:
        """Find tools."""
        if parameters.name:
            # Run from here it would pass by what decides about the inner tool.
            error = f"{parameters.name} was not run: a registry has to open this call first."
            return ToolResult(self.name, "", error=error)
        query = (parameters.query or "").strip()
        found = _ranked(self._deferred(), query)
        if not found:
            names = ", ".join(self._registry.deferred_names())
            error = f"No tool fits {query[:80]!r}. There are: {names or 'none'}."
            return ToolResult(f"more_tools {query[:60]}".rstrip(), "", error=error)
        return ToolResult(
            f"more_tools {query[:60]}".rstrip(), _shown(found), {"tools": [t.name for t in found]}
        )

    def _deferred(self) -> list[Tool]:
        return [tool for tool in self._registry.get_all() if tool.deferred]


def _ranked(tools: list[Tool], query: str) -> list[Tool]:
    """Return the tools that share a word with the query, the most alike first; a word of the name counts more."""
    if not query:
        return tools
    wanted = [word.lower() for word in _WORD.findall(query)]
    scores: list[tuple[int, int]] = []
    for index, tool in enumerate(tools):
        name = tool.name.lower()
        words = set(_WORD.findall(tool.description.lower()))
        score = sum(5 * (word in name) + (word in words) for word in wanted)
        if score:
            scores.append((-score, index))
    return [tools[index] for _, index in sorted(scores)]


def _shown(tools: list[Tool]) -> str:
    import json

    entries = [
        f"{tool.name}: {tool.description}\n"
        f"arguments: {json.dumps(tool.parameters_schema, ensure_ascii=False)}"
        for tool in tools[:_MAX_SHOWN]
    ]
    rest = [tool.name for tool in tools[_MAX_SHOWN:]]
    if rest:
        entries.append(f"[{len(rest)} more: {', '.join(rest)}]")
    return "\n\n".join(entries)
