"""What is asked in a terminal: whether to trust a project, and for how long a yes holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.security.conftest import Machine, ServeModel
from tests.security.hostile import PROMPT

from pycode.testing import call, say

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

from tests.support.terminal import Terminal

QUESTION = "Trust it? [y] yes, [n] no: "


async def test_trust_is_asked_once_and_again_when_something_changed(
    machine: Machine, serve_model: ServeModel
) -> None:
    server = await serve_model(lambda _: say("ok"))
    first = await Terminal.start(machine, "run", "hi")
    await first.until(QUESTION)
    for name in (".claude/", ".mcp.json", ".pycode.yaml (agents, instructions)"):
        assert name in first.screen
    first.type("n\r")
    assert await first.end() == 0
    assert "is not trusted" in first.screen
    assert PROMPT not in json.dumps(server.requests[0].messages)

    second = await Terminal.start(machine, "run", "hi")
    assert await second.end() == 0
    assert QUESTION not in second.screen

    (machine.project / ".mcp.json").write_text("{}", encoding="utf-8")
    third = await Terminal.start(machine, "run", "hi")
    await third.until(QUESTION)
    third.type("yes\r")
    assert await third.end() == 0
    assert "is not trusted" not in third.screen
    assert PROMPT in json.dumps([server.requests[2].system, server.requests[2].messages])

    (machine.project / ".claude/hooks/hook.sh").write_text("changed", encoding="utf-8")
    fourth = await Terminal.start(machine, "run", "hi")
    await fourth.until("has changed what it brings along")
    await fourth.until(QUESTION)
    fourth.type("\r")
    assert await fourth.end() == 0
    assert PROMPT not in json.dumps([server.requests[3].system, server.requests[3].messages])
    machine.check()


async def test_a_flag_answers_it_for_the_run(machine: Machine, serve_model: ServeModel) -> None:
    await serve_model(lambda _: say("ok"))
    flagged = await Terminal.start(machine, "run", "--trust", "hi")
    assert await flagged.end() == 0
    assert QUESTION not in flagged.screen
    interrupted = await Terminal.start(machine, "run", "hi")
    await interrupted.until(QUESTION)
    interrupted.type("\x03")
    assert await interrupted.end() == 130
    # Neither was an answer.
    asked = await Terminal.start(machine, "run", "hi")
    await asked.until(QUESTION)
    asked.type("n\r")
    assert await asked.end() == 0


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("hello", encoding="utf-8")
    return path


async def test_a_yes_can_hold_for_the_session_or_with_another_rule(
    machine: Machine, serve_model: ServeModel, outside: Path
) -> None:
    look = call("read", {"file_path": str(outside)})
    other = outside.with_name("other.txt")
    other.write_text("hello too", encoding="utf-8")
    see_other = call("read", {"file_path": str(other)})
    server = await serve_model([look, look, say("one"), look, say("two"), see_other, say("three")])

    first = await Terminal.start(machine, "run", "--trust", "go")
    await first.until("[n] no: ")
    assert f"external_directory({outside})" in first.screen
    first.type("s\r")
    assert await first.end() == 0
    assert first.screen.count("[n] no: ") == 1
    assert "hello" in server.requests[2].results()[-1]

    second = await Terminal.start(machine, "run", "--trust", "go")
    await second.until("[n] no: ")
    second.type("a bash(sudo *)\r")
    await second.until("cannot be kept")
    second.type(f"a {outside.parent}/*.txt\r")
    assert await second.end() == 0

    third = await Terminal.start(machine, "run", "--trust", "go")
    assert await third.end() == 0
    assert "[n] no: " not in third.screen
    assert "hello too" in server.requests[6].results()[-1]


async def test_what_is_not_understood_is_a_no_with_its_reason(
    machine: Machine, serve_model: ServeModel, outside: Path
) -> None:
    server = await serve_model([call("read", {"file_path": str(outside)}), say("ok")])
    terminal = await Terminal.start(machine, "run", "--trust", "go")
    await terminal.until("[n] no: ")
    terminal.type("read the other one\r")
    assert await terminal.end() == 0
    assert "refused by the user: read the other one" in server.requests[1].results()[0]


async def test_several_questions_are_asked_one_after_the_other(
    machine: Machine, serve_model: ServeModel, tmp_path: Path
) -> None:
    files = [tmp_path / f"o{number}.txt" for number in range(3)]
    for file in files:
        file.write_text(file.name, encoding="utf-8")
    server = await serve_model(
        [[call("read", {"file_path": str(file)}) for file in files], say("ok")]
    )
    terminal = await Terminal.start(machine, "run", "--trust", "go")
    # What is typed ahead waits for its question.
    terminal.type("y\ry\ry\r")
    assert await terminal.end() == 0
    results = server.requests[1].results()
    assert all(file.name in result for file, result in zip(files, results, strict=True))
