"""Builds the system prompt: one text a part, in a fixed order.

It is built once in a session and kept in its log, so that nothing in it (the date, a changed instruction file) can
change the beginning of later requests.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pycode.core.data import Data
from pycode.system.files import decode, open_file
from pycode.system.paths import contains, is_vendored
from pycode.system.text import visible
from pycode.workspace.project import Project

INSTRUCTION_NAMES = ("AGENTS.md", "CLAUDE.md")
"""Instruction files, in order of preference: the first that exists in a directory is read."""
INSTRUCTION_BYTES = 32_000
"""How much of one instruction file is read."""
_BARE = "You are PyCode, a coding agent."


@dataclass(slots=True, eq=False, repr=False)
class SystemPrompt(Data):
    """The prompt and what it was made of."""

    text: str
    """What the model reads."""
    instructions: list[str] = field(default_factory=list)
    """The instruction files in it, absolute paths."""


def build_system_prompt(
    project: Project,
    *,
    agent_prompt: str | None,
    plan: bool,
    shell: str,
    home: Path | None,
    more: Sequence[str] = (),
    instead: str | None = None,
    after: str = "",
) -> SystemPrompt:
    """Return the system prompt of a session.

    Args:
        project: Where the session works.
        agent_prompt: What the agent adds to the role, or None.
        plan: Whether nothing may be changed.
        shell: The name of the shell that commands run in.
        home: PyCode's own folder, for the user's instructions; None for none.
        more: Further instruction files, absolute paths.
        instead: What stands in for the role, the agent's prompt and all instructions; the empty text is a bare prompt. None
            leaves them as they are.
        after: What is added at the end.
    """
    files = [*instruction_files(project, home), *map(Path, more)] if instead is None else []
    role = _prompt_file("role.md") if instead is None else instead.strip() or _BARE
    own = agent_prompt.strip() if agent_prompt and instead is None else ""
    sections = [
        role,
        own,
        _prompt_file("plan.md") if plan else "",
        _environment(project, shell),
        *(_instructions(path) for path in files),
        after.strip(),
    ]
    text = "\n\n".join(section for section in sections if section)
    return SystemPrompt(text, [str(path) for path in files])


def instruction_files(project: Project, home: Path | None) -> list[Path]:
    """Return the instruction files of the user and of the project, from the root down to the working directory.

    Left out are a link that leads out of the project, since its target was not written for this project, and what lies in a folder of
    other people's code or in one that git ignores.
    """
    found: list[Path] = []
    if home is not None:
        found += _first_of(home, home)
    directory = project.directory
    below = [directory, *directory.parents]
    chain = below[: below.index(project.root) + 1] if project.root in below else [directory]
    for folder in reversed(chain):
        if not _is_left_out(folder, project.root):
            found += _first_of(folder, project.root)
    return found


def _is_left_out(folder: Path, root: Path) -> bool:
    if folder == root or not folder.is_relative_to(root):
        return False
    from pycode.workspace.ignored import is_ignored

    return is_vendored(folder, root) or is_ignored(folder, root)


def _first_of(folder: Path, root: Path) -> list[Path]:
    for name in INSTRUCTION_NAMES:
        path = folder / name
        if path.is_file() and contains(root, path):
            return [path]
    return []


def _prompt_file(name: str) -> str:
    path = Path(__file__).with_name("prompts") / name
    return path.read_text(encoding="utf-8").strip()


def _environment(project: Project, shell: str) -> str:
    lines = [
        "# Environment",
        f"Working directory: {_one_line(project.directory)}",
        f"Project root: {_one_line(project.root)}" if project.root != project.directory else "",
        f"Git repository: {'yes' if (project.root / '.git').exists() else 'no'}",
        f"Platform: {_platform()}; shell: {shell}",
        f"Date at the start of the session: {time.strftime('%Y-%m-%d')}",
    ]
    return "\n".join(line for line in lines if line)


def _platform() -> str:
    if sys.platform == "win32":
        return "Windows"
    system = os.uname()
    return f"{system.sysname} {system.machine}"


def _instructions(path: Path) -> str:
    title = f"# Instructions from {_one_line(path)}"
    try:
        with open_file(Path(os.path.realpath(path))) as file:
            data = file.read(INSTRUCTION_BYTES + 1)
    except OSError as error:
        return f"{title}\n(not readable: {error.strerror})"
    text = visible(decode(data[:INSTRUCTION_BYTES]).text.replace("\r\n", "\n")).strip()
    if len(data) > INSTRUCTION_BYTES:
        text += f"\n(cut after {INSTRUCTION_BYTES} bytes; read the file for the rest)"
    return f"{title}\n{text}" if text else ""


def _one_line(path: Path) -> str:
    """Return a path whose name cannot add a line of its own to the prompt."""
    return visible(str(path)).replace("\n", "\u240a")
