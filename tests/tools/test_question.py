"""Questions to the user."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from pycode.tools import ToolContext, ToolResult, default_registry
from pycode.tools.questioner import Question

Call = Callable[..., Awaitable[ToolResult]]
ONE = {"question": "Which\u202e database?", "choices": ["SQLite", "SQLite", "Postgres"]}


async def asked(
    session: Any, context: ToolContext, answers: list[list[str]] | None, *questions: dict[str, Any]
) -> tuple[ToolResult, list[Question]]:
    """The result of a call where the user gives these answers, and what the user saw."""
    seen: list[Question] = []

    async def question(shown: Sequence[Question]) -> list[list[str]] | None:
        seen.extend(shown)
        return answers

    session.question = question
    context.runtime = session
    result = await default_registry().execute("question", {"questions": list(questions)}, context)
    return result, seen


async def test_the_answer_comes_back(session: Any, context: ToolContext) -> None:
    result, seen = await asked(session, context, [["Postgres"]], ONE)
    assert seen == [Question("Which<U+202E> database?", ("SQLite", "Postgres"))]
    assert (result.output, result.error) == ("Postgres", None)
    assert result.metadata["answers"] == [["Postgres"]]


async def test_several_questions(session: Any, context: ToolContext) -> None:
    more = {"question": "Features?", "choices": ["a", "b"], "multiple": True}
    result, seen = await asked(session, context, [["other"], ["a", "b"]], ONE, more)
    assert [question.multiple for question in seen] == [False, True]
    assert result.output == "Which<U+202E> database? other\nFeatures? a, b"


async def test_who_does_not_answer(session: Any, context: ToolContext) -> None:
    result, _ = await asked(session, context, [], ONE)
    assert result.error == "The user did not answer. Go on without, or stop."


async def test_nobody_is_there(
    call: Call, session_call: Call, session: Any, context: ToolContext
) -> None:
    refusal = "refused: nobody is there to answer. Decide by yourself and say in your answer what you assumed."
    assert (await call("question", questions=[ONE])).error == refusal
    assert (await session_call("question", questions=[ONE])).error == refusal
    result, _ = await asked(session, context, None, ONE)
    assert result.error == refusal


@pytest.mark.parametrize(
    ("questions", "reason"),
    [
        ([], "Ask 1 to 4 questions at once, not 0."),
        ([ONE] * 5, "Ask 1 to 4 questions at once, not 5."),
        ([{**ONE, "question": " "}], "questions[0].question is empty."),
        ([{**ONE, "choices": [str(n) for n in range(9)]}], "questions[0].choices: at most 8."),
        ([{"question": "x"}], "questions[0].choices: required"),
    ],
)
async def test_what_cannot_be_asked(
    session: Any, context: ToolContext, questions: list[dict[str, Any]], reason: str
) -> None:
    result, seen = await asked(session, context, [["x"]], *questions)
    assert reason in (result.error or "")
    assert seen == []
