"""`AgentRunner`: an agent in a few lines of Python, over the same engine as everything else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from pycode.agents.base import Agent
from pycode.core.errors import NotConfiguredError, error_class
from pycode.core.events import PartDelta, SessionError, SessionIdle
from pycode.core.records import SessionInfo
from pycode.core.session import Session
from pycode.engine.active import ModelChoice
from pycode.engine.engine import Engine
from pycode.engine.judge import judge_for
from pycode.engine.setup import EngineSettings, Rooms
from pycode.permissions.answers import Answers
from pycode.permissions.request import Mode
from pycode.providers.base import Provider
from pycode.providers.hosts import find_host
from pycode.providers.profiles import profile_for
from pycode.storage.memory import MemoryStore
from pycode.storage.sessions import DiskStore, SessionStore
from pycode.storage.storage import Storage
from pycode.tools.environment import clean_environment
from pycode.tools.registry import ToolRegistry


@dataclass(slots=True)
class RunConfig:
    """Limits and permissions of a runner."""

    max_iterations: int = 50
    """Model requests in one run at most."""
    doom_loop_threshold: int = 3
    """Equal calls in a row until the run stops."""
    auto_approve_tools: bool = False
    """Whether what would be asked is allowed; what is denied stays denied."""


class AgentRunner:
    """Runs an agent in a session: each `run` is a turn, and the conversation goes on from one to the next.

    Args:
        session: Names the directory; its `model` is used when the agent names none.
        agent: Who does the work.
        provider: Who is asked.
        registry: The tools.
        config: Limits and permissions.
        storage: Where the session is kept, and gone on with when it is there already; None keeps nothing on disk.
    """

    def __init__(
        self,
        session: Session,
        agent: Agent,
        provider: Provider,
        registry: ToolRegistry,
        config: RunConfig | None = None,
        *,
        storage: Storage | None = None,
    ) -> None:
        config = config or RunConfig()
        self.session = session
        self.stop_reason = ""
        """Why the last run ended: done, limit, repeated, length, content_filter, cancelled or error."""
        host = find_host(provider.name)
        model = agent.config.model or session.model or (host.default_model if host else None)
        if not model:
            raise NotConfiguredError(
                f"no model for provider {provider.name!r}; set Session(model=…) or AgentConfig(model=…)"
            )
        model = model.removeprefix(f"{provider.name}/")
        choice = ModelChoice(
            provider, model, f"{provider.name}/{model}", profile_for(provider.name, model)
        )
        mode: Mode | None = "bypass" if config.auto_approve_tools else None
        answers = Answers(None)
        self._store: SessionStore = (
            DiskStore(Path(storage.base_path)) if storage is not None else MemoryStore()
        )
        rooms = Rooms(
            store=self._store,
            models=lambda _: choice,
            agents=lambda _: agent,
            registry=registry,
            judges=lambda who, project: judge_for(who, project, answers, mode=mode),
        )
        self._engine = Engine(
            rooms,
            settings=EngineSettings(
                max_steps=config.max_iterations,
                repeats=config.doom_loop_threshold,
                environment=clean_environment(os.environ),
                secrets=[provider.config.api_key] if provider.config.api_key else [],
            ),
        )

    async def run(self, text: str) -> AsyncIterator[str]:
        """Do a task and yield the model's text as it comes.

        Raises:
            PyCodeError: The model's service or the storage failed.
        """
        session_id = self.session.id
        if not self._store.exists(session_id):
            self._engine.begin(SessionInfo.from_dict(self.session.model_dump()))
        failure: SessionError | None = None
        subscription = self._engine.bus.subscribe(session_id)
        try:
            await self._engine.submit(session_id, text)
            async for event in subscription:
                match event:
                    case PartDelta(part_type="text"):
                        yield event.text
                    case SessionError():
                        failure = event
                    case SessionIdle():
                        self.stop_reason = event.reason
                        break
        finally:
            subscription.close()
            await self._engine.cancel(session_id)
        self.session.touch()
        if failure is not None:
            raise error_class(failure.code)(failure.message)
        if self.stop_reason == "error":
            # Not a failure that has a sentence, so a bug of the provider or a tool, which is raised here.
            await self._engine.wait(session_id)

    async def close(self) -> None:
        """Give up the session; its storage can be opened by others then."""
        await self._engine.close()
