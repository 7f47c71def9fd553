"""`pycode rules`: checking a command, and the kept answers."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.cli import Cli

RULES = {"bash": {"*": "ask", "git status*": "allow", "ls*": "allow", "curl *": "deny"}}


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """Return the path of a file with rules."""
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(RULES), encoding="utf-8")
    return str(path)


def feed(monkeypatch: pytest.MonkeyPatch, *lines: bytes) -> None:
    """Give the command its standard input."""
    stdin = io.TextIOWrapper(io.BytesIO(b"".join(line + b"\n" for line in lines)))
    monkeypatch.setattr(sys, "stdin", stdin)


def test_a_check_is_explained(cli: Cli, rules: str) -> None:
    said = cli("rules", "check", "--rules", rules, "ls && env curl x > y")
    assert said.code == 0
    assert said.out.splitlines() == [
        "deny: your rule bash(curl *) denies it (step 2)",
        "rule: bash(curl *) (deny)",
        "line: ls && »env curl x > y«",
        "part: ls",
        "part: env curl x",
        "part: curl x",
        f"path: {cli.project.resolve() / 'y'}",
    ]


def test_a_check_as_json(cli: Cli, rules: str) -> None:
    found = cli("rules", "check", "--rules", rules, "--json", "ls -a").json
    assert found == {
        "decision": "allow",
        "parts": [["ls", "-a"]],
        "paths": [],
        "rule": "bash(ls*)",
        "reason": "your rule bash(ls*) allows it",
        "step": 5,
        "marked": "",
    }


def test_a_question_names_the_flag(cli: Cli) -> None:
    said = cli("rules", "check", "cat /etc/hosts")
    assert said.out.startswith("ask: /etc/hosts lies outside the project (step 6)")
    assert said.out.endswith("To allow it: --allow 'external_directory(/etc/hosts)'\n")
    allowed = cli("rules", "check", "--allow", "external_directory(/etc/hosts)", "cat /etc/hosts")
    assert allowed.out.startswith("allow: ")


@pytest.mark.parametrize(
    ("options", "command", "decision"),
    [
        ([], "make", "allow"),
        (["--mode", "confirm"], "make", "ask"),
        (["--mode", "plan"], "make", "deny"),
        (["--agent", "plan"], "git log | head", "allow"),
        (["--agent", "plan"], "make", "deny"),
        (["--cwd", "/"], "make", "ask"),
    ],
)
def test_a_check_is_about_a_run(cli: Cli, options: list[str], command: str, decision: str) -> None:
    assert cli("rules", "check", "--json", *options, command).json["decision"] == decision


def test_the_users_and_the_repositorys_rules_count(cli: Cli) -> None:
    (cli.home.root / "config.yaml").write_text("permission: {bash: {'make *': deny}}\n", "utf-8")
    found = cli("rules", "check", "--json", "make x").json
    assert (found["decision"], found["rule"], found["step"]) == ("deny", "bash(make *)", 2)


def test_lines_are_answered_one_by_one(
    cli: Cli, rules: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(
        monkeypatch,
        b'{"command": "ls", "cwd": "/nowhere"}',
        b'{"command": "cat ../x", "cwd": "/nowhere/at/all"}',
        b"not json",
        b'{"command": 3}',
        b"[]",
        b"\xff",
        b"",
        b'{"command": "ls", "cwd": "a\\u0000b"}',
        b'{"command": "ls\\ud800"}',
        b'{"command": "ls; curl x"}',
    )
    said = cli("rules", "check", "--stdin", "--rules", rules)
    answers: list[dict[str, Any]] = [json.loads(line) for line in said.out.splitlines()]
    kinds = [answer.get("decision", "error") for answer in answers]
    assert kinds == [
        "allow",
        "ask",
        "error",
        "error",
        "error",
        "error",
        "error",
        "error",
        "deny",
        "deny",
    ]
    assert answers[1]["paths"] == ["/nowhere/at/x"]
    assert answers[-1]["parts"] == [["ls"], ["curl", "x"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "must hold a mapping"),
        ("{bash: {x: maybe}}", "must be allow, ask or deny"),
        ("{bash: [", "neither JSON nor YAML"),
        ("{bash: {x: {action: allow, match: [y]}}}", "does not match its example 'y'"),
    ],
)
def test_a_wrong_file_of_rules_is_told(cli: Cli, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    said = cli("rules", "check", "--rules", str(path), "ls")
    assert said.code == 2
    assert message in said.err
    assert cli("rules", "check", "--rules", str(tmp_path / "none"), "ls").code == 2


def test_a_rule_that_never_decides_is_told(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("bash: {ls: allow, '*': ask}", encoding="utf-8")
    said = cli("rules", "check", "--rules", str(path), "--json", "ls")
    assert said.json["decision"] == "ask"
    assert "the rule bash(ls) (allow) can never decide" in said.err


def test_a_configured_rule_that_never_decides_is_told(cli: Cli) -> None:
    (cli.home.root / "config.yaml").write_text(
        "permission: {bash: {ls: deny, '*': allow}}\n", "utf-8"
    )
    said = cli("rules", "check", "--json", "ls")
    assert said.json["decision"] == "allow"
    [line] = said.err.splitlines()
    assert "config.yaml: the rule bash(ls) (deny) can never decide" in line


def test_what_to_check_has_to_be_said_once(cli: Cli) -> None:
    assert cli("rules", "check").code == 2
    assert cli("rules", "check", "--stdin", "ls").code == 2


def test_kept_answers(cli: Cli) -> None:
    assert cli("rules", "list").out == ""
    assert cli("rules", "add", "bash(npm test *)").code == 0
    assert cli("rules", "add", "Edit(src/**)").code == 0
    assert cli("rules", "list").out == "bash(npm test *)\nedit(src/**)\n"
    checked = cli("rules", "check", "--mode", "confirm", "--json", "npm test x").json
    assert (checked["decision"], checked["step"]) == ("allow", 4)
    assert cli("rules", "remove", "edit(src/**)").code == 0
    assert cli("rules", "remove", "edit(src/**)").code == 2
    assert cli("rules", "list").out == "bash(npm test *)\n"
    assert cli("rules", "reset").out == "1 answer forgotten\n"
    assert cli("rules", "list").out == ""
    assert cli("rules", "add", "bash(sudo *)").code == 2
