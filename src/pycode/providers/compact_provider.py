"""A provider around another one: it puts a small model to work in one-line actions, and shows them as ordinary calls."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, field
from typing import Any

from pycode.core.identifier import Identifier
from pycode.providers.base import Provider, StreamEvent
from pycode.providers.compact import Action, Compact
from pycode.providers.compact_check import (
    FATAL,
    Draft,
    Problem,
    problems_of,
    tidied,
    unchanged,
)
from pycode.providers.compact_code import (
    SYSTEM,
    CodeQuestion,
    closing_question,
    code_question,
    read_code,
)
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_plan import Move, planned
from pycode.providers.compact_reading import AnswerText
from pycode.providers.compact_rounds import once, round_in
from pycode.providers.compact_scope import step_grammar
from pycode.providers.compact_text import (
    ActionCall,
    calls_of,
    conversation,
    examples_of,
    fitted_to,
    prompt_of,
    read_action,
)

_NONE = 1_000
_ACTION_NAME = re.compile(r'"action"\s*:\s*"(\w+)"')


class CompactProvider(Provider):
    """Puts a model to work in small steps.

    Args:
        inner: Who is asked.
        compact: How.
        grammar: Whether `inner` takes the option `grammar`.
    """

    def __init__(self, inner: Provider, compact: Compact, *, grammar: bool) -> None:
        self.inner = inner
        self._compact = compact
        self._grammar = grammar and compact.grammar
        super().__init__(inner.config)

    @property
    def name(self) -> str:
        """The provider's name."""
        return self.inner.name

    async def stream(
        self,
        model: str,
        messages: list[dict[str, Any]],
        *,
        system: str | None = None,
        tools: list[dict[str, Any]] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        **options: Any,
    ) -> AsyncIterator[StreamEvent]:
        """Yield the answer; an action comes as a call of the tool that it stands for.

        Args:
            model: The model's name.
            messages: The conversation.
            system: What the model is told of the project.
            tools: What it may call: actions of other tools are not offered. An `enum` of a path names the project's files.
            temperature: Sampling temperature; 0 when None.
            max_tokens: The most tokens to answer with.
            options: For the provider inside.
        """
        compact, facts = self._compact, system or ""
        known = {tool["name"]: tool for tool in tools or []}
        actions = [action for action in compact.actions if action.tool in known]
        files = _files(actions, known)
        said = conversation(messages, actions, files, facts)
        options["temperature"] = temperature or 0.0
        if said.again:
            options |= {"temperature": compact.temperature, "seed": said.again}
        options["max_tokens"] = min(max_tokens or compact.answer_tokens, compact.answer_tokens)
        step = _Step(actions, planned(compact, said, actions, files, facts))
        asking = _Asking(self, model, options)
        if step.move is None:
            form = step_grammar(compact, said, actions, files, facts)
            async for made in self._choosing(asking, step, said, form):
                yield made
        if step.move is None:
            return
        action, value = step.move.action, dict(step.move.value)
        if action is None:
            step.begin_words()
            async for made in asking.about(step, closing_question(said)):
                yield made
            yield step.finish(step.reason)
            return
        if action.has_code:
            async for made in self._written(asking, step, action, value, said):
                yield made
        else:
            step.chosen = calls_of(action, value, None, said)
        for made in step.calls(said):
            yield made

    async def _choosing(
        self, asking: _Asking, step: _Step, said: Conversation, form: str
    ) -> AsyncIterator[StreamEvent]:
        """Have the model choose what comes next; without a move it has answered, or written none."""
        compact = self._compact
        messages = [*examples_of(compact), *fitted_to(said.messages, compact.history_limit)]
        async for made in asking.events(step, messages, prompt_of(compact, step.actions), form):
            yield made
        if step.shown:
            return
        found = read_action(step.text, step.actions)
        if isinstance(found, tuple):
            step.move = Move(*found)
            return
        for made in step.without_action(found):
            yield made

    async def _written(
        self,
        asking: _Asking,
        step: _Step,
        action: Action,
        value: Mapping[str, Any],
        said: Conversation,
    ) -> AsyncIterator[StreamEvent]:
        """Ask for the code of an action, and again where something is plainly wrong with it; the best is made better, and chosen."""
        best = Draft(None, [Problem("", _NONE)])
        for sample in range(self._compact.samples):
            step.begin_code()
            question = code_question(action, value, said, best if sample else None)
            if sample:
                seed = said.again * self._compact.samples + sample
                heat = 0.0 if sample == 1 and question.refines else self._compact.temperature
                asking.options |= {"temperature": heat, "seed": seed}
            async for made in asking.about(step, question):
                yield made
            code = read_code(step.text, str(value.get("path", "")))
            calls = [tidied(call, said) for call in calls_of(action, value, code, said)]
            if step.reason == "length":
                # More of it would only be longer.
                step.cut, step.chosen = None if step.chosen else step.text, step.chosen or calls
                break
            draft = Draft(code, problems_of(calls[0], said))
            if draft.weight < best.weight:
                best, step.chosen = draft, calls
            if not best.weight:
                break
        if FATAL <= best.weight < _NONE and step.cut is None:
            step.chosen = [unchanged(call) for call in step.chosen]

    def asked(
        self,
        model: str,
        messages: list[dict[str, Any]],
        system: str,
        form: str,
        options: Mapping[str, Any],
    ) -> AsyncIterator[StreamEvent]:
        """Return the events of a question to the model inside, whose answer has a form."""
        held: dict[str, Any] = {"grammar": form} if self._grammar else {}
        return self.inner.stream(model, messages, system=system, **options, **held)

    async def list_models(self) -> list[str]:
        """Return the names of the models that the service offers."""
        return await self.inner.list_models()

    async def close(self) -> None:
        """Let go of connections."""
        await self.inner.close()


