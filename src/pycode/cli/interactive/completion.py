"""What Tab offers: `/command` at the beginning of a line, `@path` anywhere."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

MOST_FILES = 20_000
"""How many files of the project are known to Tab."""
MOST_OFFERED = 60
"""How many it offers."""
_SECONDS = 10
_PATH = re.compile(r"(?:^|\s)@(\S*)$")
_COMMAND = re.compile(r"/(\w*)$")


def offers(before: str, commands: Sequence[str], files: Sequence[str]) -> tuple[int, list[str]]:
    """Return how many characters before the cursor are replaced, and by what.

    Args:
        before: The text before the cursor.
        commands: The names of the commands, without the slash.
        files: The project's files, with `/` between folders.
    """
    if command := _COMMAND.fullmatch(before):
        return len(before), [f"/{name} " for name in commands if name.startswith(command[1])]
    path = _PATH.search(before)
    if path is None:
        return 0, []
    word = path[1]
    found = _next_names(word, files) or [name for name in files if word.lower() in name.lower()]
    return len(word), found[:MOST_OFFERED]


def _next_names(word: str, files: Sequence[str]) -> list[str]:
    """Return how a path can go on, one folder at a time."""
    found: dict[str, None] = {}
    for name in files:
        if name.startswith(word):
            slash = name.find("/", len(word))
            found[name if slash < 0 else name[: slash + 1]] = None
    return list(found)


async def project_files(directory: Path, environ: Mapping[str, str]) -> list[str]:
    """Return the files below a directory that are not ignored, in order; none where ripgrep cannot say.

    Args:
        directory: Where to look.
        environ: For ripgrep.
    """
    from pycode.system.programs import find_beside_python, find_program
    from pycode.system.spawn import run
    from pycode.system.text import visible

    program = find_beside_python("rg") or find_program("rg", environ)
    if program is None:
        return []
    options = ["--files", "--no-config", "--no-messages", "--hidden", "--glob=!.git", "--null"]
    try:
        done = await run(
            [program, *options], cwd=directory, env=environ, timeout=_SECONDS, limit_bytes=4_000_000
        )
    except OSError:
        return []
    # Where the middle was left out two names are torn, and nobody misses them.
    names = (name for name in done.output.decode("utf-8", "replace").split("\0") if name)
    plain = (name for name in names if visible(name) == name and not re.search(r"\s", name))
    return sorted(name.replace(os.sep, "/") for name in plain)[:MOST_FILES]
