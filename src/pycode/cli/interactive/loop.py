"""Reads what the user wants and does it, until they leave or the terminal is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Iterator, Mapping
from typing import Any, TypeVar

from pycode import __version__
from pycode.cli.asking import ask_trust
from pycode.cli.failure import reference
from pycode.cli.interactive.commands import COMMANDS, Leave, obey, parse
from pycode.cli.interactive.completion import project_files
from pycode.cli.interactive.conversation import Conversation
from pycode.cli.interactive.face import Face
from pycode.cli.interactive.look import Look
from pycode.cli.interactive.sessions import enter
from pycode.cli.interactive.shell import run_by_hand
from pycode.cli.options import Options
from pycode.cli.render import Renderer
from pycode.client.local import LocalClient, open_local
from pycode.config.home import Home
from pycode.core.errors import PyCodeError, UsageError

T = TypeVar("T")
_HUNG_UP = 129
_GONE: tuple[str, ...] = ("SIGTERM", "SIGHUP")


class _GoneError(Exception):
    """The terminal was closed, or somebody ends the process; `code` is its exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def run_interactive(
    options: Options, *, newest: bool = False, session: str | None = None
) -> int:
    """Run a session in the terminal and return the exit code.

    Args:
        options: What was said on the command line.
        newest: Whether to go on with the project's newest session.
        session: The id of the session to go on with.

    Raises:
        PyCodeError: It cannot begin.
    """
    environ = os.environ
    local = options.local()
    if not local.trust:
        await ask_trust(local.directory, Renderer(sys.stdout, sys.stdout, environ))
    client = open_local(local, environ, attended=True, debug=options.debug)
    loop = _Loop(client, environ)
    try:
        with _ended_by_signals(loop):
            return await loop.run(client.newest() if newest else session)
    except OSError:
        # Writing to a terminal that is gone; the session's log does not depend on it.
        return _HUNG_UP
    except _GoneError as gone:
        return gone.code
    finally:
        await client.close()


class _Loop:
    """One user at one terminal.

    Args:
        client: Reaches the engine.
        environ: The environment.
    """

    def __init__(self, client: LocalClient, environ: Mapping[str, str]) -> None:
        self._client = client
        self._environ = environ
        self._face = self._new_face()
        self._conversation = Conversation(client, self._face)
        self._command: asyncio.Task[str] | None = None
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, session: str | None) -> int:
        """Do what the user says, in a session that exists or in a new one."""
        face, conversation = self._face, self._conversation
        face.note(f"PyCode {__version__} · {self._client.model} · {self._client.project.directory}")
        face.note("/help shows the commands, Ctrl-C twice leaves.")
        for notice in self._client.notices:
            face.note(notice, "yellow")
        if session is not None:
            await enter(conversation, session)
        finding = asyncio.ensure_future(self._find_files())
        try:
            while (text := await self._until_gone(face.prompt())) is not None:
                try:
                    await self._until_gone(self._do(text))
                except PyCodeError as error:
                    face.note(str(error), "red")
                    if error.code != UsageError.code:
                        face.note(reference(error.code).strip())
                if finding.done():
                    finding = asyncio.ensure_future(self._find_files())
        except Leave:
            # `/exit` ends the loop this way, as the end of the input does.
            pass
        finally:
            finding.cancel()
        await self._goodbye()
        return 0

    async def _do(self, text: str) -> None:
        conversation = self._conversation
        command = parse(text)
        if command is not None:
            await obey(conversation, *command)
        elif text.lstrip().startswith("!") and text.strip(" !\n"):
            await self._by_hand(text.strip().removeprefix("!").strip())
        else:
            await conversation.say(text)

    async def _by_hand(self, command: str) -> None:
        directory = self._client.project.directory
        running = run_by_hand(command, directory, self._environ, self._face)
        self._command = asyncio.ensure_future(running)
        try:
            await asyncio.wait([self._command])
            if self._command.cancelled():
                self._face.note("(stopped)", "yellow")
            else:
                self._conversation.notes.append(self._command.result())
        finally:
            self._command.cancel()
            self._command = None

    def interrupt(self) -> bool:
        """Stop the command or the turn that runs; False when there is none."""
        if self._command is not None:
            self._command.cancel()
            return True
        return self._conversation.interrupt()

    def signalled(self) -> None:
        """Take a Ctrl-C that came as a signal: while no line is edited."""
        if not self.interrupt():
            self._face.interrupted()

    async def _goodbye(self) -> None:
        conversation = self._conversation
        if conversation.session_id is not None:
            self._face.note(f"Go on with: pycode -s {conversation.session_id}")
        await self._face.flush()

    async def _find_files(self) -> None:
        self._face.files = await project_files(self._client.project.directory, self._environ)

    async def _until_gone(self, awaitable: Awaitable[T]) -> T:
        """Wait for something, but no longer than the terminal, and what watches the session, are there.

        Raises:
            _GoneError: The terminal is gone.
        """
        task = asyncio.ensure_future(awaitable)
        failure = self._conversation.failure
        waited: list[asyncio.Future[Any]] = [task, failure, self.gone]
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        for future in (self.gone, failure):
            if future.done():
                future.result()
        return task.result()

    def _new_face(self) -> Face:
        if Look(self._environ).dumb:
            from pycode.cli.interactive.plain_face import PlainFace

            return PlainFace(self._environ)
        from pycode.cli.interactive.prompt_face import PromptFace

        history = Home.default(self._environ).ensure() / "history"
        return PromptFace(self._environ, history, list(COMMANDS), self.interrupt)


@contextlib.contextmanager
def _ended_by_signals(loop: _Loop) -> Iterator[None]:
    """Hand Ctrl-C to the loop, and end it when the terminal hangs up or somebody ends the process."""
    events = asyncio.get_running_loop()

    def end(code: int) -> None:
        if not loop.gone.done():
            loop.gone.set_exception(_GoneError(code))

    def failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError):
            end(_HUNG_UP)
        else:
            events.default_exception_handler(context)

    events.set_exception_handler(failed)
    if sys.platform == "win32":
        signal.signal(
            signal.SIGINT, lambda *_: events.call_soon_threadsafe(loop.signalled) and None
        )
        yield
        return
    numbers = [getattr(signal, name) for name in _GONE]
    events.add_signal_handler(signal.SIGINT, loop.signalled)
    for number in numbers:
        events.add_signal_handler(number, end, 128 + number)
    try:
        yield
    finally:
        for number in (signal.SIGINT, *numbers):
            events.remove_signal_handler(number)
