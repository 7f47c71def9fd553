"""The `read` tool: files as the model can take them, and directories."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any

from pycode.core.data import Data
from pycode.system import files
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.output import MAX_LINE_CHARACTERS, MAX_LINES
from pycode.tools.read_text import show_large_text, show_text
from pycode.tools.read_window import TEXT_BYTES, Window, failed
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import missing, request_all, sentence, shown, target

_MAX_FILES = 20
_MAX_WHOLE = 10_000_000
_INLINE_BYTES = 1_000_000
_HEAD_BYTES = 16

_MAGIC = (
    (b"PK\x03\x04", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"\x7fELF", "ELF program"),
    (b"SQLite format 3", "SQLite database"),
)


@dataclass(slots=True, eq=False, repr=False)
class ReadParameters(Data):
    """What `read` takes."""

    file_path: str | list[str] = field(metadata={"doc": "File or directory, or several"})
    """The file or directory to read, or a list of them."""
    offset: int = field(default=1, metadata={"doc": "First line, from 1", "minimum": 1})
    """The first line, name of a directory, cell of a notebook or page of a PDF, from 1."""
    limit: int = field(
        default=MAX_LINES, metadata={"doc": "Number of lines", "minimum": 1, "maximum": MAX_LINES}
    )
    """How many of them."""


class ReadTool(BuiltinTool[ReadParameters]):
    """Shows files and directories."""

    name = "read"
    parameters_type = ReadParameters
    read_only = True
    aliases = dict.fromkeys(
        ("path", "file", "filename", "paths", "file_paths", "files"), "file_path"
    )
    bounds = (
        f"{_MAX_FILES} files; {MAX_LINES} lines of {MAX_LINE_CHARACTERS} characters and 49 KB a call; files above "
        f"{_MAX_WHOLE // 1_000_000} MB are streamed; images of 3.75 MB and 7,999 pixels, larger ones made smaller with pillow"
    )

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return what would be read."""
        return request_all("read", _paths(parameters["file_path"]), context)

    async def run(self, parameters: ReadParameters, context: ToolContext) -> ToolResult:
        """Read it."""
        paths = _paths(parameters.file_path)
        if not 1 <= len(paths) <= _MAX_FILES:
            return failed("", f"Read 1 to {_MAX_FILES} files at once, not {len(paths)}.")
        if len(paths) == 1:
            window = Window(parameters.offset, parameters.limit)
            return await _read(paths[0], window, context)
        return await _read_all(paths, parameters, context)


def _paths(file_path: str | list[str]) -> list[str]:
    return [file_path] if isinstance(file_path, str) else list(dict.fromkeys(file_path))


async def _read_all(
    paths: list[str], parameters: ReadParameters, context: ToolContext
) -> ToolResult:
    """Read several; what a small one leaves of its share is for those after it."""
    results: list[ToolResult] = []
    left = TEXT_BYTES
    for index, path in enumerate(paths):
        share = left // (len(paths) - index)
        found = await _read(path, Window(parameters.offset, parameters.limit, share), context)
        left -= len((found.error or found.output).encode("utf-8", "replace"))
        results.append(found)
    names = [result.title.removeprefix("read ") for result in results]
    pieces = [
        f"== {name} ==\n{result.error or result.output}"
        for name, result in zip(names, results, strict=True)
    ]
    metadata: dict[str, Any] = {
        "files": len(results),
        "truncated": any(result.metadata.get("truncated", False) for result in results),
    }
    images = [image for result in results for image in result.metadata.get("images", [])]
    if images:
        metadata["images"] = images
    output = "\n\n".join(pieces)
    title = f"read {names[0]} and {len(names) - 1} more"
    if all(result.error is not None for result in results):
        return ToolResult(title, "", metadata, error=output)
    return ToolResult(title, output, metadata)


async def _read(given: str, window: Window, context: ToolContext) -> ToolResult:
    try:
        path = target(given, context)
    except ValueError as error:
        return failed(given, f"{error}.")
    name = shown(path, context)
    try:
        with files.open_file(path) as file:
            return await _file(file, path, name, window, context)
    except IsADirectoryError:
        return await _folder(path, name, window)
    except FileNotFoundError:
        return failed(name, missing(path, context))
    except OSError as error:
        return failed(name, sentence(error, name))


async def _folder(path: Path, name: str, window: Window) -> ToolResult:
    from pycode.tools.read_folder import show_folder

    try:
        return await asyncio.to_thread(show_folder, path, name, window)
    except OSError as error:
        return failed(name, sentence(error, name))


async def _file(
    file: BufferedReader, path: Path, name: str, window: Window, context: ToolContext
) -> ToolResult:
    head = file.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    if head.startswith(b"%PDF-"):
        from pycode.tools.read_pdf import show_pdf

        return await show_pdf(path, name, window)
    if b"\0" in head or b"\xff" in head or head.startswith(b"GIF8"):
        from pycode.tools.read_image import MAX_SOURCE_BYTES, is_image, show_image

        if is_image(head) and os.fstat(file.fileno()).st_size <= MAX_SOURCE_BYTES:
            data = file.read(MAX_SOURCE_BYTES)
            _mark_seen(path, data, context)
            return await show_image(data, path, name)
    if os.fstat(file.fileno()).st_size <= _INLINE_BYTES:
        return _text(file, path, name, window, context)
    return await asyncio.to_thread(_text, file, path, name, window, context)


def _text(
    file: BufferedReader, path: Path, name: str, window: Window, context: ToolContext
) -> ToolResult:
    data = file.read(_MAX_WHOLE + 1)
    if files.is_binary(data):
        return _binary(data, os.fstat(file.fileno()).st_size, name)
    if len(data) > _MAX_WHOLE:
        file.seek(0)
        return show_large_text(file, name, window)
    _mark_seen(path, data, context)
    if path.suffix == ".ipynb":
        from pycode.tools.read_notebook import show_notebook

        cells = show_notebook(data, name, window)
        if cells is not None:
            return cells
    return show_text(data, name, window)


def _mark_seen(path: Path, data: bytes, context: ToolContext) -> None:
    if context.runtime is not None:
        context.runtime.mark_seen(str(path), files.sha256(data))


def _binary(data: bytes, size: int, name: str) -> ToolResult:
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "binary file")
    return failed(name, f"{name} is a {kind} of {size} bytes, not text.")
