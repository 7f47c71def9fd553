"""`pycode run` in a terminal: colours, asking, Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from tests.support.e2e import SECONDS, Place, Serve

from pycode.testing import call, say

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

from tests.support.terminal import Terminal


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("hello", encoding="utf-8")
    return path


async def test_once_always_and_no(place: Place, serve: Serve, outside: Path) -> None:
    look = call("read", {"file_path": str(outside)})
    server = await serve(
        [look, say("one"), look, say("two"), look, say("three"), look, say("four")]
    )

    first = await Terminal.start(place, "run", "go")
    await first.until("[n] no")
    assert str(outside) in first.screen
    first.type("n\r")
    await first.until("Why not?")
    first.type("look elsewhere\r")
    assert await first.end() == 0
    assert "look elsewhere" in server.requests[1].results()[0]

    second = await Terminal.start(place, "run", "go")
    await second.until("[n] no")
    second.type("y\r")
    assert await second.end() == 0
    assert "hello" in server.requests[3].results()[0]

    third = await Terminal.start(place, "run", "go")
    await third.until("[n] no")
    third.type("a\r")
    assert await third.end() == 0

    fourth = await Terminal.start(place, "run", "go")
    assert await fourth.end() == 0
    assert "[n] no" not in fourth.screen
    assert "hello" in server.requests[7].results()[0]


async def test_diffs_have_colours_and_the_model_cannot_drive_the_terminal(
    place: Place, serve: Serve
) -> None:
    edit = {"file_path": "calc.py", "old_string": "a - b", "new_string": "a + b"}
    script = [[say("\x1b]0;owned\x07\x1b[2Jhi"), call("edit", edit)], say("ok")]
    await serve([*script, *script])
    terminal = await Terminal.start(place, "run", "go")
    assert await terminal.end() == 0
    assert "\x1b[32m+    return a + b\x1b[0m" in terminal.screen
    assert "\x1b]0;" not in terminal.screen
    assert "\x1b[2J" not in terminal.screen
    place.environ["NO_COLOR"] = "1"
    plain = await Terminal.start(place, "run", "go")
    assert await plain.end() == 0
    assert "\x1b" not in plain.screen


async def test_ctrl_c_while_a_question_is_open(place: Place, serve: Serve, outside: Path) -> None:
    server = await serve([call("read", {"file_path": str(outside)}), say("never")])
    terminal = await Terminal.start(place, "run", "go")
    await terminal.until("[n] no")
    terminal.type("\x03")
    assert await terminal.end() == 130
    assert len(server.requests) == 1
    assert "interrupted" in json.dumps(place.records())


async def test_ctrl_c_twice_ends_at_once_with_a_command_that_does_not_listen(
    place: Place, serve: Serve
) -> None:
    deaf = "trap '' INT TERM; echo $$ > pid; while :; do sleep 0.1; done"
    await serve([call("bash", {"command": deaf})])
    terminal = await Terminal.start(place, "run", "go")
    file = place.project / "pid"
    while not (file.exists() and file.read_text(encoding="utf-8").endswith("\n")):
        await asyncio.sleep(0.01)
    terminal.type("\x03")
    while not terminal.ended:
        # Two that come together can be one signal.
        await asyncio.sleep(0.05)
        terminal.type("\x03")
    assert await terminal.end() == 130
    assert "what was done is kept" not in terminal.screen
    async with asyncio.timeout(SECONDS):
        while lives(int(file.read_text(encoding="utf-8"))):
            await asyncio.sleep(0.01)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
