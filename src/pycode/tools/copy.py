"""The `copy` tool: makes a second file or directory of one."""

from __future__ import annotations

from pathlib import Path

from pycode.system import entries
from pycode.tools.transfer import TransferTool


class CopyTool(TransferTool):
    """Copies a file, a link or a directory."""

    name = "copy"
    done = "Copied"
    keeps_source = True

    @staticmethod
    def act(source: Path, target: Path) -> None:
        """Copy it."""
        entries.copy(source, target)
