"""The `multiedit` tool: several edits of one file, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.edit import edit_file
from pycode.tools.finishing import Outcome, change_file
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import request

if TYPE_CHECKING:
    from pycode.workspace.formatters import Formatter

_EDIT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "old_string": {"type": "string"},
        "new_string": {"type": "string"},
        "replace_all": {"type": "boolean"},
    },
    "required": ["old_string", "new_string"],
    "additionalProperties": False,
}


@dataclass(slots=True)
class MultiEditParameters:
    """What `multiedit` takes."""

    file_path: str
    """The file to edit."""
    edits: list[dict[str, Any]] = field(metadata={"items": _EDIT, "minItems": 1})
    """The edits, each as for `edit`."""


class MultiEditTool(BuiltinTool[MultiEditParameters]):
    """Makes several edits in a file.

    Args:
        formatters: The project's formatters, run on the file afterwards.
    """

    name = "multiedit"
    parameters_type = MultiEditParameters
    permission = "edit"
    deferred = True
    aliases = {"path": "file_path"}  # noqa: RUF012 - never changed
    bounds = "files of 10 MB"

    def __init__(self, formatters: Sequence[Formatter] = ()) -> None:
        self._formatters = formatters

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the file that would be edited."""
        return request("edit", parameters["file_path"], context)

    async def run(self, parameters: MultiEditParameters, context: ToolContext) -> ToolResult:
        """Make them."""
        from pycode.tools.editing import Replacement

        replacements = [
            Replacement(edit["old_string"], edit["new_string"], edit.get("replace_all", False))
            for edit in parameters.edits
        ]
        if not replacements:
            error = "edits is empty; give at least one edit."
            return ToolResult(f"multiedit {parameters.file_path}", "", error=error)

        def work(path: Path, name: str) -> Outcome | ToolResult:
            return edit_file("multiedit", path, name, replacements, context)

        return await change_file("multiedit", parameters.file_path, context, self._formatters, work)
