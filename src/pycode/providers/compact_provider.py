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
from pycode.providers.compact_code import SYSTEM, code_question, read_code
from pycode.providers.compact_reading import AnswerText
from pycode.providers.compact_scope import step_grammar
from pycode.providers.compact_text import (
    ActionCall,
    Conversation,
    calls_of,
    conversation,
    examples_of,
    fitted_to,
    prompt_of,
    read_action,
)

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
        compact = self._compact
        known = {tool["name"]: tool for tool in tools or []}
        actions = [action for action in compact.actions if action.tool in known]
        files = _files(actions, known)
        said = conversation(messages, actions, files, system or "")
        options["temperature"] = temperature or 0.0
        if said.tries:
            options |= {"temperature": compact.temperature, "seed": said.tries}
        options["max_tokens"] = min(max_tokens or compact.answer_tokens, compact.answer_tokens)
        step = _Step(actions)
        asked = self._asked(
            model,
            [*examples_of(compact), *fitted_to(said.messages, compact.history_limit)],
            prompt_of(compact, actions),
            step_grammar(compact, said, actions, files, system or ""),
            options,
        )
        async with closing(asked) as events:
            async for event in events:
                for made in step.feed(event):
                    yield made
        if step.shown:
            return
        found = read_action(step.text, actions)
        if not isinstance(found, tuple):
            for made in step.without_action(found):
                yield made
            return
        action, value = found
        code = None
        if action.has_code:
            question = code_question(action, value, said)
            about = [{"role": "user", "content": question.text}]
            step.begin_code()
            asked = self._asked(model, about, SYSTEM, question.grammar, options)
            async with closing(asked) as events:
                async for event in events:
                    for made in step.feed(event):
                        yield made
            code = read_code(step.text, str(value.get("path", "")))
        for made in step.calls(calls_of(action, value, code, said), said):
            yield made

    def _asked(
        self,
        model: str,
        messages: list[dict[str, Any]],
        system: str,
        form: str,
        options: Mapping[str, Any],
    ) -> AsyncIterator[StreamEvent]:
        held: dict[str, Any] = {"grammar": form} if self._grammar else {}
        return self.inner.stream(model, messages, system=system, **options, **held)

    async def list_models(self) -> list[str]:
        """Return the names of the models that the service offers."""
        return await self.inner.list_models()

    async def close(self) -> None:
        """Let go of connections."""
        await self.inner.close()


@dataclass(slots=True)
class _Step:
    """One step: what the model writes in it, and what it uses."""

    actions: Sequence[Action]
    """What the model may do."""
    text: str = ""
    """What it has written."""
    reason: str = "stop"
    """Why it ended."""
    answer: AnswerText | None = field(default_factory=AnswerText)
    """Shows an answer in text as it comes; None while code comes."""
    usage: dict[str, int] = field(default_factory=dict)
    """The tokens of the whole step."""
    _before: dict[str, int] = field(default_factory=dict)

    @property
    def shown(self) -> bool:
        """Whether the answer was shown, and nothing else is to be done."""
        return self.answer is not None and self.answer.ended

    def begin_code(self) -> None:
        """Take in the second answer of the step from now on."""
        self.text, self.answer, self._before = "", None, dict(self.usage)

    def feed(self, event: StreamEvent) -> list[StreamEvent]:
        """Return what an event of the model comes to."""
        match event.type:
            case "text_delta":
                self.text += event.data["text"]
                more = self.answer.feed(event.data["text"]) if self.answer is not None else ""
                return [StreamEvent("text_delta", {"text": more})] if more else []
            case "start" if self.answer is None:
                return []
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

    def calls(self, calls: Sequence[ActionCall], said: Conversation) -> list[StreamEvent]:
        """Return the events of the calls that an action stands for."""
        if self.reason == "length":
            return [
                *_call_events(calls[0].tool, {"arguments_raw": self.text}),
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
