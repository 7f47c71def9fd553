"""A task: a small project, what a user asks for, and how the files it leads to are scored.

A task is a folder. `task.toml` says what is asked and how it is checked; `project/` is what the model gets; `check/` is laid over
a copy of its work for scoring only; `solution/` holds the files that a good answer changes or adds. Only files and exit codes
count, never what the model says.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from pycode.system import spawn

SETS = ("development", "unseen")
"""The sets: prompts and guards may be tuned on the first, never on the second."""

Outcome = Literal["success", "partial", "fail"]
"""How a task went."""
Command = tuple[str, ...]
"""A program and its arguments; `python` is the interpreter that scores."""

_ROOT = Path(__file__).parent
_CHECK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Task:
    """One task."""

    folder: Path
    """Where it lies."""
    kind: str
    """What sort of work it is, for the table."""
    prompt: str
    """What the user types."""
    checks: tuple[Command, ...]
    """What shows that the task is done: each one fails in the project as it is."""
    guards: tuple[Command, ...]
    """What must not break: each one passes in the project as it is."""
    deleted: tuple[str, ...]
    """The files that a good answer removes."""
    seconds: float
    """The most time that the model gets."""

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.folder.name

    @property
    def project(self) -> Path:
        """The files that the model gets."""
        return self.folder / "project"

    @property
    def solution(self) -> Path:
        """The files that a good answer changes or adds."""
        return self.folder / "solution"


@dataclass(frozen=True, slots=True)
class Score:
    """What a piece of work came to."""

    outcome: Outcome
    """How it went."""
    reason: str
    """What was missing, in one line; empty with `success`."""


def load_set(name: str) -> list[Task]:
    """Return the tasks of a set by name."""
    return [_load(file.parent) for file in sorted((_ROOT / name).glob("*/task.toml"))]


def lay_out(task: Task, target: Path, *, solved: bool = False) -> None:
    """Copy a task's project to a folder that does not exist yet, with the reference solution in it if wanted."""
    shutil.copytree(task.project, target, ignore=shutil.ignore_patterns("__pycache__"))
    if solved:
        shutil.copytree(task.solution, target, dirs_exist_ok=True)
        for name in task.deleted:
            (target / name).unlink()


def score(task: Task, work: Path) -> Score:
    """Score what a folder holds after somebody has done a task in it."""
    tampered = _tampered(task, work)
    if tampered:
        return Score("fail", f"changed the test {tampered}")
    passed, missing = failures(task, work)
    if not missing:
        return Score("success", "")
    outcome: Outcome = "partial" if passed or _touched(task, work) else "fail"
    return Score(outcome, missing[0])


def failures(task: Task, work: Path) -> tuple[int, list[str]]:
    """Run a task's checks and guards on a copy of a folder.

    Returns:
        How many checks pass, and a line for each check or guard that does not.
    """
    passed = 0
    missing = []
    with tempfile.TemporaryDirectory(prefix="pycode-score-", ignore_cleanup_errors=True) as place:
        copy = Path(place) / "work"
        shutil.copytree(work, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        shutil.copytree(task.folder / "check", copy, dirs_exist_ok=True)
        for command in task.checks:
            why = _why_failed(command, copy)
            passed += not why
            missing += [why] if why else []
        for command in task.guards:
            why = _why_failed(command, copy)
            missing += [f"broke: {why}"] if why else []
    return passed, missing


def _load(folder: Path) -> Task:
    data = tomllib.loads((folder / "task.toml").read_text(encoding="utf-8"))
    return Task(
        folder=folder,
        kind=data["kind"],
        prompt=data["prompt"],
        checks=tuple(tuple(command) for command in data["checks"]),
        guards=tuple(tuple(command) for command in data.get("guards", [])),
        deleted=tuple(data.get("deleted", [])),
        seconds=data.get("seconds", 600),
    )


def _why_failed(command: Command, folder: Path) -> str:
    """Run a command; return an empty text when it passes, else a line that says how it failed."""
    program = sys.executable if command[0] == "python" else command[0]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    environment = kept | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "LANG": "C.UTF-8"}
    argv = [program, *command[1:]]
    done = asyncio.run(spawn.run(argv, cwd=folder, env=environment, timeout=_CHECK_SECONDS))
    if done.timed_out:
        return f"{' '.join(command)}: not done in {_CHECK_SECONDS} s"
    if done.exit_code == 0:
        return ""
    lines = [line for line in done.output.decode("utf-8", "replace").splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line] or lines
    return f"{' '.join(command)}: {errors[-1].strip() if errors else done.exit_code}"


def _tampered(task: Task, work: Path) -> str:
    """Return the first test of the project that was changed or removed unasked, or an empty text."""
    for file in sorted(task.project.rglob("*")):
        relative = file.relative_to(task.project)
        name = relative.as_posix()
        asked = name in task.deleted or (task.solution / relative).exists()
        if _is_test(relative) and not asked and _differs(file, work / relative):
            return name
    return ""


def _touched(task: Task, work: Path) -> bool:
    """Tell whether one of the files that a good answer changes was changed."""
    wanted = [file.relative_to(task.solution) for file in task.solution.rglob("*")]
    wanted += [Path(name) for name in task.deleted]
    return any(_differs(task.project / name, work / name) for name in wanted)


def _is_test(path: PurePath) -> bool:
    if "__pycache__" in path.parts:
        return False
    stem = path.stem
    return (
        "tests" in path.parts[:-1] or stem.startswith("test_") or stem.endswith(("_test", ".test"))
    )


def _differs(one: Path, other: Path) -> bool:
    """Tell whether two paths hold different content; a folder and nothing are alike."""
    contents = [path.read_bytes() if path.is_file() else None for path in (one, other)]
    return contents[0] != contents[1]
