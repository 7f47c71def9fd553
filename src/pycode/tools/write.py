"""The `write` tool: a whole file, new or replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.core.data import Data
from pycode.system.files import TextFile, decode, is_binary, sha256
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.changes import NEW_FILE, Changed, create, read_existing, save, was_seen
from pycode.tools.finishing import Outcome, change_file
from pycode.tools.output import bound, number_lines
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import request

if TYPE_CHECKING:
    from pycode.workspace.formatters import Formatter

_HEAD_LINES = 60
_HEAD_BYTES = 4000


@dataclass(slots=True, eq=False, repr=False)
class WriteParameters(Data):
    """What `write` takes."""

    file_path: str
    """The file to create or replace."""
    content: str = field(metadata={"doc": "Whole content"})
    """Its whole content."""


class WriteTool(BuiltinTool[WriteParameters]):
    """Creates or replaces a file.

    Args:
        formatters: The project's formatters, run on the file afterwards.
    """

    name = "write"
    parameters_type = WriteParameters
    permission = "edit"
    aliases = {  # noqa: RUF012 - never changed
        "path": "file_path",
        "contents": "content",
        "file_text": "content",
    }
    bounds = "replaces files of 10 MB"

    def __init__(self, formatters: Sequence[Formatter] = ()) -> None:
        self._formatters = formatters

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the file that would be written."""
        return request("edit", parameters["file_path"], context)

    async def run(self, parameters: WriteParameters, context: ToolContext) -> ToolResult:
        """Write it."""

        def work(path: Path, name: str) -> Outcome | ToolResult:
            return _write(path, name, parameters.content, context)

        return await change_file("write", parameters.file_path, context, self._formatters, work)


def guard(path: Path, old: bytes, name: str, context: ToolContext) -> tuple[str, str] | None:
    """Return why a file may not be replaced whose content the session has not seen, and its beginning; None when it may be.

    The refusal shows the file, so that the next try is made knowingly.

    Args:
        path: The file.
        old: Its content.
        name: How it is shown.
        context: Where and for whom.
    """
    if context.runtime is None or was_seen(path, old, context):
        return None
    context.runtime.mark_seen(str(path), sha256(old))
    error = f"{name} exists with content that this session has not seen; it was not changed. "
    if is_binary(old):
        return f"{error}It is a binary file. Try again to replace it.", ""
    lines = decode(old).text.splitlines()
    head, _ = bound(number_lines(lines[:_HEAD_LINES]), max_bytes=_HEAD_BYTES)
    error += "Look at its beginning, then edit it, or try again to replace it."
    return error, f"{name}, {len(lines)} lines:\n{head}"


def _write(path: Path, name: str, content: str, context: ToolContext) -> Outcome | ToolResult:
    old = read_existing(path)
    if old is None:
        return Outcome(create(path, name, content, context), f"Created {name}")
    refusal = guard(path, old, name, context)
    if refusal is not None:
        return ToolResult(f"write {name}", refusal[1], error=refusal[0])
    file = NEW_FILE if is_binary(old) else decode(old)
    text = _with_newlines(content, file)
    data = file.encode(text)
    if data == old:
        return ToolResult(f"write {name} (no change)", f"{name} already has this content.", {})
    save(path, data, old, context)
    return Outcome(Changed(path, name, file.text, text), f"Wrote {name}")


def _with_newlines(content: str, file: TextFile) -> str:
    """Return the content with the file's line endings, where the file has only one kind and the content has the plain one."""
    bare = file.text.count("\n") > file.text.count("\r\n")
    if file.newline != "\r\n" or bare or "\r" in content:
        return content
    return content.replace("\n", "\r\n")
