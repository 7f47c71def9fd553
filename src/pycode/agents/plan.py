"""The agent that looks and plans, and changes nothing."""

from __future__ import annotations

from pycode.agents.base import Agent, AgentConfig
from pycode.permissions.git_commands import GIT_READ_ONLY
from pycode.permissions.programs import names
from pycode.permissions.rules import Action

PROMPT = """\
You are planning: you read and search, and you change nothing. There is no tool that writes. bash takes commands from a list that
only reads, such as git log, ls, cat, find and rg, also joined by pipes and &&: no variables, no globs, no file to write, and anything else
is denied. Finish with a plan that names the files to change, what to change in each and how to check it."""


class PlanAgent(Agent):
    """Read-only. Its patterns name the same programs that plan mode enforces."""

    def __init__(self) -> None:
        super().__init__(
            AgentConfig(
                name="plan",
                description="Explores and plans; changes nothing.",
                prompt=PROMPT,
                tools={"write": False, "edit": False},
                edit_permission="deny",
                bash_permissions=_patterns(),
                mode="plan",
            )
        )


def _patterns() -> dict[str, Action]:
    patterns: dict[str, Action] = {f"{name} *": "allow" for name in names() if name != "git"}
    patterns.update({f"git {name} *": "allow" for name in GIT_READ_ONLY})
    patterns.update({f"git --{name} *": "allow" for name in _GIT_OPTIONS})
    return patterns


_GIT_OPTIONS = ("version", "no-pager", "no-optional-locks", "literal-pathspecs")
