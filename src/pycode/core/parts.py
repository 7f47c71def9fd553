"""The parts that a message is made of.

Plain slotted dataclasses, so that a run which never leaves the process does not pay for building models; `Message`
validates them with pydantic. All times are UTC milliseconds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self

from pycode.core.data import Data
from pycode.core.identifier import Identifier

ToolStatus = Literal["pending", "running", "completed", "error", "rejected"]

_NEXT: dict[str, frozenset[str]] = {
    "pending": frozenset({"running", "error", "rejected"}),
    "running": frozenset({"completed", "error", "rejected"}),
}


def now_ms() -> int:
    """Return the present time in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def new_part_id() -> str:
    """Return a new part id."""
    return Identifier.ascending("prt")


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Part(Data):
    """What all parts have."""

    id: str = field(default_factory=new_part_id)
    """The part's own id, ascending."""
    session_id: str = ""
    """The session it belongs to; filled in by the message when absent."""
    message_id: str = ""
    """The message it belongs to; filled in by the message when absent."""

    def placed(self, session_id: str, message_id: str) -> Self:
        """Set the session and message that the part belongs to, and return it."""
        self.session_id, self.message_id = session_id, message_id
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the part as JSON-serialisable data, without the fields that are None."""
        pairs = ((name, getattr(self, name)) for name in _names(type(self)))
        return {name: value for name, value in pairs if value is not None}

    def model_dump(self) -> dict[str, Any]:
        """Return every field, as a pydantic model would."""
        return {name: getattr(self, name) for name in _names(type(self))}

    def model_dump_json(self) -> str:
        """Return every field as JSON text, as a pydantic model would."""
        from pydantic import TypeAdapter

        return TypeAdapter(type(self)).dump_json(self).decode("utf-8")

    @classmethod
    def model_validate(cls, data: Mapping[str, Any]) -> Self:
        """Return the part that checked data describes.

        Raises:
            pydantic.ValidationError: The data does not fit this class.
        """
        from pydantic import TypeAdapter

        return TypeAdapter(cls).validate_python(data)

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> Self:
        """Return the part that JSON text describes.

        Raises:
            pydantic.ValidationError: The text does not fit this class.
        """
        from pydantic import TypeAdapter

        return TypeAdapter(cls).validate_json(text)


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class TextPart(Part):
    """Text that a person or the model wrote."""

    type: Literal["text"] = "text"
    text: str = ""
    """The text itself."""
    synthetic: bool = False
    """True when PyCode wrote it for the model and no person did."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ReasoningPart(Part):
    """What the model thought before it answered."""

    type: Literal["reasoning"] = "reasoning"
    text: str = ""
    """The readable part, often a summary; may be empty."""
    opaque: list[Any] | None = None
    """What the service wants back unchanged: signatures, encrypted reasoning."""
    model: str | None = None
    """`provider/model` that made it: only that one can read it."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ToolPart(Part):
    """One tool call and its result."""

    type: Literal["tool"] = "tool"
    tool: str = ""
    """The tool's name."""
    call_id: str = ""
    """The id under which the model asked for it."""
    status: ToolStatus = "pending"
    """Moves pending → running → completed, error or rejected, and never back."""
    input: dict[str, Any] = field(default_factory=dict)
    """The arguments."""
    input_raw: str | None = None
    """The arguments as text, where they were not an object; such a call never runs."""
    title: str | None = None
    """What a person sees of the call, in one line."""
    output: str | None = None
    """What the model reads."""
    error: str | None = None
    """Why it failed or was refused."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """What a person or a program may want beside: diff, counts, exit code."""
    opaque: list[Any] | None = None
    """What the service wants back on this call unchanged."""
    started: int | None = None
    """When it began to run."""
    ended: int | None = None
    """When it ended."""

    def advance(self, status: ToolStatus) -> None:
        """Move to the next status and note the time.

        Raises:
            ValueError: The call is already past that.
        """
        if status not in _NEXT.get(self.status, frozenset()):
            raise ValueError(f"tool call {self.call_id!r} cannot go from {self.status} to {status}")
        self.status = status
        if status == "running":
            self.started = now_ms()
        else:
            self.ended = now_ms()

    @property
    def finished(self) -> bool:
        """Whether there is a result."""
        return self.status not in _NEXT


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class FilePart(Part):
    """A file that the user attached."""

    type: Literal["file"] = "file"
    path: str = ""
    """Where it is, or its name when the content is here."""
    media_type: str = "text/plain"
    """Its MIME type."""
    content: str | None = None
    """The text, or base64 when the type is not text."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AgentPart(Part):
    """An agent that the user named in a prompt."""

    type: Literal["agent"] = "agent"
    name: str = ""
    """The agent's name."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class StepStartPart(Part):
    """The beginning of one model request."""

    type: Literal["step-start"] = "step-start"
    step: int = 1
    """Its number in the turn, from 1."""
    model: str = ""
    """`provider/model` that is asked."""
    started: int = field(default_factory=now_ms)
    """When the request was made."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class StepFinishPart(Part):
    """The end of one model request."""

    type: Literal["step-finish"] = "step-finish"
    reason: str = "stop"
    """Why the model stopped: stop, tool_calls, length, content_filter, pause, cut or cancelled."""
    usage: dict[str, int] = field(default_factory=dict)
    """Tokens: input (without cached), cache_read, cache_write, output (with reasoning), reasoning."""
    cost: float | None = None
    """US dollars, or None when the price is not known."""
    ended: int = field(default_factory=now_ms)
    """When the response ended."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class PatchPart(Part):
    """The paths that a step changed."""

    type: Literal["patch"] = "patch"
    files: dict[str, list[str | None]] = field(default_factory=dict)
    """Path to the hashes of its content before and after; None where there was no file."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RetryPart(Part):
    """A request that failed and was made again."""

    type: Literal["retry"] = "retry"
    attempt: int = 1
    """Which try failed, from 1."""
    error: str = ""
    """Why."""
    wait: float = 0.0
    """Seconds until the next try."""


AnyPart = (
    TextPart
    | ReasoningPart
    | ToolPart
    | FilePart
    | AgentPart
    | StepStartPart
    | StepFinishPart
    | PatchPart
    | RetryPart
)
"""Every part class; `type` tells them apart."""

PART_CLASSES: dict[str, type[AnyPart]] = {
    "text": TextPart,
    "reasoning": ReasoningPart,
    "tool": ToolPart,
    "file": FilePart,
    "agent": AgentPart,
    "step-start": StepStartPart,
    "step-finish": StepFinishPart,
    "patch": PatchPart,
    "retry": RetryPart,
}
"""`type` to class."""

_field_names: dict[type[Any], tuple[str, ...]] = {}


def _names(cls: type[Any]) -> tuple[str, ...]:
    names = _field_names.get(cls)
    if names is None:
        names = _field_names[cls] = tuple(f.name for f in fields(cls))
    return names


def part_from_dict(data: Mapping[str, Any]) -> AnyPart | None:
    """Return the part that PyCode itself once wrote with `to_dict`, or None when the type is not known.

    Fields that this version does not know are left out: a newer PyCode may have written them.
    """
    cls = PART_CLASSES.get(str(data.get("type", "")))
    if cls is None:
        return None
    known = _names(cls)
    return cls(**{name: value for name, value in data.items() if name in known})
