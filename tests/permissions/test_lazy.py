"""What judging loads, and when: nothing of it may cost a start."""

from __future__ import annotations

import json
import subprocess
import sys


def loaded(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after running the code."""
    program = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_reading_of_commands_is_loaded_with_the_first_command() -> None:
    modules = loaded("import pycode.permissions.decide, pycode.permissions.subjects")
    assert not {name for name in modules if "shell_" in name or "command_" in name}
    assert "tree_sitter" not in modules


def test_one_plain_command_needs_no_second_reading() -> None:
    judge = (
        "from pycode.permissions.command_line import analyse; line = analyse({!r}); line.certain"
    )
    assert "tree_sitter" not in loaded(judge.format("git log -5 'a b'"))
    assert "tree_sitter" in loaded(judge.format("git log | head"))
