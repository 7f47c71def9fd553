"""The `todo` tool: the model's list of steps, shown to the user and kept with the session."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pycode.core.data import Data
from pycode.system.text import visible
from pycode.tools.base import ToolContext, ToolResult
from pycode.tools.schema import BuiltinTool

_MAX_ITEMS = 100
_MAX_CHARACTERS = 500
_ITEM = {
    "type": "object",
    "properties": {
        "content": {"type": "string"},
        "status": {"enum": ["pending", "in_progress", "completed", "cancelled"]},
    },
    "required": ["content", "status"],
}


@dataclass(slots=True, eq=False, repr=False)
class TodoParameters(Data):
    """What `todo` takes."""

    todos: list[dict[str, Any]] = field(metadata={"items": _ITEM})
    """The whole list: `content`, and `status` pending, in_progress, completed or cancelled."""


class TodoTool(BuiltinTool[TodoParameters]):
    """Replaces the list of steps."""

    name = "todo"
    parameters_type = TodoParameters
    read_only = True
    bounds = f"{_MAX_ITEMS} steps of {_MAX_CHARACTERS} characters"

    async def run(self, parameters: TodoParameters, context: ToolContext) -> ToolResult:
        """Replace the list; the engine keeps `metadata["todos"]`."""
        todos = [
            {"content": " ".join(visible(item["content"]).split()), "status": item["status"]}
            for item in parameters.todos
        ]
        problem = _problem(todos)
        if problem is not None:
            return ToolResult("todo", "", error=problem)
        counts = Counter(item["status"] for item in todos)
        left = len(todos) - counts["cancelled"]
        title = f"todo {counts['completed']} of {left} done" if todos else "todo cleared"
        return ToolResult(title, f"[{title}]", {"todos": todos})


def _problem(todos: list[dict[str, str]]) -> str | None:
    if len(todos) > _MAX_ITEMS:
        return f"The list has {len(todos)} steps; at most {_MAX_ITEMS} are kept."
    for number, item in enumerate(todos):
        if not item["content"]:
            return f"todos[{number}].content is empty; say what the step is."
        if len(item["content"]) > _MAX_CHARACTERS:
            return f"todos[{number}].content is longer than {_MAX_CHARACTERS} characters."
    return None
