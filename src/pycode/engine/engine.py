"""Everything the agent can do, for every face.

`submit` puts a prompt where a crash cannot lose it and starts or joins a turn; `events` tells what happens; `reply`,
`cancel` and `wait` do what they say. Arguments and results are JSON-serialisable.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.agents.base import Agent
from pycode.core.bus import Bus, Subscription
from pycode.core.errors import PyCodeError, StorageError, UsageError
from pycode.core.events import Event, SessionError, SessionIdle
from pycode.core.identifier import Identifier
from pycode.core.parts import AnyPart, TextPart, part_from_dict
from pycode.core.records import SessionInfo
from pycode.engine.active import ActiveSession, ModelChoice, Prompt
from pycode.engine.asking import Answer, Asker, Reply
from pycode.engine.journal import Journal
from pycode.engine.judge import Judge
from pycode.engine.limits import MAX_STEPS, REPEATS, RepeatCheck
from pycode.engine.loop import Turn, TurnEnd, TurnSettings
from pycode.engine.redact import Redactor
from pycode.engine.replay import event_of
from pycode.engine.state import SessionState, fold
from pycode.engine.system_prompt import build_system_prompt
from pycode.engine.toolchain import Toolchain
from pycode.storage.sessions import SessionStore
from pycode.tools.registry import ToolRegistry
from pycode.workspace.project import Project, find_project

if TYPE_CHECKING:
    from pycode.core.message import Message

POLL_SECONDS = 0.05
"""How often a session that another process owns is looked at."""

Parts = str | Sequence[AnyPart | Mapping[str, Any]]


@dataclass(slots=True)
class EngineSettings:
    """What holds for all sessions of an engine."""

    max_steps: int = MAX_STEPS
    """Model requests in one turn at most; an agent or a prompt may say less."""
    repeats: int = REPEATS
    """Equal calls in a row until somebody is asked."""
    request_options: dict[str, Any] = field(default_factory=dict)
    """What every request passes to the provider: `max_retries`, `timeout`, `idle_timeout` (seconds)."""
    secrets: Sequence[str] = ()
    """Values that are taken out of tool results."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """For child processes, without secrets."""
    shell: str = "sh"
    """The name of the shell that commands run in."""
    home: Path | None = None
    """PyCode's own folder, for the user's instructions; None for none."""
    instructions: Sequence[str] = ()
    """Further instruction files, absolute paths."""


class Engine:
    """Runs sessions.

    Args:
        store: Keeps logs, inboxes and outputs.
        models: Returns the model for `provider/model`, or the default for None.
        agents: Returns the agent of a name, or the default for None.
        registry: All tools.
        judges: Makes the judge of an agent's calls in a project.
        attended: Whether a person can answer questions; without, what would be asked is refused at once.
        settings: What holds for all sessions.
    """

    def __init__(
        self,
        *,
        store: SessionStore,
        models: Callable[[str | None], ModelChoice],
        agents: Callable[[str | None], Agent],
        registry: ToolRegistry,
        judges: Callable[[Agent, Project], Judge],
        attended: bool = False,
        settings: EngineSettings | None = None,
    ) -> None:
        self.bus = Bus()
        self._store = store
        self._models = models
        self._agents = agents
        self._registry = registry
        self._judges = judges
        self._settings = settings or EngineSettings()
        self._asker = Asker(self.bus, attended=attended)
        self._redactor = Redactor(self._settings.secrets)
        self._active: dict[str, ActiveSession] = {}
        self._tasks: dict[str, asyncio.Task[TurnEnd | None]] = {}

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
        project = find_project(Path(info.directory))
        self._store.own(info.id)
        journal = Journal(self._store.create(info.id), SessionState(), self.bus)
        journal.session(info)
        self._store.save_facts(info)
        self._active[info.id] = ActiveSession(journal, self._store.inbox(info.id), project)

    def sessions(
        self, project_id: str | None = None, limit: int | None = None
    ) -> list[SessionInfo]:
        """Return sessions, newest first; of one project, or of all."""
        return self._store.list(project_id, limit)

    def owned_elsewhere(self, session_id: str) -> bool:
        """Whether another live process owns the session."""
        return session_id not in self._active and self._store.owned_elsewhere(session_id)

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
        entries = self._state(session_id).path()
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
    ) -> str:
        """Take a prompt; it is durable when this returns.

        Args:
            session_id: The session; when another live process owns it, that process answers.
            parts: Text, or parts.
            message_id: The message's id; the same id and content again is one message.
            delivery: `steer`: a running turn reads it before its next request; `queue`: after the turn.
            agent: Who shall answer.
            model: `provider/model` that shall answer.
            limits: Of the turn that it starts: `max_steps`.

        Returns:
            The message's id.

        Raises:
            UsageError: The prompt is empty.
            SessionNotFoundError: There is no such session.
            StorageError: It cannot be kept, or the id was used for other content.
        """
        prompt = Prompt(
            id=message_id or Identifier.ascending("msg"),
            parts=_parts(parts),
            delivery=delivery,
            agent=agent,
            model=model,
            limits=limits,
        )
        active = self._own(session_id)
        if active is None:
            self._store.inbox(session_id).put(prompt.id, prompt.to_dict())
        elif not active.has(prompt):
            if self._running(session_id) is not None:
                active.inbox.put(prompt.id, prompt.to_dict())
            else:
                active.accept(prompt)
                self._start(active, prompt)
        return prompt.id

    async def wait(self, session_id: str) -> Message:
        """Wait until the session is idle and return its last assistant message.

        Raises:
            SessionNotFoundError: There is no such session.
            StorageError: The session has no answer.
        """
        if session_id in self._active:
            task = self._tasks.get(session_id)
            if task is not None:
                await asyncio.wait([task])
                task.result()
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
        task = self._running(session_id)
        if task is None:
            return False
        task.cancel()
        await asyncio.wait([task])
        return True

    def reply(self, request_id: str, answer: Answer, reason: str = "") -> bool:
        """Answer a question; the first answer wins. False when it is not open any more.

        Args:
            request_id: From `permission.asked`.
            answer: `once`, `always` or `no`.
            reason: With `no`: what the model is told.
        """
        return self._asker.reply(request_id, Reply(answer, reason))

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
        subscription = self.bus.subscribe(session_id)
        if session_id is None:
            return aiter(subscription)
        owned = self._own(session_id) is not None
        if after is None:
            after = self._last_seq(session_id)
        return self._session_events(subscription, session_id, after, owned)

    async def _session_events(
        self, subscription: Subscription, session_id: str, last: int, owned: bool
    ) -> AsyncIterator[Event]:
        try:
            earlier = self._now(session_id, last) if owned else self._follow(session_id, last)
            async for event in earlier:
                last = event.seq or last
                yield event
            async for event in subscription:
                if subscription.missed:
                    subscription.missed = False
                    for missed in self._replay(session_id, last):
                        last = missed.seq or last
                        yield missed
                if event.seq is None or event.seq > last:
                    last = event.seq or last
                    yield event
        finally:
            subscription.close()

    async def close(self) -> None:
        """Stop what runs, close all logs and give up the sessions."""
        for session_id in list(self._tasks):
            await self.cancel(session_id)
        for active in list(self._active.values()):
            await self.release(active.id)

    async def release(self, session_id: str) -> None:
        """Give up a session, after answering the prompts that came in until then."""
        while (active := self._active.get(session_id)) is not None:
            task = self._running(session_id)
            if task is not None:
                await asyncio.wait([task])
                continue
            active.journal.close()
            del self._active[session_id]
            self._store.save_facts(active.journal.info)
            self._store.disown(session_id)
            # A prompt may have come between the last look and giving up the ownership.
            if active.cancelled or not active.inbox.items():
                return
            self._own(session_id)

    # Ownership

    def _own(self, session_id: str) -> ActiveSession | None:
        """Return the session, taken over when no live process owns it; None when one does."""
        active = self._active.get(session_id)
        if active is not None:
            return active
        if not self._store.exists(session_id):
            self._store.open(session_id, write=False)
        if not self._store.own(session_id):
            return None
        transcript = self._store.open(session_id, write=True)
        state = fold(transcript.read())
        if state.info is None:
            self._store.disown(session_id)
            raise StorageError(
                f"the log of session {session_id} is broken: it does not say what it is"
            )
        project = find_project(Path(state.info.directory))
        journal = Journal(transcript, state, self.bus)
        active = ActiveSession(journal, self._store.inbox(session_id), project)
        active.mend()
        self._active[session_id] = active
        waiting = next(active.prompts(), None)
        if waiting is not None:
            active.accept(waiting)
            self._start(active, waiting)
        return active

    def _state(self, session_id: str) -> SessionState:
        active = self._active.get(session_id)
        if active is not None:
            active.journal.flush()
            return active.journal.state
        transcript = self._store.open(session_id, write=False)
        try:
            return fold(transcript.read())
        finally:
            transcript.close()

    def _replay(self, session_id: str, after: int) -> Iterable[Event]:
        active = self._active.get(session_id)
        transcript = (
            active.journal.transcript if active else self._store.open(session_id, write=False)
        )
        for record in transcript.read(after=after):
            event = event_of(session_id, record)
            if event is not None:
                yield event

    async def _now(self, session_id: str, after: int) -> AsyncIterator[Event]:
        for event in self._replay(session_id, after):
            yield event

    async def _follow(self, session_id: str, last: int) -> AsyncIterator[Event]:
        """Yield what another process logs, until this one owns the session."""
        while True:
            owned = self._own(session_id) is not None
            for event in self._replay(session_id, last):
                last = event.seq or last
                yield event
            if owned:
                return
            await asyncio.sleep(POLL_SECONDS)

    def _last_seq(self, session_id: str) -> int:
        active = self._active.get(session_id)
        if active is not None:
            return active.journal.transcript.last_seq
        transcript = self._store.open(session_id, write=False)
        transcript.close()
        return transcript.last_seq

    async def _until_idle(self, session_id: str) -> None:
        async for event in self.events(session_id, after=0):
            if isinstance(event, SessionIdle) and not self._store.inbox(session_id).items():
                return

    # One turn after the other

    def _running(self, session_id: str) -> asyncio.Task[TurnEnd | None] | None:
        task = self._tasks.get(session_id)
        return task if task is not None and not task.done() else None

    def _start(self, active: ActiveSession, prompt: Prompt) -> None:
        self._tasks[active.id] = asyncio.ensure_future(self._drive(active, prompt))

    async def _drive(self, active: ActiveSession, prompt: Prompt) -> TurnEnd | None:
        active.cancelled = False
        while True:
            end = await self._turn(active, prompt)
            waiting = next(active.prompts(), None)
            if waiting is None:
                return end
            active.accept(waiting)
            prompt = waiting

    async def _turn(self, active: ActiveSession, prompt: Prompt) -> TurnEnd | None:
        end = TurnEnd("error", None)
        try:
            turn = self._prepare(active, prompt)
            end = await turn.run()
        except asyncio.CancelledError:
            active.cancelled = True
            end = TurnEnd("cancelled", active.journal.state.head)
            raise
        except PyCodeError as error:
            self._report(active, error)
        finally:
            self._idle(active, end)
        return end

    def _prepare(self, active: ActiveSession, prompt: Prompt) -> Turn:
        info = active.journal.info
        agent = self._agents(prompt.agent or info.agent)
        choice = self._models(prompt.model or agent.config.model or info.model)
        active.use_model(choice.label)
        judge = self._judges(agent, active.project)
        toolchain = Toolchain(
            self._registry,
            judge,
            self._asker,
            self._redactor,
            self._store,
            self._settings.environment,
        )
        prefix = self._prefix(active, agent, toolchain)
        limits = prompt.limits or {}
        options = dict(self._settings.request_options)
        if agent.config.temperature is not None:
            options["temperature"] = agent.config.temperature
        max_steps = limits.get("max_steps") or min(
            self._settings.max_steps, agent.config.max_steps or self._settings.max_steps
        )
        settings = TurnSettings(prefix["system"], prefix["tools"], max_steps, options)
        return Turn(active, choice, toolchain, settings, RepeatCheck(self._settings.repeats))

    def _prefix(self, active: ActiveSession, agent: Agent, toolchain: Toolchain) -> dict[str, Any]:
        """Return what all requests of the session begin with; it only changes with the agent."""
        prefix = active.journal.state.prefix
        if prefix is not None and prefix.get("agent") == agent.name:
            return prefix
        prompt = build_system_prompt(
            active.project,
            agent_prompt=agent.config.prompt,
            plan=agent.config.mode == "plan",
            shell=self._settings.shell,
            home=self._settings.home,
            more=self._settings.instructions,
        )
        prefix = {
            "agent": agent.name,
            "system": prompt.text,
            "tools": toolchain.definitions(),
            "instructions": prompt.instructions,
        }
        active.journal.prefix(prefix)
        return prefix

    def _report(self, active: ActiveSession, error: PyCodeError) -> None:
        active.journal.publish(
            SessionError(session_id=active.id, code=error.code, message=str(error))
        )

    def _idle(self, active: ActiveSession, end: TurnEnd) -> None:
        try:
            active.journal.idle(end.message_id, end.reason)
        except StorageError as error:
            # The log cannot take it; whoever waits for the end must hear of it all the same.
            self._report(active, error)
            active.journal.publish(SessionIdle(session_id=active.id, reason="error"))


def _existing(directory: str | Path) -> Path:
    path = Path(directory)
    if not path.is_dir():
        raise UsageError(f"{directory} is not a directory; name one that exists")
    return path


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
