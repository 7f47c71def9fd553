"""Rules, and the one function that decides by them what a tool call may do: `pycode.permissions.decide.decide`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.permissions.answers import Answers as Answers
    from pycode.permissions.command_line import is_read_only_command as is_read_only_command
    from pycode.permissions.decide import Decision as Decision
    from pycode.permissions.request import Context as Context
    from pycode.permissions.request import Mode as Mode
    from pycode.permissions.request import Request as Request
    from pycode.permissions.request import strictest as strictest
    from pycode.permissions.rules import Action as Action
    from pycode.permissions.rules import Rule as Rule
    from pycode.permissions.rules import Source as Source
    from pycode.permissions.rules import parse_rule_text as parse_rule_text
    from pycode.permissions.rules import parse_rules as parse_rules

__all__ = [
    "Action",
    "Answers",
    "Context",
    "Decision",
    "Mode",
    "Request",
    "Rule",
    "Source",
    "is_read_only_command",
    "parse_rule_text",
    "parse_rules",
    "strictest",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "answers": ["Answers"],
        "command_line": ["is_read_only_command"],
        "decide": ["Decision"],
        "request": ["Context", "Mode", "Request", "strictest"],
        "rules": ["Action", "Rule", "Source", "parse_rule_text", "parse_rules"],
    },
)
