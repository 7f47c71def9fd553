"""`pycode run`: do a task and print the answer."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pycode.cli.asking import ask_permission, ask_questions, ask_trust
from pycode.cli.ends import ENDS, SILENT
from pycode.cli.failure import reference
from pycode.cli.options import Options, common_options, merged
from pycode.cli.session_arguments import complete_ids
from pycode.cli.stopping import stopped_by_signals
from pycode.core.data import Data
from pycode.core.errors import UsageError, exit_code_of
from pycode.core.events import MessageUpdated, PermissionAsked, QuestionAsked, SessionIdle
from pycode.system.terminal import is_terminal, read_piped_stdin, read_stdin

if TYPE_CHECKING:
    from pycode.cli.formats.output import Format, Output
    from pycode.cli.render import Renderer
    from pycode.client.local import LocalClient
    from pycode.core.parts import AnyPart
    from pycode.engine.engine import Engine

REFUSED = 3


@dataclass(slots=True, eq=False, repr=False)
class RunOptions(Data):
    """What only `run` can be told."""

    newest: bool = False
    """Whether to go on with the project's newest session."""
    session: str | None = None
    """The session to go on with."""
    fork: bool = False
    """Whether to go on in a copy of it."""
    files: tuple[str, ...] = ()
    """What to give along with the prompt."""
    schema: str | None = None
    """The file with the JSON Schema of the answer."""
    show_thinking: bool = False
    """Whether to show what the model thinks."""
    form: Format = "text"
    """What stdout gets."""
    partial: bool = False
    """Whether lines about the growing answer are written, too."""
    input_form: str = "text"
    """What stdin is: text, or lines with prompts."""


@click.command("run")
@click.argument("prompt", nargs=-1)
@common_options
@click.option(
    "-c", "--continue", "newest", is_flag=True, help="Go on with this project's newest session."
)
@click.option(
    "-s",
    "--session",
    metavar="ID",
    shell_complete=complete_ids,
    help="Go on with this session; the beginning of its id is enough.",
)
@click.option("--fork", is_flag=True, help="With -c or -s: go on in a copy; the session stays.")
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    type=click.Path(),
    metavar="PATH",
    help="Give a text, an image, a PDF or a directory's names along. Can be repeated.",
)
@click.option(
    "--output-schema",
    "schema",
    metavar="FILE",
    help="Answer with JSON that fits the JSON Schema in this file; stdout has nothing else.",
)
@click.option("--show-thinking", is_flag=True, help="Show what the model thinks, on stderr.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "stream-json", "events"]),
    default="text",
    help="What stdout gets: the answer (text), one object at the end (json), Claude Code's lines (stream-json), or PyCode's events.",
)
@click.option("--partial", is_flag=True, help="With stream-json: write the growing answer, too.")
@click.option(
    "--input-format",
    "input_form",
    type=click.Choice(["text", "stream-json"]),
    default="text",
    help="What stdin is: text, or lines with prompts and requests (with --format stream-json).",
)
@click.pass_context
def command(context: click.Context, /, prompt: tuple[str, ...], **given: Any) -> int:
    """Do a task and print the answer.

    The answer goes to stdout, everything else to stderr. Text from stdin is joined to PROMPT when '-' is given, or
    when stdin is a file or a pipe that has something.

    Exit codes: 0 done, 1 failed, 2 wrong usage or nothing configured, 3 a call was refused since nobody could be
    asked, 4 a limit or a repeated call stopped it, 5 the model's service failed, 130 interrupted.
    """
    options = merged(context, given)
    said = RunOptions(**given)
    if said.newest and said.session:
        raise UsageError("-c and -s name two sessions; give one of them")
    if said.fork and not (said.newest or said.session):
        raise UsageError("--fork copies a session; say which with -c or -s")
    if said.partial and said.form != "stream-json":
        raise UsageError("--partial belongs to --format stream-json; give that, too")
    if said.input_form == "stream-json":
        return _serve(prompt, options, said)
    return asyncio.run(_run(_prompt(prompt), options, said))


def _serve(prompt: tuple[str, ...], options: Options, said: RunOptions) -> int:
    if prompt or said.files or said.form != "stream-json":
        raise UsageError(
            "--input-format stream-json takes its prompts from stdin and answers with --format stream-json; give no prompt, no file and that format"
        )
    from pycode.cli.claude.headless import Headless, run_headless

    local = options.local()
    local.schema = _schema(said.schema)
    headless = Headless(
        local,
        output="stream-json",
        partial=said.partial,
        newest=said.newest,
        resume=said.session,
        fork=said.fork,
        debug=options.debug,
    )
    return asyncio.run(run_headless(headless))


def _prompt(words: tuple[str, ...]) -> str:
    said = " ".join(word for word in words if word != "-")
    try:
        piped = read_stdin() if "-" in words else read_piped_stdin()
    except OSError as error:
        raise UsageError(f"stdin cannot be read ({error.strerror}); give it </dev/null") from error
    text = "\n\n".join(part for part in (said.strip(), (piped or "").strip()) if part)
    if not text:
        raise UsageError('the prompt is empty; say what to do: pycode run "fix the failing test"')
    return text


