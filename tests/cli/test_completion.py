"""Completion: the shells' scripts, and what they are answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.cli import Cli
from tests.support.e2e import PYCODE
from tests.support.sessions import write

BASH = shutil.which("bash")


def answer(cli: Cli, monkeypatch: pytest.MonkeyPatch, *words: str) -> list[list[str]]:
    """What PowerShell's script is told: what is typed, and what it means."""
    monkeypatch.setenv("_PYCODE_WORDS", "\n".join(words))
    return cli("completion", "powershell", "--answer").rows


class TestAnswers:
    """Commands, options, ids."""

    def test_commands(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        assert answer(cli, monkeypatch, "pycode", "sess") == [
            ["sessions", "List, show, search, export and delete sessions."]
        ]
        names = [row[0] for row in answer(cli, monkeypatch, "pycode", "sessions", "r")]
        assert names == ["rename"]

    def test_options_and_their_values(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        names = [row[0] for row in answer(cli, monkeypatch, "pycode", "run", "--fo")]
        assert names == ["--fork", "--format"]
        values = answer(cli, monkeypatch, "pycode", "run", "--mode", "pl")
        assert [row[0] for row in values] == ["plan"]

    def test_ids_with_their_titles(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        info = write(cli.store, title="A\ttitle")
        for words in (["sessions", "show", "ses_"], ["run", "-s", "ses_7"], ["-s", ""]):
            assert answer(cli, monkeypatch, "pycode", *words) == [[info.id, "A title"]]
        monkeypatch.delenv("HOME")
        monkeypatch.delenv("USERPROFILE")
        assert answer(cli, monkeypatch, "pycode", "sessions", "show", "s") == []

    def test_files_are_left_to_the_shell(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        assert answer(cli, monkeypatch, "pycode", "run", "-f", "ca") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_scripts(cli: Cli, shell: str) -> None:
    script = cli("completion", shell).out
    assert "pycode" in script
    assert "%(" not in script


def test_an_unknown_shell(cli: Cli) -> None:
    said = cli("completion", "tcsh")
    assert (said.code, "powershell" in said.err) == (2, True)


@pytest.mark.skipif(BASH is None or sys.platform == "win32", reason="needs bash")
def test_in_a_real_bash(tmp_path: Path) -> None:
    assert BASH is not None
    program = """
eval "$(pycode completion bash)"
COMP_WORDS=(pycode sessions pr) COMP_CWORD=2
_pycode_completion pycode
echo "${COMPREPLY[@]}"
"""
    path = os.pathsep.join([str(PYCODE.parent), os.environ["PATH"]])
    done = subprocess.run(
        [BASH, "-c", program],
        env={"PATH": path, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["prune"], done.stderr
