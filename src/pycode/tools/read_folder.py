"""Directories as names."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from pycode.system.text import visible
from pycode.tools.base import ToolResult
from pycode.tools.read_window import Window, page, result

MAX_NAMES = 100_000
"""The most names of a directory that are looked at."""


def show_folder(path: Path, name: str, window: Window) -> ToolResult:
    """Return the names in a directory, sorted; folders end with a slash.

    Args:
        path: The directory.
        name: How it is shown.
        window: Which names.

    Raises:
        OSError: It cannot be listed.
    """
    with os.scandir(path) as entries:
        names = sorted(
            entry.name + ("/" if entry.is_dir(follow_symlinks=False) else "")
            for entry in islice(entries, MAX_NAMES)
        )
    if not names:
        return ToolResult(f"read {name}{os.sep}", "[the directory is empty]", {"names": 0})
    shown = page(map(_shown, islice(names, window.offset - 1, None)), window)
    found = result(shown, window, name, len(names), "names")
    found.title = f"read {name}{os.sep}"
    if len(names) == MAX_NAMES:
        found.output += f"\n[only {MAX_NAMES} names were looked at; use glob]"
    return found


def _shown(name: str) -> str:
    return visible(name.replace("\n", "\u240a").replace("\t", "\u2409"))
