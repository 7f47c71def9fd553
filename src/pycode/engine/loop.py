"""Decides what happens next in a turn: ask the model, run its calls, ask again, until it is done or has to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from pycode.core.data import Data
from pycode.core.errors import ProviderError
from pycode.core.identifier import Identifier
from pycode.core.parts import StepFinishPart, StepStartPart, TextPart, ToolPart, now_ms
from pycode.core.records import MessageInfo
from pycode.engine.active import ActiveSession, ModelChoice, Prompt
from pycode.engine.calls import Calls
from pycode.engine.ending import Ending
from pycode.engine.limits import RepeatCheck, Spending, TurnLimits
from pycode.engine.processor import Outcome, Processor
from pycode.engine.toolchain import Call, Toolchain
from pycode.providers.base import StreamEvent
from pycode.providers.profiles import cost

CUT_RETRIES = 2
"""How many responses in a row may break after something was shown before the turn fails."""

_ENDS = {"length": "length", "content_filter": "content_filter"}
_RUNS_CALLS = frozenset({"tool_calls", "stop", "pause"})


@dataclass(slots=True, eq=False, repr=False)
class TurnEnd(Data):
    """How a turn ended."""

    reason: str
    """done, limit, repeated, length, content_filter, no_answer, unfinished, cancelled or error."""
    message_id: str | None
    """The turn's last assistant message."""
    detail: str | None = None
    """Which limit was reached, or what is unfinished, in a few words."""
    answer: Any = None
    """The structured answer, where one was asked for."""


@dataclass(slots=True, eq=False, repr=False)
class TurnSettings(Data):
    """What holds for one turn."""

    system: str
    """The system prompt."""
    tools: list[dict[str, Any]]
    """The tools that the model is told of."""
    limits: TurnLimits
    """What it may use."""
    options: dict[str, Any]
    """What every request passes to the provider: deadlines, retries, temperature."""
    ending: Ending | None = None
    """What looks at its answer before it ends, or None."""


