"""The examples of a rule, tried when it is loaded, and the rules that can never decide anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pycode.core.errors import UsageError
from pycode.permissions.patterns import has_wildcard, match_path, match_text
from pycode.permissions.rules import PATH_KEYS, Rule

_ROOT = "/project"
_HOME = "/home/user"


def try_examples(rule: Rule, match: Iterable[str], not_match: Iterable[str]) -> None:
    """Check that a rule matches what it shall, and nothing that it shall not.

    Paths in the examples begin at the project's root.

    Raises:
        UsageError: An example shows that the rule means something else.
    """
    for example in match:
        if not _matches(rule, example):
            raise UsageError(
                f"the rule {rule} does not match its example {example!r}; change one of them"
            )
    for example in not_match:
        if _matches(rule, example):
            raise UsageError(
                f"the rule {rule} matches {example!r}, which it shall not; change one of them"
            )


def useless_rules(rules: Sequence[Rule]) -> list[str]:
    """Return a sentence about each rule of one source that can never decide anything.

    Args:
        rules: In the order of the source: the last one that matches decides.
    """
    found: list[str] = []
    for index, rule in enumerate(rules):
        reason = _why_nothing(rule) or _hidden_by(rule, rules[index + 1 :])
        if reason is not None:
            found.append(f"the rule {rule} ({rule.action}) can never decide: {reason}")
    return found


def _matches(rule: Rule, example: str) -> bool:
    if rule.permission == "bash":
        return _matches_command(rule, example)
    if rule.permission in PATH_KEYS:
        path = example.replace("~", _HOME, 1) if example.startswith("~") else example
        path = path if path.startswith("/") else f"{_ROOT}/{path}"
        return match_path(rule.pattern, path, _ROOT, _HOME, below=rule.action != "allow")
    return match_text(rule.pattern, example)


def _matches_command(rule: Rule, command: str) -> bool:
    from pycode.permissions.command_line import analyse
    from pycode.permissions.command_subjects import verdict_on

    return verdict_on(analyse(command, _HOME, _ROOT), [rule]) == rule.action


def _why_nothing(rule: Rule) -> str | None:
    pattern = rule.pattern
    if rule.permission in PATH_KEYS:
        return None
    if pattern != pattern.strip():
        return "its pattern begins or ends with a blank"
    if rule.permission == "bash" and rule.action == "allow" and has_wildcard(pattern):
        operator = next((text for text in _OPERATORS if text in pattern), None)
        if operator is not None and pattern != "*":
            return f"with a wildcard it is held against one command at a time, and none holds {operator!r}"
    return None


def _hidden_by(rule: Rule, later: Sequence[Rule]) -> str | None:
    for other in later:
        if other.concerns(rule.permission) and other.pattern in ("*", rule.pattern):
            return f"{other} ({other.action}) comes later and matches everything that it does"
    return None


_OPERATORS = ("&&", "||", ";", "|", ">", "<", "\n")
