"""What an answer to `can_use_tool` may change, and what is left out with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from pycode.cli.claude.updates import carry_out, suggestions
from pycode.core.errors import UsageError
from pycode.core.events import PermissionAsked


class Modes:
    """Stands for the client: takes every mode but one."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def set_claude_mode(self, name: str) -> None:
        if name == "none":
            raise UsageError("there is no permission mode 'none'")
        self.taken.append(name)


def added(*values: Any, behavior: str = "allow") -> dict[str, Any]:
    return {"type": "addRules", "behavior": behavior, "rules": list(values)}


@pytest.mark.parametrize(
    ("updates", "rules", "said"),
    [
        ([added({"toolName": "Bash", "ruleContent": "git:*"})], ["bash(git:*)"], ""),
        (
            [added({"toolName": "Write"}, {"toolName": "mcp__files"})],
            ["write", "mcp__files__*"],
            "",
        ),
        ([added({"toolName": "Bash", "ruleContent": "git:*"}, behavior="deny")], [], "'addRules'"),
        ([added({"toolName": ""})], [], "is not taken"),
        ([added({"toolName": "Bash("}, 5)], [], "is not taken"),
        ([{"type": "setMode", "mode": "none"}], [], "'none'"),
        ([{"type": "removeRules", "rules": []}], [], "'removeRules' is not served"),
        (["x"], [], "is none"),
    ],
)
def test_updates(
    capsys: pytest.CaptureFixture[str], updates: list[Any], rules: list[str], said: str
) -> None:
    client: Any = Modes()
    assert carry_out(updates, client) == rules
    assert client.taken == []
    err = capsys.readouterr().err
    assert said in err
    assert bool(err) == bool(said)


def test_a_mode_is_taken() -> None:
    client: Any = Modes()
    assert carry_out([{"type": "setMode", "mode": "plan"}], client) == []
    assert client.taken == ["plan"]


def asked(permission: str, *scopes: str) -> PermissionAsked:
    return PermissionAsked(
        session_id="ses_1",
        request_id="per_1",
        tool="bash",
        call_id="c1",
        permission=permission,
        patterns=["git push"],
        title="$ git push",
        reason="it is asked",
        scopes=list(scopes),
        rules=[f"{permission}(git push *)"],
    )


def test_what_can_be_kept_is_suggested() -> None:
    [rules] = suggestions(asked("bash", "once", "session"))
    assert rules["rules"] == [{"toolName": "Bash", "ruleContent": "git push *"}]
    assert [item["type"] for item in suggestions(asked("edit", "once", "session"))] == [
        "setMode",
        "addRules",
    ]
    assert suggestions(asked("bash", "once")) == []
