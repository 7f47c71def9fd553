"""Rules: a permission key, a pattern, and allow, ask or deny.

In a file: `{"bash": {"*": "ask", "git status *": "allow"}, "edit": "deny"}`; within one source the last rule that matches
decides, so the order is kept. On the command line: `--allow 'bash(git status *)'`. The form of Claude Code's files is read too:
`Bash(git diff:*)`, `Edit(src/**)`, `Read(//etc/**)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from pycode.core.errors import UsageError

Action = Literal["allow", "ask", "deny"]

Source = Literal[
    "managed", "user", "agent", "agent_default", "repository", "hook", "flag", "answer"
]
"""Whose rule it is: the organisation's, the user's config, what the user's config says for an agent, what an agent is made with, the
repository's config, a hook, `--allow`, or a stored "always"."""

PATH_KEYS: Final = frozenset({"read", "edit", "grep", "glob", "external_directory"})
"""The permission keys whose patterns are paths; all others match text."""

_ALIASES: Final = {"write": "edit", "multiedit": "edit", "notebookedit": "edit"}
_COVERS: Final = {"read": frozenset({"read", "grep", "glob"})}
_KEY = re.compile(r"[A-Za-z_*][\w.*-]*")
_EXAMPLE = "for example 'bash(git status *)', 'edit(src/**)' or 'webfetch'"


@dataclass(slots=True, frozen=True)
class Rule:
    """One line of a person's will."""

    permission: str
    """The permission key, lower case; `*` in it stands for any characters."""
    pattern: str
    """What it is about: see `pycode.permissions.patterns`."""
    action: Action
    """What to do."""
    source: Source
    """Whose rule it is."""

    def __str__(self) -> str:
        """Return the form that `parse_rule_text` reads."""
        if self.pattern == "*":
            return self.permission
        return f"{self.permission}({self.pattern})"

    def concerns(self, permission: str) -> bool:
        """Return whether the rule's key covers a permission; `read` covers searching too."""
        wanted = permission.casefold()
        if self.permission == wanted or wanted in _COVERS.get(self.permission, ()):
            return True
        if "*" not in self.permission:
            return False
        from pycode.permissions.patterns import match_text

        return match_text(self.permission, wanted)


def parse_rules(value: Mapping[str, str | Mapping[str, str]] | str, source: Source) -> list[Rule]:
    """Return the rules of a config value, in its order.

    Args:
        value: One action for everything, or permission key to an action or to a mapping of pattern to action.
        source: Whose rules they are.

    Raises:
        UsageError: A key, pattern or action is none.
    """
    if isinstance(value, str):
        return [Rule("*", "*", _action(value, "everything"), source)]
    rules: list[Rule] = []
    for key, patterns in value.items():
        if isinstance(patterns, str):
            patterns = {"*": patterns}  # noqa: PLW2901
        for pattern, action in patterns.items():
            rules.append(Rule(_key(key, key), _pattern(pattern, key), _action(action, key), source))
    return rules


def parse_rule_text(text: str, action: Action = "allow", source: Source = "flag") -> Rule:
    """Return the rule that a person wrote in one line.

    Args:
        text: `key`, `key(pattern)` or `key:pattern`.
        action: What the rule shall do.
        source: Whose rule it is.

    Raises:
        UsageError: The text is no rule.
    """
    text = text.strip()
    name, mark, rest = text.partition("(")
    if mark and rest.endswith(")") and _KEY.fullmatch(name.strip()):
        pattern = rest[:-1]
    elif ":" in text and _KEY.fullmatch(text.partition(":")[0]):
        name, _, pattern = text.partition(":")
    elif _KEY.fullmatch(text):
        name, pattern = text, "*"
    else:
        raise UsageError(f"{text!r} is not a rule; write a key and a pattern, {_EXAMPLE}")
    key = _key(name.strip(), text)
    return Rule(key, _pattern(_from_claude(key, pattern), text), action, source)


def _from_claude(key: str, pattern: str) -> str:
    if key in PATH_KEYS or not pattern.endswith(":*"):
        return pattern
    return pattern.removesuffix(":*") + " *"


def _key(name: str, text: str) -> str:
    if not _KEY.fullmatch(name):
        raise UsageError(f"{text!r} is not a permission key; write a name, {_EXAMPLE}")
    key = name.casefold()
    return _ALIASES.get(key, key)


def _pattern(pattern: str, text: str) -> str:
    if not pattern.strip() or "\0" in pattern:
        raise UsageError(f"the rule {text!r} has an empty pattern; write one, {_EXAMPLE}")
    return pattern


def _action(action: object, key: str) -> Action:
    for known in get_args(Action):
        if action == known:
            found: Action = known
            return found
    raise UsageError(f"the rule for {key!r} says {action!r}; it must be allow, ask or deny")
