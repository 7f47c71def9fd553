"""What engines are made of, and how a turn is put together from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycode.agents.base import Agent
from pycode.engine.active import ActiveSession, ModelChoice, Prompt
from pycode.engine.asking import Asker
from pycode.engine.judge import Judge
from pycode.engine.limits import MAX_STEPS, REPEATS, RepeatCheck
from pycode.engine.loop import Turn, TurnSettings
from pycode.engine.redact import Redactor
from pycode.engine.system_prompt import build_system_prompt
from pycode.engine.toolchain import Toolchain
from pycode.storage.sessions import SessionStore
from pycode.tools.registry import ToolRegistry
from pycode.workspace.project import Project


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


@dataclass(slots=True)
class Rooms:
    """What an engine works with."""

    store: SessionStore
    """Keeps logs, inboxes and outputs."""
    models: Callable[[str | None], ModelChoice]
    """Returns the model for `provider/model`, or the default for None."""
    agents: Callable[[str | None], Agent]
    """Returns the agent of a name, or the default for None."""
    registry: ToolRegistry
    """All tools."""
    judges: Callable[[Agent, Project], Judge]
    """Makes the judge of an agent's calls in a project."""


class TurnSetup:
    """Puts turns together.

    Args:
        rooms: What the engine works with.
        asker: Asks a person.
        settings: What holds for all sessions.
    """

    def __init__(self, rooms: Rooms, asker: Asker, settings: EngineSettings) -> None:
        self._rooms = rooms
        self._asker = asker
        self._settings = settings
        self._redactor = Redactor(settings.secrets)

    def turn(self, active: ActiveSession, prompt: Prompt) -> Turn:
        """Return the turn that a prompt starts.

        Raises:
            PyCodeError: The agent or the model is not known, or there is no key.
        """
        info = active.journal.info
        agent = self._rooms.agents(prompt.agent or info.agent)
        choice = self._rooms.models(prompt.model or agent.config.model or info.model)
        active.use_model(choice.label)
        toolchain = Toolchain(
            self._rooms.registry,
            self._rooms.judges(agent, active.project),
            self._asker,
            self._redactor,
            self._rooms.store,
            self._settings.environment,
        )
        prefix = self._prefix(active, agent, toolchain)
        settings = TurnSettings(
            system=prefix["system"],
            tools=prefix["tools"],
            max_steps=self._max_steps(agent, prompt),
            options=self._options(agent),
        )
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

    def _max_steps(self, agent: Agent, prompt: Prompt) -> int:
        asked = (prompt.limits or {}).get("max_steps")
        if asked:
            return int(asked)
        return min(self._settings.max_steps, agent.config.max_steps or self._settings.max_steps)

    def _options(self, agent: Agent) -> dict[str, Any]:
        options = dict(self._settings.request_options)
        if agent.config.temperature is not None:
            options["temperature"] = agent.config.temperature
        return options
