"""Claude Code's rules as PyCode's: `Bash(git:*)`, `mcp__server`."""

from __future__ import annotations

import re
from typing import Final

from pycode.cli.formats.names import inward
from pycode.core.errors import UsageError

_TOOL: Final = re.compile(r"([^()]+)(\(.*\))?", re.DOTALL)


def own_rule(rule: str) -> str:
    """Return a rule with the tool's own name; a server's rule covers all of its tools.

    Raises:
        UsageError: It is none.
    """
    match = _TOOL.fullmatch(rule)
    if match is None:
        raise UsageError(f"{rule!r} is no rule for a tool; write for example 'Bash(git:*)'")
    name, spec = match[1], match[2] or ""
    if name.startswith("mcp__") and name.count("__") == 1:
        name += "__*"
    return f"{inward(name)}{spec}"
