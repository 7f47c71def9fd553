"""Two `pycode run` on one session: one owns it and answers, the other follows."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest
from tests.support.e2e import Place, Serve, finished, patched

from pycode.testing import call, hang, say, status

if sys.platform == "win32":
    pytest.skip("signals are POSIX", allow_module_level=True)

from tests.support.terminal import Terminal

HELD = "touch started; while [ ! -e go ]; do sleep 0.02; done"
"""A command that runs until the test makes the file `go`."""

SLOW_END = """
import time
from pathlib import Path
from pycode.storage.transcript import FileTranscript
def sync(self):
    Path("synced").touch()
    if not Path("second").exists():
        while not list(Path({inbox!r}).rglob("msg_*.json")): time.sleep(0.01)
    Path("second").touch()
FileTranscript.sync = sync
"""
"""Makes the moment between the last look for prompts and the end of the turn last until a prompt has come."""


async def follow(
    place: Place, first: asyncio.subprocess.Process
) -> tuple[asyncio.subprocess.Process, str]:
    """Start a second run in the session of the first, which holds in a command; return it when its prompt waits."""
    while not (place.project / "started").exists():
        assert first.returncode is None
        await asyncio.sleep(0.01)
    session_id = place.logs()[0].stem
    second = await place.start("run", "-s", session_id, "two")
    while not list((place.storage / "inbox").rglob("msg_*.json")):
        assert second.returncode is None
        await asyncio.sleep(0.01)
    return second, session_id


async def test_the_follower_ends_when_the_owner_dies_while_it_answers(
    place: Place, serve: Serve
) -> None:
    server = await serve([call("bash", {"command": HELD}), [say("part of it"), hang()], say("yes")])
    first = await place.start("run", "one")
    second, session_id = await follow(place, first)
    (place.project / "go").touch()
    while len(server.requests) < 2:
        await asyncio.sleep(0.01)
    first.kill()
    await first.communicate()
    result = await finished(second)
    assert result.code == 1
    assert session_id in result.err
    assert "has ended" in result.err
    assert (await place.run("run", "-s", session_id, "three")).out == "yes\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_follower_can_be_interrupted_and_the_owner_goes_on(
    place: Place, serve: Serve, number: signal.Signals
) -> None:
    server = await serve([call("bash", {"command": HELD}), say("both answered")])
    first = await place.start("run", "one")
    second, _ = await follow(place, first)
    second.send_signal(number)
    result = await finished(second)
    assert result.code == 128 + number
    assert "has the prompt" in result.err
    (place.project / "go").touch()
    assert (await finished(first)).code == 0
    assert server.requests[1].prompt() == "two"


async def test_the_follower_says_why_the_owner_failed(place: Place, serve: Serve) -> None:
    await serve([call("bash", {"command": HELD}), status(401)])
    first = await place.start("run", "one")
    second, _ = await follow(place, first)
    (place.project / "go").touch()
    for result in [await finished(first), await finished(second)]:
        assert result.code == 5
        assert "does not accept the key" in result.err


async def test_a_prompt_that_comes_as_the_owner_ends_is_answered(
    place: Place, serve: Serve
) -> None:
    await serve([say("first"), say("second")])
    code = SLOW_END.format(inbox=str(place.storage / "inbox"))
    first = await place.start("run", "one", environ=patched(place, code))
    while not (place.project / "synced").exists():
        assert first.returncode is None
        await asyncio.sleep(0.01)
    second = await place.run("run", "-s", place.logs()[0].stem, "two")
    assert (second.code, second.out) == (0, "second\n"), second.err
    assert (await finished(first)).out == "first\n"


async def test_a_prompt_that_comes_as_a_run_in_a_terminal_ends_is_answered_by_its_sender(
    place: Place, serve: Serve
) -> None:
    await serve([say("first"), say("second")])
    environ = {
        **place.environ,
        **patched(place, SLOW_END.format(inbox=str(place.storage / "inbox"))),
    }
    first = await Terminal.start(Place(place.home, place.project, environ), "run", "one")
    while not (place.project / "synced").exists():
        await asyncio.sleep(0.01)
    second = await place.run("run", "-s", place.logs()[0].stem, "two")
    assert (second.code, second.out) == (0, "second\n"), second.err
    assert await first.end() == 0
    assert "second" not in first.screen
    assert "interrupted" not in first.screen + second.err


async def test_an_idle_session_in_a_terminal_answers_the_prompt_of_another_process(
    place: Place, serve: Serve
) -> None:
    await serve([say("first"), say("second"), say("third")])
    terminal = await Terminal.start(place, "--inline")
    terminal.type("one\r")
    await terminal.until("first")
    await terminal.until(" s\x1b")
    second = await place.run("run", "-s", place.logs()[0].stem, "two")
    assert (second.code, second.out) == (0, "second\n"), second.err
    await terminal.until("From another PyCode: two")
    await terminal.until("second")
    terminal.type("three\r")
    await terminal.until("third")
    terminal.type("/exit\r")
    assert await terminal.end() == 0
    assert terminal.screen.count("From another PyCode") == 1
