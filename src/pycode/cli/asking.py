"""The questions to a person in a terminal: whether to trust a project, whether a call may run, and the model's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pycode.core.errors import UsageError
from pycode.core.events import PermissionAsked, QuestionAsked
from pycode.system.terminal import read_line
from pycode.system.text import unmistakable

if TYPE_CHECKING:
    from pycode.engine.asking import Answer
    from pycode.engine.engine import Engine

_SCOPES = {"session": "[s] this session", "always": "[a] always in this project"}
_WORDS: dict[str, Answer] = {
    "y": "once",
    "yes": "once",
    "s": "session",
    "session": "session",
    "a": "always",
    "always": "always",
    "n": "no",
    "no": "no",
}


class Screen(Protocol):
    """Where questions are shown."""

    def note(self, text: str, colour: str = "dim") -> None:
        """Write a line."""

    def ask(self, text: str) -> None:
        """Write a question, whose answer is typed behind it."""


async def read_typed(keys: str) -> str:
    """Return the line that was typed on stdin; single keys need Enter there, too."""
    return await read_line(sys.stdin)


ReadAnswer = Callable[[str], Awaitable[str]]
"""Reads an answer, the empty text when there is none. Its argument names the letters that may answer at once, without Enter."""


async def ask_trust(directory: str, renderer: Screen) -> None:
    """Ask whether to trust the project of a directory, where there is something to ask, and keep the answer.

    Raises:
        PyCodeError: A configuration file or the stored answers are broken.
    """
    from pycode.client.trust import answer_trust, trust_question

    question = trust_question(Path(directory), os.environ)
    if question is None:
        return
    again = " has changed what it brings along" if question.changed else " brings along"
    renderer.note(f"{unmistakable(str(question.root))}{again}:", "cyan")
    for thing in question.things:
        renderer.note(f"  {unmistakable(thing)}", "cyan")
    renderer.ask(
        "If you trust it, PyCode does what these files say: they can run programs as you. Trust it? [y] yes, [n] no: "
    )
    answer = await read_line(sys.stdin)
    answer_trust(question, os.environ, trusted=answer.strip().lower() in ("y", "yes"))


async def ask_permission(
    engine: Engine, event: PermissionAsked, renderer: Screen, read: ReadAnswer = read_typed
) -> None:
    """Ask whether a call may run, until the answer can be taken."""
    renderer.note(event.title, "cyan")
    renderer.note(f"{event.reason}.", "cyan")
    scopes = [_SCOPES[scope] for scope in event.scopes if scope in _SCOPES]
    if scopes:
        letters = " and ".join(scope[1] for scope in scopes)
        renderer.note(
            f"{letters} would allow {', '.join(event.rules)}; another rule can be written behind the letter"
        )
    choices = ", ".join(["[y] once", *scopes, "[n] no"])
    while True:
        renderer.ask(f"Allow? {choices}: ")
        answer, rest = _parsed(await read("yn"))
        if answer == "no" and not rest:
            renderer.ask("Why not? (for the model; Enter for nothing): ")
            rest = (await read("")).strip()
        try:
            _reply(engine, event, answer, rest)
        except UsageError as error:
            renderer.note(str(error), "red")
        else:
            return


async def ask_questions(
    engine: Engine, event: QuestionAsked, renderer: Screen, read: ReadAnswer = read_typed
) -> None:
    """Put the model's questions; an empty line declines to answer."""
    answers: list[list[str]] = []
    for question in event.questions:
        renderer.note(question["text"], "cyan")
        for number, choice in enumerate(question["choices"], 1):
            renderer.note(f"  {number}  {choice}", "cyan")
        several = ", several with commas" if question["multiple"] else ""
        how = f"number{several}, or your own words" if question["choices"] else "your answer"
        renderer.ask(f"{how} (Enter to decline): ")
        line = (await read("")).strip()
        if not line:
            answers = []
            break
        answers.append(_chosen(line, question["choices"], multiple=question["multiple"]))
    engine.answer(event.request_id, answers)


def _chosen(line: str, choices: list[str], *, multiple: bool) -> list[str]:
    words = [word.strip() for word in line.split(",")] if multiple else [line]
    numbers = [int(word) for word in words if word.isdecimal()]
    if len(numbers) == len(words) and all(1 <= number <= len(choices) for number in numbers):
        return [choices[number - 1] for number in numbers]
    return [line]


def _parsed(line: str) -> tuple[Answer, str]:
    """Return the answer and what stands behind it; what is not understood is a no, and the reason for it."""
    word, _, rest = line.strip().partition(" ")
    answer = _WORDS.get(word.lower())
    return ("no", line.strip()) if answer is None else (answer, rest.strip())


def _reply(engine: Engine, event: PermissionAsked, answer: Answer, rest: str) -> None:
    if answer not in ("session", "always"):
        engine.reply(event.request_id, answer, rest)
        return
    if answer not in event.scopes:
        raise UsageError(f"this can only be answered {', '.join(event.scopes)} or no")
    # A pattern alone is one for what was asked about.
    text = rest if not rest or rest.endswith(")") else f"{event.permission}({rest})"
    engine.reply(event.request_id, answer, rules=[text] if text else [])
