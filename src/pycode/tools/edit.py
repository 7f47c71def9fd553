"""The `edit` tool: replaces text in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.core.data import Data
from pycode.core.errors import EditError
from pycode.system.files import decode, is_binary
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.changes import Changed, create, read_existing, save, was_seen
from pycode.tools.finishing import Outcome, change_file
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import missing, request

if TYPE_CHECKING:
    from pycode.tools.editing import Edit, Replacement
    from pycode.workspace.formatters import Formatter


@dataclass(slots=True, eq=False, repr=False)
class EditParameters(Data):
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
    """Replaces text in a file.

    Args:
        formatters: The project's formatters, run on the file afterwards.
    """

    name = "edit"
    parameters_type = EditParameters
    permission = "edit"
    aliases = {  # noqa: RUF012 - never changed
        "path": "file_path",
        "old_str": "old_string",
        "new_str": "new_string",
        "old_text": "old_string",
        "new_text": "new_string",
    }
    bounds = "files of 10 MB"

    def __init__(self, formatters: Sequence[Formatter] = ()) -> None:
        self._formatters = formatters

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the file that would be edited."""
        return request("edit", parameters["file_path"], context)

    async def run(self, parameters: EditParameters, context: ToolContext) -> ToolResult:
        """Edit it."""
        from pycode.tools.editing import Replacement

        replacements = [
            Replacement(parameters.old_string, parameters.new_string, parameters.replace_all)
        ]

        def work(path: Path, name: str) -> Outcome | ToolResult:
            return edit_file("edit", path, name, replacements, context)

        return await change_file("edit", parameters.file_path, context, self._formatters, work)


def edit_file(
    tool: str, path: Path, name: str, replacements: Sequence[Replacement], context: ToolContext
) -> Outcome | ToolResult:
    """Make all replacements in a file, or none; with one that has an empty old text, create the file.

    Args:
        tool: The tool's name.
        path: The file.
        name: How it is shown.
        replacements: What to replace.
        context: Where and for whom.

    Raises:
        EditError: One of them has no place or more than one.
        OSError: The file cannot be read or written.
        ValueError: The file's encoding does not have a character.
    """
    from pycode.tools.editing import find_edits

    data = read_existing(path)
    if data is None:
        return _create(tool, path, name, replacements, context)
    if any(not item.old for item in replacements):
        raise EditError(
            "it exists and old_string is empty; give the text to replace, or use write."
        )
    if is_binary(data):
        raise EditError("it is a binary file.")
    file = decode(data)
    # What the model remembers is not what is there now: only the very same text is surely what it means.
    stale = was_seen(path, data, context) is False
    try:
        edit = find_edits(file.text, replacements, exact_only=stale)
    except EditError as error:
        if stale:
            raise EditError(f"it changed since you last saw it. {error}") from error
        raise
    save(path, file.encode(edit.content), data, context)
    return _outcome(Changed(path, name, file.text, edit.content), edit, stale)


def _create(
    tool: str, path: Path, name: str, replacements: Sequence[Replacement], context: ToolContext
) -> Outcome | ToolResult:
    if len(replacements) > 1 or replacements[0].old:
        return ToolResult(f"{tool} {name}", "", error=missing(path, context))
    return Outcome(create(path, name, replacements[0].new, context), f"Created {name}")


def _outcome(changed: Changed, edit: Edit, stale: bool) -> Outcome:
    where = f"line {edit.line}" if edit.count == 1 else f"{edit.count} places"
    notes = list(edit.notes)
    if stale:
        notes.append("The file had changed since you last saw it; read it again.")
    metadata = {"replacements": edit.count, "match": edit.level}
    return Outcome(changed, f"Edited {changed.name} at {where}", notes, metadata)
