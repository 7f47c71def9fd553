"""One user or assistant entry of a session, made of parts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from pycode.core.identifier import Identifier
from pycode.core.parts import AnyPart, TextPart, ToolPart, now_ms
from pycode.core.records import Role

MessagePart = Annotated[AnyPart, Field(discriminator="type")]
"""Any part, told apart by its `type`."""


class Message(BaseModel):
    """A user or assistant message."""

    model_config = ConfigDict(defer_build=True, use_attribute_docstrings=True)

    id: str = Field(default_factory=lambda: Identifier.ascending("msg"))
    """The message's id, ascending."""
    session_id: str
    """The session it belongs to."""
    role: Role
    """Who speaks."""
    parts: list[MessagePart] = Field(default_factory=list)
    """What it consists of, in order."""
    parent: str | None = None
    """The message before it."""
    agent: str | None = None
    """The agent that answers or answered."""
    model: str | None = None
    """`provider/model` that answers or answered."""
    created: int = Field(default_factory=now_ms)
    """When it was made, in UTC milliseconds."""
    completed: int | None = None
    """When it was finished, in UTC milliseconds."""
    error: str | None = None
    """Why it ended early, in one sentence."""

    def model_post_init(self, context: Any) -> None:
        """Give the parts the ids that they lack."""
        for part in self.parts:
            self._adopt(part)

    def _adopt(self, part: AnyPart) -> None:
        part.session_id = part.session_id or self.session_id
        part.message_id = part.message_id or self.id

    def add_part(self, part: AnyPart) -> None:
        """Append a part; its session and message ids are filled in when absent."""
        self._adopt(part)
        self.parts.append(part)

    def get_text_parts(self) -> list[TextPart]:
        """Return the text parts, in order."""
        return [part for part in self.parts if isinstance(part, TextPart)]

    def get_tool_parts(self) -> list[ToolPart]:
        """Return the tool calls, in order."""
        return [part for part in self.parts if isinstance(part, ToolPart)]

    def get_text_content(self) -> str:
        """Return the text of all text parts, joined by newlines."""
        return "\n".join(part.text for part in self.get_text_parts())
