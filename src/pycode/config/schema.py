"""What can be configured, as data.

`File` is what a `config.yaml` may say; `Config` is what all sources come to. The annotations are read at run time: every one
that stands here has its reader in `pycode.config.kinds`, and the docstrings are the reference page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from pycode.core.data import Data

Level = Literal["debug", "info", "warning", "error"]
"""How much a log holds."""
ProfileName = Literal["compact", "full"]
"""How a model is put to work."""
Count: TypeAlias = int
"""A whole number, 1 or more."""
Seconds: TypeAlias = float
"""A time above 0."""
Temperature: TypeAlias = float
"""A number from 0 to 2."""
Price: TypeAlias = float
"""USD per million tokens, 0 or more."""
Permission: TypeAlias = dict[str, dict[str, str]]
"""Permission key to pattern to `allow`, `ask` or `deny`, in order."""

USER_ONLY: Final[Mapping[str, Any]] = {"user_only": True}
"""Marks a key that a repository's file may not set: its value would be used with the user's own keys or folders."""
NEEDS_TRUST: Final[Mapping[str, Any]] = {"needs_trust": True}
"""Marks a key that a repository's file may set when the user trusts the project: it would speak for the user."""
BUILT_IN: Final = "built-in default"
"""The source of what nobody set."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ProviderSettings(Data):
    """How to reach one provider."""

    api_key: str | None = field(default=None, repr=False)
    """The key. `${ANTHROPIC_API_KEY}` takes it from a variable."""
    base_url: str | None = None
    """Where the service is, as the vendor's own SDK means it."""
    protocol: str | None = None
    """How its API is spoken, for a provider that PyCode does not know: `anthropic-messages` or `openai-chat`."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    """Headers to add to every request."""
    ca_file: str | None = None
    """A PEM file of certificates to trust beside the usual ones, for a proxy or a server of your own; absolute, or from `~/`."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class ModelSettings(Data):
    """What you know better of a model than PyCode's catalogue; what is absent stays as it is there."""

    context: Count | None = None
    """The most tokens of input and output together."""
    output: Count | None = None
    """The most tokens of one answer."""
    input_price: Price | None = None
    """USD per million tokens of input."""
    output_price: Price | None = None
    """USD per million tokens of output."""
    cache_read_price: Price | None = None
    """USD per million tokens of input that the cache served; the price of input when absent."""
    cache_write_price: Price | None = None
    """USD per million tokens that were written to the cache; the price of input when absent."""
    tools: bool | None = None
    """Whether it calls tools."""
    images: bool | None = None
    """Whether it reads images."""
    pdf: bool | None = None
    """Whether it reads PDF files."""
    reasoning: bool | None = None
    """Whether it reasons before it answers."""
    temperature: bool | None = None
    """Whether the sampling temperature may be set."""
    profile: ProfileName | None = None
    """How it is put to work: `compact` is for small models and those with little context, `full` as every other model."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class DefaultModel(Data):
    """The model in two keys."""

    provider: str
    """The provider's name."""
    model: str
    """The model's name there."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Timeouts(Data):
    """How long to wait for a provider."""

    connect: Seconds = 10
    """Seconds until the connection stands."""
    first_event: Seconds = 300
    """Seconds until the answer begins."""
    idle: Seconds = 120
    """Seconds between two pieces of an answer."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class AgentSettings(Data):
    """An agent of the user's own, or changes to a built-in one."""

    description: str | None = None
    """What it is for, in one line."""
    prompt: str | None = None
    """What it is told before everything else."""
    model: str | None = None
    """The model that it takes when none is named, as `provider/model`."""
    tools: list[str] | None = None
    """The tools that it has; all of them when absent."""
    permission: Permission = field(default_factory=dict)
    """Its own rules, written like the key `permission` of the file."""
    max_steps: Count | None = None
    """Model requests in one turn at most."""
    temperature: Temperature | None = None
    """The sampling temperature; the provider's own when absent."""


