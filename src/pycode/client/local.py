"""An engine in this process, put together from the configuration."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycode.agents import Agent
from pycode.agents.loader import get_agent
from pycode.client.choose import choose_model
from pycode.client.claude_modes import ClaudeJudge, claude_mode
from pycode.client.session_names import SessionNames
from pycode.client.trust import ignored_notice, is_trusted
from pycode.config.home import Home
from pycode.config.loader import load_config
from pycode.config.schema import Config
from pycode.core.data import Data
from pycode.core.errors import UsageError
from pycode.core.events import Event
from pycode.engine.active import ModelChoice
from pycode.engine.engine import Engine, Parts
from pycode.engine.fork import fork_session
from pycode.engine.judge import Judge, judge_for
from pycode.engine.setup import EngineSettings, Rooms
from pycode.permissions.answers import Answers
from pycode.permissions.configured import configured_rules
from pycode.permissions.modes import BYPASS_NOTICE, check_bypass
from pycode.permissions.patterns import escape
from pycode.permissions.request import Mode
from pycode.permissions.rules import Rule, parse_rule_text
from pycode.providers.create import ResolvedModel
from pycode.providers.hosts import HOSTS, find_host
from pycode.storage.sessions import DiskStore
from pycode.system.shells import find_shell
from pycode.tools.environment import clean_environment
from pycode.tools.registry import ToolRegistry, default_registry
from pycode.workspace.project import Project, find_project

if TYPE_CHECKING:
    from pycode.workspace.formatters import Formatter


@dataclass(slots=True, eq=False, repr=False)
class LocalOptions(Data):
    """What a face was told for this run; it goes before the configuration."""

    directory: str = "."
    """The working directory."""
    agent: str | None = None
    """Who does the work."""
    model: str | None = None
    """`provider/model`."""
    limits: dict[str, Any] = field(default_factory=dict)
    """Of a turn, as in `TurnLimits`."""
    schema: dict[str, Any] | None = None
    """The JSON Schema that the answer has to fit."""
    thinking: str | None = None
    """How much the model thinks: off, low, medium, high or max; None leaves it to the model."""
    profile: str | None = None
    """How the model is put to work: `compact`, `full`, or None for what is known of the model."""
    allow: tuple[str, ...] = ()
    """Rules to allow."""
    mode: Mode | None = None
    """What is asked where no rule says; None leaves it to the agent."""
    trust: bool = False
    """Whether to trust the project in this run, whatever was said before."""
    deny: tuple[str, ...] = ()
    """Rules to deny."""
    directories: tuple[str, ...] = ()
    """Folders outside the project that count as if they were inside."""
    tools: tuple[str, ...] | None = None
    """The names of the tools that there are; None leaves it to the agent."""
    without_tools: tuple[str, ...] = ()
    """The names of tools that are taken away."""
    system_prompt: str | None = None
    """What stands in for PyCode's own system prompt; the empty text is a bare one."""
    more_system_prompt: str = ""
    """What is added to the system prompt."""
    claude_mode: str | None = None
    """One of Claude Code's modes, in place of `mode`."""


