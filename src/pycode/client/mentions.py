"""`@path` in what a user types: the files that are meant go along with the prompt."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pycode.client.attach import MOST_FILES, attached
from pycode.core.errors import UsageError
from pycode.core.parts import FilePart
from pycode.tools.base import ToolContext
from pycode.tools.read import ReadTool
from pycode.tools.targets import real_paths

if TYPE_CHECKING:
    from pycode.client.local import LocalClient

_WORD = re.compile(r"(?:^|(?<=\s))@(\S+)")
_BEHIND = ".,;:!?)]}'\""
"""What may stand behind a path in a sentence."""


@dataclass(slots=True)
class Mentioned:
    """What a prompt names."""

    parts: list[FilePart] = field(default_factory=list)
    """The files that go along."""
    left_out: list[str] = field(default_factory=list)
    """Why others do not, a sentence each."""


async def mentioned(text: str, client: LocalClient) -> Mentioned:
    """Return the files that a prompt names with `@path`.

    Only what the agent may read unasked goes along: a prompt may be pasted, and whoever wrote it is not always the user. Words that
    name no file are left as they are.

    Args:
        text: The prompt.
        client: Knows the directory and the rules.
    """
    found = Mentioned()
    directory = client.project.directory
    for path in list(dict.fromkeys(_paths(text, directory)))[:MOST_FILES]:
        reason = _why_not(path, client)
        if reason is None:
            try:
                found.parts += await attached([path], directory)
                continue
            except UsageError as error:
                reason = str(error)
        found.left_out.append(f"@{path} does not go along: {reason}")
    return found


def _paths(text: str, directory: Path) -> list[str]:
    """Return the words behind an @ that are files, without what a sentence puts behind them."""
    words = ((word, word.rstrip(_BEHIND)) for word in _WORD.findall(text))
    names = (next((w for w in both if _is_file(directory, w)), None) for both in words)
    return [name for name in names if name is not None]


def _is_file(directory: Path, word: str) -> bool:
    try:
        return os.path.isfile(directory / word)
    except ValueError:  # no path can hold it
        return False


def _why_not(path: str, client: LocalClient) -> str | None:
    tool = ReadTool()
    context = ToolContext("", "", "", str(client.project.directory))
    request = tool.permission_request({"file_path": path}, context)
    judge = client.rooms.judges(client.rooms.agents(client.options.agent), client.project)
    questions = judge.judge(tool, request, real=real_paths(request, context))
    return next((question.reason for question in questions), None)
