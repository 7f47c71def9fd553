"""The `glob` tool: files whose path fits a pattern, found by ripgrep, newest first."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycode.core.data import Data
from pycode.system.text import visible
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.globs import compile_glob
from pycode.tools.schema import BuiltinTool
from pycode.tools.search import (
    MAX_KEPT,
    MAX_OFFSET,
    MAX_ORDERED,
    MAX_RESULTS,
    Names,
    Place,
    SearchError,
    in_order,
    place_of,
    ripgrep,
    shown_name,
)
from pycode.tools.targets import request

_ERROR_BYTES = 100_000


@dataclass(slots=True, eq=False, repr=False)
class GlobParameters(Data):
    """What `glob` takes."""

    pattern: str = field(metadata={"doc": "Path glob, like src/**/*.py"})
    """The pattern, from `path` on; one without `/` fits names in all folders."""
    path: str | None = field(default=None, metadata={"doc": "Directory"})
    """Where to look; None is the working directory."""
    offset: int = field(default=1, metadata={"minimum": 1, "maximum": MAX_OFFSET})
    """Which file to begin with, from 1."""


class GlobTool(BuiltinTool[GlobParameters]):
    """Finds files by name."""

    name = "glob"
    parameters_type = GlobParameters
    read_only = True
    aliases = {"directory": "path", "file_path": "path"}  # noqa: RUF012 - never changed
    bounds = (
        f"{MAX_RESULTS} files a page, sorted by age up to {MAX_ORDERED} and by path above; "
        f"{MAX_KEPT} files; 30 seconds"
    )

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
            found = Names(_compiled(parameters.pattern, place).fullmatch)
            await ripgrep(
                place,
                ["--files"],
                [place.argument],
                context,
                limit_bytes=_ERROR_BYTES,
                on_output=found.add,
            )
            output, truncated = _page(found, parameters.offset, place)
        except SearchError as error:
            return ToolResult(title, "", error=str(error))
        return ToolResult(title, output, {"matches": found.count, "truncated": truncated})


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


def _page(found: Names, offset: int, place: Place) -> tuple[str, bool]:
    if offset > max(found.count, 1):
        raise SearchError(f"There are {found.count} files; offset {offset} is behind them.")
    names, by_age = in_order(place.directory, found.found)
    names = names[offset - 1 : offset - 1 + MAX_RESULTS]
    last = offset - 1 + len(names)
    lines = [shown_name(name, place) for name in names]
    if last < found.count:
        order = "" if by_age else ", by path: too many to find the newest"
        lines.append(
            f"[files {offset} to {last} of {found.count}{order}; go on with offset={last + 1}]"
        )
    return "\n".join(lines) or "[no files]", last < found.count
