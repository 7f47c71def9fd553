"""The `notebook_edit` tool: replaces, inserts or deletes a cell, and leaves every other byte of the notebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycode.core.errors import EditError
from pycode.system.files import decode
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.changes import Changed, read_existing, save, was_seen
from pycode.tools.notebook import Notebook, new_cell, with_source
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import locked, missing, request, sentence, shown, target


@dataclass(slots=True)
class NotebookEditParameters:
    """What `notebook_edit` takes."""

    file_path: str
    """The notebook."""
    cell: str
    """The cell's number, from 1 as `read` shows it, or its id; for `insert` the one before the new cell, 0 for none."""
    source: str = field(default="", metadata={"doc": "The cell's whole new text"})
    """The new text; not used to delete."""
    mode: str = field(default="replace", metadata={"enum": ["replace", "insert", "delete"]})
    """What to do."""
    cell_type: str | None = field(default=None, metadata={"enum": ["code", "markdown", "raw"]})
    """The cell's type; a replaced cell keeps its own and an inserted one is code when it is not said."""


class NotebookEditTool(BuiltinTool[NotebookEditParameters]):
    """Changes one cell of a notebook."""

    name = "notebook_edit"
    parameters_type = NotebookEditParameters
    permission = "edit"
    deferred = True
    aliases = {  # noqa: RUF012 - never changed
        "notebook_path": "file_path",
        "path": "file_path",
        "cell_id": "cell",
        "cell_number": "cell",
        "new_source": "source",
        "edit_mode": "mode",
    }
    bounds = "notebooks of 10 MB"

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the notebook."""
        return request("edit", parameters["file_path"], context)

    async def run(self, parameters: NotebookEditParameters, context: ToolContext) -> ToolResult:
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
            return _failed(name, f"{name} was not changed: {error}")
        except OSError as error:
            return _failed(name, sentence(error, name))
        except ValueError as error:  # a character that the file's encoding does not have
            return _failed(name, f"{name} was not changed: {error}.")


def _edit(
    path: Path, name: str, parameters: NotebookEditParameters, context: ToolContext
) -> ToolResult:
    old = read_existing(path)
    if old is None:
        return _failed(name, missing(path, context))
    # A number means another cell when cells came or went.
    if context.runtime is not None and not was_seen(path, old, context):
        raise EditError("its present content was not read in this session; read it first.")
    file = decode(old)
    notebook = Notebook(file.text)
    text, number = _changed(notebook, parameters)
    save(path, file.encode(text), old, context)
    metadata = Changed(path, name, file.text, text).facts()
    verb = {"replace": "Replaced", "insert": "Inserted", "delete": "Deleted"}[parameters.mode]
    counts = f"(+{metadata['additions']} -{metadata['deletions']})"
    return ToolResult(
        f"notebook_edit {name} {counts}", f"{verb} cell {number} of {name}.", metadata
    )


def _changed(notebook: Notebook, parameters: NotebookEditParameters) -> tuple[str, int]:
    """Return the notebook's new text, and the number of the cell that it is about."""
    if parameters.mode == "insert":
        before = 0 if parameters.cell.strip() == "0" else notebook.find(parameters.cell) + 1
        kind = parameters.cell_type or "code"
        cell = new_cell(kind, parameters.source, with_id=notebook.has_ids)
        return notebook.insert(before, cell), before + 1
    index = notebook.find(parameters.cell)
    if parameters.mode == "delete":
        return notebook.delete(index), index + 1
    cell = with_source(notebook.cells[index], parameters.source, parameters.cell_type)
    if cell == notebook.cells[index]:
        raise EditError("the cell has this text already.")
    return notebook.replace(index, cell), index + 1


def _failed(name: str, error: str) -> ToolResult:
    return ToolResult(f"notebook_edit {name}", "", error=error)
