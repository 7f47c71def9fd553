"""Built-in tools: name, description and JSON Schema from plain data.

The parameters of a built-in tool are a slotted dataclass. Its schema is read from the annotations as they are written, which
costs microseconds: the schemas are needed before the first request of every run.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from abc import abstractmethod
from typing import Any, Generic, TypeVar

from pycode.tools.base import Tool, ToolContext, ToolResult

P = TypeVar("P")

_TYPES: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "list[str]": {"type": "array", "items": {"type": "string"}},
    "str | list[str]": {
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    },
    "list[dict[str, Any]]": {"type": "array", "items": {"type": "object"}},
    "dict[str, Any]": {"type": "object"},
}


class BuiltinTool(Tool, Generic[P]):
    """A tool whose parameters are a dataclass and whose description is the Markdown file beside its module.

    A subclass sets `name` and `parameters_type`, implements `run`, and comes with `<module>.md`.
    """

    name = ""
    """The name that the model uses."""
    parameters_type: type[P]
    """The dataclass of its parameters."""
    bounds = ""
    """What limits a call, in one line, for the documentation."""

    @property
    def description(self) -> str:
        """What it does, for the model."""
        return self._description()

    @property
    def parameters_schema(self) -> dict[str, Any]:
        """The JSON Schema of its parameters."""
        return parameters_schema_of(self.parameters_type)

    async def execute(self, parameters: dict[str, Any], context: ToolContext) -> ToolResult:
        """Run it with arguments that were checked against the schema."""
        return await self.run(self.parameters_type(**parameters), context)

    @abstractmethod
    async def run(self, parameters: P, context: ToolContext) -> ToolResult:
        """Do it.

        Args:
            parameters: The arguments.
            context: Where and for whom.
        """

    def _description(self) -> str:
        source = sys.modules[type(self).__module__].__file__ or ""
        with open(os.path.splitext(source)[0] + ".md", encoding="utf-8") as file:
            return file.read().strip()


def parameters_schema_of(parameters_type: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a parameters dataclass.

    A field is `str`, `int`, `float`, `bool`, `list[str]`, `str | list[str]`, `list[dict[str, Any]]` or `dict[str, Any]`, with
    `| None` when it may be absent; one with a default is optional. `field(metadata={"doc": ...})` describes it, and further
    metadata (`minimum`, `maximum`, `enum`, `items`) goes into its schema.

    Raises:
        TypeError: A field has another type.
    """
    properties: dict[str, Any] = {}
    required: list[str] = []
    for item in dataclasses.fields(parameters_type):
        extra = dict(item.metadata)
        doc = extra.pop("doc", None)
        properties[item.name] = {**_type_schema(item), **extra}
        if doc is not None:
            properties[item.name]["description"] = doc
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            required.append(item.name)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _type_schema(item: dataclasses.Field[Any]) -> dict[str, Any]:
    written = item.type if isinstance(item.type, str) else getattr(item.type, "__name__", "")
    schema = _TYPES.get(written.removesuffix(" | None"))
    if schema is None:
        raise TypeError(f"a tool's parameter cannot have the type {item.type!r}: {item.name}")
    return schema
