"""Questions to a person that a tool call waits for, and their answers from any face."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pycode.core.bus import Bus
from pycode.core.data import Data
from pycode.core.events import PermissionAsked, PermissionReplied, QuestionAsked, QuestionReplied
from pycode.core.identifier import Identifier
from pycode.core.parts import ToolPart
from pycode.engine.judge import Question
from pycode.permissions.rules import Rule
from pycode.system.text import unmistakable
from pycode.tools.questioner import Question as UserQuestion

T = TypeVar("T")

Answer = Literal["once", "session", "always", "no"]


@dataclass(slots=True, eq=False, repr=False)
class Reply(Data):
    """What somebody answered."""

    answer: Answer
    """`once` for this call, `session` until this process leaves the session, `always` for this project, or `no`."""
    reason: str = ""
    """With `no`: what the model is told."""
    rules: Sequence[Rule] = ()
    """With `session` and `always`: what to keep instead of what was offered."""
    new_input: dict[str, Any] | None = None
    """With a yes: what the call is to be made with instead; it is checked and judged like the first."""
    verbatim: bool = False
    """With `no`: whether `reason` is all that the model is told."""
    stops_turn: bool = False
    """With `no`: whether the turn ends with it."""


class Asker:
    """Keeps the open questions of all sessions, and what was answered with "session".

    Args:
        bus: Carries the questions to the faces.
        attended: Whether somebody can answer; without, a question is not asked.
    """

    def __init__(self, bus: Bus, *, attended: bool) -> None:
        self._bus = bus
        self._open: dict[str, asyncio.Future[Reply]] = {}
        self._questions: dict[str, asyncio.Future[list[list[str]]]] = {}
        self._granted: dict[str, list[Rule]] = {}
        self.attended = attended

    def granted(self, session_id: str) -> Sequence[Rule]:
        """Return what was allowed for a session; what is allowed later appears in it."""
        return self._granted.setdefault(session_id, [])

    def grant(self, session_id: str, rules: Sequence[Rule]) -> None:
        """Allow something for a session."""
        granted = self._granted.setdefault(session_id, [])
        granted += [rule for rule in rules if rule not in granted]

    async def ask(self, call: ToolPart, question: Question) -> Reply:
        """Put a question and wait for its answer.

        What a face shows of it holds no character that could hide or act.
        """
        request_id = Identifier.ascending("per")
        self._bus.publish(
            PermissionAsked(
                session_id=call.session_id,
                request_id=request_id,
                tool=call.tool,
                call_id=call.call_id,
                permission=question.permission,
                patterns=[unmistakable(pattern) for pattern in question.patterns],
                title=unmistakable(question.title),
                reason=unmistakable(question.reason),
                scopes=question.scopes,
                rules=[unmistakable(str(rule)) for rule in question.grants],
            )
        )
        reply = await self._answer(request_id, self._open)
        self._bus.publish(
            PermissionReplied(
                session_id=call.session_id, request_id=request_id, answer=reply.answer
            )
        )
        return reply

    async def question(
        self, call: ToolPart, questions: Sequence[UserQuestion]
    ) -> list[list[str]] | None:
        """Put the model's questions and wait for the answers; None at once when nobody is there."""
        if not self.attended:
            return None
        request_id = Identifier.ascending("que")
        shown = [
            {
                "text": unmistakable(question.text),
                "choices": [unmistakable(choice) for choice in question.choices],
                "multiple": question.multiple,
            }
            for question in questions
        ]
        self._bus.publish(
            QuestionAsked(
                session_id=call.session_id,
                request_id=request_id,
                call_id=call.call_id,
                questions=shown,
            )
        )
        answers = await self._answer(request_id, self._questions)
        self._bus.publish(
            QuestionReplied(session_id=call.session_id, request_id=request_id, answers=answers)
        )
        return answers

    def reply(self, request_id: str, reply: Reply) -> bool:
        """Answer a question; the first answer wins. False when the question is not open any more."""
        return _settle(self._open.get(request_id), reply)

    def answer(self, request_id: str, answers: list[list[str]]) -> bool:
        """Answer the model's questions; the first answer wins. False when they are not open any more."""
        return _settle(self._questions.get(request_id), answers)

    async def _answer(self, request_id: str, table: dict[str, asyncio.Future[T]]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        table[request_id] = future
        try:
            return await future
        finally:
            del table[request_id]


def _settle(future: asyncio.Future[T] | None, value: T) -> bool:
    if future is None or future.done():
        return False
    future.set_result(value)
    return True
