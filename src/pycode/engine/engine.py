"""Everything the agent can do, for every face.

`submit` puts a prompt where a crash cannot lose it and starts or joins a turn; `events` tells what happens; `reply`,
`cancel` and `wait` do what they say. Arguments and results are JSON-serialisable.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.core.bus import Bus
from pycode.core.errors import StorageError, UsageError
from pycode.core.events import Event, SessionIdle
from pycode.core.identifier import Identifier
from pycode.core.parts import AnyPart, TextPart, part_from_dict
from pycode.core.records import SessionInfo
from pycode.engine.active import Prompt
from pycode.engine.asking import Answer, Asker, Reply
from pycode.engine.feed import Feed
from pycode.engine.judge import answer_rule
from pycode.engine.owned import OwnedSessions
from pycode.engine.setup import EngineSettings, Rooms, TurnSetup
from pycode.engine.turns import Turns
from pycode.storage.folders import check_name
from pycode.workspace.project import find_project

if TYPE_CHECKING:
    from pycode.core.message import Message
    from pycode.tools.jobs import Job, JobSummary

Parts = str | Sequence[AnyPart | Mapping[str, Any]]


class Engine:
    """Runs sessions.

    Args:
        rooms: What it works with.
        attended: Whether a person can answer questions; without, what would be asked is refused at once.
        settings: What holds for all sessions.
    """

    def __init__(
        self, rooms: Rooms, *, attended: bool = False, settings: EngineSettings | None = None
    ) -> None:
        self.bus = Bus()
        self._store = rooms.store
        self._asker = Asker(self.bus, attended=attended)
        self._owned = OwnedSessions(rooms.store, self.bus, self._job_ended)
        settings = settings or EngineSettings()
        setup = TurnSetup(rooms, self._asker, settings)
        self._turns = Turns(
            self._owned,
            rooms.store,
            setup,
            attended=attended,
            hands_over=settings.hands_over,
        )
        self._feed = Feed(self.bus, self._owned, self._turns.own)
        self._told: set[asyncio.Task[str]] = set()

    # Sessions

    def create(
        self,
        directory: str | Path,
        *,
        title: str | None = None,
        agent: str | None = None,
        model: str | None = None,
    ) -> SessionInfo:
        """Make a session.

        Args:
            directory: Its working directory.
            title: One line for lists; made from the first prompt when absent.
            agent: The agent that it begins with.
            model: `provider/model` that it begins with.

        Raises:
            UsageError: The directory does not exist.
            StorageError: The log cannot be written.
        """
        project = find_project(_existing(directory))
        info = SessionInfo(
            project_id=project.id, directory=str(project.directory), agent=agent, model=model
        )
        if title:
            info.title = title
        self.begin(info)
        return info

    def begin(self, info: SessionInfo) -> None:
        """Make a session of facts that the caller chose."""
        self._owned.begin(info)

    def sessions(
        self, project_id: str | None = None, limit: int | None = None
    ) -> list[SessionInfo]:
        """Return sessions, newest first; of one project, or of all."""
        return self._store.list(project_id, limit)

    def owned_elsewhere(self, session_id: str) -> bool:
        """Whether another live process owns the session."""
        return self._owned.get(session_id) is None and self._store.owned_elsewhere(session_id)

    def messages(
        self, session_id: str, *, before: str | None = None, limit: int | None = None
    ) -> list[Message]:
        """Return the messages up to the head, oldest first.

        Args:
            session_id: The session.
            before: Only messages before this one.
            limit: At most so many, the latest ones.

        Raises:
            SessionNotFoundError: There is no such session.
        """
        entries = self._owned.state(session_id).path()
        ids = [entry.info.id for entry in entries]
        end = ids.index(before) if before in ids else len(entries)
        start = max(0, end - limit) if limit is not None else 0
        from pycode.core.message import Message

        return [
            Message.model_validate({**entry.info.to_dict(), "parts": list(entry.parts.values())})
            for entry in entries[start:end]
        ]

    # Turns

    async def submit(
        self,
        session_id: str,
        parts: Parts,
        *,
        message_id: str | None = None,
        delivery: str = "steer",
        agent: str | None = None,
        model: str | None = None,
        limits: dict[str, Any] | None = None,
        schema: dict[str, Any] | None = None,
    ) -> str:
        """Take a prompt; it is durable when this returns.

        Args:
            session_id: The session; when another live process owns it, that process answers.
            parts: Text, or parts.
            message_id: The message's id; the same id and content again is one message.
            delivery: `steer`: a running turn reads it before its next request; `queue`: after the turn.
            agent: Who shall answer.
            model: `provider/model` that shall answer.
            limits: Of the turn that it starts: `max_steps`, `max_cost` (US dollars), `max_tokens`, `max_time` (seconds).
            schema: The JSON Schema that the answer has to fit; the answer is in `session.idle`.

        Returns:
            The message's id.

        Raises:
            UsageError: The prompt is empty, or the id cannot be one.
            SessionNotFoundError: There is no such session.
            StorageError: It cannot be kept, or the id was used for other content.
        """
        prompt = Prompt(
            id=_checked_id(message_id) if message_id else Identifier.ascending("msg"),
            parts=_parts(parts),
            delivery=delivery,
            agent=agent,
            model=model,
            limits=limits,
            schema=schema,
        )
        self._turns.add(session_id, prompt)
        return prompt.id

    async def wait(self, session_id: str) -> Message:
        """Wait until the session is idle and return its last assistant message.

        Raises:
            SessionNotFoundError: There is no such session.
            StorageError: The session has no answer.
        """
        if self._owned.get(session_id) is not None:
            await self._turns.ended(session_id)
        else:
            await self._until_idle(session_id)
        for message in reversed(self.messages(session_id)):
            if message.role == "assistant":
                return message
        raise StorageError(f"session {session_id} has no answer yet; submit a prompt first")

    async def prompt(self, session_id: str, parts: Parts, **options: Any) -> Message:
        """Submit a prompt and wait for the answer; the options are those of `submit`."""
        await self.submit(session_id, parts, **options)
        return await self.wait(session_id)

    async def cancel(self, session_id: str) -> bool:
        """Stop the running turn and keep what was done; False when there is none."""
        return await self._turns.cancel(session_id)

    def jobs(self, session_id: str) -> list[JobSummary]:
        """Return the background jobs of a session of this process, those that run and those that ended."""
        active = self._owned.get(session_id)
        return [job.summary for job in active.jobs().all()] if active is not None else []

    def reply(
        self,
        request_id: str,
        answer: Answer,
        reason: str = "",
        rules: Sequence[str] = (),
        *,
        new_input: dict[str, Any] | None = None,
        verbatim: bool = False,
        stops_turn: bool = False,
    ) -> bool:
        """Answer a question; the first answer wins. False when it is not open any more.

        Args:
            request_id: From `permission.asked`.
            answer: `once`, `session`, `always` (in this project) or `no`.
            reason: With `no`: what the model is told.
            rules: With `session` and `always`: what to keep instead of the rules that were offered.
            new_input: With a yes: what the call is to be made with instead; it is checked and judged like the first.
            verbatim: With `no`: whether `reason` is all that the model is told.
            stops_turn: With `no`: whether the turn ends with it, without a further request to the model.

        Raises:
            UsageError: A rule is none, or one that must not be kept; the question stays open.
        """
        kept = [answer_rule(text, always=answer == "always") for text in rules]
        reply = Reply(answer, reason, kept, new_input, verbatim, stops_turn)
        return self._asker.reply(request_id, reply)

    def answer(self, request_id: str, answers: list[list[str]]) -> bool:
        """Answer the model's questions; the first answer wins. False when they are not open any more.

        Args:
            request_id: From `question.asked`.
            answers: The answers to each question, in order; empty to decline.
        """
        return self._asker.answer(request_id, answers)

    def events(
        self, session_id: str | None = None, after: int | None = None
    ) -> AsyncIterator[Event]:
        """Return an iterator over events; it listens from this call on.

        Args:
            session_id: Only this session's, or those of all sessions of this process when None.
            after: First replay the durable events of the log with a greater `seq`.

        Raises:
            SessionNotFoundError: There is no such session.
        """
        return self._feed.listen(session_id, after)

    async def close(self) -> None:
        """Stop what runs, close all logs and give up the sessions."""
        for session_id in self._turns:
            await self.cancel(session_id)
        for session_id in self._owned:
            await self.release(session_id)

    async def release(self, session_id: str) -> None:
        """Give up a session. Where no person answers questions, the prompts that came in until then are answered first."""
        await self._turns.release(session_id)

    async def _until_idle(self, session_id: str) -> None:
        async for event in self.events(session_id, after=0):
            if isinstance(event, SessionIdle) and self._turns.settled(session_id):
                return

    def _job_ended(self, session_id: str, job: Job) -> None:
        """Tell the model of a job's end: in the turn that runs, else in one that begins with it."""
        task = asyncio.ensure_future(self.submit(session_id, job.end_message()))
        self._told.add(task)
        task.add_done_callback(self._told.discard)


def _existing(directory: str | Path) -> Path:
    path = Path(directory)
    if not path.is_dir():
        raise UsageError(f"{directory} is not a directory; name one that exists")
    return path


def _checked_id(message_id: str) -> str:
    try:
        return check_name(message_id)
    except ValueError as error:
        raise UsageError(
            f"{message_id!r} cannot be the id of a message; make one with Identifier.ascending('msg')"
        ) from error


def _parts(parts: Parts) -> list[AnyPart]:
    items = [TextPart(text=parts)] if isinstance(parts, str) else parts
    made: list[AnyPart] = []
    for item in items:
        part = part_from_dict(item) if isinstance(item, Mapping) else item
        if part is None:
            raise UsageError(f"a prompt cannot hold {item!r}; use parts of pycode.core")
        made.append(part)
    if not any(not isinstance(part, TextPart) or part.text.strip() for part in made):
        raise UsageError("the prompt is empty; say what to do")
    return made
