"""What the model may do: tools, the registry that holds them, and the six that are built in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.core.errors import EditError as EditError
    from pycode.tools.base import Tool as Tool
    from pycode.tools.base import ToolContext as ToolContext
    from pycode.tools.base import ToolResult as ToolResult
    from pycode.tools.bash import BashTool as BashTool
    from pycode.tools.edit import EditTool as EditTool
    from pycode.tools.glob import GlobTool as GlobTool
    from pycode.tools.grep import GrepTool as GrepTool
    from pycode.tools.read import ReadTool as ReadTool
    from pycode.tools.registry import ToolRegistry as ToolRegistry
    from pycode.tools.registry import default_registry as default_registry
    from pycode.tools.write import WriteTool as WriteTool

__all__ = [
    "BashTool",
    "EditError",
    "EditTool",
    "GlobTool",
    "GrepTool",
    "ReadTool",
    "Tool",
    "ToolContext",
    "ToolRegistry",
    "ToolResult",
    "WriteTool",
    "default_registry",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "base": ["Tool", "ToolContext", "ToolResult"],
        "bash": ["BashTool"],
        "edit": ["EditTool"],
        "editing": ["EditError"],
        "glob": ["GlobTool"],
        "grep": ["GrepTool"],
        "read": ["ReadTool"],
        "registry": ["ToolRegistry", "default_registry"],
        "write": ["WriteTool"],
    },
)
