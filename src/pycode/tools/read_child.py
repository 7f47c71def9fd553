"""Converting a file in a process of its own, where a hostile one costs no more than a time and some memory."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pycode.system.spawn import run
from pycode.system.text import visible
from pycode.tools.environment import clean_environment

_TIMEOUT = 30
_OUTPUT_BYTES = 20_000_000
_MEMORY_BYTES = 2_000_000_000


class ConversionError(Exception):
    """A file cannot be converted; the message is a clause for the model."""


async def convert(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run a module's `main` in a child process and return the object that it printed.

    Args:
        module: The module's name; it calls `answer` with what it found.
        arguments: Its arguments.

    Raises:
        ConversionError: It failed, or took too long.
    """
    try:
        done = await run(
            [sys.executable, "-P", "-W", "ignore", "-m", module, *arguments],
            cwd=Path(os.path.abspath(os.sep)),
            env={**clean_environment(os.environ), "PYTHONIOENCODING": "utf-8"},
            timeout=_TIMEOUT,
            limit_bytes=_OUTPUT_BYTES,
        )
    except (OSError, ValueError) as error:
        raise ConversionError(f"the converter did not start: {error}") from error
    if done.timed_out:
        raise ConversionError(f"it took longer than {_TIMEOUT} seconds")
    last = done.output.decode("utf-8", "replace").strip().rpartition("\n")[2]
    if done.exit_code != 0:
        raise ConversionError(visible(last[:200]) or f"the converter ended with {done.exit_code}")
    found: dict[str, Any] = json.loads(last)
    return found


def answer(found: dict[str, Any]) -> None:
    """In the child: print what was found as the last line."""
    sys.stdout.write("\n" + json.dumps(found) + "\n")


def limit_memory() -> None:
    """In the child: see to it that a file that unpacks to too much ends only the child."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(_MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
