"""The `write` tool: a whole file, new or replaced."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycode.system.files import TextFile, decode, is_binary, sha256
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.changes import put, read_existing, was_seen
from pycode.tools.output import bound, number_lines
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import locked, request, sentence, shown, target

_HEAD_LINES = 60
_HEAD_BYTES = 4000
_NEW_FILE = TextFile("", "utf-8", b"", "\n")


@dataclass(slots=True)
class WriteParameters:
    """What `write` takes."""

    file_path: str
    """The file to create or replace."""
    content: str = field(metadata={"doc": "Whole content"})
    """Its whole content."""


class WriteTool(BuiltinTool[WriteParameters]):
    """Creates or replaces a file."""

    name = "write"
    parameters_type = WriteParameters
    permission = "edit"

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the file that would be written."""
        return request("edit", parameters["file_path"], context)

    async def run(self, parameters: WriteParameters, context: ToolContext) -> ToolResult:
        """Write it."""
        try:
            path = target(parameters.file_path, context)
        except ValueError as error:
            return _failed(parameters.file_path, f"{error}.")
        name = shown(path, context)
        try:
            with locked(path):
                return _write(path, name, parameters.content, context)
        except OSError as error:
            return _failed(name, sentence(error, name))
        except ValueError as error:  # a character that the file's encoding does not have
            return _failed(name, f"{name} was not changed: {error}.")


def _write(path: Path, name: str, content: str, context: ToolContext) -> ToolResult:
    old = read_existing(path)
    if old is None:
        data = _NEW_FILE.encode(content)
        os.makedirs(path.parent, exist_ok=True)
        metadata = put(path, data, "", content, name, context)
        return _done("Created", name, metadata)
    if context.runtime is not None and not was_seen(path, old, context):
        return _unseen(path, old, name, context)
    file = _NEW_FILE if is_binary(old) else decode(old)
    text = _with_newlines(content, file)
    data = file.encode(text)
    if data == old:
        return ToolResult(f"write {name} (no change)", f"{name} already has this content.", {})
    return _done("Wrote", name, put(path, data, file.text, text, name, context))


def _with_newlines(content: str, file: TextFile) -> str:
    """Return the content with the file's line endings, where the file has only one kind and the content has the plain one."""
    bare = file.text.count("\n") > file.text.count("\r\n")
    if file.newline != "\r\n" or bare or "\r" in content:
        return content
    return content.replace("\n", "\r\n")


def _unseen(path: Path, old: bytes, name: str, context: ToolContext) -> ToolResult:
    """Refuse to replace what the session does not know, and show it, so that the next try is made knowingly."""
    if context.runtime is not None:
        context.runtime.mark_seen(str(path), sha256(old))
    error = f"{name} exists with content that this session has not seen; it was not changed. "
    if is_binary(old):
        return _failed(name, f"{error}It is a binary file. Write again to replace it.")
    lines = decode(old).text.splitlines()
    head, _ = bound(number_lines(lines[:_HEAD_LINES]), max_bytes=_HEAD_BYTES)
    error += "Look at its beginning, then edit it, or write again to replace it."
    return ToolResult(f"write {name}", f"{name}, {len(lines)} lines:\n{head}", {}, error)


def _done(verb: str, name: str, metadata: dict[str, Any]) -> ToolResult:
    counts = f"(+{metadata['additions']} -{metadata['deletions']})"
    return ToolResult(f"write {name} {counts}", f"{verb} {name} {counts}.", metadata)


def _failed(name: str, error: str) -> ToolResult:
    return ToolResult(f"write {name}", "", error=error)
