"""Judges a tool call: what it would touch, and whether that is allowed, asked about or denied."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pycode.agents.base import Agent
from pycode.core.data import Data
from pycode.core.errors import UsageError
from pycode.permissions.answers import Answers
from pycode.permissions.decide import Decision, decide
from pycode.permissions.keeping import why_not_kept
from pycode.permissions.request import Context, Mode, Request, strictest
from pycode.permissions.rules import Rule, parse_rule_text
from pycode.system.shells import find_shell
from pycode.tools.base import PermissionRequest, Tool
from pycode.workspace.project import Project


@dataclass(slots=True, eq=False, repr=False)
class Question(Data):
    """Something that has to be answered with yes before a call may run, or that is denied already."""

    permission: str
    """The permission key."""
    patterns: list[str]
    """What of it: commands or paths."""
    title: str
    """The call in one line."""
    reason: str
    """Why it is asked or denied."""
    remedy: str = ""
    """The flag that would allow it, in one sentence."""
    grants: Sequence[Rule] = ()
    """The rules that the answers "session" and "always" stand for; none where an answer can only be given once."""
    denied: bool = False
    """Whether there is nothing to ask."""

    @property
    def scopes(self) -> list[str]:
        """How long a yes can hold: `once`, `session`, `always`."""
        if not self.grants:
            return ["once"]
        kept = not any(why_not_kept(rule) for rule in self.grants)
        return ["once", "session", "always"] if kept else ["once", "session"]


class Judge:
    """Judges the calls of one agent in one project.

    Args:
        agent: Whose calls.
        context: The project, the mode and the rules.
        answers: What was answered with "always" in this project.
        allowed: What the user allowed for this run.
    """

    def __init__(
        self, agent: Agent, context: Context, answers: Answers, allowed: Sequence[Rule] = ()
    ) -> None:
        self.agent = agent
        self._context = context
        self._answers = answers
        self._allowed = list(allowed)

    @property
    def plans(self) -> bool:
        """Whether nothing may be changed."""
        return self._context.mode == "plan"

    def judge(
        self,
        tool: Tool,
        request: PermissionRequest,
        *,
        real: Sequence[str] = (),
        granted: Sequence[Rule] = (),
        repeated: bool = False,
    ) -> Iterator[Question]:
        """Yield what stands between a call and its running; nothing when it may run.

        Args:
            tool: What would run.
            request: What it would touch.
            real: The real path behind each of the request's paths.
            granted: What was answered with "this session"; read anew for each question.
            repeated: Whether it is the same call once too often.
        """
        wanted = [
            Request(
                request.permission,
                request.patterns,
                request.paths,
                request.always,
                read_only=tool.read_only,
                real=real,
            )
        ]
        if repeated:
            wanted.append(Request("doom_loop", [tool.name]))
        for item in wanted:
            # Read anew each time: another question may have been answered with "always" meanwhile.
            self._context.answers = [*self._allowed, *granted, *self._answers.rules()]
            decision = decide(item, self._context)
            if decision.action != "allow":
                yield _question(decision, tool, request)

    def remember(self, grants: Sequence[Rule]) -> None:
        """Allow something in this project for good."""
        for rule in grants:
            self._answers.add(rule.permission, rule.pattern)


def judge_for(
    agent: Agent,
    project: Project,
    answers: Answers,
    *,
    rules: Sequence[Rule] = (),
    allowed: Sequence[Rule] = (),
    mode: Mode | None = None,
    readable: Sequence[Path] = (),
) -> Judge:
    """Return the judge of an agent's calls.

    Args:
        agent: Whose calls; its mode and the given one hold together, the stricter of each.
        project: Where.
        answers: What was answered with "always".
        rules: The rules of the user and the repository.
        allowed: What the user allowed for this run.
        mode: The session's mode; None leaves it to the agent.
        readable: Folders outside the project that are free to read.
    """
    context = context_for(agent, project, rules=rules, mode=mode, readable=readable)
    return Judge(agent, context, answers, allowed)


def context_for(
    agent: Agent,
    project: Project,
    *,
    rules: Sequence[Rule] = (),
    mode: Mode | None = None,
    readable: Sequence[Path] = (),
) -> Context:
    """Return what an agent's calls are judged in, without answers; see `judge_for`."""
    own = agent.config.mode
    return Context(
        root=project.root,
        directory=project.directory,
        home=Path.home(),
        mode=own if mode is None else _both(own, mode),
        rules=[*rules, *agent.config.rules()],
        readable=tuple(readable),
        temporary=_temporary(),
        shell=find_shell(os.environ).kind,
    )


def _temporary() -> Path:
    # `tempfile.gettempdir` tries the folder by writing into it, which a judge has no business doing.
    for name in ("TMPDIR", "TEMP", "TMP"):
        if folder := os.environ.get(name):
            return Path(folder)
    return Path(os.sep, "tmp")


def _both(agent: Mode, session: Mode) -> Mode:
    # `bypass` is the user's own word for what `default` would ask; a stricter agent stays strict.
    if session == "bypass" and agent == "default":
        return "bypass"
    return strictest(agent, session)


def _question(decision: Decision, tool: Tool, request: PermissionRequest) -> Question:
    what = decision.marked or ", ".join(request.patterns)
    title = f"$ {what}" if request.permission == "bash" else f"{tool.name} {what}"
    return Question(
        permission=decision.permission,
        patterns=list(decision.patterns),
        title=title,
        reason=decision.reason,
        remedy=decision.remedy,
        # Answers do not lift what the organisation, the repository or a hook asks: each is for its call alone.
        grants=() if decision.step == 3 else decision.grants,
        denied=decision.action == "deny",
    )


def asked_by_tool(permission: str, patterns: list[str], title: str, reason: str) -> Question:
    """Return the question that a running tool asks by itself."""
    grants = [Rule(permission, pattern, "allow", "answer") for pattern in patterns]
    return Question(permission, patterns, title, reason, grants=grants)


def answer_rule(text: str, *, always: bool) -> Rule:
    """Return the rule that a person wrote as their answer.

    Args:
        text: The rule, in the form of `--allow`.
        always: Whether it is to be kept.

    Raises:
        UsageError: It is none, or one that must not be kept.
    """
    rule = parse_rule_text(text, "allow", "answer")
    reason = why_not_kept(rule) if always else None
    if reason is not None:
        raise UsageError(f"{text!r} cannot be kept: {reason}; allow it for this session")
    return rule