@dataclass(slots=True)
class _Asking:
    """Asks the model inside in one step."""

    provider: CompactProvider
    """Who asks."""
    model: str
    """The model's name."""
    options: dict[str, Any]
    """The options."""

    async def events(
        self, step: _Step, messages: list[dict[str, Any]], system: str, form: str
    ) -> AsyncIterator[StreamEvent]:
        """Yield what a conversation comes to."""
        asked = self.provider.asked(self.model, messages, system, form, self.options)
        async with closing(asked) as events:
            async for event in events:
                for made in step.feed(event):
                    yield made
                if round_in(step.text) is not None:
                    step.text = once(step.text)
                    return

    def about(self, step: _Step, question: CodeQuestion) -> AsyncIterator[StreamEvent]:
        """Return what one question comes to."""
        messages = [{"role": "user", "content": question.text}]
        return self.events(step, messages, SYSTEM, question.grammar)


@dataclass(slots=True)
class _Step:
    """One step: what the model writes in it, and what it uses."""

    actions: Sequence[Action]
    """What the model may do."""
    move: Move | None
    """What comes next, once it is known."""
    text: str = ""
    """What it has written in answer to the question that was asked last."""
    reason: str = "stop"
    """Why it ended."""
    answer: AnswerText | None = field(default_factory=AnswerText)
    """Shows an answer in text as it comes; None while code comes."""
    usage: dict[str, int] = field(default_factory=dict)
    """The tokens of the whole step."""
    chosen: Sequence[ActionCall] = ()
    """The calls that it comes to."""
    cut: str | None = None
    """The code of these calls where it was cut."""
    words: bool = False
    """Whether words come that are shown as they are."""
    started: bool = False
    """Whether its beginning was told."""
    _before: dict[str, int] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether the answer was shown, and nothing else is to be done."""
        return self.answer is not None and self.answer.ended

    def begin_code(self) -> None:
        """Take in the second answer of the step from now on."""
        self.text, self.reason, self.answer, self._before = "", "stop", None, dict(self.usage)

    def begin_words(self) -> None:
        """Show what comes from now on as it is."""
        self.text, self.answer, self.words = "", None, True

    def feed(self, event: StreamEvent) -> list[StreamEvent]:
        """Return what an event of the model comes to."""
        match event.type:
            case "text_delta":
                self.text += event.data["text"]
                if self.words:
                    return [event]
                more = self.answer.feed(event.data["text"]) if self.answer is not None else ""
                return [StreamEvent("text_delta", {"text": more})] if more else []
            case "start":
                first, self.started = not self.started, True
                return [event] if first else []
            case "text_start" | "text_end":
                return []
            case "usage":
                self._count(event.data)
                return [StreamEvent("usage", dict(self.usage))]
            case "finish":
                self._count(event.data.get("usage") or {})
                self.reason = event.data.get("reason") or "stop"
                return [self.finish(self.reason)] if self.shown else []
        return [event]

    def calls(self, said: Conversation) -> list[StreamEvent]:
        """Return the events of the calls that an action stands for."""
        calls = self.chosen
        if self.cut is not None:
            return [
                *_call_events(calls[0].tool, {"arguments_raw": self.cut}),
                self.finish("length"),
            ]
        events = [
            event
            for call in calls
            for event in _call_events(call.tool, {"arguments": call.arguments})
        ]
        if said.fixes and said.failed is not None and calls and calls[0].tool == "edit":
            # What failed is run again behind every change: it says whether the change was right.
            events += _call_events("bash", {"arguments": {"command": said.failed}})
        return [*events, self.finish("tool_calls")]

    def finish(self, reason: str) -> StreamEvent:
        """Return the step's end."""
        return StreamEvent("finish", {"reason": reason, "raw_reason": reason, "usage": self.usage})

    def without_action(self, text: str | None) -> list[StreamEvent]:
        """Return the events of an answer that is no action, or whose text was not shown as it came."""
        named = _ACTION_NAME.search(self.text)
        action = next((item for item in self.actions if named and item.name == named[1]), None)
        if text is None and action is not None:
            reason = "tool_calls" if self.reason == "stop" else self.reason
            return [*_call_events(action.tool, {"arguments_raw": self.text}), self.finish(reason)]
        began = self.answer is not None and self.answer.began
        words = "" if began else self.text if text is None else text
        said = [StreamEvent("text_delta", {"text": words})] if words else []
        return [*said, self.finish(self.reason)]

    def _count(self, usage: Mapping[str, int]) -> None:
        for name, count in usage.items():
            self.usage[name] = self._before.get(name, 0) + count


def closing(stream: AsyncIterator[StreamEvent]) -> AbstractAsyncContextManager[Any]:
    """Close a generator at once when reading it ends early."""
    return aclosing(stream) if isinstance(stream, AsyncGenerator) else nullcontext(stream)


def _call_events(name: str, arguments: dict[str, Any]) -> list[StreamEvent]:
    call = {"id": Identifier.ascending("call"), "name": name}
    return [
        StreamEvent("tool_call_start", call),
        StreamEvent("tool_call_end", call | arguments),
    ]


def _files(actions: Sequence[Action], tools: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the project's files: what the tools' paths may be."""
    for action in actions:
        for item in action.fields:
            if item.kind == "path":
                properties = tools[action.tool]["parameters"].get("properties", {})
                return list(properties.get(item.argument, {}).get("enum", ()))
    return []
