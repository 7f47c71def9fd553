"""One conversation in a project."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pycode.core.identifier import Identifier
from pycode.core.parts import now_ms


class Session(BaseModel):
    """A conversation: where it takes place and what it is called. Its messages lie in its log."""

    model_config = ConfigDict(defer_build=True, use_attribute_docstrings=True)

    id: str = Field(default_factory=lambda: Identifier.descending("ses"))
    """The session's id; descending, so that a listing shows the newest first."""
    project_id: str
    """The project it belongs to."""
    directory: str
    """The working directory, absolute."""
    title: str = "New session"
    """One line for lists."""
    parent_id: str | None = None
    """The session whose subagent this is."""
    origin: str | None = None
    """The session that this is a fork of."""
    agent: str | None = None
    """The agent that the session began with."""
    model: str | None = None
    """`provider/model` that the session began with."""
    created: int = Field(default_factory=now_ms)
    """When it was made, in UTC milliseconds."""
    updated: int = Field(default_factory=now_ms)
    """When it last changed, in UTC milliseconds."""
    archived: int | None = None
    """When it was put away, in UTC milliseconds."""

    def touch(self) -> None:
        """Note that the session changed now; the time never goes back or stands still."""
        self.updated = max(now_ms(), self.updated + 1)

    def archive(self) -> None:
        """Put the session away: lists leave it out unless asked."""
        self.touch()
        self.archived = self.updated
