"""What an agent is: a named role with a prompt, a model, tools and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pycode.core.data import Data
from pycode.permissions.rules import Action, Rule, parse_rules

AgentMode = Literal["default", "plan"]


@dataclass(slots=True, eq=False, repr=False)
class AgentConfig(Data):
    """Everything that makes an agent."""

    name: str
    """What it is called with `--agent`."""
    description: str = ""
    """What it is for, in one line."""
    prompt: str | None = None
    """What it is told beside the system prompt."""
    model: str | None = None
    """The model that it takes when none is named, as `provider/model`."""
    tools: list[str] | dict[str, bool] | None = None
    """The tools that it has: names, or name to whether; all of them when None."""
    edit_permission: Action = "allow"
    """What becomes of edits. An allow here only means that the mode decides."""
    bash_permissions: dict[str, Action] = field(default_factory=lambda: {"*": "allow"})
    """Command pattern to action. The longest pattern that matches decides; a command that none matches is denied."""
    max_steps: int | None = None
    """Model requests in one turn at most; None leaves it to the configuration."""
    temperature: float | None = None
    """The sampling temperature; the provider's own when None."""
    mode: AgentMode = "default"
    """`plan`: it changes nothing, whatever its rules say."""
    permission: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    """Further rules, as in the configuration: permission key to an action, or to patterns with an action each."""
    from_repository: bool = False
    """Whether the repository brought it: then its further rules only tighten."""

    def check_bash_permission(self, command: str) -> Action:
        """Return what this agent's patterns say about a command; none that matches is a deny.

        A pattern with a wildcard allows only one simple command of literal words; in plan mode the command must
        also be known to change nothing. Paths, the session's mode and the user's rules are not looked at.
        """
        from pycode.permissions.command_line import analyse
        from pycode.permissions.command_subjects import verdict_on

        line = analyse(command)
        if self.mode == "plan" and line.problem() is not None:
            return "deny"
        rules = [rule for rule in self.rules() if rule.source == "agent_default"]
        return verdict_on(line, rules) or "deny"

    def rules(self) -> list[Rule]:
        """Return the agent's rules; of each source the last one that matches decides.

        The command patterns are sorted by length, so that the last that matches is the longest.
        """
        own: dict[str, str | Mapping[str, str]] = {"edit": self.edit_permission}
        # With "*" there is a pattern for every command; a line that cannot be read is then no agent's matter.
        if "*" not in self.bash_permissions:
            own["bash"] = "deny"
        by_length = dict(sorted(self.bash_permissions.items(), key=lambda item: len(item[0])))
        return [
            *parse_rules(own, "agent_default"),
            *parse_rules({"bash": by_length}, "agent_default"),
            *parse_rules(self.permission, "repository" if self.from_repository else "agent"),
        ]


class Agent:
    """A named role.

    Either give it a config, or derive from it: a subclass may set `name` and `description` as attributes or properties, or
    give `config` itself.
    """

    _config: AgentConfig | None = None

    def __init__(self, config: AgentConfig | None = None) -> None:
        self._config = config

    @property
    def name(self) -> str:
        """What it is called with `--agent`."""
        return self.config.name

    @property
    def description(self) -> str:
        """What it is for, in one line."""
        return self.config.description

    @property
    def config(self) -> AgentConfig:
        """Everything that makes it."""
        if self._config is None:
            kind = type(self)
            self._config = AgentConfig(
                name=_class_name(kind) if kind.name is Agent.name else self.name,
                description=(
                    (kind.__doc__ or "").strip().partition("\n")[0]
                    if kind.description is Agent.description
                    else self.description
                ),
            )
        return self._config


def _class_name(kind: type[Agent]) -> str:
    name = kind.__name__
    return (name.removesuffix("Agent") or name).lower()
