"""An engine in this process, put together from the configuration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pycode.agents import Agent
from pycode.agents.loader import get_agent
from pycode.config.home import Home
from pycode.config.loader import load_config
from pycode.config.schema import Config
from pycode.core.errors import UsageError
from pycode.core.events import Event
from pycode.engine.active import ModelChoice
from pycode.engine.engine import Engine
from pycode.engine.judge import Judge, judge_for
from pycode.engine.setup import EngineSettings, Rooms
from pycode.permissions.answers import Answers
from pycode.permissions.rules import parse_rule_text, parse_rules
from pycode.providers.create import ResolvedModel, resolve_model
from pycode.providers.hosts import HOSTS
from pycode.storage.sessions import DiskStore
from pycode.tools.environment import clean_environment
from pycode.tools.registry import default_registry
from pycode.workspace.project import Project, find_project


@dataclass(slots=True)
class LocalOptions:
    """What a face was told for this run; it goes before the configuration."""

    directory: str = "."
    """The working directory."""
    agent: str | None = None
    """Who does the work."""
    model: str | None = None
    """`provider/model`."""
    max_steps: int | None = None
    """Model requests in one turn at most."""
    allow: tuple[str, ...] = ()
    """Rules to allow."""


@dataclass(slots=True)
class LocalClient:
    """Reaches an engine in this process."""

    engine: Engine
    """The engine."""
    project: Project
    """Where it works."""
    options: LocalOptions
    """What was said."""
    notices: list[str] = field(default_factory=list)
    """What a person should know before the run begins, a sentence each."""

    def session(self, *, newest: bool = False, session_id: str | None = None) -> str:
        """Return the session to work in: the one named, this project's newest free one, or a new one."""
        if session_id is not None:
            return session_id
        if newest:
            for info in self.engine.sessions(self.project.id, limit=50):
                if not self.engine.owned_elsewhere(info.id):
                    return info.id
        options = self.options
        info = self.engine.create(self.project.directory, agent=options.agent, model=options.model)
        return info.id

    def watch(self, session_id: str) -> AsyncIterator[Event]:
        """Return the events of a session from now on."""
        return self.engine.events(session_id)

    async def submit(self, session_id: str, text: str) -> str:
        """Hand a prompt over and return its id."""
        options = self.options
        limits = {"max_steps": options.max_steps} if options.max_steps else None
        return await self.engine.submit(
            session_id, text, agent=options.agent, model=options.model, limits=limits
        )

    async def close(self) -> None:
        """Give up the sessions."""
        await self.engine.close()


def open_local(
    options: LocalOptions, environ: Mapping[str, str], *, attended: bool, debug: bool = False
) -> LocalClient:
    """Put an engine together.

    Args:
        options: What was said for this run.
        environ: The environment: keys, `PYCODE_*`, what child processes get.
        attended: Whether a person can answer questions.
        debug: Whether to write a log.

    Raises:
        UsageError: The directory, the agent, the model or a rule is wrong.
        NotConfiguredError: No model can be used.
        ConfigError: A configuration file is wrong.
    """
    directory = Path(options.directory)
    if not directory.is_dir():
        raise UsageError(f"{options.directory} is not a directory; name one that exists")
    project = find_project(directory)
    home = Home.default(environ)
    config = load_config(home, project.root, project.directory, environ, {})
    secrets = known_secrets(config, environ)
    level = "debug" if debug else config.log
    if level is not None:
        from pycode.client.debug_log import start_debug_log

        start_debug_log(home, level, secrets)
    agent = _agent(options.agent, config)
    resolved = resolve_model(options.model or agent.config.model, config, environ)
    first = _choice(resolved)

    def models(name: str | None) -> ModelChoice:
        if name is None or name == options.model:
            return first
        return _choice(resolve_model(name, config, environ))

    rooms = Rooms(
        store=DiskStore(home.storage),
        models=models,
        agents=lambda name: _agent(name or options.agent, config),
        registry=default_registry(bash_timeout=config.bash_timeout),
        judges=_judges(home, config, options.allow),
    )
    engine = Engine(
        rooms,
        attended=attended,
        settings=EngineSettings(
            max_steps=config.max_steps,
            request_options={
                "max_retries": config.max_retries,
                "connect_timeout": config.timeouts.connect,
                "timeout": config.timeouts.first_event,
                "idle_timeout": config.timeouts.idle,
            },
            secrets=secrets,
            environment=clean_environment(environ),
            home=home.root,
            instructions=config.instructions,
        ),
    )
    notices = [*config.warnings, *([resolved.notice] if resolved.notice else [])]
    return LocalClient(engine, project, options, notices)


def known_secrets(config: Config, environ: Mapping[str, str]) -> list[str]:
    """Return the values that no tool result and no log may hold: the keys of all providers."""
    keys = [settings.api_key for settings in config.providers.values()]
    headers = [value for item in config.providers.values() for value in item.headers.values()]
    variables = [environ.get(name) for host in HOSTS for name in host.key_variables]
    return [value for value in (*keys, *headers, *variables) if value]


def _choice(resolved: ResolvedModel) -> ModelChoice:
    return ModelChoice(resolved.create(), resolved.model, resolved.label, resolved.profile)


def _agent(name: str | None, config: Config) -> Agent:
    return get_agent(name or config.agent or "build", config.agents, config.repository_agents)


def _judges(
    home: Home, config: Config, allow: tuple[str, ...]
) -> Callable[[Agent, Project], Judge]:
    rules = [
        *parse_rules(config.permission, "user"),
        *parse_rules(config.repository_permission, "repository"),
    ]
    allowed = [parse_rule_text(text) for text in allow]

    def judges(agent: Agent, project: Project) -> Judge:
        answers = Answers(home.storage / "answers" / f"{project.id}.json")
        return judge_for(
            agent,
            project,
            answers,
            rules=rules,
            allowed=allowed,
            readable=[home.storage / "outputs"],
        )

    return judges
