"""An engine over a scripted model and small tools of the tests' own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pycode.agents import Agent
from pycode.core import Message
from pycode.core.events import Event, SessionIdle
from pycode.engine.engine import Engine
from pycode.providers.compact import Compact
from pycode.providers.profiles import Prices
from pycode.storage.sessions import SessionStore
from pycode.testing import ScriptedProvider
from pycode.tools import Tool, ToolContext, ToolResult

OBJECT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


class NoteTool(Tool):
    """A tool that writes down when it began and ended, and can be held."""

    def __init__(self, name: str, *, read_only: bool = False) -> None:
        self._name = name
        self._read_only = read_only
        self.notes: list[str] = []
        self.gate: asyncio.Event | None = None
        self.result = ToolResult(title=name, output="ok")

    @property
    def name(self) -> str:
        return self._name

    @property
    def description(self) -> str:
        return f"Takes a note of {self._name}."

    @property
    def parameters_schema(self) -> dict[str, Any]:
        return OBJECT

    @property
    def read_only(self) -> bool:
        return self._read_only

    async def execute(self, parameters: dict[str, Any], context: ToolContext) -> ToolResult:
        self.notes.append(f"begin {parameters['text']}")
        if self.gate is not None:
            await self.gate.wait()
        self.notes.append(f"end {parameters['text']}")
        result = self.result
        return ToolResult(result.title, result.output, dict(result.metadata), result.error)


@dataclass
class Bench:
    """An engine under test and what it is made of."""

    engine: Engine
    provider: ScriptedProvider
    session_id: str
    events: list[Event] = field(default_factory=list)

    async def ask(self, text: str, **options: Any) -> Message:
        """Submit a prompt, collect the events of the turn, and return the answer."""
        subscription = self.engine.bus.subscribe(self.session_id)
        await self.engine.submit(self.session_id, text, **options)
        async for event in subscription:
            self.events.append(event)
            if isinstance(event, SessionIdle):
                break
        subscription.close()
        return await self.engine.wait(self.session_id)

    def seen(self, kind: type[Event]) -> list[Any]:
        """Return the collected events of a class."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def reason(self) -> str:
        """Why the last turn ended."""
        return str(self.seen(SessionIdle)[-1].reason)


class MakeBench(Protocol):
    """Makes benches."""

    def __call__(
        self,
        script: Any,
        tools: Sequence[Tool] = (),
        *,
        attended: bool = False,
        agent: Agent | None = None,
        store: SessionStore | None = None,
        session_id: str | None = None,
        prices: Prices | None = None,
        structured: bool = False,
        prints_calls: bool = False,
        images: bool = False,
        patches: bool = False,
        compact: Compact | None = None,
        **settings: Any,
    ) -> Bench: ...
