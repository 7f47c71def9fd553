"""What engines are made of, and how a turn is put together from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.agents.base import Agent
from pycode.core.data import Data
from pycode.engine.active import ActiveSession, ModelChoice, Prompt
from pycode.engine.asking import Asker
from pycode.engine.judge import Judge
from pycode.engine.limits import MAX_STEPS, REPEATS, RepeatCheck, TurnLimits
from pycode.engine.loop import Turn, TurnSettings
from pycode.engine.redact import Redactor
from pycode.engine.structured import Answer
from pycode.engine.system_prompt import build_system_prompt
from pycode.engine.toolchain import Toolchain
from pycode.storage.sessions import SessionStore
from pycode.tools.registry import ToolRegistry
from pycode.workspace.project import Project

if TYPE_CHECKING:
    from pycode.engine.compact_turn import CompactTurn


@dataclass(slots=True, eq=False, repr=False)
class EngineSettings(Data):
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
    system_prompt: str | None = None
    """What stands in for the role and all instructions; the empty text is a bare prompt. None is PyCode's own."""
    more_system_prompt: str = ""
    """What is added to the system prompt."""
    hands_over: bool = False
    """Whether prompts of others that wait at a turn's end are left to them, or to the next owner: for who ends with the turn."""
    tools: list[str] | None = None
    """The names of the tools that the caller chose, None where it chose none: a session that had others begins anew."""


@dataclass(slots=True, eq=False, repr=False)
class Rooms(Data):
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
        active.use_model(choice)
        compact = self._compact(choice, prompt, active.project)
        answer = None
        if prompt.schema is not None:
            answer = Answer(prompt.schema, native=choice.profile.structured)
        toolchain = Toolchain(
            self._rooms.registry if compact is None else compact.tools(self._rooms.registry),
            self._rooms.judges(agent, active.project),
            self._asker,
            self._redactor,
            self._rooms.store,
            self._settings.environment,
            [answer.tool] if answer is not None and answer.tool is not None else [],
            patches=choice.profile.patches,
            guards=compact.guards if compact is not None else (),
        )
        prefix = self._prefix(active, agent, toolchain, compact)
        settings = TurnSettings(
            system=prefix["system"],
            tools=prefix["tools"],
            limits=self._limits(agent, prompt, compact),
            options=self._options(active, agent, answer),
            ending=answer if compact is None else compact.ending,
        )
        # A guard keeps a small model from repeating itself, and it is asked again.
        repeats = self._settings.repeats if compact is None else compact.compact.max_steps
        return Turn(active, choice, toolchain, settings, RepeatCheck(repeats))

    def _compact(self, choice: ModelChoice, prompt: Prompt, project: Project) -> CompactTurn | None:
        """Return what is different for a model with the compact profile, None for any other."""
        if choice.profile.compact is None:
            return None
        from pycode.engine.compact_turn import CompactTurn

        return CompactTurn.of(choice.profile.compact, prompt, project)

    def _prefix(
        self,
        active: ActiveSession,
        agent: Agent,
        toolchain: Toolchain,
        compact: CompactTurn | None,
    ) -> dict[str, Any]:
        """Return what all requests of the session begin with.

        It only changes with the agent, when an answer in another form is asked for, when changing things begins or ends to be
        forbidden, when the caller chose other tools or another prompt, or when a model with the compact profile comes or goes.
        """
        prefix = active.journal.state.prefix
        form = toolchain.answer_schema
        given = self._given()
        if (
            prefix
            and prefix.get("agent") == agent.name
            and prefix.get("answer") == form
            and prefix.get("plan") == toolchain.plans
            and prefix.get("given") == given
            and prefix.get("compact", False) == (compact is not None)
        ):
            return prefix
        prompt = build_system_prompt(
            active.project,
            agent_prompt=agent.config.prompt,
            plan=toolchain.plans,
            shell=self._settings.shell,
            home=self._settings.home,
            more=self._settings.instructions,
            instead=self._settings.system_prompt,
            after=self._settings.more_system_prompt,
        )
        prefix = {
            "agent": agent.name,
            "answer": form,
            "plan": toolchain.plans,
            "given": given,
            "system": prompt.text,
            "tools": toolchain.definitions(),
            "instructions": prompt.instructions,
        }
        if compact is not None:
            prefix |= compact.prefix(
                active.project,
                toolchain.definitions(),
                prompt.instructions,
                self._settings.more_system_prompt,
            )
        active.journal.prefix(prefix)
        return prefix

    def _given(self) -> dict[str, Any] | None:
        """Return what the caller wants to be different in the beginning, None for nothing."""
        settings = self._settings
        given = {
            "system_prompt": settings.system_prompt,
            "more_system_prompt": settings.more_system_prompt or None,
            "tools": settings.tools,
        }
        return given if any(value is not None for value in given.values()) else None

    def _limits(self, agent: Agent, prompt: Prompt, compact: CompactTurn | None) -> TurnLimits:
        most = self._settings.max_steps
        if compact is not None:
            most = min(most, compact.compact.max_steps)
        return TurnLimits(min(most, agent.config.max_steps or most)).tightened(prompt.limits)

    def _options(
        self, active: ActiveSession, agent: Agent, answer: Answer | None
    ) -> dict[str, Any]:
        # The session's id is what services cache the prefix under.
        options = {**self._settings.request_options, "session_id": active.id}
        if answer is not None and answer.native:
            options["schema"] = answer.schema
        if agent.config.temperature is not None:
            options["temperature"] = agent.config.temperature
        return options
