"""The `bash` tool: runs a command in the user's shell."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass, field
from typing import Any

from pycode.system.programs import find_program
from pycode.system.spawn import Completed, run
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult, ToolRuntime
from pycode.tools.command_pattern import command_pattern
from pycode.tools.environment import clean_environment
from pycode.tools.output import MAX_BYTES, MAX_LINES, bound, clean
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import sentence, shown, target

_DEFAULT_TIMEOUT = 120
_KEPT_BYTES = 1_000_000
_SHOWN_BYTES = MAX_BYTES - 1000  # the rest is for the notes around it
_SHOWN_LINES = MAX_LINES - 10
_MAX_PROGRESS = 200_000
_TITLE_CHARACTERS = 80


@dataclass(slots=True)
class BashParameters:
    """What `bash` takes."""

    command: str
    """The command line."""
    description: str = field(default="", metadata={"doc": "What it does, in a few words"})
    """What it does, for a person."""
    timeout: float = field(default=_DEFAULT_TIMEOUT, metadata={"doc": "Seconds, default 120"})
    """The most seconds that it may run."""
    workdir: str | None = field(default=None, metadata={"doc": "Directory to run in"})
    """Where it runs; None is the working directory."""


class BashTool(BuiltinTool[BashParameters]):
    """Runs a command."""

    name = "bash"
    parameters_type = BashParameters

    def __init__(self, max_timeout: float = 600) -> None:
        """Make the tool.

        Args:
            max_timeout: The most seconds that a command may ask for.
        """
        self._max_timeout = max_timeout
        self._shell = _find_shell()

    @property
    def description(self) -> str:
        """What it does, and which shell it uses."""
        return self._description().replace("{shell}", os.path.basename(self._shell))

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the command, and where it would run when that is said."""
        command = parameters["command"]
        workdir = parameters.get("workdir")
        paths = [] if workdir is None else [workdir]
        return PermissionRequest("bash", [command], paths, [command_pattern(command)])

    async def run(self, parameters: BashParameters, context: ToolContext) -> ToolResult:
        """Run it to its end."""
        title = _title(parameters.command)
        if not parameters.command.strip():
            return ToolResult(title, "", error="The command is empty.")
        timeout = min(max(parameters.timeout, 1), self._max_timeout)
        runtime = context.runtime
        progress = None if runtime is None else _Progress(runtime)
        workdir = parameters.workdir or context.working_directory
        try:
            directory = target(workdir, context)
            done = await run(
                _argv(self._shell, parameters.command),
                cwd=directory,
                env=clean_environment(os.environ) if runtime is None else runtime.environment(),
                timeout=timeout,
                limit_bytes=_KEPT_BYTES,
                on_output=progress,
            )
        except (NotADirectoryError, FileNotFoundError, PermissionError) as error:
            return ToolResult(title, "", error=_not_started(error, workdir, self._shell))
        except OSError as error:
            return ToolResult(title, "", error=sentence(error, "The command did not start"))
        except ValueError as error:
            return ToolResult(title, "", error=f"The command did not start: {error}.")
        where = "" if parameters.workdir is None else f" in {shown(directory, context)}"
        return _result(title + where, done, timeout, runtime, parameters.description)


def _find_shell() -> str:
    for path in ("/bin/bash", "/usr/bin/bash"):
        if os.access(path, os.X_OK):
            return path
    return find_program("bash") or find_program("sh") or "/bin/sh"


def _argv(shell: str, command: str) -> list[str]:
    options = ["--norc", "--noprofile"] if "bash" in os.path.basename(shell) else []
    return [shell, *options, "-c", "--", command]


def _title(command: str) -> str:
    line = clean(command.strip().split("\n", 1)[0])
    more = "\n" in command.strip() or len(line) > _TITLE_CHARACTERS
    return f"$ {line[:_TITLE_CHARACTERS]}{' ...' if more else ''}"


def _not_started(error: OSError, workdir: str, shell: str) -> str:
    if error.filename is not None and str(error.filename) == shell:
        return f"The shell {shell} cannot be started: {(error.strerror or '').lower()}."
    return f"The command did not start. {sentence(error, workdir)}"


def _result(
    title: str, done: Completed, timeout: float, runtime: ToolRuntime | None, description: str
) -> ToolResult:
    save = None if runtime is None else runtime.save_output
    text = done.output.decode("utf-8", "replace")
    output, truncated = bound(
        text, max_lines=_SHOWN_LINES, max_bytes=_SHOWN_BYTES, keep="both", save=save
    )
    output = output.rstrip("\n")
    note = _note(done, timeout, bool(output))
    metadata = {
        "exit_code": done.exit_code,
        "signal": done.signal,
        "timed_out": done.timed_out,
        "truncated": truncated or done.truncated,
        "duration": round(done.duration, 3),
    }
    if description:
        metadata["description"] = description
    return ToolResult(title, "\n".join(piece for piece in (output, note) if piece), metadata)


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

    def __init__(self, runtime: ToolRuntime) -> None:
        self._runtime = runtime
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._sent = 0

    def __call__(self, data: bytes) -> None:
        if self._sent >= _MAX_PROGRESS:
            return
        text = clean(self._decoder.decode(data[: _MAX_PROGRESS - self._sent]))
        self._sent += len(data)
        if text:
            self._runtime.progress(text)
