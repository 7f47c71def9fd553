"""`!command`: what the user runs by their own hand, and what the model is told of it."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path

from pycode.cli.interactive.face import Face
from pycode.core.errors import UsageError
from pycode.engine.redact import Redactor
from pycode.system.shells import find_shell
from pycode.system.spawn import Completed, run
from pycode.system.text import visible
from pycode.tools.environment import clean_environment

_TOLD_BYTES = 16_000
"""How much of the output the model is told."""


async def run_by_hand(command: str, directory: Path, environ: Mapping[str, str], face: Face) -> str:
    """Run a command, show its output as it comes, and return a note about it for the model.

    It has the user's whole environment, as in their own shell; what of it is secret is taken out of the note. It has no input.

    Args:
        command: The command line.
        directory: Where it runs.
        environ: PyCode's environment.
        face: Shows the output.

    Raises:
        UsageError: It cannot be started.
    """
    invocation = find_shell(environ).invocation(command)
    # Of the cleaned environment of nothing the settings remain that keep programs from waiting for a person.
    env = {**environ, **clean_environment({}), **invocation.environment}
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    ends = ["\n"]

    def show(data: bytes, *, last: bool = False) -> None:
        text = visible(decoder.decode(data, final=last).replace("\r\n", "\n"))
        if text:
            face.show(text)
            ends.append(text[-1])
        if last and ends[-1] != "\n":
            face.show("\n")

    try:
        done = await run(
            invocation.argv,
            cwd=directory,
            env=env,
            timeout=None,
            limit_bytes=_TOLD_BYTES,
            on_output=show,
        )
    except (OSError, ValueError) as error:
        raise UsageError(f"{command!r} cannot be started: {error}") from error
    show(b"", last=True)
    ending = _ending(done)
    if ending:
        face.note(ending, "yellow")
    clean = clean_environment(environ)
    secrets = [value for name, value in environ.items() if name not in clean]
    output = Redactor(secrets).text(visible(done.output.decode("utf-8", "replace")))
    return f"The user ran this command themselves:\n\n$ {command}\n{output.rstrip()}\n{ending}".rstrip()


def _ending(done: Completed) -> str:
    if done.signal is not None:
        return f"(ended by {done.signal})"
    return f"(exit code {done.exit_code})" if done.exit_code else ""
