"""Agents: named roles that the model plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.agents.base import Agent as Agent
    from pycode.agents.base import AgentConfig as AgentConfig
    from pycode.agents.build import BuildAgent as BuildAgent
    from pycode.agents.loader import get_agent as get_agent
    from pycode.agents.loader import list_agents as list_agents
    from pycode.agents.plan import PlanAgent as PlanAgent

__all__ = ["Agent", "AgentConfig", "BuildAgent", "PlanAgent", "get_agent", "list_agents"]

__getattr__ = lazy_exports(
    __name__,
    {
        "base": ["Agent", "AgentConfig"],
        "build": ["BuildAgent"],
        "loader": ["get_agent", "list_agents"],
        "plan": ["PlanAgent"],
    },
)
