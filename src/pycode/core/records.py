"""The facts of sessions and messages as the log keeps them.

The same fields as the public models `Session` and `Message` (a test keeps them equal), as plain dataclasses for the
inside: a run that never leaves the process loads no pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from pycode.core.data import Data
from pycode.core.identifier import Identifier
from pycode.core.parts import now_ms

Role = Literal["user", "assistant"]


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Info(Data):
    """What both kinds of facts can do."""

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as JSON-serialisable data, without the fields that are None."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the facts that `to_dict` wrote; fields that this version does not know are left out."""
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in data.items() if name in known})


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SessionInfo(Info):
    """The facts of a session."""

    id: str = field(default_factory=lambda: Identifier.descending("ses"))
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
    created: int = field(default_factory=now_ms)
    """When it was made, in UTC milliseconds."""
    updated: int = field(default_factory=now_ms)
    """When it last changed, in UTC milliseconds."""
    archived: int | None = None
    """When it was put away, in UTC milliseconds."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MessageInfo(Info):
    """The facts of a message, without its parts."""

    id: str = field(default_factory=lambda: Identifier.ascending("msg"))
    """The message's id, ascending."""
    session_id: str
    """The session it belongs to."""
    role: Role
    """Who speaks."""
    parent: str | None = None
    """The message before it."""
    agent: str | None = None
    """The agent that answers or answered."""
    model: str | None = None
    """`provider/model` that answers or answered."""
    created: int = field(default_factory=now_ms)
    """When it was made, in UTC milliseconds."""
    completed: int | None = None
    """When it was finished, in UTC milliseconds."""
    error: str | None = None
    """Why it ended early, in one sentence."""