@dataclass(slots=True, eq=False, repr=False)
class LocalClient(Data):
    """Reaches an engine in this process."""

    engine: Engine
    """The engine."""
    project: Project
    """Where it works."""
    options: LocalOptions
    """What was said."""
    store: DiskStore
    """Keeps the sessions."""
    names: SessionNames
    """The sessions' second names."""
    rooms: Rooms
    """What the engine works with."""
    environ: Mapping[str, str]
    """The environment."""
    notices: list[str] = field(default_factory=list)
    """What a person should know before the run begins, a sentence each."""

    @property
    def model(self) -> str:
        """`provider/model` that answers the next prompt, where the session has none of its own."""
        return self.rooms.models(self.options.model).label

    @property
    def tools(self) -> list[str]:
        """The names of the tools that the model is told of."""
        agent = self.rooms.agents(self.options.agent)
        return [tool.name for tool in self.rooms.registry.for_agent(agent).get_offered()]

    def set_model(self, name: str | None) -> None:
        """Take a model for the prompts from now on; None takes the one that is usual.

        Raises:
            UsageError: There is no such model.
            NotConfiguredError: There is no key for it.
        """
        self.options.model = self.rooms.models(name).label

    def set_claude_mode(self, name: str) -> None:
        """Take one of Claude Code's modes from now on, in a running turn too.

        Raises:
            UsageError: There is no such mode, or it may not be used.
        """
        if claude_mode(name).mode == "bypass":
            check_bypass(self.environ)
        self.options.claude_mode = name

    def fork(self, session_id: str) -> str:
        """Make a session that goes on from where another one stands, and return its id.

        Raises:
            SessionNotFoundError: There is no such session.
        """
        return fork_session(self.store, session_id).id

    def session(self, *, newest: bool = False, session_id: str | None = None) -> str:
        """Return the session to work in: the one named, this project's newest free one, or a new one."""
        if session_id is not None:
            return session_id
        found = self.newest() if newest else None
        if found is not None:
            return found
        options = self.options
        info = self.engine.create(self.project.directory, agent=options.agent, model=options.model)
        return info.id

    def newest(self) -> str | None:
        """Return this project's newest session that no other process works in, or None."""
        for info in self.engine.sessions(self.project.id, limit=50):
            if not self.engine.owned_elsewhere(info.id):
                return info.id
        return None

    def watch(self, session_id: str) -> AsyncIterator[Event]:
        """Return the events of a session from now on."""
        return self.engine.events(session_id)

    async def submit(self, session_id: str, parts: Parts) -> str:
        """Hand a prompt over and return its id."""
        options = self.options
        return await self.engine.submit(
            session_id,
            parts,
            agent=options.agent,
            model=options.model,
            limits=options.limits,
            schema=options.schema,
        )

    async def close(self) -> None:
        """Give up the sessions."""
        await self.engine.close()


def open_local(
    options: LocalOptions,
    environ: Mapping[str, str],
    *,
    attended: bool,
    debug: bool = False,
    hands_over: bool = False,
) -> LocalClient:
    """Put an engine together.

    Args:
        options: What was said for this run.
        environ: The environment: keys, `PYCODE_*`, what child processes get.
        attended: Whether a person can answer questions.
        debug: Whether to write a log.
        hands_over: Whether prompts of others that wait at a turn's end are left to them.

    Raises:
        UsageError: The directory, the agent, the model or a rule is wrong.
        NotConfiguredError: No model can be used.
        ConfigError: A configuration file is wrong.
    """
    directory = Path(options.directory)
    if not directory.is_dir():
        raise UsageError(f"{options.directory} is not a directory; name one that exists")
    bypasses = options.mode == "bypass"
    if options.claude_mode is not None:
        bypasses = claude_mode(options.claude_mode).mode == "bypass"
    if bypasses:
        check_bypass(environ)
    project = find_project(directory)
    home = Home.default(environ)
    trusted = options.trust or is_trusted(project.root, home)
    config = load_config(home, project.root, project.directory, environ, {}, trusted=trusted)
    secrets = known_secrets(config, environ)
    level = "debug" if debug else config.log
    if level is not None:
        from pycode.client.debug_log import start_debug_log

        start_debug_log(home, level, secrets)
    agent = _agent(options.agent, config)
    resolved = choose_model(options.model or agent.config.model, config, environ)
    if resolved.api_key:
        secrets.append(resolved.api_key)
    first = _choice(resolved, options.profile)
    # `options` may be told another model later.
    asked = options.model

    def models(name: str | None) -> ModelChoice:
        if name is None or name in (asked, first.label):
            return first
        return _choice(choose_model(name, config, environ), options.profile)

    store = DiskStore(home.storage)
    rooms = Rooms(
        store=store,
        models=models,
        agents=lambda name: _agent(name or options.agent, config),
        registry=_registry(config, options),
        judges=_judges(home, config, options),
    )
    settings = replace(
        _settings(config, options, home, environ), secrets=secrets, hands_over=hands_over
    )
    engine = Engine(rooms, attended=attended, settings=settings)
    notices = [
        None if trusted else ignored_notice(project.root, config.untrusted),
        BYPASS_NOTICE if bypasses else None,
        resolved.notice,
        _uncounted(options, resolved),
    ]
    return LocalClient(
        engine,
        project,
        options,
        store,
        SessionNames(home.storage / "names"),
        rooms,
        environ,
        [*config.warnings, *filter(None, notices)],
    )


def _uncounted(options: LocalOptions, resolved: ResolvedModel) -> str | None:
    """Return what a user should know whose limit of money cannot be kept, or None."""
    if options.limits.get("max_cost") is None or resolved.profile.prices is not None:
        return None
    prices = "use --max-tokens, or say its prices under models in ~/.pycode/config.yaml"
    return f"The prices of {resolved.label} are not known, so --max-cost stops nothing: {prices}."


