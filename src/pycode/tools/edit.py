"""The `edit` tool: replaces text in a file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycode.core.errors import EditError
from pycode.system.files import TextFile, decode, is_binary
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.changes import put, read_existing, was_seen
from pycode.tools.editing import Edit, find_edit
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import locked, missing, request, sentence, shown, target


@dataclass(slots=True)
class EditParameters:
    """What `edit` takes."""

    file_path: str
    """The file to edit."""
    old_string: str = field(metadata={"doc": "Text to replace, as in the file"})
    """The text to replace; empty to create a file."""
    new_string: str = field(metadata={"doc": "Text to put there"})
    """The text to put there."""
    replace_all: bool = field(default=False, metadata={"doc": "Replace every place"})
    """Whether to replace every place."""


class EditTool(BuiltinTool[EditParameters]):
    """Replaces text in a file."""

    name = "edit"
    parameters_type = EditParameters
    permission = "edit"

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the file that would be edited."""
        return request("edit", parameters["file_path"], context)

    async def run(self, parameters: EditParameters, context: ToolContext) -> ToolResult:
        """Edit it."""
        try:
            path = target(parameters.file_path, context)
        except ValueError as error:
            return _failed(parameters.file_path, f"{error}.")
        name = shown(path, context)
        try:
            with locked(path):
                return _edit(path, name, parameters, context)
        except EditError as error:
            first, _, rest = str(error).partition("\n")
            return ToolResult(f"edit {name}", rest, error=f"{name} was not changed: {first}")
        except OSError as error:
            return _failed(name, sentence(error, name))
        except ValueError as error:  # a character that the file's encoding does not have
            return _failed(name, f"{name} was not changed: {error}.")


def _edit(path: Path, name: str, parameters: EditParameters, context: ToolContext) -> ToolResult:
    old = read_existing(path)
    if old is None:
        return _create(path, name, parameters, context)
    if not parameters.old_string:
        raise EditError(
            "it exists and old_string is empty; give the text to replace, or use write."
        )
    if is_binary(old):
        raise EditError("it is a binary file.")
    file = decode(old)
    changed_meanwhile = was_seen(path, old, context) is False
    edit = _find(file, parameters, changed_meanwhile)
    metadata = put(path, file.encode(edit.content), file.text, edit.content, name, context)
    metadata |= {"replacements": edit.count, "match": edit.level}
    return _done(name, edit, metadata, changed_meanwhile)


def _find(file: TextFile, parameters: EditParameters, changed_meanwhile: bool) -> Edit:
    try:
        return find_edit(
            file.text,
            parameters.old_string,
            parameters.new_string,
            parameters.replace_all,
            # What the model remembers is not what is there now: only the very same text is surely what it means.
            exact_only=changed_meanwhile,
        )
    except EditError as error:
        if changed_meanwhile:
            raise EditError(f"it changed since you last saw it. {error}") from error
        raise


def _create(path: Path, name: str, parameters: EditParameters, context: ToolContext) -> ToolResult:
    if parameters.old_string:
        return _failed(name, missing(path, context))
    data = TextFile("", "utf-8", b"", "\n").encode(parameters.new_string)
    os.makedirs(path.parent, exist_ok=True)
    metadata = put(path, data, "", parameters.new_string, name, context)
    counts = f"(+{metadata['additions']} -0)"
    return ToolResult(f"edit {name} {counts}", f"Created {name} {counts}.", metadata)


def _done(name: str, edit: Edit, metadata: dict[str, Any], changed_meanwhile: bool) -> ToolResult:
    counts = f"(+{metadata['additions']} -{metadata['deletions']})"
    where = f"line {edit.line}" if edit.count == 1 else f"{edit.count} places"
    notes = [f"Edited {name} at {where} {counts}."]
    if edit.level == "indentation":
        notes.append("old_string was indented otherwise; new_string was indented as the file is.")
    elif edit.level != "exact":
        notes.append(f"old_string did not match exactly; {edit.level} differed.")
    if changed_meanwhile:
        notes.append("The file had changed since you last saw it; read it again.")
    return ToolResult(f"edit {name} {counts}", " ".join(notes), metadata)


def _failed(name: str, error: str) -> ToolResult:
    return ToolResult(f"edit {name}", "", error=error)
