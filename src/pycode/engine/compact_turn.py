"""What is different in a turn of a model with the compact profile: its tools, what it is told of the project, its guards."""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pycode.core.errors import UsageError
from pycode.core.parts import TextPart
from pycode.engine.active import Prompt
from pycode.engine.guards import TurnFacts, guards_for
from pycode.engine.guards_answer import AnswerGuard
from pycode.engine.toolchain import Guard
from pycode.providers.compact import Compact, is_test_file
from pycode.providers.compact_scope import TESTS
from pycode.system.paths import is_secret, is_vendored
from pycode.tools.registry import ToolRegistry
from pycode.workspace.project import Project

_NOT_SOURCE = re.compile(r"^\.(git|hg|svn|idea|vscode)$|cache$", re.IGNORECASE)
_LOOKED_AT = 5_000
_INSTRUCTIONS = 600
_TESTS_READ = 5
_IS_UNITTEST = re.compile(r"^\s*(import unittest|from unittest)", re.MULTILINE)


@dataclass(slots=True)
class CompactTurn:
    """The parts of a turn that the profile decides."""

    compact: Compact
    """The profile."""
    guards: list[Guard]
    """What is put around its calls."""
    ending: AnswerGuard | None
    """Looks at its answer."""

    @classmethod
    def of(cls, compact: Compact, prompt: Prompt, project: Project) -> CompactTurn:
        """Return the parts of the turn that a prompt starts in a project.

        Raises:
            UsageError: The prompt wants an answer in a form of its own.
        """
        if prompt.schema is not None:
            raise UsageError(
                "a model with the compact profile gives no answer that fits a schema; take another model, or leave the schema away"
            )
        texts = [part.text for part in prompt.parts if isinstance(part, TextPart)]
        facts = TurnFacts("\n".join(texts))
        looks = "answer" in compact.guards
        ending = AnswerGuard(facts, project.directory) if looks else None
        return cls(compact, guards_for(compact, facts), ending)

    def tools(self, registry: ToolRegistry) -> ToolRegistry:
        """Return the tools that its actions are."""
        chosen = ToolRegistry()
        for name in dict.fromkeys(action.tool for action in self.compact.actions):
            tool = registry.get(name)
            if tool is not None:
                chosen.register(tool)
        return chosen

    def prefix(
        self,
        project: Project,
        definitions: Iterable[dict[str, Any]],
        instructions: Iterable[str],
        more: str,
    ) -> dict[str, Any]:
        """Return what requests begin with: the facts of the project, and the tools with its files as what a path may be.

        Args:
            project: The project.
            definitions: The tools.
            instructions: The instruction files, absolute paths.
            more: What the caller adds to the prompt.
        """
        files = project_files(project, self.compact.listed_files)
        paths = {
            (action.tool, item.argument)
            for action in self.compact.actions
            for item in action.fields
            if item.kind == "path"
        }
        tools = [_with_files(tool, paths, files) for tool in definitions]
        command = _test_command(project.directory, files)
        facts = [
            f"{TESTS}{command}" if command else "",
            *(_instructions(Path(path)) for path in instructions),
            more.strip()[:_INSTRUCTIONS],
        ]
        return {"compact": True, "system": "\n".join(filter(None, facts)), "tools": tools}


def project_files(project: Project, most: int) -> list[str]:
    """Return the project's own files, as paths from the working directory, those nearest to it first.

    Args:
        project: The project.
        most: The most files.
    """
    found: list[str] = []
    for path in _own_files(project.directory):
        found.append(path.relative_to(project.directory).as_posix())
        if len(found) >= most:
            break
    return found


def _with_files(
    tool: dict[str, Any], paths: set[tuple[str, str]], files: Sequence[str]
) -> dict[str, Any]:
    parameters = tool["parameters"]
    properties = {
        name: {**schema, "enum": list(files)} if (tool["name"], name) in paths else schema
        for name, schema in parameters.get("properties", {}).items()
    }
    return {**tool, "parameters": {**parameters, "properties": properties}}


def _own_files(root: Path) -> Iterator[Path]:
    """Yield files that hold something, folder by folder; links and other people's code are left out, and a huge tree is not walked to its end."""
    folders, looked_at = deque([root]), 0
    while folders and looked_at < _LOOKED_AT:
        try:
            entries = sorted(os.scandir(folders.popleft()), key=lambda entry: entry.name)
        except OSError:
            # A folder that cannot be read has no files to offer.
            continue
        for entry in entries:
            looked_at += 1
            path = Path(entry.path)
            if not entry.name.isprintable() or is_secret(path):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not is_vendored(path, root) and not _NOT_SOURCE.search(entry.name):
                    folders.append(path)
            elif entry.is_file(follow_symlinks=False) and entry.stat().st_size:
                yield path


def _test_command(directory: Path, files: Sequence[str]) -> str | None:
    tests = [name for name in files if name.endswith(".py") and is_test_file(name)]
    python = "python" if sys.platform == "win32" else "python3"
    cases = [name for name in tests if not name.endswith(("__init__.py", "conftest.py"))]
    if not cases:
        return "npm test" if "package.json" in files else None
    texts = [_beginning(directory / name) for name in cases[:_TESTS_READ]]
    if not all(_IS_UNITTEST.search(text) for text in texts):
        return f"{python} -m pytest -q"
    folder = cases[0].rpartition("/")[0]
    if not folder or (directory / folder / "__init__.py").exists():
        return f"{python} -m unittest"
    return f"{python} -m unittest discover -s {folder}"


def _instructions(path: Path) -> str:
    """Return the beginning of an instruction file: a small model has room for no more."""
    text = _beginning(path).strip()
    return f"Instructions: {text[:_INSTRUCTIONS]}" if text else ""


def _beginning(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(4_000)
    except OSError:
        return ""
