"""Claude Code's permission modes, for programs that were written for it.

Its `default` asks for what PyCode's `default` does unasked, and whoever drives PyCode in Claude Code's place relies on being asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pycode.agents.base import Agent
from pycode.core.data import Data
from pycode.core.errors import UsageError
from pycode.engine.judge import Judge, Question
from pycode.permissions.request import Mode
from pycode.permissions.rules import Rule
from pycode.tools.base import PermissionRequest, Tool


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class ClaudeMode(Data):
    """What a mode means."""

    mode: Mode
    """PyCode's mode."""
    reads_run: bool = False
    """Whether a command that is known to change nothing runs though the mode asks for commands."""
    asks: bool = True
    """Whether what would be asked is asked, and not denied at once."""


CLAUDE_MODES: Final[Mapping[str, ClaudeMode]] = {
    "default": ClaudeMode("confirm", reads_run=True),
    "acceptEdits": ClaudeMode("default"),
    "plan": ClaudeMode("plan"),
    "dontAsk": ClaudeMode("confirm", reads_run=True, asks=False),
    "bypassPermissions": ClaudeMode("bypass"),
    "auto": ClaudeMode("default"),
}
"""Claude Code's name of a mode to what it means here."""


def claude_mode(name: str) -> ClaudeMode:
    """Return what a mode means.

    Raises:
        UsageError: There is no such mode.
    """
    if name not in CLAUDE_MODES:
        raise UsageError(
            f"there is no permission mode {name!r}; there are {', '.join(CLAUDE_MODES)}"
        )
    return CLAUDE_MODES[name]


class ClaudeJudge(Judge):
    """Judges under one of Claude Code's modes, which may change while a turn runs.

    Args:
        agent: Whose calls.
        judge_in: Returns the judge of one of PyCode's modes.
        mode: Returns the mode of the moment.
    """

    def __init__(
        self, agent: Agent, judge_in: Callable[[Mode], Judge], mode: Callable[[], ClaudeMode]
    ) -> None:
        self.agent = agent
        self._judge_in = judge_in
        self._mode = mode

    @property
    def plans(self) -> bool:
        """Whether nothing may be changed."""
        return self._judge_in(self._mode().mode).plans

    def judge(
        self,
        tool: Tool,
        request: PermissionRequest,
        *,
        real: Sequence[str] = (),
        granted: Sequence[Rule] = (),
        repeated: bool = False,
    ) -> Iterator[Question]:
        """Yield what stands between a call and its running; see `Judge.judge`."""

        def questions(mode: Mode) -> Iterator[Question]:
            judge = self._judge_in(mode)
            return judge.judge(tool, request, real=real, granted=granted, repeated=repeated)

        now = self._mode()
        # `plan` lets a command run exactly when it is known to change nothing.
        if now.reads_run and request.permission == "bash" and not any(questions("plan")):
            return
        for question in questions(now.mode):
            denied = question.denied or not now.asks
            yield replace(question, denied=denied)

    def remember(self, grants: Sequence[Rule]) -> None:
        """Allow something in this project for good."""
        self._judge_in("default").remember(grants)
