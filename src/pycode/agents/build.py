"""The agent that does the work."""

from __future__ import annotations

from pycode.agents.base import Agent, AgentConfig


class BuildAgent(Agent):
    """Full access inside the project; what leads out of it asks."""

    def __init__(self) -> None:
        super().__init__(
            AgentConfig(
                name="build",
                description="Does the work: reads, edits, runs commands.",
                edit_permission="allow",
                bash_permissions={"*": "allow"},
            )
        )