def known_secrets(config: Config, environ: Mapping[str, str]) -> list[str]:
    """Return the values that no tool result and no log may hold: the keys of all providers."""
    keys = [settings.api_key for settings in config.providers.values()]
    headers = [value for item in config.providers.values() for value in item.headers.values()]
    variables = [environ.get(name) for host in HOSTS for name in host.key_variables]
    return [value for value in (*keys, *headers, *variables) if value]


def _settings(
    config: Config, options: LocalOptions, home: Home, environ: Mapping[str, str]
) -> EngineSettings:
    return EngineSettings(
        max_steps=config.max_steps,
        request_options={
            "max_retries": config.max_retries,
            "max_retry_wait": config.max_retry_wait,
            "connect_timeout": config.timeouts.connect,
            "timeout": config.timeouts.first_event,
            "idle_timeout": config.timeouts.idle,
            **({"thinking": options.thinking} if options.thinking else {}),
        },
        environment=clean_environment(environ),
        shell=find_shell(environ).name,
        home=home.root,
        instructions=config.instructions,
        system_prompt=options.system_prompt,
        more_system_prompt=options.more_system_prompt,
        tools=_chosen_tools(options),
    )


def _choice(resolved: ResolvedModel, profile_name: str | None) -> ModelChoice:
    provider, profile = resolved.create(), resolved.profile
    if profile_name == "full":
        profile = replace(profile, compact=None)
    elif profile_name == "compact" and profile.compact is None:
        from pycode.providers.profiles import compact_profile

        profile = replace(profile, compact=compact_profile())
    if profile.compact is not None:
        from pycode.providers.compact_provider import CompactProvider

        provider = CompactProvider(provider, profile.compact, grammar=profile.grammar)
        return ModelChoice(provider, resolved.model, resolved.label, profile)
    host = find_host(resolved.provider_name)
    return ModelChoice(
        provider,
        resolved.model,
        resolved.label,
        profile,
        prints_calls=host is None or host.is_local,
    )


def _agent(name: str | None, config: Config) -> Agent:
    return get_agent(name or config.agent or "build", config.agents, config.repository_agents)


def _chosen_tools(options: LocalOptions) -> list[str] | None:
    if options.tools is None and not options.without_tools:
        return None
    return [
        *sorted(options.tools or ("*",)),
        *(f"-{name}" for name in sorted(options.without_tools)),
    ]


def _registry(config: Config, options: LocalOptions) -> ToolRegistry:
    """Return the tools, without those that this run shall not have."""
    registry = default_registry(bash_timeout=config.bash_timeout, formatters=_formatters(config))
    unwanted = set(options.without_tools)
    if options.tools is not None:
        unwanted |= {tool.name for tool in registry.get_all()}.difference(options.tools)
    for name in unwanted:
        registry.unregister(name)
    return registry


def _judges(home: Home, config: Config, options: LocalOptions) -> Callable[[Agent, Project], Judge]:
    rules = [
        *configured_rules(config),
        *(parse_rule_text(text, "deny", "user") for text in options.deny),
    ]
    allowed = [
        *(parse_rule_text(text) for text in options.allow),
        *(rule for folder in options.directories for rule in _inside(folder)),
    ]

    def judges(agent: Agent, project: Project) -> Judge:
        answers = Answers(home.storage / "answers" / f"{project.id}.json")

        def judge_in(mode: Mode | None) -> Judge:
            return judge_for(
                agent,
                project,
                answers,
                rules=rules,
                allowed=allowed,
                mode=mode,
                readable=[home.storage / "outputs"],
            )

        if options.claude_mode is None:
            return judge_in(options.mode)
        return ClaudeJudge(agent, judge_in, lambda: claude_mode(options.claude_mode or "default"))

    return judges


def _inside(folder: str) -> list[Rule]:
    """Return the rules that let a folder count as part of the project."""
    path = escape(Path(os.path.realpath(folder)).as_posix())
    return [
        Rule("external_directory", pattern, "allow", "flag") for pattern in (path, f"{path}/**")
    ]


def _formatters(config: Config) -> list[Formatter]:
    if not config.formatters:
        return []
    from pycode.workspace.formatters import Formatter

    return [
        Formatter(name, tuple(item.command), tuple(item.files))
        for name, item in config.formatters.items()
    ]
