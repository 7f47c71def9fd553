"""The `move` tool: gives a file or a directory another name or place."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pycode.system import entries
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.schema import BuiltinTool
from pycode.tools.transfer import (
    MAX_ENTRIES,
    TransferParameters,
    paths_below,
    transfer,
    transfer_request,
)


class MoveTool(BuiltinTool[TransferParameters]):
    """Moves a file, a link or a directory."""

    name = "move"
    parameters_type = TransferParameters
    permission = "edit"
    deferred = True
    aliases = {  # noqa: RUF012 - never changed
        "from": "source",
        "to": "destination",
        "target": "destination",
        "source_path": "source",
        "destination_path": "destination",
    }
    bounds = f"{MAX_ENTRIES} entries of a directory"

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return both places, and everything in a directory."""
        return transfer_request(parameters, context)

    async def run(self, parameters: TransferParameters, context: ToolContext) -> ToolResult:
        """Move it."""
        inner = await asyncio.to_thread(paths_below, parameters.source, context)
        result = await asyncio.to_thread(transfer, "move", entries.move, parameters, context)
        if result.error is None and context.runtime is not None:
            source, target = Path(result.metadata["source"]), Path(result.metadata["path"])
            for name in ["", *inner]:
                old, new = str(source / name), str(target / name)
                known = context.runtime.seen(old)
                if known is not None:
                    context.runtime.mark_seen(new, known)
                context.runtime.mark_seen(old, None)
                context.runtime.file_edited(old)
                context.runtime.file_edited(new)
        return result
