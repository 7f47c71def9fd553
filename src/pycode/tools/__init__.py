"""What the model may do: tools, the registry that holds them, and those that are built in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.core.errors import EditError as EditError
    from pycode.tools.apply_patch import ApplyPatchTool as ApplyPatchTool
    from pycode.tools.base import Tool as Tool
    from pycode.tools.base import ToolContext as ToolContext
    from pycode.tools.base import ToolResult as ToolResult
    from pycode.tools.bash import BashTool as BashTool
    from pycode.tools.edit import EditTool as EditTool
    from pycode.tools.glob import GlobTool as GlobTool
    from pycode.tools.grep import GrepTool as GrepTool
    from pycode.tools.multiedit import MultiEditTool as MultiEditTool
    from pycode.tools.read import ReadTool as ReadTool
    from pycode.tools.registry import ToolRegistry as ToolRegistry
    from pycode.tools.registry import default_registry as default_registry
    from pycode.tools.write import WriteTool as WriteTool

__all__ = [
    "ApplyPatchTool",
    "BashTool",
    "EditError",
    "EditTool",
    "GlobTool",
    "GrepTool",
    "MultiEditTool",
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
        "apply_patch": ["ApplyPatchTool"],
        "base": ["Tool", "ToolContext", "ToolResult"],
        "bash": ["BashTool"],
        "edit": ["EditTool"],
        "editing": ["EditError"],
        "glob": ["GlobTool"],
        "grep": ["GrepTool"],
        "multiedit": ["MultiEditTool"],
        "read": ["ReadTool"],
        "registry": ["ToolRegistry", "default_registry"],
        "write": ["WriteTool"],
    },
)
