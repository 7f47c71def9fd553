"""The `grep` tool: lines that fit a regular expression, found by ripgrep.

ripgrep looks twice: first it only counts, which keeps its output small however much it finds, and then it shows the lines of
the files that the page needs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pycode.core.data import Data
from pycode.system.paths import is_secret
from pycode.system.text import visible
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.globs import compile_glob
from pycode.tools.grep_lines import (
    MAX_LINE_BYTES,
    Match,
    page,
    read_json_matches,
    read_matches,
)
from pycode.tools.schema import BuiltinTool
from pycode.tools.search import (
    MAX_OFFSET,
    MAX_RESULTS,
    Place,
    SearchError,
    in_order,
    place_of,
    ripgrep,
    shown_name,
)
from pycode.tools.targets import request

_MAX_LIMIT = 1000
_MAX_CONTEXT = 20
_PER_FILE = 20
_MULTILINE_FILES = 300
_MAX_SHOWN = 10_000
_COUNT_BYTES = 16_000_000
_LINES_BYTES = 32_000_000

# A name may hold a newline; what ends it is the NUL.
_COUNTED = re.compile(r"\.[/\\]([^\0]+)\0(\d+)\n")


@dataclass(slots=True, eq=False, repr=False)
class GrepParameters(Data):
    """What `grep` takes."""

    pattern: str = field(metadata={"doc": "Regular expression"})
    """The regular expression, in ripgrep's syntax: linear in time, so without look-around and back-references."""
    path: str | None = field(default=None, metadata={"doc": "File or directory"})
    """Where to look; None is the working directory."""
    include: str | None = field(default=None, metadata={"doc": "File glob, like *.{ts,tsx}"})
    """Which files to look at."""
    type: str | None = field(default=None, metadata={"doc": "File type, like py"})
    """Which files to look at, as a type that ripgrep knows."""
    output_mode: str = field(
        default="content", metadata={"enum": ["content", "files_with_matches", "count"]}
    )
    """Whether to show lines, names of files, or names with counts."""
    context: int = field(
        default=0, metadata={"doc": "Lines around each", "minimum": 0, "maximum": _MAX_CONTEXT}
    )
    """How many lines to show before and after each match."""
    ignore_case: bool = False
    """Whether upper and lower case are the same."""
    multiline: bool = field(default=False, metadata={"doc": "Match across lines, . too"})
    """Whether a match may go over several lines; `.` then fits a line's end as well."""
    limit: int = field(default=MAX_RESULTS, metadata={"minimum": 1, "maximum": _MAX_LIMIT})
    """How many matches or files to show."""
    offset: int = field(default=1, metadata={"minimum": 1, "maximum": MAX_OFFSET})
    """Which match or file to begin with, from 1."""


