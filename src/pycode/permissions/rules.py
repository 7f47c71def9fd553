"""Rules: a permission key, a pattern, and allow, ask or deny.

In a file: `{"bash": {"*": "ask", "git status *": "allow"}, "edit": "deny"}`; within one source the last rule that matches
decides, so the order is kept. On the command line: `--allow 'bash(git status *)'`. The form of Claude Code's files is read too:
`Bash(git diff:*)`, `Edit(src/**)`, `Read(//etc/**)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from pycode.core.data import Data
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


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Rule(Data):
    """One line of a person's will."""

    permission: str
    """The permission key, lower case; `*` in it stands for any characters."""
    pattern: str
    """What it is about: see `pycode.permissions.patterns`."""
    action: Action
    """What to do."""
    source: Source
    """Whose rule it is."""

    def __hash__(self) -> int:  # type: ignore[override] # a rule cannot change
        return hash((self.permission, self.pattern, self.action, self.source))

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


def parse_rules(value: Mapping[str, Any] | str, source: Source) -> list[Rule]:
    """Return the rules of a config value, in its order.

    Args:
        value: One action for everything, or permission key to an action or to a mapping of pattern to action. Instead of an action
            a pattern may have a mapping: the `action`, and under `match` and `not_match` examples that are tried at once. Lists of
            rules in one line under `allow`, `ask` and `deny` are read too; of these a deny goes before an ask, and that before an
            allow.
        source: Whose rules they are.

    Raises:
        UsageError: A key, pattern, action or example is wrong.
    """
    if isinstance(value, str):
        return [Rule("*", "*", _action(value, "everything"), source)]
    rules: list[Rule] = []
    for key, patterns in value.items():
        if key in get_args(Action) and isinstance(patterns, list):
            continue
        if isinstance(patterns, str):
            rules.append(parse_rule_text(key, _action(patterns, key), source))
            continue
        if not isinstance(patterns, Mapping):
            raise UsageError(f"the rules for {key!r} must be an action, or patterns with one each")
        for pattern, action in patterns.items():
            rules.append(_rule(_key(key, key), _pattern(pattern, key), action, source))
    for action in get_args(Action):
        texts = value.get(action)
        if isinstance(texts, list):
            rules += [parse_rule_text(str(text), action, source) for text in texts]
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


def _rule(key: str, pattern: str, value: object, source: Source) -> Rule:
    """Return the rule of a pattern whose value is an action, or a mapping with examples."""
    if not isinstance(value, Mapping):
        return Rule(key, pattern, _action(value, key), source)
    unknown = set(value) - {"action", "match", "not_match"}
    if unknown:
        raise UsageError(
            f"the rule {key}({pattern}) has {sorted(unknown)[0]!r}; known are action, match and not_match"
        )
    rule = Rule(key, pattern, _action(value.get("action"), key), source)
    examples = [value.get(name, []) for name in ("match", "not_match")]
    if not all(
        isinstance(texts, list) and all(isinstance(t, str) for t in texts) for texts in examples
    ):
        raise UsageError(f"the examples of the rule {rule} must be lists of text")
    from pycode.permissions.rule_examples import try_examples

    try_examples(rule, *examples)
    return rule


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
