"""Finds agents: the built-in ones, and those of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pycode.agents.base import Agent, AgentConfig
from pycode.config.schema import AgentSettings
from pycode.core.errors import UsageError

DEFAULT_AGENT = "build"
"""The agent that does the work when none is named."""

_BUILT_IN = (DEFAULT_AGENT, "plan")


def get_agent(
    name: str,
    configured: Mapping[str, AgentSettings] | None = None,
    repository: Mapping[str, AgentSettings] | None = None,
) -> Agent:
    """Return the agent of a name.

    Args:
        name: The agent's name.
        configured: The agents of the user's configuration; one with a built-in name changes the built-in one.
        repository: The agents that the repository brought. They are only used under names that nobody else has.

    Raises:
        UsageError: There is no such agent, or its rules are none.
    """
    configured = configured or {}
    repository = repository or {}
    if name in _BUILT_IN:
        agent = _built_in(name)
        return Agent(_changed(agent.config, configured[name])) if name in configured else agent
    if name in configured:
        return Agent(_changed(AgentConfig(name), configured[name]))
    if name in repository:
        return Agent(_changed(AgentConfig(name, from_repository=True), repository[name]))
    raise UsageError(_unknown(name, sorted({*_BUILT_IN, *configured, *repository})))


def list_agents(
    configured: Mapping[str, AgentSettings] | None = None,
    repository: Mapping[str, AgentSettings] | None = None,
) -> list[Agent]:
    """Return all agents, the built-in ones first, the others by name."""
    others = {*(configured or {}), *(repository or {})} - set(_BUILT_IN)
    return [get_agent(name, configured, repository) for name in [*_BUILT_IN, *sorted(others)]]


def _built_in(name: str) -> Agent:
    if name == "plan":
        from pycode.agents.plan import PlanAgent

        return PlanAgent()
    from pycode.agents.build import BuildAgent

    return BuildAgent()


def _changed(config: AgentConfig, settings: AgentSettings) -> AgentConfig:
    names = ("description", "prompt", "model", "tools", "max_steps", "temperature")
    given: dict[str, Any] = {
        name: value for name in names if (value := getattr(settings, name)) is not None
    }
    changed = replace(config, **given, permission=settings.permission)
    changed.rules()  # rules that are none are found here and not at the first call
    return changed


def _unknown(name: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return f"there is no agent {name!r}{hint} Known agents: {', '.join(known)}"
