"""A session that this process owns: its log, its place in the project, and what its requests begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pycode.core.data import Data
from pycode.core.errors import StorageError
from pycode.core.parts import AnyPart, StepFinishPart, TextPart, ToolPart, now_ms, part_from_dict
from pycode.core.records import MessageInfo
from pycode.engine.history import INTERRUPTED, History
from pycode.engine.journal import Journal
from pycode.engine.state import Entry
from pycode.providers.base import Provider
from pycode.providers.profiles import Profile
from pycode.storage.inbox import AnyInbox
from pycode.workspace.project import Project

if TYPE_CHECKING:
    from pycode.tools.jobs import Job, JobTable


@dataclass(slots=True, eq=False, repr=False)
class ModelChoice(Data):
    """A model that can be asked."""

    provider: Provider
    """Who is asked."""
    model: str
    """The model's name at the provider."""
    label: str
    """`provider/model`."""
    profile: Profile
    """What the model supports and costs."""
    prints_calls: bool = False
    """Whether its server may hand tool calls through as text, as local ones do."""


@dataclass(slots=True, eq=False, repr=False)
class Prompt(Data):
    """A user's prompt on its way into the log."""

    id: str
    """The message's id."""
    parts: list[AnyPart]
    """What the user said."""
    delivery: str = "steer"
    """`steer`: at the next safe point of a running turn; `queue`: after it."""
    agent: str | None = None
    """The agent that shall answer."""
    model: str | None = None
    """`provider/model` that shall answer."""
    limits: dict[str, Any] | None = None
    """Limits of the turn that it starts, as in `TurnLimits`."""
    schema: dict[str, Any] | None = None
    """The JSON Schema that the answer has to fit, or None."""

    def to_dict(self) -> dict[str, Any]:
        """Return the prompt as the inbox keeps it."""
        return {
            "parts": [part.to_dict() for part in self.parts],
            "delivery": self.delivery,
            "agent": self.agent,
            "model": self.model,
            "limits": self.limits,
            "schema": self.schema,
        }

    @classmethod
    def from_dict(cls, message_id: str, data: dict[str, Any]) -> Prompt:
        """Return the prompt that the inbox kept."""
        parts = [part for item in data.get("parts", []) if (part := part_from_dict(item))]
        return cls(
            id=message_id,
            parts=parts,
            delivery=str(data.get("delivery", "steer")),
            agent=data.get("agent"),
            model=data.get("model"),
            limits=data.get("limits"),
            schema=data.get("schema"),
        )


class ActiveSession:
    """One owned session.

    Args:
        journal: Its log, opened for writing.
        inbox: The prompts that wait for it.
        project: Where it works.
    """

    def __init__(self, journal: Journal, inbox: AnyInbox, project: Project) -> None:
        self.journal = journal
        self.inbox = inbox
        self.project = project
        self.cancelled = False
        self.history = History("")
        self._jobs: JobTable | None = None
        self.on_job_end: Callable[[Job], None] | None = None

    @property
    def id(self) -> str:
        """The session's id."""
        return self.journal.info.id

    def jobs(self) -> JobTable:
        """Return the session's background jobs."""
        if self._jobs is None:
            from pycode.tools.jobs import JobTable

            self._jobs = JobTable(self.on_job_end)
        return self._jobs

    async def end_jobs(self) -> None:
        """End all jobs: they do not outlive the session."""
        if self._jobs is not None:
            await self._jobs.close()
            self._jobs = None

    def prompts(self, delivery: str | None = None) -> Iterator[Prompt]:
        """Yield the prompts that wait, oldest first; those of one delivery, or all."""
        for message_id, data in self.inbox.items():
            if message_id in self.journal.state.entries:
                # A crash came between logging it and emptying the inbox.
                self.inbox.take(message_id)
                continue
            prompt = Prompt.from_dict(message_id, data)
            if delivery is None or prompt.delivery == delivery:
                yield prompt

    def has(self, prompt: Prompt) -> bool:
        """Whether this very prompt is in the log already.

        Raises:
            StorageError: Its id was used for other content.
        """
        entry = self.journal.state.entries.get(prompt.id)
        if entry is None:
            return False
        if _contents(list(entry.parts.values())) != _contents(prompt.parts):
            raise StorageError(f"message {prompt.id} exists with other content; use a new id")
        return True

    def accept(self, prompt: Prompt) -> None:
        """Move a prompt into the log."""
        state = self.journal.state
        info = MessageInfo(
            id=prompt.id,
            session_id=self.id,
            role="user",
            parent=state.head,
            agent=prompt.agent,
            model=prompt.model,
            completed=now_ms(),
        )
        self.journal.message(info)
        for part in prompt.parts:
            self.journal.part(part.placed(self.id, info.id))
        self.inbox.take(prompt.id)
        self.history.add(state.entries[info.id])
        if self.journal.info.title == "New session":
            self._name_after(prompt)

    def _name_after(self, prompt: Prompt) -> None:
        texts = [
            part.text for part in prompt.parts if isinstance(part, TextPart) and not part.synthetic
        ]
        line = " ".join(" ".join(texts).split())
        if line:
            info = self.journal.info
            info.title = line if len(line) <= 80 else line[:79] + "…"
            info.updated = max(now_ms(), info.updated + 1)
            self.journal.session(info)

    def use_model(self, choice: ModelChoice) -> None:
        """Build the history for a model, unless it already is for this one."""
        if self.history.model == choice.label:
            return
        self.history = History(choice.label, images=choice.profile.images)
        for entry in self.journal.state.path():
            self.history.add(entry)

    def mend(self) -> None:
        """Close what a crash left open: calls that have no result, the message they belong to, and the turn."""
        if self.journal.state.idle:
            return
        for entry in self.journal.state.path():
            if entry.info.role == "assistant" and entry.info.completed is None:
                self._close(entry)
        # Whoever follows the log waits for this.
        self.journal.idle(self.journal.state.head, "interrupted")

    def _close(self, entry: Entry) -> None:
        for part in list(entry.parts.values()):
            if isinstance(part, ToolPart) and not part.finished:
                part.error = INTERRUPTED
                part.metadata["interrupted"] = True
                part.advance("error")
                self.journal.part(part)
        if not any(isinstance(part, StepFinishPart) for part in entry.parts.values()):
            self.journal.part(StepFinishPart(reason="cut").placed(self.id, entry.info.id))
        entry.info.completed = now_ms()
        self.journal.message(entry.info)


def _contents(parts: list[AnyPart]) -> list[dict[str, Any]]:
    own = {"id", "session_id", "message_id"}
    return [
        {name: value for name, value in part.to_dict().items() if name not in own} for part in parts
    ]
