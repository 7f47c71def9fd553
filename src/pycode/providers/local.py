"""Models that run in a process of PyCode's own on this machine: no key, no server, no network."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from pycode.core.errors import NetworkError
from pycode.providers.base import Provider, ProviderConfig, StreamEvent
from pycode.providers.hosted import HostedProvider
from pycode.providers.local_files import find_file, installed, prefix_folder
from pycode.providers.local_gguf import read_gguf
from pycode.providers.local_process import LocalProcess, Model
from pycode.providers.openai_chat import OpenAIProvider
from pycode.providers.profiles import Profile, profile_for

IDLE_SECONDS = 600.0
"""How long an engine without a request stays in memory."""

_LONG_PROMPT = 1_200
_TRIES = 2
_QUEUE_SECONDS = 1800.0


class LocalProvider(Provider):
    """Runs GGUF models, each in a process that is started at the first request and ends when it has been idle.

    A model's name is that of an installed one, or the path of a file. `stream` takes the options of `OpenAIProvider`, whose
    protocol the engine speaks, and `grammar`: GBNF text that the answer must follow.
    """

    def __init__(
        self,
        config: ProviderConfig | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            config: Only its name counts.
            environ: The environment variables: where PyCode's folder is.
            idle_seconds: How long an engine without a request stays in memory.
        """
        super().__init__(config)
        self.profiles: dict[str, Profile] = {}
        """Model to what it supports, where more is known than PyCode's own catalogue says."""
        self._environ = environ
        self._idle_seconds = idle_seconds
        self._engines: dict[str, _Engine] = {}
        self._lock = asyncio.Lock()

    @property
    def name(self) -> str:
        """The provider's name."""
        return "local"

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
        """Yield the answer to `messages`; see `Provider.stream`."""
        # The engine is on this machine: what fails once fails again, unless it is started anew. It says at once how it gets on,
        # so only a request that waits for another one hears nothing.
        timeout = max(options.get("timeout") or 0.0, _QUEUE_SECONDS)
        options |= {"max_retries": 0, "return_progress": True, "timeout": timeout}
        shown = False
        for attempt in range(1, _TRIES + 1):
            engine = await self._started(model)
            answer = engine.provider.stream(
                model,
                messages,
                system=system,
                tools=tools,
                temperature=temperature,
                max_tokens=max_tokens,
                **options,
            )
            try:
                with engine.asked(self._idle_seconds):
                    async with aclosing(cast("Any", answer)) as events:
                        async for event in events:
                            shown = True
                            yield event
                            if event.type == "finish":
                                await engine.keep_prompt(event.data["usage"])
            except NetworkError as error:
                failure = await engine.process.failure()
                if failure is None or shown or attempt == _TRIES:
                    raise failure or error from error
            else:
                return
            yield StreamEvent("retry", {"attempt": attempt, "error": str(failure), "wait": 0.0})

    async def list_models(self) -> list[str]:
        """Return the names of the installed models; see `Provider.list_models`."""
        return [model.name for model in installed(self._environ)]

    async def close(self) -> None:
        """End the engines."""
        engines, self._engines = self._engines, {}
        for engine in engines.values():
            await engine.close()

    async def _started(self, model: str) -> _Engine:
        """Return the engine of a model, and start it where it does not run."""
        async with self._lock:
            engine = self._engines.get(model)
            if engine is not None and engine.is_usable:
                return engine
            if engine is not None and engine.loop is asyncio.get_running_loop():
                await engine.close()
            profile = self.profiles.get(model) or profile_for(self.name, model)
            self._engines[model] = engine = await _start(model, profile, self._environ)
            return engine


@dataclass(slots=True)
class _Engine:
    """A process, and what speaks to it."""

    process: LocalProcess
    provider: HostedProvider
    loop: asyncio.AbstractEventLoop
    requests: int = 0
    stopping: asyncio.Task[None] | None = field(default=None)
    timer: asyncio.TimerHandle | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it can be asked: it runs, goes on running, and belongs to this event loop."""
        return (
            self.process.is_alive
            and self.stopping is None
            and self.loop is asyncio.get_running_loop()
        )

    @contextmanager
    def asked(self, idle_seconds: float) -> Iterator[None]:
        """Keep it running during a request, and for a while afterwards."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1
            if not self.requests:
                self.timer = self.loop.call_later(idle_seconds, self._stop)

    async def keep_prompt(self, usage: Mapping[str, int]) -> None:
        """Have a long prompt kept, where most of it was new."""
        if usage["input"] > max(_LONG_PROMPT, usage["cache_read"]):
            await self.process.save_prompt()

    def _stop(self) -> None:
        self.stopping = self.loop.create_task(self.close())

    async def close(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
        await self.provider.close()
        await self.process.stop()


async def _start(model: str, profile: Profile, environ: Mapping[str, str]) -> _Engine:
    facts = read_gguf(find_file(model, environ))
    context = min(profile.context, facts.context or profile.context)
    folder = prefix_folder(environ)
    process = await LocalProcess.start(Model(model, facts, context), folder, environ)
    # The engine closes a connection when it likes; a new one to this machine costs nothing.
    headers = {"connection": "close"}
    config = ProviderConfig("local", process.token, process.base_url, headers)
    provider = OpenAIProvider(config)
    provider.profiles[model] = profile
    return _Engine(process, provider, asyncio.get_running_loop())
