"""Answers that have to fit a JSON Schema.

A model that can be held to a schema answers with JSON text. Every other gets a tool whose arguments are the answer: they are
checked as any call's are. A model that does not do it is told to.
"""

from __future__ import annotations

import json
from typing import Any

from pycode.tools.arguments import check_arguments
from pycode.tools.base import Tool, ToolContext, ToolResult

TOOL_NAME = "answer"
"""What the model calls the tool by."""
REMINDERS = 2
"""How many times a model that did not make the call is told to."""


class Answer:
    """The answer that a turn has to give.

    Args:
        schema: Its JSON Schema.
        native: Whether the model itself is held to the schema; otherwise it has to call a tool.
    """

    def __init__(self, schema: dict[str, Any], *, native: bool) -> None:
        self._schema = _object(schema)
        self._wrapped = schema.get("type") != "object"
        self.native = native
        self.tool = None if native else AnswerTool(self)
        self.value: Any = None
        self.given = False
        self.detail: str | None = None
        self._reminders = 0

    @property
    def reason(self) -> str:
        """Why a turn ends that had to give it."""
        return "done" if self.given else "no_answer"

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of an object that holds the answer."""
        return self._schema

    def give(self, arguments: dict[str, Any]) -> Any:
        """Take checked arguments as the answer and return it."""
        self.value = arguments["value"] if self._wrapped else arguments
        self.given = True
        return self.value

    def read(self, text: str) -> str | None:
        """Take JSON text as the answer; return what is wrong with it, or None."""
        if not self.native:
            return f"Give your result by calling the tool `{TOOL_NAME}`; text alone is not read."
        try:
            data = json.loads(text)
        except ValueError:
            return "Your last message is not JSON. Answer with JSON that fits the schema, and nothing else."
        if not isinstance(data, dict):
            return "Your last message is not a JSON object. Answer with one that fits the schema."
        arguments, problems = check_arguments(self._schema, data)
        if problems:
            return "Your JSON does not fit the schema:\n" + "\n".join(problems)
        self.give(arguments)
        return None

    def may_remind(self) -> bool:
        """Count a reminder; False when there were enough."""
        self._reminders += 1
        return self._reminders <= REMINDERS


class AnswerTool(Tool):
    """Takes the answer of a model that cannot be held to a schema."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    @property
    def name(self) -> str:
        """The name that the model uses."""
        return TOOL_NAME

    @property
    def description(self) -> str:
        """What the model is told."""
        return "Give the final result of the task. Call it once, when everything else is done."

    @property
    def parameters_schema(self) -> dict[str, Any]:
        """The schema of the answer."""
        return self._answer.schema

    @property
    def read_only(self) -> bool:
        """It changes nothing."""
        return True

    async def execute(self, parameters: dict[str, Any], context: ToolContext) -> ToolResult:
        """Keep the answer."""
        return ToolResult(
            title=TOOL_NAME, output="Taken.", metadata={"answer": self._answer.give(parameters)}
        )


def _object(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose root is an object: services and tools take no other."""
    if schema.get("type") == "object":
        return schema
    return {
        "type": "object",
        "properties": {"value": schema},
        "required": ["value"],
        "additionalProperties": False,
    }
