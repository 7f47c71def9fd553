"""The project that the agent works in: 200 small modules and a package with one failing test, under git."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

SAMPLE = Path(__file__).parent.parent / "examples" / "sample_project"

MODULES = 200

BUG = "{cents % 100}"
FIX = "{cents % 100:02d}"

_MODULE = '''\
"""Module {number} of the benchmark's project."""

from __future__ import annotations

VALUE = {number}


def scale(amount: int) -> int:
    """Return the amount in this module's unit."""
    return amount * VALUE
'''


def make_project(root: Path) -> None:
    """Write the project and commit it."""
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "units").mkdir()
    reset(root)
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Start"]):
        options = [
            "-c",
            "user.name=b",
            "-c",
            "user.email=b@localhost",
            "-c",
            "commit.gpgSign=false",
        ]
        hooks = ["-c", f"core.hooksPath={os.devnull}", "-c", "init.templateDir="]
        subprocess.run(["git", *options, *hooks, *command], cwd=root, check=True)


def reset(root: Path) -> None:
    """Give every file back that a session changes."""
    shutil.copy(SAMPLE / "ledger" / "money.py", root / "ledger" / "money.py")
    for number in range(MODULES):
        text = _MODULE.format(number=number)
        (root / "units" / f"unit_{number}.py").write_text(text, encoding="utf-8")
