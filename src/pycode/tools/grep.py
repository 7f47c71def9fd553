"""The `grep` tool: lines that fit a regular expression, found by ripgrep.

ripgrep looks twice: first it only counts, which keeps its output small however much it finds, and then it shows the lines of
the files that come first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pycode.system.paths import is_secret
from pycode.system.text import visible
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.globs import compile_glob
from pycode.tools.schema import BuiltinTool
from pycode.tools.search import MAX_RESULTS, Place, SearchError, place_of, ripgrep
from pycode.tools.targets import request

_COUNT_BYTES = 16_000_000
_LINE_BYTES = 300
_LINES_BYTES = MAX_RESULTS * MAX_RESULTS * (_LINE_BYTES + 100)

# A name may hold a newline; what ends it is the NUL.
_COUNTED = re.compile(rb"([^\0]+)\0(\d+)\n")
_LINE = re.compile(rb"([^\0]+)\0(\d+):([^\n]*)\n")
_LOOKS_AROUND = re.compile(r"\(\?<?[=!]|\\[1-9]")
_BINARY = re.compile(rb"^[^\0\n]*: binary file matches \(found [^\n]*\n", re.MULTILINE)


@dataclass(slots=True)
class GrepParameters:
    """What `grep` takes."""

    pattern: str = field(metadata={"doc": "Regular expression"})
    """The regular expression, in ripgrep's syntax."""
    path: str | None = field(default=None, metadata={"doc": "File or directory"})
    """Where to look; None is the working directory."""
    include: str | None = field(default=None, metadata={"doc": "File glob, like *.{ts,tsx}"})
    """Which files to look at."""


@dataclass(slots=True, frozen=True)
class _Count:
    """How many lines of a file fit."""

    name: bytes
    lines: int


class GrepTool(BuiltinTool[GrepParameters]):
    """Searches file contents."""

    name = "grep"
    parameters_type = GrepParameters
    read_only = True

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
            lines = await _show(place, parameters, counts, context) if counts else []
        except SearchError as error:
            return ToolResult(title, "", error=str(error))
        matches = sum(count.lines for count in counts)
        metadata = {
            "matches": matches,
            "files": len(counts),
            "truncated": matches > len(lines),
        }
        return ToolResult(title, _output(lines, matches, len(counts)), metadata)


async def _count(place: Place, parameters: GrepParameters, context: ToolContext) -> list[_Count]:
    """Return the files that have matches, sorted by name."""
    only, fits = _include(parameters.include)
    arguments = [*only, "--count", "--with-filename", *_pattern(parameters)]
    done = await ripgrep(place, arguments, [place.argument], context, limit_bytes=_COUNT_BYTES)
    if done.truncated:
        raise SearchError("Too many files match; give a narrower pattern or path.")
    counts = [_Count(match[1], int(match[2])) for match in _COUNTED.finditer(done.output)]
    if fits is not None:
        counts = [count for count in counts if fits.fullmatch(_relative(count.name))]
    if place.argument == ".":
        counts = [count for count in counts if not _is_secret(place, count.name)]
    return sorted(counts, key=lambda count: count.name)


def _is_secret(place: Place, name: bytes) -> bool:
    """Return whether a file that the call did not name holds secrets; reading one is a question of its own."""
    return b"/.env" in name.lower() and is_secret(place.directory / _relative(name))


async def _show(
    place: Place, parameters: GrepParameters, counts: list[_Count], context: ToolContext
) -> list[tuple[str, str, str]]:
    """Return name, number and text of the first matches."""
    first: list[bytes] = []
    found = 0
    for count in counts:
        if found >= MAX_RESULTS:
            break
        first.append(count.name)
        found += count.lines
    arguments = [
        "--line-number",
        "--with-filename",
        "--no-heading",
        f"--max-count={MAX_RESULTS}",
        f"--max-columns={_LINE_BYTES}",
        "--max-columns-preview",
        *_pattern(parameters),
    ]
    targets = [name.decode("utf-8", "surrogateescape") for name in first]
    done = await ripgrep(place, arguments, targets, context, limit_bytes=_LINES_BYTES)
    order = {name: index for index, name in enumerate(first)}
    lines = [
        (order.get(match[1], len(order)), int(match[2]), match[1], match[3])
        for match in _LINE.finditer(_BINARY.sub(b"", done.output))
    ]
    return [
        (_named(place, name), str(number), text.decode("utf-8", "replace").removesuffix("\r"))
        for _, number, name, text in sorted(lines)[:MAX_RESULTS]
    ]


def _pattern(parameters: GrepParameters) -> list[str]:
    # Only PCRE2 can look around and back; ripgrep's own engine is faster and has no bad cases.
    engine = "pcre2" if _LOOKS_AROUND.search(parameters.pattern) else "default"
    return [f"--engine={engine}", f"--regexp={parameters.pattern}"]


def _include(include: str | None) -> tuple[list[str], re.Pattern[str] | None]:
    """Return ripgrep's options for the files to look at, and what their names must fit besides."""
    if not include:
        return [], None
    if "/" not in include:
        # A file type, unlike --glob, does not show what the ignore rules hide.
        return [f"--type-add=pycode:{include}", "--type=pycode"], None
    try:
        return [], compile_glob(include)
    except ValueError as error:
        raise SearchError(f"include: {error}.") from error


def _relative(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape").replace("\\", "/").removeprefix("./")


def _named(place: Place, name: bytes) -> str:
    return visible((place.prefix + _relative(name)).replace("\n", "\u240a"))


def _output(lines: list[tuple[str, str, str]], matches: int, files: int) -> str:
    if not lines:
        return "[no matches]"
    shown: list[str] = []
    current = None
    for name, number, text in lines:
        if name != current:
            shown.append(name)
            current = name
        shown.append(f"{number}: {visible(text)}")
    if matches > len(lines):
        shown.append(
            f"[the first {len(lines)} of {matches} matches in {files} files; narrow pattern, path or include for others]"
        )
    return "\n".join(shown)
