"""The names that programs written for Claude Code know the tools by.

The parameters of these tools are Claude Code's already, so a table of names is all that is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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

_OWN_NAMES: Final[Mapping[str, str]] = {theirs: own for own, theirs in CLAUDE_NAMES.items()}


def outward(name: str) -> str:
    """Return the name by which programs know a tool."""
    return CLAUDE_NAMES.get(name, name)


def inward(name: str) -> str:
    """Return PyCode's name of a tool; either name is taken."""
    return _OWN_NAMES.get(name, name)
