from __future__ import annotations

from typing import Any

import pytest

from pycode.core.errors import UsageError
from pycode.permissions.rule_examples import useless_rules
from pycode.permissions.rules import Rule, parse_rules


def rule(key: str, pattern: str, **value: Any) -> list[Rule]:
    return parse_rules({key: {pattern: {"action": "allow", **value}}}, "user")


@pytest.mark.parametrize(
    ("key", "pattern", "value"),
    [
        ("bash", "git log *", {"match": ["git log -5", "git log"], "not_match": ["git push"]}),
        (
            "bash",
            "git log *",
            {"match": ["git log && git log -1"], "not_match": ["git log && make"]},
        ),
        ("bash", "find *", {"match": ["find ."], "not_match": ["find . -delete", "find $x"]}),
        (
            "bash",
            "rm *",
            {"action": "deny", "match": ["ls; rm x", "sudo rm x"], "not_match": ["ls"]},
        ),
        ("edit", "src/**", {"match": ["src/a/b"], "not_match": ["vendor/src/a", "/etc/x"]}),
        ("read", "~/x", {"match": ["~/x"], "not_match": ["~/y", "x"]}),
        ("webfetch", "domain:*", {"match": ["domain:a"], "not_match": ["b"]}),
    ],
)
def test_examples_that_hold(key: str, pattern: str, value: dict[str, Any]) -> None:
    (found,) = rule(key, pattern, **value)
    assert found == Rule(key, pattern, value.get("action", "allow"), "user")


@pytest.mark.parametrize(
    ("key", "pattern", "value", "message"),
    [
        ("bash", "git log *", {"match": ["git push"]}, "does not match its example 'git push'"),
        ("bash", "find *", {"match": ["find . -delete"]}, "does not match its example"),
        ("bash", "git*", {"not_match": ["git log"]}, "matches 'git log', which it shall not"),
        ("bash", "rm *", {"action": "deny", "not_match": ["env rm x"]}, "which it shall not"),
        ("edit", "src", {"match": ["src/a"]}, "does not match"),
        ("bash", "a", {"match": "a"}, "must be lists of text"),
        ("bash", "a", {"action": "maybe"}, "it must be allow, ask or deny"),
        ("bash", "a", {"exampels": []}, "'exampels'"),
    ],
)
def test_examples_that_do_not(key: str, pattern: str, value: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        rule(key, pattern, **value)


@pytest.mark.parametrize(
    ("value", "useless"),
    [
        ({"bash": {"*": "ask", "git *": "allow"}}, []),
        ({"bash": {"git *": "allow", "*": "ask"}}, ["git *"]),
        ({"bash": {"ls": "deny"}, "*": "ask"}, ["ls"]),
        ({"edit": {"src": "allow", "*": "deny"}, "bash": {"*": "ask"}}, ["src"]),
        ({"bash": {" ls *": "allow"}}, [" ls *"]),
        ({"bash": {"a && b *": "allow", "a && b": "allow", "* | sh": "deny"}}, ["a && b *"]),
        ({"edit": {"x ": "deny"}}, []),
    ],
)
def test_rules_that_can_never_decide(value: dict[str, Any], useless: list[str]) -> None:
    rules = parse_rules(value, "user")
    sentences = useless_rules(rules)
    assert len(sentences) == len(useless)
    for pattern, sentence in zip(useless, sentences, strict=True):
        assert f"({pattern})" in sentence
        assert "can never decide" in sentence