class GrepTool(BuiltinTool[GrepParameters]):
    """Searches file contents."""

    name = "grep"
    parameters_type = GrepParameters
    read_only = True
    aliases = {  # noqa: RUF012 - never changed
        "glob": "include",
        "query": "pattern",
        "regex": "pattern",
        "file_path": "path",
        "directory": "path",
        "head_limit": "limit",
        "max_results": "limit",
        "-i": "ignore_case",
        "-C": "context",
        "-A": "context",
        "-B": "context",
    }
    bounds = (
        f"{_PER_FILE} lines of a file unless `path` is that file; lines of {MAX_LINE_BYTES} bytes; "
        "30 seconds; 50 KB of output"
    )

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return where it would look."""
        return request("grep", parameters.get("path"), context)

    async def run(self, parameters: GrepParameters, context: ToolContext) -> ToolResult:
        """Search."""
        title = f"grep {visible(parameters.pattern)[:60]}"
        try:
            place = place_of(parameters.path, context)
            if place.name != ".":
                title += f" in {place.name}"
            counts = await _count(place, parameters, context)
            if parameters.output_mode == "content":
                output, truncated = await _lines(place, parameters, counts, context)
            else:
                output, truncated = _files(place, parameters, counts)
        except SearchError as error:
            return ToolResult(title, "", error=str(error))
        matches = sum(counts.values())
        metadata = {"matches": matches, "files": len(counts), "truncated": truncated}
        return ToolResult(title, output, metadata)


async def _count(place: Place, parameters: GrepParameters, context: ToolContext) -> dict[str, int]:
    """Return the files that have matches with their numbers, in the order in which they are shown."""
    only, fits = _include(parameters)
    arguments = [*only, "--count", "--with-filename", *_pattern(parameters)]
    done = await ripgrep(place, arguments, [place.argument], context, limit_bytes=_COUNT_BYTES)
    if done.truncated:
        raise SearchError("Too many files match; give a narrower pattern or path.")
    output = done.output.decode("utf-8", "surrogateescape")
    if os.sep == "\\":
        output = output.replace("\\", "/")
    counts = {name: int(count) for name, count in _COUNTED.findall(output)}
    if fits is not None:
        counts = {name: count for name, count in counts.items() if fits.fullmatch(name)}
    if place.argument == "." and ".env" in output.lower():
        counts = {name: count for name, count in counts.items() if not _is_secret(place, name)}
    names, _ = in_order(place.directory, counts)
    return {name: counts[name] for name in names}


def _is_secret(place: Place, name: str) -> bool:
    """Return whether a file that the call did not name holds secrets; reading one is a question of its own."""
    return ".env" in name.lower() and is_secret(place.directory / name)


def _files(place: Place, parameters: GrepParameters, counts: dict[str, int]) -> tuple[str, bool]:
    first = _begin(parameters, len(counts), "files")
    names = list(islice(counts, first, first + parameters.limit))
    count = parameters.output_mode == "count"
    lines = [shown_name(name, place) + (f": {counts[name]}" if count else "") for name in names]
    last = first + len(names)
    if last < len(counts):
        lines.append(
            f"[files {first + 1} to {last} of {len(counts)}; go on with offset={last + 1}]"
        )
    return "\n".join(lines) or "[no matches]", last < len(counts)


async def _lines(
    place: Place, parameters: GrepParameters, counts: dict[str, int], context: ToolContext
) -> tuple[str, bool]:
    if not counts:
        return "[no matches]", False
    most = None if len(counts) == 1 else _PER_FILE
    sizes = {name: min(count, most or count) for name, count in counts.items()}
    total = sum(sizes.values())
    first, end = parameters.offset - 1, parameters.offset - 1 + parameters.limit
    if parameters.multiline:
        # What is counted as several may be shown as one match: only counting what is shown is exact.
        names, before = list(islice(sizes, _MULTILINE_FILES)), 0
        found = await _show(place, parameters, names, most or _MAX_SHOWN, context)
        if len(names) == len(sizes):
            total = sum(1 for _ in _in_files(names, found, most))
    else:
        names, before = _needed(sizes, first, end)
        found = await _show(place, parameters, names, most or end, context)
    _begin(parameters, total, "matches")
    shown = islice(_in_files(names, found, most), first - before, end - before)
    hidden = {name: counts[name] - most for name in names if most and counts[name] > most}
    text, number = page(shown, hidden, place)
    last = first + number
    if last >= total or not number:
        return text or "[no matches]", bool(hidden)
    all_of_it = f"{sum(counts.values())} in {len(counts)} files"
    return f"{text}\n[up to {last} of {all_of_it}; go on with offset={last + 1}]", True


def _begin(parameters: GrepParameters, total: int, what: str) -> int:
    """Return how many results are passed over.

    Raises:
        SearchError: There are not that many.
    """
    if parameters.offset > max(total, 1):
        raise SearchError(f"There are {total} {what}; offset {parameters.offset} is behind them.")
    return parameters.offset - 1


def _needed(sizes: dict[str, int], first: int, end: int) -> tuple[list[str], int]:
    """Return the files in which the matches `first` to `end` are, and how many matches come before these files."""
    names: list[str] = []
    before = passed = 0
    for name, size in sizes.items():
        if passed >= end:
            break
        if passed + size <= first:
            before += size
        else:
            names.append(name)
        passed += size
    return names, before


async def _show(
    place: Place,
    parameters: GrepParameters,
    names: list[str],
    most: int,
    context: ToolContext,
) -> dict[str, list[Match]]:
    """Return the first matches of files."""
    if not names:
        return {}
    plain = [
        "--line-number",
        "--with-filename",
        "--no-heading",
        f"--max-columns={MAX_LINE_BYTES}",
        "--max-columns-preview",
        "--no-context-separator",
    ]
    arguments = [
        *(["--json"] if parameters.multiline else plain),
        f"--max-count={most}",
        f"--context={parameters.context}",
        *_pattern(parameters),
    ]
    targets = [f"./{name}" for name in names]
    done = await ripgrep(place, arguments, targets, context, limit_bytes=_LINES_BYTES)
    read = read_json_matches if parameters.multiline else read_matches
    return read(done.output, parameters.context)


def _in_files(
    names: list[str], found: dict[str, list[Match]], most: int | None
) -> Iterator[tuple[str, Match]]:
    for name in names:
        for match in islice(found.get(name, ()), most):
            yield name, match


def _pattern(parameters: GrepParameters) -> list[str]:
    options = ["--ignore-case"] if parameters.ignore_case else []
    if parameters.multiline:
        options += ["--multiline", "--multiline-dotall"]
    # Only ripgrep's own engine has no bad cases: it takes time in proportion to the text, whatever the expression.
    return [*options, "--engine=default", f"--regexp={parameters.pattern}"]


def _include(parameters: GrepParameters) -> tuple[list[str], re.Pattern[str] | None]:
    """Return ripgrep's options for the files to look at, and what their names must fit besides."""
    include, kind = parameters.include, parameters.type
    if not include:
        return ([f"--type={kind}"] if kind else []), None
    try:
        fits = compile_glob(include)
    except ValueError as error:
        raise SearchError(f"include: {error}.") from error
    if kind:
        return [f"--type={kind}"], fits
    # A file type, unlike --glob, does not show what the ignore rules hide.
    name = include.rpartition("/")[2]
    plain = name not in ("", "**") and "{" not in include[: -len(name)]
    return ([f"--type-add=pycode:{name}", "--type=pycode"] if plain else []), fits
