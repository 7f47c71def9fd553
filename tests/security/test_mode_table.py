"""Every cell of the mode's table, seen through the engine: in a terminal and headless."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from tests.support.engine import NoteTool

from pycode.agents import BuildAgent
from pycode.core.events import PermissionAsked, SessionIdle
from pycode.engine.active import ModelChoice
from pycode.engine.engine import Engine
from pycode.engine.judge import judge_for
from pycode.engine.setup import EngineSettings, Rooms
from pycode.permissions.answers import Answers
from pycode.permissions.decide import MODE_TABLE
from pycode.permissions.matching import Kind
from pycode.permissions.modes import KINDS, MODES
from pycode.permissions.request import Mode
from pycode.providers.profiles import Profile
from pycode.storage.memory import MemoryStore
from pycode.testing import ScriptedProvider, call, say
from pycode.tools import BashTool, ReadTool, ToolContext, ToolRegistry, ToolResult, WriteTool
from pycode.tools.bash import BashParameters


class HarmlessBash(BashTool):
    """Is judged like `bash` and runs nothing."""

    @property
    def description(self) -> str:
        return "Runs a command."

    async def run(self, parameters: BashParameters, context: ToolContext) -> ToolResult:
        return ToolResult("bash", f"ran {parameters.command}")


@dataclass
class Row:
    """A call that falls into one row of the table."""

    tool: str
    arguments: dict[str, Any]
    times: int = 1
    at_home: bool = False


ROWS: dict[Kind, Row] = {
    "read": Row("read", {"file_path": "src.py"}),
    "secret": Row("read", {"file_path": ".env"}),
    "edit": Row("write", {"file_path": "new.py", "content": "x"}),
    "command": Row("bash", {"command": "ls"}),
    "home_command": Row("bash", {"command": "touch x"}, at_home=True),
    "beyond": Row("bash", {"command": "sudo ls"}),
    "unread": Row("bash", {"command": "echo 'not closed"}),
    "unknown": Row("bash", {"command": 'cd "$SOMEWHERE" && touch x'}),
    "outside": Row("read", {"file_path": "../outside.txt"}),
    "repeat": Row("read", {"file_path": "src.py"}, times=3),
    "tool": Row("note", {"text": "x"}),
}
CELLS = [(kind, mode) for kind in MODE_TABLE for mode in MODES]


def test_every_row_has_a_call_and_a_description() -> None:
    assert set(ROWS) == set(MODE_TABLE) == set(KINDS)
    assert set(MODES) == set(get_args(Mode))
    assert all(set(cells) == set(MODES) for cells in MODE_TABLE.values())


async def outcome(row: Row, mode: Mode, project: Path, *, attended: bool) -> str:
    """Return what becomes of the row's last call: ran, asked, refused or denied."""
    script = [call(row.tool, row.arguments)] * row.times + [say("done")]
    provider = ScriptedProvider(script)
    registry = ToolRegistry()
    for tool in (ReadTool(), WriteTool(), HarmlessBash(), NoteTool("note")):
        registry.register(tool)
    engine = Engine(
        Rooms(
            store=MemoryStore(),
            models=lambda _: ModelChoice(provider, "m", "scripted/m", Profile()),
            agents=lambda _: BuildAgent(),
            registry=registry,
            judges=lambda agent, place: judge_for(agent, place, Answers(None), mode=mode),
        ),
        attended=attended,
        settings=EngineSettings(),
    )
    session = engine.create(project).id
    subscription = engine.bus.subscribe(session)
    await engine.submit(session, "go")
    asked = False
    async for event in subscription:
        if isinstance(event, PermissionAsked):
            asked = True
            engine.reply(event.request_id, "no")
        if isinstance(event, SessionIdle):
            break
    message = [m for m in engine.messages(session) if m.get_tool_parts()][-1]
    part = message.get_tool_parts()[-1]
    if part.status == "completed":
        return "ran"
    if asked:
        return "asked"
    return {"unattended": "refused", "rule": "denied"}[part.metadata["refusal"]]


@pytest.mark.parametrize("attended", [True, False], ids=["terminal", "headless"])
@pytest.mark.parametrize(("kind", "mode"), CELLS)
async def test_cell(
    kind: Kind, mode: Mode, attended: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    (project / ".git").mkdir(parents=True)
    home.mkdir()
    row = ROWS[kind]
    monkeypatch.setenv("HOME", str(project if row.at_home else home))
    monkeypatch.setenv("USERPROFILE", str(project if row.at_home else home))
    (project / "src.py").write_text("x = 1\n", encoding="utf-8")
    (project / ".env").write_text("A=b\n", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("x", encoding="utf-8")
    action = MODE_TABLE[kind][mode]
    expected = {"allow": "ran", "ask": "asked" if attended else "refused", "deny": "denied"}
    assert await outcome(row, mode, project, attended=attended) == expected[action]
