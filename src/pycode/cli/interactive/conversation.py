"""The session that the terminal is in: what is said in it, what happens in it, and what it asks."""

from __future__ import annotations

import asyncio
import time

from pycode.cli.asking import ask_permission, ask_questions
from pycode.cli.ends import ENDS, SILENT
from pycode.cli.failure import reference
from pycode.cli.interactive.face import Face
from pycode.cli.render import Renderer
from pycode.client.local import LocalClient
from pycode.core.errors import UsageError
from pycode.core.events import (
    Event,
    MessageUpdated,
    PartUpdated,
    PermissionAsked,
    QuestionAsked,
    SessionIdle,
)
from pycode.core.parts import AnyPart, TextPart, ToolPart
from pycode.system.text import visible

_WORKING = "working"


class Conversation:
    """One session after the other, each made with its first prompt.

    Args:
        client: Reaches the engine.
        face: Shows what happens.
    """

    def __init__(self, client: LocalClient, face: Face) -> None:
        self.client = client
        self.face = face
        self.session_id: str | None = None
        self.notes: list[str] = []
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._renderer = self._new_renderer()
        self._watching: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._said: set[str] = set()
        self._heard: set[str] = set()
        self._began: float | None = None
        self._stopping: asyncio.Task[None] | None = None

    @property
    def runs(self) -> bool:
        """Whether a turn runs."""
        return self._began is not None

    async def say(self, text: str) -> None:
        """Hand a prompt over, with the files that it names. While a turn runs, the model reads it before its next request.

        Raises:
            PyCodeError: It cannot be kept.
        """
        if self.session_id is None:
            self.enter(self.client.session())
        parts = [*await self._files(text), TextPart(text=text)]
        notes, self.notes = self.notes, []
        parts += [TextPart(text=note, synthetic=True) for note in notes]
        self._begin()
        try:
            self._said.add(await self.client.submit(self.session_id or "", parts))
        except BaseException:
            self._end()
            raise

    async def _files(self, text: str) -> list[AnyPart]:
        """Return the files that a prompt names, and say which these are."""
        if "@" not in text:
            return []
        from pycode.client.mentions import mentioned

        found = await mentioned(text, self.client)
        for part in found.parts:
            self.face.note(f"+ {part.path}")
        for sentence in found.left_out:
            self.face.note(sentence, "yellow")
        return [*found.parts]

    def enter(self, session_id: str) -> None:
        """Go into a session and show what happens in it from now on.

        Raises:
            PyCodeError: There is no such session, or its log cannot be read.
        """
        events = self.client.watch(session_id)
        self.session_id = session_id

        async def watch() -> None:
            async for event in events:
                await self._take(event)

        self._watching = asyncio.ensure_future(watch())
        self._watching.add_done_callback(self._watched)

    async def leave(self) -> None:
        """Give the session up; the next prompt begins a new one.

        Raises:
            UsageError: A turn runs.
        """
        if self.runs:
            raise UsageError("a turn runs; stop it with Ctrl-C, or wait for its end")
        session_id, self.session_id = self.session_id, None
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        if session_id is not None:
            await self.client.engine.release(session_id)

    def interrupt(self) -> bool:
        """Stop the turn; False when none runs, or it is being stopped already."""
        if not self.runs or self._stopping is not None:
            return False
        self._stopping = asyncio.ensure_future(self._stop())
        return True

    async def _stop(self) -> None:
        try:
            self.face.busy("stopping")
            if not await self.client.engine.cancel(self.session_id or ""):
                self.face.note("Another PyCode answers in this session; stop it there.", "yellow")
        finally:
            self._stopping = None

    async def _take(self, event: Event) -> None:
        match event:
            case MessageUpdated() if event.message.role == "user":
                self._begin()
                if event.message.id not in self._said:
                    self._heard.add(event.message.id)
            case PartUpdated(part=TextPart(synthetic=False) as text) if (
                text.message_id in self._heard
            ):
                self.face.note(f"From another PyCode: {visible(text.text)}")
            case PermissionAsked() | QuestionAsked():
                task = asyncio.ensure_future(self._ask(event))
                self._asking.add(task)
                task.add_done_callback(self._asked)
            case PartUpdated(part=ToolPart() as call) if not call.finished:
                self._begin()
                self.face.busy(_shortly(call))
            case PartUpdated(part=ToolPart()) if self.runs:
                self.face.busy(_WORKING)
            case _:
                pass
        self._renderer.show(event)
        if isinstance(event, PartUpdated) and isinstance(event.part, TextPart) and event.seq:
            self.face.end_text()
        if isinstance(event, SessionIdle):
            await self._finish(event)

    async def _ask(self, event: PermissionAsked | QuestionAsked) -> None:
        async with self.face.asking():
            if isinstance(event, PermissionAsked):
                await ask_permission(self.client.engine, event, self.face, self.face.read)
            else:
                await ask_questions(self.client.engine, event, self.face, self.face.read)

    async def _finish(self, event: SessionIdle) -> None:
        for task in list(self._asking):
            task.cancel()
        self.face.end_text()
        renderer, self._renderer = self._renderer, self._new_renderer()
        if self._began is not None:
            renderer.summary(time.monotonic() - self._began)
        self._end()
        if event.reason == "error" and renderer.error is not None:
            self.face.note(renderer.error.message, "red")
            self.face.note(reference(renderer.error.code).strip())
        elif event.reason == "error":
            # A bug ended the turn; it is raised here, unless it was in another process.
            await self.client.engine.wait(event.session_id)
            self.face.note(ENDS["error"].sentence, "red")
        elif event.reason in ENDS:
            self.face.note(ENDS[event.reason].sentence.format(detail=renderer.detail), "yellow")
        elif renderer.silent:
            self.face.note(SILENT, "yellow")

    def _begin(self) -> None:
        if self._began is None:
            self._began = time.monotonic()
            self.face.busy(_WORKING)

    def _end(self) -> None:
        self._began = None
        self.face.busy(None)

    def _new_renderer(self) -> Renderer:
        return Renderer(self.face.out, self.face.err, self.client.environ)

    def _watched(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._fail(task)

    def _asked(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._fail(task)

    def _fail(self, task: asyncio.Task[None]) -> None:
        error = task.exception()
        if error is not None and not self.failure.done():
            self.failure.set_exception(error)


def _shortly(call: ToolPart) -> str:
    """Return a call that runs in a few words."""
    said = next(
        (
            str(call.input[name])
            for name in ("command", "file_path", "path", "pattern")
            if call.input.get(name)
        ),
        "",
    )
    return visible(" ".join([call.tool, *said.split()]))[:200]
