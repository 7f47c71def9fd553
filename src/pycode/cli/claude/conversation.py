"""Turn after turn of one session, in Claude Code's lines, with the questions and requests in between."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any

from pycode.cli.claude.control import Control
from pycode.cli.claude.prompts import parts_of
from pycode.cli.claude.questions import Questions
from pycode.cli.claude.updates import carry_out, suggestions
from pycode.cli.formats.claude_lines import ClaudeLines, Init
from pycode.cli.formats.names import MODE_NAMES, inward_input
from pycode.cli.formats.tally import Totals
from pycode.client.local import LocalClient
from pycode.core.errors import PyCodeError, UsageError
from pycode.core.events import (
    MessageUpdated,
    PermissionAsked,
    QuestionAsked,
    SessionError,
    SessionIdle,
)
from pycode.core.parts import AnyPart, TextPart

if TYPE_CHECKING:
    from pycode.cli.claude.headless import Headless
    from pycode.engine.asking import Answer

Prompt = Sequence[AnyPart]


class Conversation:
    """One session.

    Args:
        client: Reaches the engine.
        session_id: The session.
        public: The id by which the lines name it.
        headless: What was asked for.
        write: Takes each line.
    """

    def __init__(
        self,
        client: LocalClient,
        session_id: str,
        public: str,
        headless: Headless,
        write: Callable[[dict[str, Any]], None],
    ) -> None:
        self._client = client
        self._session_id = session_id
        self._public = public
        self._partial = headless.partial
        self._budget = headless.budget
        self._mcp_servers = [{"name": name, "status": "failed"} for name in headless.mcp_servers]
        self._write = write
        self._totals = Totals()
        self._questions = Questions(write)
        self._control = Control(write, client, self._interrupt, self._mcp_servers)
        self._prompts: asyncio.Queue[Prompt | None] = asyncio.Queue()
        self._following: asyncio.Task[None] | None = None
        self._interrupted = False
        self._stopped = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.result: dict[str, Any] | None = None
        """The last turn's result."""

    async def answer(self, text: str) -> None:
        """Answer one prompt."""
        self._questions.close()
        await self._turn([TextPart(text=text)])

    async def serve(self, lines: AsyncIterator[bytes]) -> None:
        """Answer what comes in lines until they end, and everything that waits then.

        Raises:
            UsageError: A line is not JSON.
        """
        working = asyncio.ensure_future(self._work())
        reading = asyncio.ensure_future(self._read(lines))
        try:
            await asyncio.wait([working, reading], return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                # A line that cannot be read ends everything; the end of the lines leaves what waits to be done.
                reading.result()
            if not working.done():
                await asyncio.wait([working])
            working.result()
        finally:
            for task in (reading, working):
                task.cancel()
            await asyncio.gather(reading, working, return_exceptions=True)

    async def stop(self) -> None:
        """End the running turn and begin no other."""
        self._stopped = True
        while not self._prompts.empty():
            self._prompts.get_nowait()
        self._prompts.put_nowait(None)
        if self._following is not None:
            await self._cancel()

    # What comes in

    async def _read(self, lines: AsyncIterator[bytes]) -> None:
        async for line in lines:
            if self._stopped:
                return
            if line.strip():
                self._take(line)
        self._questions.close()
        self._prompts.put_nowait(None)

    def _take(self, line: bytes) -> None:
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"a line on stdin is not JSON: {error}") from error
        match data:
            case {"type": "user"}:
                self._prompts.put_nowait(parts_of(data))
            case {"type": "control_request"}:
                self._control.answer(data)
            case {"type": "control_response"}:
                self._questions.answer(data.get("response"))
            case _:
                # A newer program may send more.
                pass

    async def _work(self) -> None:
        while (prompt := await self._prompts.get()) is not None:
            await self._turn(prompt)
            self._interrupted = False

    # Stopping

    def _interrupt(self) -> None:
        if self._following is None and self._prompts.empty():
            return
        self._interrupted = True
        if self._following is not None:
            self._later(self._cancel())

    async def _cancel(self) -> None:
        following = self._following
        self._interrupted = True
        if not await self._client.engine.cancel(self._session_id) and following is not None:
            # It is not running yet, or in another process: only looking on can end here.
            following.cancel()

    def _later(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # A turn

    async def _turn(self, prompt: Prompt) -> None:
        began = time.monotonic()
        lines = ClaudeLines(self._write, self._public, self._totals, partial=self._partial)
        lines.begin(self._init())
        self._following = asyncio.ensure_future(self._follow(prompt, lines))
        if self._interrupted:
            self._later(self._cancel())
        try:
            await asyncio.wait([self._following])
            cancelled = self._following.cancelled()
            if not cancelled:
                self._following.result()
        except PyCodeError as error:
            cancelled = False
            lines.error = SessionError(
                session_id=self._session_id, code=error.code, message=str(error)
            )
        finally:
            following, self._following = self._following, None
            following.cancel()
        self.result = lines.finish(time.monotonic() - began, cancelled=cancelled)
        if self.result["pycode"] == {"reason": "error"}:
            # A bug ended the turn; it is raised here.
            await self._client.engine.wait(self._session_id)

    async def _follow(self, prompt: Prompt, lines: ClaudeLines) -> None:
        """Submit a prompt and write what happens until the session is idle."""
        if self._is_spent(lines):
            return
        asking: set[asyncio.Task[None]] = set()
        watching = self._client.watch(self._session_id)
        begun = False
        try:
            message_id = await self._client.submit(self._session_id, prompt)
            async for event in watching:
                if isinstance(event, MessageUpdated) and event.message.id == message_id:
                    begun = True
                if begun:
                    lines.show(event)
                if isinstance(event, PermissionAsked):
                    task = asyncio.ensure_future(self._ask(event, lines))
                    asking.add(task)
                    task.add_done_callback(asking.discard)
                if isinstance(event, QuestionAsked):
                    # The program behind stdin has no way to answer it.
                    self._client.engine.answer(event.request_id, [])
                if isinstance(event, SessionIdle) and begun:
                    return
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
            if isinstance(watching, AsyncGenerator):
                await watching.aclose()

    async def _ask(self, event: PermissionAsked, lines: ClaudeLines) -> None:
        engine = self._client.engine
        call = lines.call(event.call_id)
        if call is None:
            engine.reply(event.request_id, "no", "the call is not known")
            return
        verdict = await self._questions.ask(call, event.reason, suggestions(event))
        if verdict.allowed:
            new_input = inward_input(call, verdict.input)
            rules = carry_out(verdict.updates, self._client)
            scope: Answer = "session" if rules else "once"
            engine.reply(event.request_id, scope, rules=rules, new_input=new_input)
            return
        engine.reply(
            event.request_id,
            "no",
            verdict.message,
            verbatim=True,
            stops_turn=verdict.stops_turn,
        )

    def _init(self) -> Init:
        client = self._client
        mode = client.options.claude_mode or MODE_NAMES[client.options.mode or "default"]
        return Init(
            directory=str(client.project.directory),
            model=client.model,
            mode=mode,
            tools=client.tools,
            mcp_servers=self._mcp_servers,
        )

    def _is_spent(self, lines: ClaudeLines) -> bool:
        """Leave the turn what is left of the budget; True when that is nothing, which ends it."""
        if self._budget is None:
            return False
        left = self._budget - self._totals.cost
        if left > 0:
            self._client.options.limits = {**self._client.options.limits, "max_cost": left}
            return False
        detail = f"the limit of ${self._budget:g} was reached (--max-cost)"
        lines.show(SessionIdle(session_id=self._session_id, reason="limit", detail=detail))
        return True