@dataclass(slots=True, frozen=True, kw_only=True, eq=False, repr=False)
class FormatterSettings(Data):
    """A command that formats files after an edit."""

    command: list[str]
    """The program and its arguments, run without a shell; `{file}` stands for the path, which is put at the end where none has it."""
    files: list[str]
    """Globs of the names of the files that it is for, for example `*.py`."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Settings(Data):
    """What every source may set."""

    model: str | None = None
    """The model, as `provider/model`."""
    agent: str | None = None
    """The agent that does the work when none is named."""
    providers: dict[str, ProviderSettings] = field(default_factory=dict, metadata=USER_ONLY)
    """Provider name to how it is reached."""
    models: dict[str, ModelSettings] = field(default_factory=dict, metadata=USER_ONLY)
    """`provider/model` to what you know better of it than the catalogue."""
    permission: Permission = field(default_factory=dict)
    """What may be done unasked: permission key to an action (`allow`, `ask` or `deny`), or to patterns with an action each. The
    last one that matches decides. A repository's rules only tighten. Instead of an action a pattern may have
    `{action: allow, match: [...], not_match: [...]}`, with examples that are tried whenever the file is read."""
    max_steps: Count = 500
    """Model requests in one turn at most."""
    max_retries: int = 4
    """How many times a request is sent again after a failure that may pass."""
    max_retry_wait: Seconds = 60
    """The most seconds to wait for a service that says when to come back; one that asks for more fails at once."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    """How long to wait for a provider."""
    bash_timeout: Seconds = 600
    """The most seconds that a command may ask for."""
    log: Level | None = field(default=None, metadata=USER_ONLY)
    """How much goes into a log under `~/.pycode/logs`; no log when absent."""
    agents: dict[str, AgentSettings] = field(default_factory=dict, metadata=NEEDS_TRUST)
    """Agent name to what it is. A repository cannot change an agent that the user's file has."""
    formatters: dict[str, FormatterSettings] = field(default_factory=dict, metadata=NEEDS_TRUST)
    """Formatter name to the command that is run on a file after PyCode edited it."""
    instructions: list[str] = field(default_factory=list, metadata=NEEDS_TRUST)
    """Files to tell the model beside `AGENTS.md`. A relative path begins at the folder of the user's file, or at the project's
    root. Those of a repository must lie in the project."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class File(Settings):
    """What a file may say."""

    default_model: DefaultModel | None = None
    """The same as `model`, in two keys."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class RuleExamples(Data):
    """What a rule shall match, and what not."""

    place: str
    """Where the rule stands: a file with its line."""
    key: str
    """Its key, with dots."""
    permission: str
    """The permission key."""
    pattern: str
    """The pattern."""
    action: str
    """`allow`, `ask` or `deny`."""
    match: list[str]
    """What it matches."""
    not_match: list[str]
    """What it does not match."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Config(Settings):
    """What all sources come to, without the repository's rules and agents, which are kept apart."""

    repository_permission: Permission = field(default_factory=dict)
    """The rules of the repository's files: they only tighten."""
    repository_agents: dict[str, AgentSettings] = field(default_factory=dict)
    """The agents of the repository's files, none of which is in `agents`: their rules only tighten."""
    rule_examples: list[RuleExamples] = field(default_factory=list)
    """The examples of all rules that have some; `pycode.permissions.configured` tries them."""
    warnings: list[str] = field(default_factory=list)
    """What was ignored and why, a sentence each."""
    untrusted: list[str] = field(default_factory=list)
    """What was ignored because the user does not trust the project: a file with its keys in brackets."""
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Dotted key to where its value came from, without what nobody set."""

    def source(self, key_path: str) -> str:
        """Return where a value came from: a file with its line, a variable, `flag`, or `built-in default`.

        Args:
            key_path: The key with dots, for example `timeouts.idle`. What is kept apart has its own first name:
                `repository_permission.bash.*`.
        """
        return self.sources.get(key_path, BUILT_IN)
