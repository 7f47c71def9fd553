"""The way of a tool that changes one file, and what follows every change: formatter, syntax check, diff."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.core.data import Data
from pycode.core.errors import EditError
from pycode.system import files
from pycode.tools.base import ToolContext, ToolResult
from pycode.tools.changes import MAX_FILE_BYTES, Changed
from pycode.tools.targets import locked, sentence, shown, target

if TYPE_CHECKING:
    from pycode.workspace.formatters import Formatter


@dataclass(slots=True, eq=False, repr=False)
class Outcome(Data):
    """A change that was made."""

    changed: Changed
    """The file."""
    what: str
    """What was done, the beginning of a sentence."""
    notes: list[str] = field(default_factory=list)
    """What the model has to know beside it, in sentences."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """Beside the diff."""


async def change_file(
    tool: str,
    file_path: str,
    context: ToolContext,
    formatters: Sequence[Formatter],
    work: Callable[[Path, str], Outcome | ToolResult],
) -> ToolResult:
    """Change a file and return the result of the call.

    Args:
        tool: The tool's name.
        file_path: The file, as the model wrote it.
        context: Where and for whom.
        formatters: What is run on the file afterwards.
        work: Makes the change, given the real path and the name that is shown; a result of its own ends the call.
    """
    try:
        path = target(file_path, context)
    except ValueError as error:
        return ToolResult(f"{tool} {file_path}", "", error=f"{error}.")
    name = shown(path, context)
    try:
        with locked(path):
            outcome = work(path, name)
    except EditError as error:
        first, _, rest = str(error).partition("\n")
        return ToolResult(f"{tool} {name}", rest, error=f"{name} was not changed: {first}")
    except OSError as error:
        return ToolResult(f"{tool} {name}", "", error=sentence(error, name))
    except ValueError as error:  # a character that the file's encoding does not have
        return ToolResult(f"{tool} {name}", "", error=f"{name} was not changed: {error}.")
    if isinstance(outcome, ToolResult):
        return outcome
    notes = outcome.notes + await finish([outcome.changed], context, formatters)
    facts = outcome.changed.facts()
    counts = f"(+{facts['additions']} -{facts['deletions']})"
    output = " ".join([f"{outcome.what} {counts}.", *notes])
    return ToolResult(f"{tool} {name} {counts}", output, facts | outcome.metadata)


async def finish(
    changed: Sequence[Changed], context: ToolContext, formatters: Sequence[Formatter]
) -> list[str]:
    """Run formatters on changed files, check their syntax, and return what the model has to know of it.

    Args:
        changed: The files; their texts are brought up to date.
        context: Where and for whom.
        formatters: What is run on them.
    """
    from pycode.workspace.syntax import newly_broken

    notes: list[str] = []
    for file in changed:
        if file.after is None:
            continue
        if formatters:
            notes += await _formatted(file, context, formatters)
        problem = newly_broken(file.name, file.before, file.after)
        if problem is not None:
            notes.append(f"{file.name} is broken now: {problem}.")
    return notes


async def _formatted(
    file: Changed, context: ToolContext, formatters: Sequence[Formatter]
) -> list[str]:
    from pycode.tools.environment import clean_environment
    from pycode.workspace.formatters import run_formatters

    runtime = context.runtime
    environment = runtime.environment() if runtime is not None else clean_environment(os.environ)
    runs = await run_formatters(file.path, formatters, context.working_directory, environment)
    if not runs:
        return []
    try:
        data = files.read_bytes(file.path, MAX_FILE_BYTES)
    except OSError as error:
        return [f"After formatting: {sentence(error, file.name)}"]
    notes = [run.problem for run in runs if run.problem is not None]
    text = files.decode(data).text
    if text != file.after:
        file.after = text
        names = ", ".join(run.name for run in runs if run.problem is None)
        notes.append(
            f"{names or 'A formatter'} has formatted it; read it again before the next edit."
        )
        if runtime is not None:
            runtime.mark_seen(str(file.path), files.sha256(data))
    return notes
