"""The `move` tool: gives a file or a directory another name or place."""

from __future__ import annotations

from pathlib import Path

from pycode.system import entries
from pycode.tools.transfer import TransferTool


class MoveTool(TransferTool):
    """Moves a file, a link or a directory."""

    name = "move"
    done = "Moved"
    keeps_source = False

    @staticmethod
    def act(source: Path, target: Path) -> None:
        """Move it."""
        entries.move(source, target)