def _schema(file: str | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        schema = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read as a JSON Schema: {error}") from error
    if not isinstance(schema, dict):
        raise UsageError(f"{file} holds no JSON Schema: it must be an object")
    return schema


def _session(client: LocalClient, said: RunOptions) -> str:
    """Return the session to work in; with `--fork` a copy of the one that was named."""
    named = None
    if said.session:
        named = client.store.resolve(client.names.find(said.session) or said.session)
    if said.newest:
        named = client.newest()
    if said.fork and named is not None:
        return client.fork(named)
    return client.session(session_id=named)


async def _parts(text: str, files: tuple[str, ...]) -> str | list[AnyPart]:
    if not files:
        return text
    from pycode.client.attach import attached
    from pycode.core.parts import TextPart

    return [*await attached(files, Path.cwd()), TextPart(text=text)]


async def _run(text: str, options: Options, said: RunOptions) -> int:
    from pycode.cli.render import Renderer
    from pycode.client.local import open_local

    began = time.monotonic()
    attended = is_terminal(sys.stdin) and is_terminal(sys.stderr)
    local = options.local()
    local.schema = _schema(said.schema)
    renderer = Renderer(
        sys.stdout if said.form == "text" else io.StringIO(),
        sys.stderr,
        os.environ,
        thinking=said.show_thinking,
        answer_only=local.schema is not None,
    )
    parts = await _parts(text, said.files)
    if attended and not local.trust:
        await ask_trust(local.directory, renderer)
    # The questions of another run's prompt are not for a person who waits for the end of this one.
    client = open_local(
        local, os.environ, attended=attended, debug=options.debug, hands_over=attended
    )
    for notice in client.notices:
        renderer.note(notice)
    session_id = _session(client, said)
    output = _output(client, session_id, said)
    turn = asyncio.ensure_future(_turn(client, session_id, parts, renderer, output))
    try:
        async with stopped_by_signals(
            lambda: _stop(client.engine, session_id, turn)
        ) as interrupted:
            await asyncio.wait([turn])
            reason = "left" if turn.cancelled() else turn.result()
            if output is not None:
                output.finish(cancelled=turn.cancelled())
            if reason == "error" and renderer.error is None:
                # A bug ended the turn; it is raised here.
                await client.engine.wait(session_id)
            code = _finish(renderer, session_id, reason, time.monotonic() - began)
            if not attended:
                # Another run's prompt may have come with the end of this turn.
                await client.engine.release(session_id)
    finally:
        await client.close()
    return interrupted() or code


def _output(client: LocalClient, session_id: str, said: RunOptions) -> Output | None:
    if said.form == "text":
        return None
    from pycode.cli.formats.claude_lines import Init
    from pycode.cli.formats.names import MODE_NAMES
    from pycode.cli.formats.output import output_of

    output = output_of(said.form, session_id, partial=said.partial)
    if output is not None:
        mode = MODE_NAMES[client.options.mode or "default"]
        output.begin(Init(str(client.project.directory), client.model, mode, client.tools))
    return output


async def _turn(
    client: LocalClient,
    session_id: str,
    parts: str | list[AnyPart],
    renderer: Renderer,
    output: Output | None,
) -> str:
    """Submit the prompt, show what happens until the turn ends, and return why it ended."""
    engine = client.engine
    watching = client.watch(session_id)
    message_id = await client.submit(session_id, parts)
    begun = False
    asking: set[asyncio.Task[None]] = set()
    one_at_a_time = asyncio.Lock()
    async for event in watching:
        if isinstance(event, MessageUpdated) and event.message.id == message_id:
            begun = True
        if begun:
            # What another process did before it came to this prompt is not its answer.
            renderer.show(event)
            if output is not None:
                output.show(event)
        if isinstance(event, PermissionAsked | QuestionAsked):
            task = asyncio.ensure_future(_ask(engine, event, renderer, one_at_a_time))
            asking.add(task)
            task.add_done_callback(asking.discard)
        if isinstance(event, SessionIdle) and begun:
            for task in asking:
                task.cancel()
            return event.reason
    return "error"


async def _ask(
    engine: Engine,
    event: PermissionAsked | QuestionAsked,
    renderer: Renderer,
    one_at_a_time: asyncio.Lock,
) -> None:
    async with one_at_a_time:
        if isinstance(event, PermissionAsked):
            await ask_permission(engine, event, renderer)
        else:
            await ask_questions(engine, event, renderer)


def _finish(renderer: Renderer, session_id: str, reason: str, seconds: float) -> int:
    """Say how the turn ended, and return the exit code."""
    renderer.summary(seconds)
    if reason == "done":
        if renderer.silent:
            renderer.note(f"pycode: {SILENT}", "yellow")
        return REFUSED if renderer.refused else 0
    if reason == "error" and renderer.error is not None:
        renderer.note(f"pycode: {renderer.error.message}", "red")
        renderer.note(reference(renderer.error.code))
        return exit_code_of(renderer.error.code)
    end = ENDS[reason]
    how_on = f'; go on with: pycode run -s {session_id} "go on"' if end.goes_on else ""
    sentence = end.sentence.format(detail=renderer.detail)
    renderer.note(f"pycode: {sentence}{how_on}", "red" if end.failed else "yellow")
    if end.code is not None:
        renderer.note(reference(end.code))
    return end.exit_code


async def _stop(engine: Engine, session_id: str, turn: asyncio.Task[str]) -> None:
    if not await engine.cancel(session_id):
        # It is another process that answers: only looking on can end here.
        turn.cancel()
