"""`pycode run`: do a task and print the answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import click

from pycode.cli.options import Options, common_options, merged
from pycode.core.errors import UsageError, exit_code_of
from pycode.core.events import MessageUpdated, PermissionAsked, SessionIdle
from pycode.system.terminal import is_terminal, read_line, read_piped_stdin, read_stdin

if TYPE_CHECKING:
    from pycode.cli.render import Renderer
    from pycode.client.local import LocalClient
    from pycode.engine.engine import Engine

REFUSED, LIMITED, INTERRUPTED = 3, 4, 130
_REASONS = {
    "limit": "stopped: the limit of {steps} steps was reached; raise it with --max-steps, or go on with: {resume}",
    "repeated": "stopped: the model made the same call again and again; go on with: {resume}",
    "length": "the answer was cut at the model's output limit; go on with: {resume}",
    "content_filter": "the service stopped the answer: its content filter took offence",
}
_EXIT = {"limit": LIMITED, "repeated": LIMITED, "length": LIMITED, "content_filter": 5}


@click.command("run")
@click.argument("prompt", nargs=-1)
@common_options
@click.option(
    "-c", "--continue", "newest", is_flag=True, help="Go on with this project's newest session."
)
@click.option("-s", "--session", metavar="ID", help="Go on with this session.")
@click.pass_context
def command(
    context: click.Context,
    /,
    prompt: tuple[str, ...],
    newest: bool,
    session: str | None,
    **given: Any,
) -> int:
    """Do a task and print the answer.

    The answer goes to stdout, everything else to stderr. Text from stdin is joined to PROMPT when '-' is given, or
    when stdin is a file or a pipe that has something.

    Exit codes: 0 done, 1 failed, 2 wrong usage or nothing configured, 3 a call was refused since nobody could be
    asked, 4 a limit or a repeated call stopped it, 5 the model's service failed, 130 interrupted.
    """
    options = merged(context, given)
    text = _prompt(prompt)
    return asyncio.run(_run(text, options, newest=newest, session=session))


def _prompt(words: tuple[str, ...]) -> str:
    said = " ".join(word for word in words if word != "-")
    piped = read_stdin() if "-" in words else read_piped_stdin()
    text = "\n\n".join(part for part in (said.strip(), (piped or "").strip()) if part)
    if not text:
        raise UsageError('the prompt is empty; say what to do: pycode run "fix the failing test"')
    return text


async def _run(text: str, options: Options, *, newest: bool, session: str | None) -> int:
    from pycode.cli.render import Renderer
    from pycode.client.local import open_local

    began = time.monotonic()
    attended = is_terminal(sys.stdin) and is_terminal(sys.stderr)
    client = open_local(options.local(), os.environ, attended=attended, debug=options.debug)
    renderer = Renderer(sys.stdout, sys.stderr, os.environ)
    for notice in client.notices:
        renderer.note(notice)
    session_id = client.session(newest=newest, session_id=session)
    try:
        async with _interrupts(client.engine, session_id) as interrupted:
            reason = await _turn(client, session_id, text, renderer)
            code = _finish(renderer, session_id, reason, time.monotonic() - began)
    finally:
        await client.close()
    return interrupted() or code


async def _turn(client: LocalClient, session_id: str, text: str, renderer: Renderer) -> str:
    """Submit the prompt, show what happens until the turn ends, and return why it ended."""
    engine = client.engine
    watching = client.watch(session_id)
    message_id = await client.submit(session_id, text)
    begun = False
    asking: set[asyncio.Task[None]] = set()
    async for event in watching:
        renderer.show(event)
        if isinstance(event, PermissionAsked):
            task = asyncio.ensure_future(_ask(engine, event, renderer))
            asking.add(task)
            task.add_done_callback(asking.discard)
        if isinstance(event, MessageUpdated) and event.message.id == message_id:
            begun = True
        if isinstance(event, SessionIdle) and begun:
            for task in asking:
                task.cancel()
            return event.reason
    return "error"


async def _ask(engine: Engine, event: PermissionAsked, renderer: Renderer) -> None:
    renderer.note(f"{event.title}", "cyan")
    renderer.ask(f"{event.reason}. Allow? [y] once, [a] always in this project, [n] no: ")
    answer = (await read_line(sys.stdin)).strip()
    match answer[:1].lower():
        case "y":
            engine.reply(event.request_id, "once")
        case "a":
            engine.reply(event.request_id, "always")
        case _:
            reason = answer[1:].strip()
            if not reason and answer:
                renderer.ask("Why not? (for the model; Enter for nothing): ")
                reason = (await read_line(sys.stdin)).strip()
            engine.reply(event.request_id, "no", reason)


def _finish(renderer: Renderer, session_id: str, reason: str, seconds: float) -> int:
    renderer.summary(seconds)
    resume = f'pycode run -s {session_id} "go on"'
    code = REFUSED if renderer.refused else 0
    if reason in _REASONS:
        sentence = _REASONS[reason].format(resume=resume, steps=renderer.steps)
        renderer.note(f"pycode: {sentence}", "red")
        code = _EXIT[reason]
    elif reason == "error" and renderer.error is not None:
        renderer.note(f"pycode: {renderer.error.message}", "red")
        code = exit_code_of(renderer.error.code)
    elif reason == "error":
        code = 1
    elif reason == "cancelled":
        renderer.note(f"pycode: interrupted; go on with: {resume}", "yellow")
        code = INTERRUPTED
    return code


@contextlib.asynccontextmanager
async def _interrupts(engine: Engine, session_id: str) -> AsyncIterator[Callable[[], int]]:
    """Stop the turn at the first Ctrl-C or SIGTERM and end the process at the second."""
    received: list[int] = []
    tasks: list[asyncio.Task[bool]] = []

    def interrupt(number: int) -> None:
        if received:
            os._exit(128 + number)
        received.append(number)
        tasks.append(asyncio.ensure_future(engine.cancel(session_id)))

    loop = asyncio.get_running_loop()
    signals = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        for item in signals:
            signal.signal(
                item, lambda number, _: loop.call_soon_threadsafe(interrupt, number) and None
            )
        yield lambda: 128 + received[0] if received else 0
        return
    for item in signals:
        loop.add_signal_handler(item, interrupt, item)
    try:
        yield lambda: 128 + received[0] if received else 0
    finally:
        for item in signals:
            loop.remove_signal_handler(item)
