"""The `glob` tool: files whose path fits a pattern, found by ripgrep, newest first."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycode.system.text import visible
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.globs import compile_glob
from pycode.tools.schema import BuiltinTool
from pycode.tools.search import MAX_RESULTS, Place, SearchError, place_of, ripgrep
from pycode.tools.targets import request

_MAX_KEPT = 100_000
_ERROR_BYTES = 100_000


@dataclass(slots=True)
class GlobParameters:
    """What `glob` takes."""

    pattern: str = field(metadata={"doc": "Path glob, like src/**/*.py"})
    """The pattern, from `path` on; one without `/` fits names in all folders."""
    path: str | None = field(default=None, metadata={"doc": "Directory"})
    """Where to look; None is the working directory."""


class GlobTool(BuiltinTool[GlobParameters]):
    """Finds files by name."""

    name = "glob"
    parameters_type = GlobParameters
    read_only = True

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return where it would look."""
        return request("glob", parameters.get("path"), context)

    async def run(self, parameters: GlobParameters, context: ToolContext) -> ToolResult:
        """Search."""
        title = f"glob {visible(parameters.pattern)[:60]}"
        try:
            place = place_of(parameters.path, context)
            if place.name != ".":
                title += f" in {place.name}"
            if place.argument != ".":
                raise SearchError(f"{place.name} is a file; give a directory as path.")
            found = _Names(_compiled(parameters.pattern, place))
            await ripgrep(
                place,
                ["--files"],
                [place.argument],
                context,
                limit_bytes=_ERROR_BYTES,
                on_output=found.add,
            )
        except SearchError as error:
            return ToolResult(title, "", error=str(error))
        names = _newest_first(place.directory, found.names)
        metadata = {"matches": found.count, "truncated": found.count > MAX_RESULTS}
        return ToolResult(title, _output(names[:MAX_RESULTS], found.count, place), metadata)


class _Names:
    """Picks the names that fit out of ripgrep's output as it arrives."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._rest = b""
        self.names: list[str] = []
        self.count = 0

    def add(self, data: bytes) -> None:
        names, end, rest = data.rpartition(b"\0")
        if not end:
            self._rest += data
            return
        found = os.fsdecode(self._rest + names)
        self._rest = rest
        fits = self._pattern.fullmatch
        fitting = [name for raw in found.split("\0") if fits(name := raw.removeprefix("./"))]
        self.count += len(fitting)
        self.names += fitting[: _MAX_KEPT - len(self.names)]


def _compiled(pattern: str, place: Place) -> re.Pattern[str]:
    """Return the pattern from the place on.

    Raises:
        SearchError: It is not a pattern, or leads out of the place.
    """
    if os.path.isabs(pattern):
        inside = Path(pattern)
        if not inside.is_relative_to(place.directory):
            raise SearchError(
                f"The pattern is not below {place.directory}; give that directory as path."
            )
        pattern = "/" + inside.relative_to(place.directory).as_posix()
    if ".." in pattern.split("/"):
        raise SearchError("The pattern leads upwards with ..; give the directory as path.")
    try:
        return compile_glob(pattern)
    except ValueError as error:
        raise SearchError(f"pattern: {error}.") from error


def _newest_first(directory: Path, names: list[str]) -> list[str]:
    base = os.path.join(directory, "")
    ages = {name: -_modified(base + name) for name in names}
    return sorted(sorted(names), key=ages.__getitem__)


def _modified(path: str) -> int:
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:  # it went meanwhile
        return 0


def _output(names: list[str], count: int, place: Place) -> str:
    if not names:
        return "[no files]"
    lines = [visible((place.prefix + name).replace("\n", "\u240a")) for name in names]
    if count > len(names):
        lines.append(f"[the newest {len(names)} of {count} files]")
    return "\n".join(lines)
