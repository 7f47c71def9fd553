"""Completion in the shells themselves, as a user gets it who has followed the hints of `pycode completion --help`."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from tests.support.e2e import Place, Serve

from pycode.testing import say

if sys.platform == "win32":
    pytest.skip("these shells are POSIX", allow_module_level=True)

from tests.support.tmux import TMUX, screen

BASH, FISH, ZSH = (shutil.which(name) for name in ("bash", "fish", "zsh"))


@pytest.mark.skipif(FISH is None, reason="fish is not installed")
async def test_fish(place: Place, serve: Serve) -> None:
    await serve([say("ok")])
    await place.run("run", "a title, with a comma")
    (place.project / "calculated").mkdir()

    def completed(line: str) -> list[str]:
        """What fish offers, a line each: the word, a tab, the explanation."""
        program = 'pycode completion fish | source; complete --do-complete "$argv[1]"'
        done = subprocess.run(
            [str(FISH), "--no-config", "-c", program, line],
            cwd=place.project,
            env=place.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout.splitlines()

    assert completed("pycode sess") == ["sessions\tList, show, search, export and delete sessions."]
    assert [line.split("\t")[0] for line in completed("pycode run --fo")] == ["--fork", "--format"]
    assert completed("pycode run --mode pl") == ["plan"]
    [session] = completed("pycode sessions show ")
    assert session == f"{place.logs()[0].stem}\ta title, with a comma"
    assert {line.split("\t")[0] for line in completed("pycode run -f cal")} == {
        "calc.py",
        "calculated/",
    }


@pytest.mark.skipif(ZSH is None or TMUX is None, reason="zsh or tmux is not installed")
async def test_zsh(place: Place, serve: Serve) -> None:
    await serve([say("ok")])
    await place.run("run", "a title: with a colon")
    (place.home / ".zshrc").write_text(
        "autoload -Uz compinit && compinit -u\n"
        'eval "$(pycode completion zsh)"\n'
        "PROMPT='ready> '\n",
        encoding="utf-8",
    )
    async with screen(place, "-i", program=str(ZSH), size=(100, 40)) as terminal:
        await terminal.until("ready>")
        await terminal.type("pycode sess", "Tab")
        await terminal.until("ready> pycode sessions")
        await terminal.type("sho", "Tab")
        await terminal.until("ready> pycode sessions show")
        await terminal.type("", "Tab")
        await terminal.until(f"ready> pycode sessions show {place.logs()[0].stem}")
        await terminal.type("", "C-u")
        await terminal.type("pycode run --fo", "Tab", "Tab")
        await terminal.until("--fork", "--format", "one object at the end (json)")
        await terminal.type("", "C-u")
        await terminal.type("pycode run -f cal", "Tab")
        await terminal.until("pycode run -f calc.py")


@pytest.mark.skipif(BASH is None or TMUX is None, reason="bash or tmux is not installed")
async def test_bash(place: Place, serve: Serve) -> None:
    await serve([say("ok")])
    await place.run("run", "a title")
    rc = place.home / "rc"
    rc.write_text(
        "eval \"$(pycode completion bash)\"\nPS1='ready> '\nbind 'set bell-style none'\n",
        encoding="utf-8",
    )
    options = ("--noprofile", "--rcfile", str(rc), "-i")
    async with screen(place, *options, program=str(BASH), size=(100, 40)) as terminal:
        await terminal.until("ready>")
        await terminal.type("pycode sess", "Tab")
        await terminal.until("ready> pycode sessions")
        await terminal.type("sho", "Tab")
        await terminal.type("ses_", "Tab")
        await terminal.until(f"ready> pycode sessions show {place.logs()[0].stem}")
        await terminal.type("", "C-u")
        await terminal.type("pycode run -f cal", "Tab")
        await terminal.until("pycode run -f calc.py")
