"""The `list` tool: the tree of files below a directory, as much of it as is good to read."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from pycode.system.text import visible
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.schema import BuiltinTool
from pycode.tools.search import MAX_KEPT, Names, SearchError, place_of, ripgrep
from pycode.tools.targets import request

_MAX_LINES = 300
_MAX_ENTRIES = 100
_MAX_DEPTH = 20
_ERROR_BYTES = 100_000


@dataclass(slots=True)
class ListParameters:
    """What `list` takes."""

    path: str | None = field(default=None, metadata={"doc": "Directory"})
    """Where to begin; None is the working directory."""
    depth: int = field(
        default=_MAX_DEPTH, metadata={"doc": "Levels", "minimum": 1, "maximum": _MAX_DEPTH}
    )
    """How many levels of folders to open at most."""


@dataclass(slots=True)
class _Folder:
    """A folder of the tree."""

    entries: dict[str, _Folder | None] = field(default_factory=dict)
    """Name to folder, or to None for a file."""
    files: int = 0
    """How many files are in it, at any depth."""
    open: bool = False
    """Whether its entries are shown."""

    def add(self, path: str) -> None:
        """Put a file into the tree."""
        folder = self
        *names, last = path.split("/")
        for name in names:
            folder.files += 1
            # A file of this name went, and a folder came, while they were listed.
            following = folder.entries.get(name) or _Folder()
            folder.entries[name] = following
            folder = following
        folder.files += 1
        folder.entries.setdefault(last, None)


class ListTool(BuiltinTool[ListParameters]):
    """Shows a tree of files."""

    name = "list"
    parameters_type = ListParameters
    read_only = True
    permission = "read"
    deferred = True
    bounds = f"{_MAX_LINES} lines, {_MAX_ENTRIES} of a folder; {MAX_KEPT} files; 30 seconds"

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return where it would look."""
        return request("read", parameters.get("path") or ".", context)

    async def run(self, parameters: ListParameters, context: ToolContext) -> ToolResult:
        """List."""
        title = "list"
        try:
            place = place_of(parameters.path, context)
            title = f"list {place.name}"
            if place.argument != ".":
                raise SearchError(f"{place.name} is a file; use read.")
            found = Names()
            await ripgrep(
                place,
                ["--files"],
                [place.argument],
                context,
                limit_bytes=_ERROR_BYTES,
                on_output=found.add,
            )
        except SearchError as error:
            return ToolResult(title, "", error=str(error))
        root = _Folder()
        for path in found.found:
            root.add(path)
        _open(root, parameters.depth)
        lines = _lines(root, "")
        if found.count > len(found.found):
            lines.append(f"[only {len(found.found)} of {found.count} files are in this tree]")
        output = "\n".join(lines) or "[no files]"
        return ToolResult(title, output, {"files": found.count})


def _open(root: _Folder, depth: int) -> None:
    """Open folders level by level, as long as there is room."""
    room = _MAX_LINES
    waiting = deque([(root, 1)])
    while waiting:
        folder, level = waiting.popleft()
        room -= min(len(folder.entries), _MAX_ENTRIES + 1)
        if room < 0 and folder is not root:
            return
        folder.open = True
        if level < depth:
            shown = sorted(folder.entries.items())[:_MAX_ENTRIES]
            waiting += [(inner, level + 1) for _, inner in shown if inner is not None]


def _lines(folder: _Folder, indent: str) -> list[str]:
    lines: list[str] = []
    for name, inner in sorted(folder.entries.items())[:_MAX_ENTRIES]:
        shown = indent + visible(name.replace("\n", "\u240a"))
        if inner is None:
            lines.append(shown)
        elif inner.open:
            lines.append(f"{shown}/")
            lines += _lines(inner, indent + "  ")
        else:
            count = "1 file" if inner.files == 1 else f"{inner.files} files"
            lines.append(f"{shown}/ ({count})")
    rest = len(folder.entries) - _MAX_ENTRIES
    if rest > 0:
        lines.append(f"{indent}[{rest} more entries]")
    return lines
