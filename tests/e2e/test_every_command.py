"""Every command, where something around it is wrong: a full or abandoned stdout, no home, words that are not UTF-8."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.support.e2e import PYCODE, Place, Result, Serve, finished

from pycode.cli.group import COMMANDS, LazyGroup, pycode
from pycode.testing import say

if sys.platform == "win32":
    pytest.skip("these are shells' redirections", allow_module_level=True)

# What each command is given so that it has something to say on stdout.
SAYS: dict[str, list[str]] = {
    "": ["--help"],
    "agents": [],
    "auth list": ["--help"],
    "auth login": ["--help"],
    "auth logout": ["--help"],
    "completion": ["zsh"],
    "config check": [],
    "config path": [],
    "config schema": [],
    "config show": [],
    "doctor": ["--report"],
    "models install": ["--help"],
    "models list": ["--help"],
    "models remove": ["--help"],
    "models show": [],
    "rules add": ["--help"],
    "rules check": ["ls"],
    "rules list": ["--help"],
    "rules remove": ["--help"],
    "rules reset": ["--help"],
    "run": ["hi"],
    "sessions archive": ["--help"],
    "sessions delete": ["--help"],
    "sessions export": ["ses_"],
    "sessions import": ["--help"],
    "sessions list": [],
    "sessions prune": [],
    "sessions rename": ["ses_", "other"],
    "sessions search": ["hello"],
    "sessions show": ["ses_"],
    "stats": [],
    "tools": [],
    "trust": ["--help"],
    "version": [],
}


LEFT = """{ trap "" PIPE; while echo; do :; done 2>/dev/null; "$@"; echo "$?" >&2; } | true"""
"""Runs it where whoever read stdout has surely gone."""


def leaves() -> Iterator[str]:
    """Yield every command that does something, as it is typed."""
    context = click.Context(pycode)
    yield ""
    for name in COMMANDS:
        found = LazyGroup.get_command(pycode, context, name)
        if isinstance(found, click.Group):
            yield from (f"{name} {inner}" for inner in found.list_commands(click.Context(found)))
        else:
            yield name


def test_none_is_left_out() -> None:
    assert set(leaves()) == set(SAYS)


async def typed(place: Place, line: str, *words: bytes) -> Result:
    """Run a line of shell; `"$@"` is the program and its words."""
    process = await asyncio.create_subprocess_exec(
        *(b"sh", b"-c", line.encode(), b"sh", os.fsencode(PYCODE), *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=place.environ,
        cwd=place.project,
    )
    return await finished(process)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("command", SAYS)
async def test_a_stdout_that_takes_nothing(place: Place, serve: Serve, command: str) -> None:
    await serve([say("hello"), say("hello"), say("hello")])
    if command.startswith("sessions"):
        await place.run("run", "hi")
    words = [word.encode() for word in (*command.split(), *SAYS[command])]
    full = await typed(place, '"$@" >/dev/full', *words)
    assert full.code == 1, full.err
    assert "pycode: the answer cannot be written to stdout (No space left on device)" in full.err
    assert "Error" not in full.err
    left = await typed(place, LEFT, *words)
    assert left.err.endswith("141\n"), left.err
    assert "Error" not in left.err


@pytest.mark.parametrize("command", SAYS)
async def test_words_that_are_not_utf8_and_no_home(place: Place, command: str) -> None:
    words = [word.encode() for word in command.split()]
    place.environ |= {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    strange = await typed(place, '"$@"', *words, b"a\xff\xfeb")
    assert strange.code in (0, 1, 2, 5), strange.err
    assert "Traceback" not in strange.err
    del place.environ["HOME"], place.environ["USERPROFILE"]
    homeless = await typed(place, '"$@"', *words, *(word.encode() for word in SAYS[command]))
    assert homeless.code in (0, 1, 2), homeless.err
    assert "Traceback" not in homeless.err
    assert homeless.code != 2 or "PYCODE_HOME" in homeless.err
