"""What the bus carries: typed facts about sessions, messages, parts, questions and files.

Events with a `seq` are durable: they stand in the session's log under that number and can be replayed from it. The
others live only in the moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

from pycode.core.data import Data
from pycode.core.parts import AnyPart, now_ms
from pycode.core.records import MessageInfo, SessionInfo

DeltaField = Literal["text", "arguments"]


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Event(Data):
    """What all events have."""

    session_id: str
    """The session that it is about."""
    seq: int | None = None
    """Its number in the session's log, when it is durable."""
    time: int = field(default_factory=now_ms)
    """When it happened, in UTC milliseconds."""

    type: ClassVar[str] = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the event as JSON-serialisable data, with its `type`."""
        data: dict[str, Any] = {"type": self.type}
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None:
                data[item.name] = value.to_dict() if hasattr(value, "to_dict") else value
        return data


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SessionCreated(Event):
    """A session was made."""

    type: ClassVar[str] = "session.created"
    session: SessionInfo
    """Its facts."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SessionUpdated(Event):
    """A session's facts changed."""

    type: ClassVar[str] = "session.updated"
    session: SessionInfo
    """Its facts now."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SessionIdle(Event):
    """A turn ended."""

    type: ClassVar[str] = "session.idle"
    message_id: str | None = None
    """The turn's last message."""
    reason: str = "done"
    """Why it ended: done, limit, repeated, length, content_filter, no_answer, unfinished, cancelled, interrupted (by a crash) or error."""
    detail: str | None = None
    """With `limit`: which one, in a few words."""
    answer: Any = None
    """The structured answer, where one was asked for: what fits the schema."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class SessionError(Event):
    """A turn failed."""

    type: ClassVar[str] = "session.error"
    code: str
    """The error's stable name, as in `pycode.core.errors`."""
    message: str
    """What went wrong and what to do, in one sentence."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class MessageUpdated(Event):
    """A message was made, or its facts changed."""

    type: ClassVar[str] = "message.updated"
    message: MessageInfo
    """Its facts now."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PartUpdated(Event):
    """A part was made or changed; the whole part as it is now."""

    type: ClassVar[str] = "part.updated"
    part: AnyPart
    """The part as it was at that moment."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PartDelta(Event):
    """Text was added to a part that is still growing."""

    type: ClassVar[str] = "part.delta"
    message_id: str
    """The message that the part belongs to."""
    part_id: str
    """The part that grows."""
    part_type: str
    """The part's type: text, reasoning or tool."""
    field: DeltaField = "text"
    """Which of its fields grows."""
    text: str
    """What was added."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class HeadMoved(Event):
    """The session stands at another message now."""

    type: ClassVar[str] = "head.moved"
    message_id: str | None
    """The message, or None for the beginning."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PermissionAsked(Event):
    """Somebody has to decide whether a tool call may run."""

    type: ClassVar[str] = "permission.asked"
    request_id: str
    """What a reply names."""
    tool: str
    """The tool's name."""
    call_id: str
    """The call that waits."""
    permission: str
    """The permission key, for example `bash` or `external_directory`."""
    patterns: list[str]
    """What the answer would cover: commands or paths."""
    title: str
    """The call in one line."""
    reason: str
    """Why it is asked."""
    scopes: list[str] = field(default_factory=lambda: ["once"])
    """How long a yes can hold: `once`, `session`, `always` (in this project)."""
    rules: list[str] = field(default_factory=list)
    """What `session` and `always` would keep, in the form of `--allow`; a reply may carry others."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PermissionReplied(Event):
    """A question about a tool call was answered."""

    type: ClassVar[str] = "permission.replied"
    request_id: str
    """The question."""
    answer: str
    """once, session, always or no."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class QuestionAsked(Event):
    """The model has questions to the user."""

    type: ClassVar[str] = "question.asked"
    request_id: str
    """What a reply names."""
    call_id: str
    """The call that waits."""
    questions: list[dict[str, Any]]
    """Each with `text`, `choices` (another answer can always be typed) and `multiple` (whether several may be taken)."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class QuestionReplied(Event):
    """The user answered the model's questions."""

    type: ClassVar[str] = "question.replied"
    request_id: str
    """The question."""
    answers: list[list[str]]
    """The answers to each, in order; empty when the user declined."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class TodoUpdated(Event):
    """The model's list of steps changed."""

    type: ClassVar[str] = "todo.updated"
    todos: list[dict[str, str]]
    """The whole list: `content`, and `status` pending, in_progress, completed or cancelled."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class FileEdited(Event):
    """PyCode changed a file."""

    type: ClassVar[str] = "file.edited"
    path: str
    """Its absolute path."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ToolProgress(Event):
    """A running tool has something to show."""

    type: ClassVar[str] = "tool.progress"
    call_id: str
    """The call that runs."""
    text: str
    """What is new."""


EVENT_CLASSES: tuple[type[Event], ...] = (
    SessionCreated,
    SessionUpdated,
    SessionIdle,
    SessionError,
    MessageUpdated,
    PartUpdated,
    PartDelta,
    HeadMoved,
    PermissionAsked,
    PermissionReplied,
    QuestionAsked,
    QuestionReplied,
    TodoUpdated,
    FileEdited,
    ToolProgress,
)
"""Every event, in the order of the documentation."""
