"""The `bash` tool: runs a command in the shell, to its end or as a background job."""

from __future__ import annotations

import asyncio
import codecs
import errno
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycode.core.data import Data
from pycode.system import spawn
from pycode.system.files import pinned
from pycode.system.shells import Shell, find_shell
from pycode.system.spawn import Completed
from pycode.tools.base import (
    PermissionRequest,
    ToolContext,
    ToolResult,
    ToolRuntime,
)
from pycode.tools.command_output import FILE_BYTES, CommandOutput
from pycode.tools.command_pattern import command_pattern
from pycode.tools.environment import command_environment
from pycode.tools.output import MAX_BYTES, MAX_LINES, clean
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import sentence, shown, target

_DEFAULT_TIMEOUT = 120
_MAX_PROGRESS = 200_000
_TITLE_CHARACTERS = 80
_FIRST_SECONDS = 0.2
_HOW_ON = 'go on with more_tools {"name": "job_output", "arguments": {"job": "%s"}}, or job_input, job_kill, job_list'


@dataclass(slots=True, eq=False, repr=False)
class BashParameters(Data):
    """What `bash` takes."""

    command: str
    """The command line."""
    description: str = field(default="", metadata={"doc": "What it does, in a few words"})
    """What it does, for a person."""
    timeout: float = field(default=_DEFAULT_TIMEOUT, metadata={"doc": "Seconds, default 120"})
    """The most seconds that it may run; a background job has no end but the session's."""
    workdir: str | None = field(default=None, metadata={"doc": "Directory to run in"})
    """Where it runs; None is the working directory."""
    background: bool = field(default=False, metadata={"doc": "Run on as a job"})
    """Whether the call returns while it runs."""


class BashTool(BuiltinTool[BashParameters]):
    """Runs a command."""

    name = "bash"
    parameters_type = BashParameters
    bounds = (
        f"{MAX_BYTES:,} bytes and {MAX_LINES:,} lines, both ends; {FILE_BYTES // 1_000_000} MB in a file; "
        f"{_DEFAULT_TIMEOUT} seconds, at most `bash_timeout`"
    )

    def __init__(self, max_timeout: float = 600, shell: Shell | None = None) -> None:
        """Make the tool.

        Args:
            max_timeout: The most seconds that a command may ask for.
            shell: What runs the commands; found when None.
        """
        self._max_timeout = max_timeout
        self._shell = find_shell(os.environ) if shell is None else shell

    @property
    def description(self) -> str:
        """What it does, and which shell it uses."""
        return self._description().replace("{shell}", self._shell.name)

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the command, and where it would run when that is said."""
        command = parameters["command"]
        workdir = parameters.get("workdir")
        paths = [] if workdir is None else [workdir]
        return PermissionRequest("bash", [command], paths, [command_pattern(command)])

    async def run(self, parameters: BashParameters, context: ToolContext) -> ToolResult:
        """Run it to its end, or start it as a job."""
        title = _title(parameters.command)
        if problem := self._problem(parameters.command):
            return ToolResult(title, "", error=problem)
        workdir = parameters.workdir or context.working_directory
        try:
            call = self._prepare(title, parameters, context)
            if parameters.background:
                return await _start_job(call)
            return await _run(call, min(max(parameters.timeout, 1), self._max_timeout))
        except (NotADirectoryError, FileNotFoundError, PermissionError) as error:
            return ToolResult(title, "", error=self._not_started(error, workdir))
        except OSError as error:
            return ToolResult(title, "", error=_refused(error, parameters.command))
        except ValueError as error:
            return ToolResult(title, "", error=f"The command did not start: {error}.")

    def _prepare(self, title: str, parameters: BashParameters, context: ToolContext) -> _Call:
        how = self._shell.invocation(parameters.command)
        directory = target(parameters.workdir or ".", context)
        if parameters.workdir is not None:
            title += f" in {shown(directory, context)}"
        env = {**command_environment(context), **how.environment}
        return _Call(title, parameters, how.argv, env, directory, context)

    def _problem(self, command: str) -> str | None:
        return self._shell.problem(command) if command.strip() else "The command is empty."

    def _not_started(self, error: OSError, workdir: str) -> str:
        if error.filename is not None and str(error.filename) == self._shell.path:
            reason = (error.strerror or "").lower()
            return f"The shell {self._shell.path} cannot be started: {reason}."
        return f"The command did not start. {sentence(error, workdir)}"


@dataclass(slots=True, eq=False, repr=False)
class _Call(Data):
    """One command on its way."""

    title: str
    parameters: BashParameters
    argv: list[str]
    env: dict[str, str]
    directory: Path
    context: ToolContext

    def output(self) -> CommandOutput:
        """Return what takes the command's output."""
        runtime = self.context.command_runtime
        return CommandOutput(None if runtime is None else runtime.output_path)


