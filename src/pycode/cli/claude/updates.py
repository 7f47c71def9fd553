"""What an answer to `can_use_tool` changes for the calls after it: rules, and the permission mode."""

from __future__ import annotations

from typing import Any

from pycode.cli.claude.notes import note
from pycode.cli.claude.rules import own_rule
from pycode.cli.formats.names import outward
from pycode.client.local import LocalClient
from pycode.core.errors import UsageError
from pycode.core.events import PermissionAsked
from pycode.permissions.rules import parse_rule_text


def suggestions(event: PermissionAsked) -> list[dict[str, Any]]:
    """Return the updates that would keep PyCode from asking such a question again."""
    if "session" not in event.scopes:
        return []
    found: list[dict[str, Any]] = []
    if event.permission == "edit":
        found.append({"type": "setMode", "mode": "acceptEdits", "destination": "session"})
    rules = [parse_rule_text(text) for text in event.rules]
    values = [{"toolName": outward(rule.permission), "ruleContent": rule.pattern} for rule in rules]
    found.append(
        {"type": "addRules", "rules": values, "behavior": "allow", "destination": "session"}
    )
    return found


def carry_out(updates: list[Any], client: LocalClient) -> list[str]:
    """Do what an answer changes, and return the rules that it allows for this session.

    What PyCode has no such thing for is left out with a line on stderr, and so the next such call is asked about again.
    """
    rules: list[str] = []
    for update in updates:
        match update:
            case {"type": "setMode", "mode": str() as mode}:
                try:
                    client.set_claude_mode(mode)
                except UsageError as error:
                    note(f"the mode of a permission update is not taken: {error}")
            case {"type": "addRules", "behavior": "allow", "rules": list() as values}:
                rules += [rule for value in values if (rule := _rule(value))]
            case {"type": kind}:
                note(f"the permission update {kind!r} is not served; it changes nothing")
            case _:
                note("a permission update is none; it changes nothing")
    return rules


def _rule(value: Any) -> str | None:
    match value:
        case {"toolName": str() as tool, "ruleContent": str() as content}:
            text = f"{tool}({content})"
        case {"toolName": str() as tool}:
            text = tool
        case _:
            text = ""
    try:
        rule = own_rule(text)
        parse_rule_text(rule)
    except UsageError as error:
        note(f"a rule of a permission update is not taken: {error}")
        return None
    return rule
