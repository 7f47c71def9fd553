"""A run without a person: prompts from the command line or from stdin, answers in one of the formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pycode.cli.claude.conversation import Conversation
from pycode.cli.claude.notes import note
from pycode.cli.claude.stdin import input_lines, read_context
from pycode.cli.ends import SILENT
from pycode.cli.failure import say_failure, say_reference
from pycode.cli.formats.claude_lines import ClaudeLines
from pycode.cli.formats.claude_result import is_good
from pycode.cli.formats.json_lines import LineWriter
from pycode.cli.formats.output import Format
from pycode.cli.formats.tally import Totals
from pycode.cli.stopping import stopped_by_signals
from pycode.client.local import LocalClient, LocalOptions, open_local
from pycode.core.errors import PyCodeError, SessionNotFoundError, UsageError
from pycode.core.events import SessionError
from pycode.system.terminal import is_terminal


@dataclass(slots=True)
class Headless:
    """What to run."""

    local: LocalOptions
    """What the engine is told."""
    prompt: str | None = None
    """The prompt; None reads lines from stdin."""
    output: Format = "text"
    """What stdout gets."""
    partial: bool = False
    """Whether lines about the growing answer are written, too."""
    all_lines: bool = False
    """Whether `json` is the list of all lines."""
    asks: bool = False
    """Whether the program behind stdin is asked what may run."""
    budget: float | None = None
    """US dollars that all turns may cost together."""
    newest: bool = False
    """Whether to go on with the project's newest session."""
    resume: str | None = None
    """The session to go on with, by id or second name."""
    fork: bool = False
    """Whether to go on in a copy of that session."""
    name: str | None = None
    """The second name of the new session."""
    mcp_servers: tuple[str, ...] = ()
    """The MCP servers that were given."""
    debug: bool = False
    """Whether to write a log."""
    notices: list[str] = field(default_factory=list)
    """What a person should know before the run begins."""


async def run_headless(headless: Headless) -> int:
    """Run and return the exit code: 0 when the last result is good, 1 when it is not."""
    output = Writing(headless)
    for notice in headless.notices:
        note(notice)
    try:
        prompt = _prompt(headless.prompt)
        # The program answers questions as long as a prompt of its own is worked on.
        client = open_local(
            headless.local,
            os.environ,
            attended=headless.asks,
            debug=headless.debug,
            hands_over=headless.asks,
        )
    except PyCodeError as error:
        return output.failed(error, headless.resume or headless.name or "")
    for notice in client.notices:
        note(notice)
    try:
        session_id, public = _session(client, headless)
        conversation = Conversation(client, session_id, public, headless, output.write)
        async with stopped_by_signals(conversation.stop) as signalled:
            if prompt is not None:
                await conversation.answer(prompt)
            else:
                await conversation.serve(input_lines())
            if not signalled():
                # Another run's prompt may have come with the end of the last turn.
                await client.engine.release(session_id)
        output.close(conversation.result)
        result = conversation.result
        return signalled() or (0 if result is None or is_good(result) else 1)
    except PyCodeError as error:
        return output.failed(error, headless.resume or headless.name or "")
    finally:
        await client.close()


class Writing:
    """Writes what a run says to stdout, in its format.

    Args:
        headless: The run.
    """

    def __init__(self, headless: Headless) -> None:
        self._format = headless.output
        self._all_lines = headless.all_lines
        self._writer = LineWriter(sys.stdout.buffer)
        self._lines: list[dict[str, Any]] = []

    @property
    def write(self) -> Callable[[dict[str, Any]], None]:
        """Takes each line."""
        return self._writer.write if self._format == "stream-json" else self._keep

    def _keep(self, line: dict[str, Any]) -> None:
        if self._all_lines or line["type"] == "result":
            self._lines.append(line)

    def close(self, result: dict[str, Any] | None) -> None:
        """Write what comes at the end."""
        if self._format == "json" and self._all_lines:
            self._writer.write_list(self._lines)
        elif self._format == "json" and result is not None:
            self._writer.write(result)
        elif self._format == "text" and result is not None:
            self._say(result)

    def failed(self, error: PyCodeError, session: str) -> int:
        """Write that a run ended before it could begin, and return the exit code."""
        if self._format == "text" or isinstance(error, _NoPromptError):
            say_failure(error)
            return 1
        lines = ClaudeLines(self.write, session, Totals())
        lines.error = SessionError(session_id=session, code=error.code, message=str(error))
        self.close(lines.finish(0))
        return 1

    def _say(self, result: dict[str, Any]) -> None:
        for sentence in result.get("errors", []):
            note(sentence)
        if result.get("result") == "":
            note(SILENT)
        if "result" in result:
            data = f"{result['result']}\n".encode("utf-8", errors="backslashreplace")
            self._writer.write_bytes(data)
        if code := result["pycode"].get("code"):
            say_reference(code)


class _NoPromptError(UsageError):
    """There is nothing to do."""


def _prompt(words: str | None) -> str | None:
    """Return the prompt with what stdin adds to it; None where stdin holds the prompts."""
    if words is None:
        return None
    piped = None if is_terminal(sys.stdin) else read_context()
    if piped is None and not is_terminal(sys.stdin):
        note("stdin is open and sends nothing; going on without it (</dev/null says so at once)")
    text = "\n\n".join(part for part in (words.strip(), (piped or "").strip()) if part)
    if not text:
        raise _NoPromptError(
            'the prompt is empty; say what to do: pycode -p "fix the failing test"'
        )
    return text


def _session(client: LocalClient, headless: Headless) -> tuple[str, str]:
    """Return the session's id, and the id by which the lines name it."""
    names = client.names
    found: str | None = None
    if headless.resume is not None:
        found = names.find(headless.resume) or headless.resume
        if not client.store.exists(found):
            raise SessionNotFoundError(f"No conversation found with session ID: {headless.resume}")
    elif headless.newest:
        found = client.newest()
    public = headless.resume if headless.resume is not None and not headless.fork else None
    if found is not None and headless.fork:
        found = client.fork(found)
    elif found is not None and public is None:
        public = names.name_of(found)
    if found is None:
        if headless.name is not None and names.find(headless.name) is not None:
            raise UsageError(f"Session ID {headless.name} is already in use.")
        found = client.session()
    if headless.name is not None:
        names.give(headless.name, found)
        public = headless.name
    return found, public or found