async def _run(call: _Call, timeout: float) -> ToolResult:
    """Run a command to its end."""
    output = call.output()
    progress = _Progress(call.context.runtime)

    def take(data: bytes) -> None:
        output.feed(data)
        progress.feed(data)

    try:
        with pinned(call.directory) as cwd:
            done = await spawn.run(
                call.argv,
                cwd=cwd,
                env=call.env,
                timeout=timeout,
                limit_bytes=0,
                on_output=take,
            )
    finally:
        output.finish()
    text, truncated = output.take()
    text = text.rstrip("\n")
    note = _note(done, timeout, bool(text))
    metadata = {
        "exit_code": done.exit_code,
        "signal": done.signal,
        "timed_out": done.timed_out,
        "truncated": truncated,
        "duration": round(done.duration, 3),
    }
    if call.parameters.description:
        metadata["description"] = call.parameters.description
    return ToolResult(call.title, "\n".join(piece for piece in (text, note) if piece), metadata)


async def _start_job(call: _Call) -> ToolResult:
    """Start a command as a job; one that ends at once is told of at once."""
    from pycode.tools.jobs import JobError, job_table

    try:
        job = await job_table(call.context).start(
            call.argv,
            command=call.parameters.command,
            description=call.parameters.description,
            cwd=call.directory,
            env=call.env,
            output=call.output(),
        )
    except JobError as error:
        return ToolResult(call.title, "", error=str(error))
    with suppress(TimeoutError), job.watched():
        async with asyncio.timeout(_FIRST_SECONDS):
            await job.wait()
    if job.ended is None:
        # What it wrote is left to `job_output`, which may be asked to wait for just that.
        text, truncated = "", False
        note = f"[{job.id} runs in the background; {_HOW_ON % job.id}]"
    else:
        text, truncated = job.output.take()
        note = f"[{job.id} {job.state}]"
    metadata = {"job": job.id, "truncated": truncated}
    if call.parameters.description:
        metadata["description"] = call.parameters.description
    output = "\n".join(piece for piece in (text.rstrip("\n"), note) if piece)
    return ToolResult(f"{call.title} &", output, metadata)


def _title(command: str) -> str:
    line = clean(command.strip().split("\n", 1)[0])
    more = "\n" in command.strip() or len(line) > _TITLE_CHARACTERS
    return f"$ {line[:_TITLE_CHARACTERS]}{' ...' if more else ''}"


def _refused(error: OSError, command: str) -> str:
    if error.errno == errno.E2BIG:
        size = len(command.encode("utf-8", "replace"))
        return (
            f"The command did not start: its {size} bytes are more than the system takes. "
            "Write them to a file and run that."
        )
    return sentence(error, "The command did not start")


def _note(done: Completed, timeout: float, has_output: bool) -> str:
    """Return the line that says how it ended; nothing when it went well and there is something to read."""
    if done.timed_out:
        return f"[stopped: it did not end within {timeout:g} seconds]"
    if done.signal is not None:
        return f"[ended by {done.signal}]"
    if done.exit_code != 0:
        return f"[exit code {done.exit_code}]"
    return "" if has_output else "[no output, exit code 0]"


class _Progress:
    """Hands output on while the command runs, as text and up to a bound."""

    def __init__(self, runtime: ToolRuntime | None) -> None:
        self._runtime = runtime
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._room = 0 if runtime is None else _MAX_PROGRESS

    def feed(self, data: bytes) -> None:
        """Hand on what was written."""
        if self._room <= 0 or self._runtime is None:
            return
        text = clean(self._decoder.decode(data[: self._room]))
        self._room -= len(data)
        if text:
            self._runtime.progress(text)
