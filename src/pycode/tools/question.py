"""The `question` tool: asks the user, with choices."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pycode.core.data import Data
from pycode.system.text import visible
from pycode.tools.base import ToolContext, ToolResult
from pycode.tools.schema import BuiltinTool

if TYPE_CHECKING:
    from pycode.tools.questioner import Question, Questioner

_MAX_QUESTIONS = 4
_MAX_CHOICES = 8
_UNATTENDED = "refused: nobody is there to answer. Decide by yourself and say in your answer what you assumed."
_QUESTION = {
    "type": "object",
    "properties": {
        "question": {"type": "string"},
        "choices": {"type": "array", "items": {"type": "string"}},
        "multiple": {"type": "boolean", "description": "Several may be chosen"},
    },
    "required": ["question", "choices"],
}


@dataclass(slots=True, eq=False, repr=False)
class QuestionParameters(Data):
    """What `question` takes."""

    questions: list[dict[str, Any]] = field(metadata={"items": _QUESTION})
    """The questions, each with `question`, `choices`, and `multiple` when several may be chosen."""


class QuestionTool(BuiltinTool[QuestionParameters]):
    """Asks the user."""

    name = "question"
    parameters_type = QuestionParameters
    read_only = True
    bounds = f"{_MAX_QUESTIONS} questions of {_MAX_CHOICES} choices; refused at once where nobody can answer"

    async def run(self, parameters: QuestionParameters, context: ToolContext) -> ToolResult:
        """Ask, and wait for the answers."""
        questions = [_question(item) for item in parameters.questions]
        title = f"question {questions[0].text[:60]}" if questions else "question"
        problem = _problem(questions)
        if problem is not None:
            return ToolResult(title, "", error=problem)
        questioner = _questioner(context.runtime)
        answers = None if questioner is None else await questioner.question(questions)
        if answers is None:
            return ToolResult(title, "", error=_UNATTENDED)
        if not answers:
            return ToolResult(title, "", error="The user did not answer. Go on without, or stop.")
        metadata = {"questions": [asdict(question) for question in questions], "answers": answers}
        return ToolResult(title, _output(questions, answers), metadata)


def _questioner(runtime: object) -> Questioner | None:
    from pycode.tools.questioner import Questioner

    return runtime if isinstance(runtime, Questioner) else None


def _question(item: dict[str, Any]) -> Question:
    from pycode.tools.questioner import Question

    choices = tuple(dict.fromkeys(_line(choice) for choice in item["choices"]))
    return Question(_line(item["question"]), choices, item.get("multiple", False))


def _line(text: str) -> str:
    return " ".join(visible(text).split())


def _problem(questions: list[Question]) -> str | None:
    if not 1 <= len(questions) <= _MAX_QUESTIONS:
        return f"Ask 1 to {_MAX_QUESTIONS} questions at once, not {len(questions)}."
    for number, question in enumerate(questions):
        if not question.text:
            return f"questions[{number}].question is empty."
        if len(question.choices) > _MAX_CHOICES:
            return f"questions[{number}].choices: at most {_MAX_CHOICES}."
    return None


def _output(questions: list[Question], answers: list[list[str]]) -> str:
    if len(questions) == 1:
        return ", ".join(answers[0]) or "[no answer]"
    return "\n".join(
        f"{question.text} {', '.join(answer) or '[no answer]'}"
        for question, answer in zip(questions, answers, strict=True)
    )
