"""The `delete` tool: removes a file, a link itself, or a directory."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycode.system import entries
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import entry, locked, missing, sentence, shown
from pycode.tools.transfer import MAX_ENTRIES, paths_below, tree_problem


@dataclass(slots=True)
class DeleteParameters:
    """What `delete` takes."""

    path: str
    """The file, link or directory."""
    recursive: bool = field(default=False, metadata={"doc": "Also what is in the directory"})
    """Whether a directory goes with all that is in it."""


class DeleteTool(BuiltinTool[DeleteParameters]):
    """Deletes a file, a link or a directory."""

    name = "delete"
    parameters_type = DeleteParameters
    permission = "edit"
    deferred = True
    aliases = {"file_path": "path", "file": "path"}  # noqa: RUF012 - never changed
    bounds = f"{MAX_ENTRIES} entries of a directory"

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the path, and everything in a directory."""
        path = parameters["path"]
        inner = [os.path.join(path, name) for name in paths_below(path, context)]
        return PermissionRequest("edit", [path], [path, *inner])

    async def run(self, parameters: DeleteParameters, context: ToolContext) -> ToolResult:
        """Delete it."""
        try:
            path = entry(parameters.path, context)
        except ValueError as error:
            return ToolResult("delete", "", error=f"{error}.")
        inner = await asyncio.to_thread(paths_below, parameters.path, context)
        result = await asyncio.to_thread(_delete, path, parameters.recursive, context)
        if result.error is None and context.runtime is not None:
            for gone in [path, *(path / name for name in inner)]:
                context.runtime.mark_seen(str(gone), None)
                context.runtime.file_edited(str(gone))
        return result


def _delete(path: Path, recursive: bool, context: ToolContext) -> ToolResult:
    name = shown(path, context)
    title = f"delete {name}"
    try:
        with locked(path):
            found = entries.below(path, MAX_ENTRIES)
            problem = _problem(path, found, recursive, context)
            if problem is not None:
                return ToolResult(title, "", error=f"{name} {problem} Nothing was changed.")
            entries.remove(path, recursive=recursive)
    except FileNotFoundError:
        return ToolResult(title, "", error=missing(path, context))
    except OSError as error:
        partly = " Some of it may be gone." if recursive else ""
        return ToolResult(title, "", error=sentence(error, name) + partly)
    count = f" with {len(found)} entries" if found else ""
    return ToolResult(
        title, f"Deleted {name}{count}.", {"path": str(path), "entries": len(found or [])}
    )


def _problem(
    path: Path, found: list[Path] | None, recursive: bool, context: ToolContext
) -> str | None:
    """Return why it is not done, as the rest of a sentence."""
    if Path(os.path.realpath(context.working_directory)).is_relative_to(path):
        return "is or holds the working directory."
    if found and not recursive:
        return f"is a directory with {len(found)} entries; set recursive to delete them too."
    return tree_problem(found, context)
