from __future__ import annotations

import pytest

from pycode.core.errors import UsageError
from pycode.permissions.rules import Rule, parse_rule_text, parse_rules


def test_rules_keep_the_order_of_the_mapping() -> None:
    value: dict[str, str | dict[str, str]] = {
        "bash": {"*": "ask", "git status*": "allow"},
        "edit": "deny",
    }
    assert parse_rules(value, "user") == [
        Rule("bash", "*", "ask", "user"),
        Rule("bash", "git status*", "allow", "user"),
        Rule("edit", "*", "deny", "user"),
    ]


def test_one_action_is_for_everything() -> None:
    (rule,) = parse_rules("ask", "user")
    assert rule == Rule("*", "*", "ask", "user")
    assert rule.concerns("bash")
    assert rule.concerns("some_tool")


@pytest.mark.parametrize(
    ("text", "permission", "pattern"),
    [
        ("bash", "bash", "*"),
        ("bash(git status*)", "bash", "git status*"),
        ("  bash(ls) ", "bash", "ls"),
        ("bash:git status*", "bash", "git status*"),
        ("edit(src/**)", "edit", "src/**"),
        ("Bash(git diff:*)", "bash", "git diff *"),
        ("Bash(echo (a))", "bash", "echo (a)"),
        ("Edit(src/**)", "edit", "src/**"),
        ("Write(src/**)", "edit", "src/**"),
        ("Read(//etc/**)", "read", "//etc/**"),
        ("Read(~/x:*)", "read", "~/x:*"),
        ("mcp__server__tool", "mcp__server__tool", "*"),
        ("mcp__server__*", "mcp__server__*", "*"),
        ("WebFetch(domain:example.org)", "webfetch", "domain:example.org"),
        ("external_directory(/etc/hosts)", "external_directory", "/etc/hosts"),
    ],
)
def test_a_rule_in_one_line(text: str, permission: str, pattern: str) -> None:
    rule = parse_rule_text(text)
    assert rule == Rule(permission, pattern, "allow", "flag")
    assert parse_rule_text(str(rule)) == rule


@pytest.mark.parametrize(
    "text", ["", "()", "bash(", "bash()", "bash( )", "(x)", "a b", "1x", "bash(\0)"]
)
def test_a_text_that_is_no_rule(text: str) -> None:
    with pytest.raises(UsageError, match=r"for example 'bash\(git status \*\)'"):
        parse_rule_text(text)


def test_a_wrong_action_names_the_three() -> None:
    with pytest.raises(UsageError, match="'bash' says 'yes'; it must be allow, ask or deny"):
        parse_rules({"bash": {"*": "yes"}}, "user")


def test_read_covers_searching_and_names_are_case_insensitive() -> None:
    read = Rule("read", "*", "deny", "user")
    assert read.concerns("grep")
    assert read.concerns("glob")
    assert not read.concerns("edit")
    assert not Rule("grep", "*", "deny", "user").concerns("read")
    assert parse_rule_text("MyTool").concerns("MyTool")
    assert parse_rule_text("mcp__a__*").concerns("mcp__A__tool")
    assert not parse_rule_text("mcp__a__*").concerns("mcp__b__tool")


def test_lists_of_rules_as_other_agents_write_them() -> None:
    value = {"allow": ["Bash(git diff:*)", "Read(~/.zshrc)"], "deny": ["Bash(curl:*)"], "ask": []}
    assert parse_rules(value, "user") == [
        Rule("bash", "git diff *", "allow", "user"),
        Rule("read", "~/.zshrc", "allow", "user"),
        Rule("bash", "curl *", "deny", "user"),
    ]
    # Whatever their order, a deny goes before an ask, and that before an allow.
    mixed = {"deny": ["Bash(a)"], "allow": ["Bash(a)"], "ask": ["Bash(a)"]}
    assert [rule.action for rule in parse_rules(mixed, "user")] == ["allow", "ask", "deny"]
    assert parse_rules({"Bash(git diff:*)": "allow"}, "user") == [
        Rule("bash", "git diff *", "allow", "user")
    ]


def test_rules_that_are_neither_action_nor_mapping() -> None:
    with pytest.raises(UsageError, match="must be an action, or patterns"):
        parse_rules({"bash": 3}, "user")
