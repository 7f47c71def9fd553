"""The `copy` tool: makes a second file or directory of one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pycode.system import entries
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.move import MoveTool
from pycode.tools.schema import BuiltinTool
from pycode.tools.transfer import (
    MAX_ENTRIES,
    TransferParameters,
    paths_below,
    transfer,
    transfer_request,
)


class CopyTool(BuiltinTool[TransferParameters]):
    """Copies a file, a link or a directory."""

    name = "copy"
    parameters_type = TransferParameters
    permission = "edit"
    deferred = True
    aliases = MoveTool.aliases
    bounds = f"{MAX_ENTRIES} entries of a directory"

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return both places, and everything in a directory."""
        return transfer_request(parameters, context)

    async def run(self, parameters: TransferParameters, context: ToolContext) -> ToolResult:
        """Copy it."""
        inner = await asyncio.to_thread(paths_below, parameters.source, context)
        result = await asyncio.to_thread(transfer, "copy", entries.copy, parameters, context)
        if result.error is None and context.runtime is not None:
            source, target = Path(result.metadata["source"]), Path(result.metadata["path"])
            for name in ["", *inner]:
                known = context.runtime.seen(str(source / name))
                context.runtime.mark_seen(str(target / name), known)
                context.runtime.file_edited(str(target / name))
        return result
