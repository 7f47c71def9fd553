"""The `read` tool: a file's lines with their numbers, or a directory's names."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any

from pycode.system import files
from pycode.system.text import visible
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.output import MAX_BYTES, MAX_LINE_CHARACTERS, MAX_LINES, cut_line
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import missing, request, sentence, shown, target

_MAX_WHOLE = 10_000_000
_INLINE_BYTES = 1_000_000
_TEXT_BYTES = MAX_BYTES - 1000  # the rest is for the notes around it
_PIECE_BYTES = MAX_LINE_CHARACTERS * 4

_MAGIC = (
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"%PDF", "PDF document"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"\x7fELF", "ELF program"),
    (b"SQLite format 3", "SQLite database"),
)


@dataclass(slots=True)
class ReadParameters:
    """What `read` takes."""

    file_path: str = field(metadata={"doc": "File or directory"})
    offset: int = field(default=1, metadata={"doc": "First line, from 1", "minimum": 1})
    limit: int = field(
        default=MAX_LINES, metadata={"doc": "Number of lines", "minimum": 1, "maximum": MAX_LINES}
    )


@dataclass(slots=True)
class _Page:
    """The lines that were asked for, as they are shown."""

    text: str
    """The numbered lines."""
    last: int
    """The number of the last line in `text`."""
    more: bool
    """Whether lines follow."""


class ReadTool(BuiltinTool[ReadParameters]):
    """Shows a file or a directory."""

    name = "read"
    parameters_type = ReadParameters
    read_only = True

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the file that would be read."""
        return request("read", parameters["file_path"], context)

    async def run(self, parameters: ReadParameters, context: ToolContext) -> ToolResult:
        """Read it."""
        try:
            path = target(parameters.file_path, context)
        except ValueError as error:
            return _failed(parameters.file_path, f"{error}.")
        name = shown(path, context)
        try:
            with files.open_file(path) as file:
                if os.fstat(file.fileno()).st_size <= _INLINE_BYTES:
                    return _file(file, path, name, parameters, context)
                return await asyncio.to_thread(_file, file, path, name, parameters, context)
        except IsADirectoryError:
            return _directory(path, name, parameters)
        except FileNotFoundError:
            return _failed(name, missing(path, context))
        except OSError as error:
            return _failed(name, sentence(error, name))


def _file(
    file: BufferedReader,
    path: Path,
    name: str,
    parameters: ReadParameters,
    context: ToolContext,
) -> ToolResult:
    data = file.read(_MAX_WHOLE + 1)
    if files.is_binary(data):
        return _binary(data, os.fstat(file.fileno()).st_size, name)
    skipped = parameters.offset - 1
    if len(data) > _MAX_WHOLE:
        file.seek(0)
        total = None
        lines = map(_show_piece, islice(_pieces(file), skipped, None))
    else:
        if context.runtime is not None:
            context.runtime.mark_seen(str(path), files.sha256(data))
        whole = _all_lines(files.decode(data).text)
        total = len(whole)
        lines = map(cut_line, islice(whole, skipped, None))
    page = _page(lines, parameters)
    if page.last < parameters.offset:
        return _nothing(name, parameters, total)
    note = "\n" + _more(page, total) if page.more else ""
    return ToolResult(
        title=f"read {name}",
        output=page.text + note,
        metadata={"lines": page.last - skipped, "truncated": page.more},
    )


def _page(lines: Iterator[str], parameters: ReadParameters) -> _Page:
    """Number lines from the offset on, as many as were asked for and fit."""
    entries: list[str] = []
    size = 0
    for number, line in enumerate(lines, parameters.offset):
        entry = f"{number}\t{line}"
        size += len(entry.encode()) + 1
        if len(entries) == parameters.limit or (entries and size > _TEXT_BYTES):
            return _Page("\n".join(entries), number - 1, more=True)
        entries.append(entry)
    return _Page("\n".join(entries), parameters.offset + len(entries) - 1, more=False)


def _all_lines(text: str) -> list[str]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _pieces(file: BufferedReader) -> Iterator[tuple[bytes, int]]:
    """Yield the beginning of each line of a file that is too large to hold, and the line's length in bytes."""
    while piece := file.readline(_PIECE_BYTES):
        length = len(piece)
        rest = piece
        while not rest.endswith(b"\n") and (rest := file.readline(_PIECE_BYTES)):
            length += len(rest)
        yield piece, length


def _show_piece(piece: tuple[bytes, int]) -> str:
    beginning, length = piece
    line = beginning.rstrip(b"\r\n").decode("utf-8", "replace")
    if length <= len(beginning) and len(line) <= MAX_LINE_CHARACTERS:
        return visible(line)
    return f"{visible(line[:MAX_LINE_CHARACTERS])} [line cut, {length} bytes]"


def _more(page: _Page, total: int | None) -> str:
    end = f"{total} lines" if total is not None else "a large file"
    return f"[up to line {page.last} of {end}; go on with offset={page.last + 1}]"


def _nothing(name: str, parameters: ReadParameters, total: int | None) -> ToolResult:
    if total == 0:
        return ToolResult(f"read {name}", "[the file is empty]", {"lines": 0, "truncated": False})
    length = "fewer" if total is None else f"{total}"
    return _failed(name, f"{name} has {length} lines; offset {parameters.offset} is behind them.")


def _directory(path: Path, name: str, parameters: ReadParameters) -> ToolResult:
    try:
        with os.scandir(path) as entries:
            names = sorted(
                e.name + ("/" if e.is_dir(follow_symlinks=False) else "") for e in entries
            )
    except OSError as error:
        return _failed(name, sentence(error, name))
    start = parameters.offset - 1
    page = names[start : start + parameters.limit]
    lines = [visible(entry.replace("\n", "\u240a").replace("\t", "\u2409")) for entry in page]
    if start + len(page) < len(names):
        lines.append(f"[{len(names)} names; go on with offset={start + len(page) + 1}]")
    return ToolResult(
        title=f"read {name}{os.sep}",
        output="\n".join(lines) or "[the directory is empty]",
        metadata={"entries": len(names)},
    )


def _binary(data: bytes, size: int, name: str) -> ToolResult:
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "binary file")
    return _failed(name, f"{name} is a {kind} of {size} bytes, not text.")


def _failed(name: str, error: str) -> ToolResult:
    return ToolResult(title=f"read {name}", output="", error=error)
