"""Claude Code's modes decide as its own tables do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pycode.agents.loader import get_agent
from pycode.client.claude_modes import CLAUDE_MODES, ClaudeJudge, claude_mode
from pycode.core.errors import UsageError
from pycode.engine.judge import Judge, judge_for
from pycode.permissions.answers import Answers
from pycode.permissions.request import Mode
from pycode.permissions.rules import Rule, parse_rule_text
from pycode.tools import BashTool, EditTool, ReadTool, Tool
from pycode.tools.base import PermissionRequest
from pycode.workspace.project import find_project


def verdict(root: Path, mode: str, tool: Tool, what: str, rules: list[Rule] | None = None) -> str:
    """allow, ask or deny."""
    agent = get_agent("build", {}, {})
    project = find_project(root)

    def judge_in(own: Mode) -> Judge:
        return judge_for(agent, project, Answers(None), rules=rules or [], mode=own)

    paths = [] if tool.permission == "bash" else [what]
    request = PermissionRequest(tool.permission, [what], paths)
    judge = ClaudeJudge(agent, judge_in, lambda: claude_mode(mode))
    questions = list(judge.judge(tool, request))
    if not questions:
        return "allow"
    return "deny" if any(question.denied for question in questions) else "ask"


@pytest.mark.parametrize(
    ("mode", "reading", "editing", "looking", "changing"),
    [
        ("default", "allow", "ask", "allow", "ask"),
        ("acceptEdits", "allow", "allow", "allow", "allow"),
        ("plan", "allow", "deny", "allow", "deny"),
        ("dontAsk", "allow", "deny", "allow", "deny"),
        ("bypassPermissions", "allow", "allow", "allow", "allow"),
        ("auto", "allow", "allow", "allow", "allow"),
    ],
)
def test_the_table(
    tmp_path: Path, mode: str, reading: str, editing: str, looking: str, changing: str
) -> None:
    (tmp_path / ".git").mkdir()
    assert verdict(tmp_path, mode, ReadTool(), "a.py") == reading
    assert verdict(tmp_path, mode, EditTool(), "a.py") == editing
    assert verdict(tmp_path, mode, BashTool(), "ls -l") == looking
    assert verdict(tmp_path, mode, BashTool(), "touch a") == changing


@pytest.mark.parametrize("mode", CLAUDE_MODES)
def test_hard_limits_hold_in_every_mode(tmp_path: Path, mode: str) -> None:
    (tmp_path / ".git").mkdir()
    assert verdict(tmp_path, mode, EditTool(), ".git/config") == "deny"
    deny = [parse_rule_text("bash(ls *)", "deny", "user")]
    assert verdict(tmp_path, mode, BashTool(), "ls -l", deny) == "deny"


def test_a_rule_that_asks_is_asked_though_a_command_only_reads(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    rules = [parse_rule_text("bash(ls *)", "ask", "user")]
    assert verdict(tmp_path, "default", BashTool(), "ls -l", rules) == "ask"
    assert verdict(tmp_path, "dontAsk", BashTool(), "ls -l", rules) == "deny"


def test_an_allowed_command_runs_though_the_mode_asks(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    rules = [parse_rule_text("bash(touch *)", "allow", "user")]
    assert verdict(tmp_path, "default", BashTool(), "touch a", rules) == "allow"


def test_a_mode_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="acceptEdits"):
        claude_mode("yolo")
