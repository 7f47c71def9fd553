"""The one place where the order around a tool call is written.

    record    log the result, whatever it is
    validate  known tool, fitting arguments
    decide    allow, ask or deny
    guards    what a small model is kept from, where its profile says so
    start     log that the call runs, before it has an effect
    bound     redact and bound what it returns
    execute   the tool itself

Each step is a wrapper around the next; a new concern is one more wrapper.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pycode.core.data import Data
from pycode.core.parts import ToolPart
from pycode.engine.active import ActiveSession
from pycode.engine.asking import Asker, Reply
from pycode.engine.judge import Judge, Question, asked_by_tool
from pycode.engine.redact import Redactor
from pycode.engine.runtime import CallRuntime
from pycode.storage.sessions import SessionStore
from pycode.tools.base import Tool, ToolContext, ToolResult
from pycode.tools.output import bound_result
from pycode.tools.registry import ToolRegistry
from pycode.tools.targets import real_paths

Step = Callable[["Call"], Awaitable[ToolResult]]
Guard = Callable[["Call", Step], Awaitable[ToolResult]]
"""Wraps a call: it may answer in its place, or change what it returns."""


@dataclass(slots=True, eq=False, repr=False)
class Call(Data):
    """One tool call on its way through the chain."""

    session: ActiveSession
    """The session that makes it."""
    part: ToolPart
    """Its part in the log."""
    tool: Tool | None
    """What runs, once the call was validated; behind `more_tools` it is the tool that the call leads to."""
    context: ToolContext
    """Where and for whom it runs."""
    runtime: CallRuntime
    """What the engine gives it."""
    repeated: bool = False
    """Whether it is the same call once too often."""
    refusal: str | None = None
    """Why it may not run: `rule`, `user`, or `unattended` when nobody was there to ask."""
    stops_turn: bool = False
    """Whether the turn ends because of it."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """The checked arguments."""
    new_input: dict[str, Any] | None = None
    """What whoever was asked wants the call to be made with instead."""

    @property
    def known_tool(self) -> Tool:
        """The tool, once it is known that there is one."""
        if self.tool is None:
            raise AssertionError("a call of an unknown tool ends when it is validated")
        return self.tool


class Toolchain:
    """Runs the tool calls of one agent in one session.

    Args:
        registry: The tools that the agent has.
        judge: Decides.
        asker: Asks a person.
        redactor: Takes secrets out of results.
        store: Keeps long outputs.
        environment: For child processes, without secrets.
        extra: Tools of this turn only.
        patches: Whether the model was trained on patches.
        guards: Further wrappers around a call that may run, the outermost first.
    """

    def __init__(
        self,
        registry: ToolRegistry,
        judge: Judge,
        asker: Asker,
        redactor: Redactor,
        store: SessionStore,
        environment: Mapping[str, str],
        extra: Sequence[Tool] = (),
        *,
        patches: bool = False,
        guards: Sequence[Guard] = (),
    ) -> None:
        self._judge = judge
        self._asker = asker
        self._redactor = redactor
        self._store = store
        self._environment = environment
        self._tools = registry.for_agent(judge.agent, patches=patches)
        for tool in extra:
            self._tools.register(tool, replace=True)
        self.answer_schema = next((tool.parameters_schema for tool in extra), None)
        chain: Step = self._execute
        around = (self._decide, self._validate, self._record)
        for wrapper in (self._bound, self._start, *reversed(guards), *around):
            chain = _wrapped(wrapper, chain)
        self._chain = chain

    @property
    def agent_name(self) -> str:
        """The agent whose calls these are."""
        return self._judge.agent.name

    @property
    def plans(self) -> bool:
        """Whether nothing may be changed."""
        return self._judge.plans

    def definitions(self) -> list[dict[str, Any]]:
        """Return what the model is told of the tools, sorted by name."""
        return [
            {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters_schema,
            }
            for tool in sorted(self._tools.get_offered(), key=lambda tool: tool.name)
        ]

    def reads_only(self, part: ToolPart) -> bool:
        """Whether a call changes nothing; an unknown tool changes nothing."""
        call = self._tools.resolve(part.tool, part.input)
        return isinstance(call, ToolResult) or call.tool.read_only

    def prepare(self, session: ActiveSession, part: ToolPart) -> Call:
        """Return the call that a part describes, ready to run."""

        async def ask(permission: str, patterns: list[str], title: str, reason: str) -> str | None:
            refused = await self._ask(call, asked_by_tool(permission, patterns, title, reason))
            if refused is None and call.context.judged is not None:
                call.context.judged |= frozenset(patterns)
            return refused

        runtime = CallRuntime(
            session.journal,
            part,
            self._store,
            self._environment,
            ask,
            self._asker.question,
            session.jobs,
        )
        context = ToolContext(
            session_id=part.session_id,
            message_id=part.message_id,
            agent_name=self.agent_name,
            working_directory=str(session.project.directory),
            runtime=runtime,
        )
        call = Call(session, part, None, context, runtime)
        return call

    async def run(self, call: Call) -> None:
        """Bring a call to its result."""
        await self._chain(call)

    def skip(self, session: ActiveSession, part: ToolPart, reason: str) -> None:
        """Give a call that will not run its result."""
        if not part.finished:
            part.error = reason
            part.advance("error")
            session.journal.part(part)

    async def _record(self, call: Call, chain: Step) -> ToolResult:
        part = call.part
        try:
            result = await chain(call)
        except (Exception, asyncio.CancelledError) as error:
            why = "interrupted"
            if not isinstance(error, asyncio.CancelledError):
                why = f"a bug of the tool ended it ({type(error).__name__})"
            part.metadata["seen"] = call.runtime.seen_now
            part.metadata["interrupted"] = True
            self.skip(call.session, part, f"{why}; it may have had effects")
            raise
        part.title = result.title
        part.output = result.output
        part.error = result.error
        part.metadata = result.metadata
        if call.runtime.seen_now:
            part.metadata["seen"] = call.runtime.seen_now
        if call.refusal is not None:
            part.metadata["refusal"] = call.refusal
            part.advance("rejected")
        else:
            part.advance("error" if result.error is not None else "completed")
        call.session.journal.part(part)
        if result.error is None and "todos" in result.metadata:
            call.session.journal.todo(result.metadata["todos"])
        return result

    async def _validate(self, call: Call, chain: Step) -> ToolResult:
        part = call.part
        if part.input_raw is not None:
            return _failure(
                part, "the arguments are not a JSON object; nothing ran. Make the call again"
            )
        return self._resolve(call) or await chain(call)

    def _resolve(self, call: Call) -> ToolResult | None:
        """Take the tool and the arguments that the input means; return what is wrong with it, or None."""
        resolved = self._tools.resolve(call.part.tool, call.part.input)
        if isinstance(resolved, ToolResult):
            return resolved
        call.tool, call.arguments = resolved
        return None

    async def _decide(self, call: Call, chain: Step) -> ToolResult:
        refused = await self._judged(call, asks=True)
        if refused is None and call.new_input is not None:
            call.part.input = call.new_input
            # Who wrote this input has said yes to it: nothing is asked again, but what is denied stays denied.
            refused = self._resolve(call) or await self._judged(call, asks=False)
        return refused or await chain(call)

    async def _judged(self, call: Call, *, asks: bool) -> ToolResult | None:
        """Return why a call may not run, or None when it may, or when another input has to be judged first."""
        tool = call.known_tool
        request = tool.permission_request(call.arguments, call.context)
        try:
            real = real_paths(request, call.context)
        except ValueError:  # no path at all, which the decision says in its own words
            real = []
        granted = self._asker.granted(call.part.session_id)
        questions = self._judge.judge(
            tool, request, real=real, granted=granted, repeated=call.repeated
        )
        for question in questions:
            if question.denied:
                call.refusal = "rule"
                return _failure(call.part, f"denied: {question.reason}", question.title)
            refused = await self._ask(call, question) if asks else None
            if asks and call.new_input is not None:
                return None
            if refused is not None:
                if call.refusal == "unattended" and question.permission == "doom_loop":
                    call.stops_turn = True
                return _failure(call.part, refused, question.title)
        directory = os.path.realpath(call.context.working_directory)
        call.context.judged = frozenset((directory, *real))
        return None

    async def _ask(self, call: Call, question: Question) -> str | None:
        if not self._asker.attended:
            call.refusal = "unattended"
            return f"refused: {question.reason}; nobody is there to ask. {question.remedy}".strip()
        reply = await self._asker.ask(call.part, question)
        rules = reply.rules or question.grants
        if reply.answer == "always" and "always" in question.scopes:
            self._judge.remember(rules)
        elif reply.answer in ("session", "always"):
            self._asker.grant(call.part.session_id, rules)
        if reply.answer != "no":
            changed = reply.new_input is not None and reply.new_input != call.part.input
            if not changed:
                return None
            if call.part.status == "pending":
                call.new_input = reply.new_input
                return None
            reply = Reply("no", "the input of a call that runs cannot be changed")
        call.refusal = "user"
        call.stops_turn = reply.stops_turn
        if reply.verbatim and reply.reason:
            return reply.reason
        return f"refused by the user: {reply.reason or 'no reason given'}"

    async def _start(self, call: Call, chain: Step) -> ToolResult:
        call.part.advance("running")
        call.session.journal.part(call.part)
        return await chain(call)

    async def _bound(self, call: Call, chain: Step) -> ToolResult:
        result = self._redactor.result(await chain(call))
        return bound_result(result, call.runtime.save_output)

    async def _execute(self, call: Call) -> ToolResult:
        return await call.known_tool.execute(call.arguments, call.context)


def _wrapped(wrapper: Callable[[Call, Step], Awaitable[ToolResult]], chain: Step) -> Step:
    async def step(call: Call) -> ToolResult:
        return await wrapper(call, chain)

    return step


def _failure(part: ToolPart, error: str, title: str | None = None) -> ToolResult:
    return ToolResult(title=title or part.tool, output="", error=error)