class Turn:
    """One turn of a session. Use it once."""

    def __init__(
        self,
        session: ActiveSession,
        choice: ModelChoice,
        toolchain: Toolchain,
        settings: TurnSettings,
        repeats: RepeatCheck,
    ) -> None:
        self._session = session
        self._journal = session.journal
        self._choice = choice
        self._toolchain = toolchain
        self._settings = settings
        self._repeats = repeats
        self._spending = Spending(settings.limits)
        self._cuts = 0
        self._last_id: str | None = None
        self._calls: list[Call] = []

    async def run(self) -> TurnEnd:
        """Work until there is nothing left to do, or a limit is reached."""
        clock = asyncio.timeout(self._settings.limits.max_time)
        try:
            async with clock:
                return await self._steps()
        except TimeoutError:
            if not clock.expired():
                raise
            return TurnEnd("limit", self._last_id, self._spending.out_of_time())

    async def _steps(self) -> TurnEnd:
        step = 0
        while True:
            limit = self._spending.reached()
            if limit is not None:
                return TurnEnd("limit", self._last_id, limit)
            # After the limit: a prompt that this turn cannot answer any more begins the next one.
            self._steer()
            step += 1
            outcome = await self._step(step)
            if outcome.error is not None:
                if not self._may_go_on(outcome):
                    return self._fail(outcome.error)
                continue
            self._cuts = 0
            stopping = next((call for call in self._calls if call.stops_turn), None)
            if stopping is not None:
                return self._end("cancelled" if stopping.refusal == "user" else "repeated")
            if self._settings.ending is not None and self._settings.ending.given:
                return self._end("done")
            if outcome.calls or outcome.reason == "pause" or any(self._session.prompts("steer")):
                continue
            reason = _ENDS.get(outcome.reason, "done")
            if reason == "done" and self._settings.ending is not None:
                if not self._may_end(self._settings.ending):
                    continue
                reason = self._settings.ending.reason
            return self._end(reason)

    def _may_end(self, ending: Ending) -> bool:
        """Have the last message looked at as the answer; False when the model was told to go on."""
        entry = self._journal.state.entries[str(self._last_id)]
        texts = [part.text for part in entry.parts.values() if isinstance(part, TextPart)]
        wrong = ending.read("".join(texts))
        if wrong is None or not ending.may_remind():
            return True
        reminder = TextPart(text=wrong, synthetic=True)
        self._session.accept(Prompt(id=Identifier.ascending("msg"), parts=[reminder]))
        return False

    def _steer(self) -> None:
        for prompt in self._session.prompts("steer"):
            self._session.accept(prompt)

    async def _step(self, step: int) -> Outcome:
        message = MessageInfo(
            session_id=self._session.id,
            role="assistant",
            parent=self._journal.state.head,
            agent=self._toolchain.agent_name,
            model=self._choice.label,
        )
        self._last_id = message.id
        request = self._request()
        self._journal.message(message)
        start = StepStartPart(step=step, model=self._choice.label)
        self._journal.part(start.placed(message.session_id, message.id))
        self._calls = []
        calls = Calls(self._run_call, self._reads_only)
        processor = Processor(
            self._journal,
            message,
            lambda part: self._add_call(part, calls),
            self._settings.tools if self._choice.prints_calls else (),
        )
        outcome: Outcome | None = None
        try:
            outcome = await processor.fold(request)
            self._finish_step(outcome, message)
            if outcome.error is None and outcome.reason in _RUNS_CALLS:
                await calls.finish()
            else:
                await self._drop(calls, _why_not_run(outcome))
        except (Exception, asyncio.CancelledError) as error:
            # Cancelled, or a bug: the log and the history end in a whole message all the same.
            cancelled = isinstance(error, asyncio.CancelledError)
            why = "cancelled" if cancelled else "the turn was ended by a bug"
            await self._drop(calls, f"{why} before it ran")
            if outcome is None:
                self._finish_step(Outcome(reason="cancelled" if cancelled else "error"), message)
            self._close(message, None)
            raise
        self._close(message, outcome.error)
        return outcome

    def _request(self) -> AsyncIterator[StreamEvent]:
        settings = self._settings
        return self._choice.provider.stream(
            self._choice.model,
            self._session.history.messages,
            system=settings.system,
            tools=settings.tools,
            **settings.options,
        )

    def _add_call(self, part: ToolPart, calls: Calls) -> None:
        call = self._toolchain.prepare(self._session, part)
        call.repeated = self._repeats.repeats(part)
        self._calls.append(call)
        calls.add(part)

    def _reads_only(self, part: ToolPart) -> bool:
        return self._toolchain.reads_only(part)

    async def _run_call(self, part: ToolPart) -> None:
        call = next(call for call in self._calls if call.part is part)
        if any(earlier.stops_turn for earlier in self._calls):
            self._toolchain.skip(self._session, part, "not run: the turn was stopped before it")
            return
        await self._toolchain.run(call)
        if call.repeated and not call.stops_turn:
            self._repeats.forgive()

    async def _drop(self, calls: Calls, reason: str) -> None:
        for part in await calls.stop():
            self._toolchain.skip(self._session, part, reason)

    def _finish_step(self, outcome: Outcome, message: MessageInfo) -> None:
        usage = dict(outcome.usage)
        price = cost(self._choice.profile, usage) if usage else None
        self._spending.add(usage, price)
        part = StepFinishPart(reason=outcome.reason, usage=usage, cost=price)
        self._journal.part(part.placed(message.session_id, message.id))

    def _close(self, message: MessageInfo, error: ProviderError | None) -> None:
        message.completed = now_ms()
        message.error = str(error) if error is not None else None
        self._journal.message(message)
        self._session.history.add(self._journal.state.entries[message.id])

    def _may_go_on(self, outcome: Outcome) -> bool:
        """Whether a broken response is asked for again, or kept to its last complete call."""
        if outcome.error is None or not outcome.error.retryable or not outcome.shown:
            return False
        self._cuts += 1
        return self._cuts <= CUT_RETRIES

    def _fail(self, error: ProviderError) -> TurnEnd:
        self._journal.error(error)
        return self._end("error")

    def _end(self, reason: str) -> TurnEnd:
        ending = self._settings.ending
        return TurnEnd(
            reason,
            self._last_id,
            detail=ending.detail if ending else None,
            answer=ending.value if ending else None,
        )


def _why_not_run(outcome: Outcome) -> str:
    if outcome.reason == "length":
        return (
            "not run: the response reached the output limit. Make the call again, in smaller pieces"
        )
    return "not run: the response broke before its end. Make the call again if it is still wanted"
