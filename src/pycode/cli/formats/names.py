"""The names that programs written for Claude Code know the tools by.

The parameters of these tools are Claude Code's already, so a table of names is all that is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pycode.core.parts import ToolPart

CLAUDE_NAMES: Final[Mapping[str, str]] = {
    "bash": "Bash",
    "edit": "Edit",
    "glob": "Glob",
    "grep": "Grep",
    "read": "Read",
    "task": "Task",
    "webfetch": "WebFetch",
    "write": "Write",
}
"""PyCode's name of a tool to Claude Code's. All others have one name."""

MODE_NAMES: Final[Mapping[str, str]] = {
    "default": "acceptEdits",
    "confirm": "default",
    "plan": "plan",
    "bypass": "bypassPermissions",
}
"""PyCode's mode to the one of Claude Code that comes nearest."""

_LEADER: Final = "more_tools"
_OWN_NAMES: Final[Mapping[str, str]] = {theirs: own for own, theirs in CLAUDE_NAMES.items()}


def outward(name: str) -> str:
    """Return the name by which programs know a tool."""
    return CLAUDE_NAMES.get(name, name)


def outward_call(part: ToolPart) -> tuple[str, dict[str, Any]]:
    """Return name and input of a call; of one that goes through `more_tools` those of the tool that it leads to."""
    name, arguments = part.input.get("name"), part.input.get("arguments")
    if part.tool == _LEADER and isinstance(name, str) and name:
        return outward(name), arguments if isinstance(arguments, dict) else {}
    return outward(part.tool), part.input


def inward_input(part: ToolPart, changed: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the input that a call has to be made with, when the one of `outward_call` is changed."""
    if changed is None or outward_call(part)[1] is part.input:
        return changed
    return {**part.input, "arguments": changed}


def inward(name: str) -> str:
    """Return PyCode's name of a tool; either name is taken."""
    return _OWN_NAMES.get(name, name)
