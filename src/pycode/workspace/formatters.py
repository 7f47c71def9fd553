"""The project's formatters: commands that are run on a file after it was edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from pycode.system import spawn

PLACEHOLDER = "{file}"
"""Stands for the file's path in a command."""

_MAX_OUTPUT_BYTES = 4000
_MAX_SHOWN = 300


@dataclass(slots=True, frozen=True)
class Formatter:
    """A command that formats a file where it is."""

    name: str
    """What it is called."""
    command: tuple[str, ...]
    """The program and its arguments; `{file}` is replaced by the path, which is put at the end where no argument has it."""
    patterns: tuple[str, ...]
    """Globs of the names of the files that it is for."""
    timeout: float = 10
    """The most seconds that it may take."""


@dataclass(slots=True, frozen=True)
class FormatterRun:
    """What became of one run."""

    name: str
    """The formatter."""
    problem: str | None
    """Why it failed, in one sentence; None when it did not."""


async def run_formatters(
    path: Path,
    formatters: Sequence[Formatter],
    directory: str | Path,
    environment: Mapping[str, str],
) -> list[FormatterRun]:
    """Run each formatter that is for this file, one after the other, and return what became of them.

    Args:
        path: The file.
        formatters: The project's formatters, in order.
        directory: Where they run.
        environment: Their whole environment.
    """
    return [
        await _run(formatter, path, directory, environment)
        for formatter in formatters
        if any(fnmatch(path.name, pattern) for pattern in formatter.patterns)
    ]


async def _run(
    formatter: Formatter, path: Path, directory: str | Path, environment: Mapping[str, str]
) -> FormatterRun:
    argv = [argument.replace(PLACEHOLDER, str(path)) for argument in formatter.command]
    if argv == list(formatter.command):
        argv.append(str(path))
    try:
        done = await spawn.run(
            argv,
            cwd=directory,
            env=environment,
            timeout=formatter.timeout,
            limit_bytes=_MAX_OUTPUT_BYTES,
        )
    except (OSError, ValueError) as error:
        return FormatterRun(formatter.name, f"{formatter.name} could not be started: {error}.")
    if done.timed_out:
        problem = (
            f"{formatter.name} took longer than {formatter.timeout:g} seconds and was stopped."
        )
        return FormatterRun(formatter.name, problem)
    if done.exit_code != 0:
        said = " ".join(done.output.decode("utf-8", "replace").split())[:_MAX_SHOWN]
        problem = (
            f"{formatter.name} failed with exit code {done.exit_code}: {said or 'it said nothing'}."
        )
        return FormatterRun(formatter.name, problem)
    return FormatterRun(formatter.name, None)
