"""Gives a task to the installed `pycode` as a user would, and scores what it left behind."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.tasks import Outcome, Task, lay_out, score
from pycode.config.home import Home
from pycode.system import spawn

_GRACE_SECONDS = 60
"""How long `pycode` may take beyond the time limit that it was given, before it is killed."""
_WRONG_USAGE = 2
"""The exit code of `pycode` when it did not begin."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a model did one task."""

    set: str
    """The task's set."""
    task: str
    """The task's name."""
    kind: str
    """The task's kind."""
    model: str
    """The model, with the further arguments that `pycode run` got."""
    outcome: Outcome
    """How it went."""
    reason: str
    """What was missing, in one line."""
    ended: str
    """Why the turn ended, as `pycode` says."""
    seconds: float
    """How long `pycode` ran."""
    steps: int
    """How many requests the model got."""
    tokens_in: int
    """The tokens of all requests, cached ones as well."""
    tokens_out: int
    """The tokens of all answers."""


def run_task(task: Task, model: str, arguments: Sequence[str], keep: Path | None = None) -> Result:
    """Let a model do a task, in a copy of its project and with a home of its own.

    Args:
        task: The task.
        model: The model, as `provider/model`.
        arguments: More arguments for `pycode run`.
        keep: A folder that gets the model's work and what `pycode` printed.

    Raises:
        SystemExit: `pycode` did not begin: wrong arguments, or no such model.
    """
    with tempfile.TemporaryDirectory(prefix="pycode-eval-", ignore_cleanup_errors=True) as place:
        work = Path(place) / task.name
        variables = environment(Path(place) / "home")
        lay_out(task, work)
        _commit(work, variables)
        argv = [_pycode(), "run", "--format", "json", "-m", model]
        argv += ["--max-time", str(task.seconds), *arguments, task.prompt]
        begin = time.monotonic()
        code, text = _run(argv, work, variables, task.seconds + _GRACE_SECONDS)
        if code == _WRONG_USAGE:
            raise SystemExit(text.rstrip())
        seconds = time.monotonic() - begin
        scored = score(task, work)
        if keep is not None:
            _keep(work, text, keep / task.name)
    said = _result(text)
    usage = said.get("usage", {})
    return Result(
        set=task.folder.parent.name,
        task=task.name,
        kind=task.kind,
        model=" ".join([model, *arguments]),
        outcome=scored.outcome,
        reason=scored.reason,
        ended=said.get("pycode", {}).get("reason") or said.get("subtype", "killed"),
        seconds=round(seconds, 1),
        steps=said.get("num_turns", 0),
        tokens_in=sum(count for name, count in usage.items() if "input_tokens" in name),
        tokens_out=usage.get("output_tokens", 0),
    )


def environment(home: Path) -> dict[str, str]:
    """Return this process's variables, keys included, with an empty home that has the user's installed models."""
    cache = Home.default().root / "cache"
    (home / ".pycode").mkdir(parents=True, mode=0o700)
    if cache.is_dir():
        (home / ".pycode" / "cache").symlink_to(cache, target_is_directory=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    own = {"HOME": str(home), "USERPROFILE": str(home), "PATH": path}
    return {name: value for name, value in os.environ.items() if name != "PYCODE_HOME"} | own


def _pycode() -> str:
    """Return the program that is installed beside this interpreter."""
    found = shutil.which("pycode", path=str(Path(sys.executable).parent))
    if found is None:
        raise SystemExit(
            "pycode is not installed beside this Python; python3 dev.py test makes .venv and puts it there"
        )
    return found


def _commit(work: Path, variables: dict[str, str]) -> None:
    """Make a folder a repository with one commit."""
    who = ["-c", "user.name=user", "-c", "user.email=user@localhost"]
    for arguments in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "First version"]):
        code, text = _run(["git", *arguments], work, variables, 60)
        if code != 0:
            raise SystemExit(f"git {arguments[0]} failed: {text.rstrip()}")


def _run(
    argv: Sequence[str], work: Path, variables: dict[str, str], seconds: float
) -> tuple[int, str]:
    """Return the exit code and the output of a program."""
    done = asyncio.run(spawn.run(argv, cwd=work, env=variables, timeout=seconds))
    return done.exit_code, done.output.decode("utf-8", "replace")


def _result(text: str) -> dict[str, Any]:
    """Return the object that `pycode run --format json` printed, or an empty one when it did not come so far."""
    for line in reversed(text.splitlines()):
        if line.startswith(('{"type":"result"', '{"type": "result"')):
            found: dict[str, Any] = json.loads(line)
            return found
    return {}


def _keep(work: Path, text: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(work, folder, symlinks=True)
    (folder / "pycode-output.txt").write_text(text, encoding="utf-8")
