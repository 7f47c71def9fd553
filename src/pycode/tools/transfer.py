"""What `move` and `copy` share: from where to where, and what must not be lost by it."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pycode.system import entries, files
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult, ToolRuntime
from pycode.tools.schema import BuiltinTool
from pycode.tools.targets import entry, locked, missing, sentence, shown

MAX_ENTRIES = 500
"""The most entries of a directory that a call moves, copies or deletes; each is judged like a file that is named."""

_MAX_COMPARED = 10_000_000


@dataclass(slots=True)
class TransferParameters:
    """What `move` and `copy` take."""

    source: str
    """The file or directory."""
    destination: str
    """Its new path, with the name."""


class TransferTool(BuiltinTool[TransferParameters]):
    """What `move` and `copy` have in common."""

    parameters_type = TransferParameters
    permission = "edit"
    deferred = True
    aliases = {  # noqa: RUF012 - never changed
        "from": "source",
        "to": "destination",
        "target": "destination",
        "source_path": "source",
        "destination_path": "destination",
    }
    bounds = f"{MAX_ENTRIES} entries of a directory"
    done: ClassVar[str]
    """What was done, the beginning of a sentence."""
    keeps_source: ClassVar[bool]
    """Whether the source stays."""

    @staticmethod
    @abstractmethod
    def act(source: Path, target: Path) -> None:
        """Do it on the disk."""

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return both places, and everything in a directory at both of them."""
        source, destination = parameters["source"], parameters["destination"]
        paths = [source, destination]
        for inner in paths_below(source, context):
            paths += [os.path.join(source, inner), os.path.join(destination, inner)]
        return PermissionRequest("edit", [source, destination], paths)

    async def run(self, parameters: TransferParameters, context: ToolContext) -> ToolResult:
        """Do it."""
        inner = await asyncio.to_thread(paths_below, parameters.source, context)
        result = await asyncio.to_thread(self._transfer, parameters, context)
        if result.error is None and context.runtime is not None:
            for name in ["", *inner]:
                old = str(Path(result.metadata["source"], name))
                new = str(Path(result.metadata["path"], name))
                self._note(old, new, context.runtime)
        return result

    def _note(self, old: str, new: str, runtime: ToolRuntime) -> None:
        """Tell the session; what it has seen of the source it has seen of the target."""
        runtime.mark_seen(new, runtime.seen(old))
        if not self.keeps_source:
            runtime.mark_seen(old, None)
            runtime.file_edited(old)
        runtime.file_edited(new)

    def _transfer(self, parameters: TransferParameters, context: ToolContext) -> ToolResult:
        try:
            source = entry(parameters.source, context)
            target = entry(parameters.destination, context)
        except ValueError as error:
            return ToolResult(self.name, "", error=f"{error}.")
        names = f"{shown(source, context)} to {shown(target, context)}"
        title = f"{self.name} {names}"
        first, second = sorted({source, target}) if source != target else (source, target / "x")
        try:
            with locked(first), locked(second):
                problem = _problem(source, target, context)
                if problem is not None:
                    return ToolResult(title, "", error=f"{problem} Nothing was changed.")
                files.make_folders(target.parent)
                self.act(source, target)
        except FileNotFoundError:
            return ToolResult(title, "", error=missing(source, context))
        except OSError as error:
            return ToolResult(title, "", error=sentence(error, names))
        metadata = {"source": str(source), "path": str(target)}
        return ToolResult(title, f"{self.done} {names}.", metadata)


def paths_below(path: str, context: ToolContext) -> list[str]:
    """Return what is in a directory, relative to it; nothing where it cannot be told, which `run` refuses.

    Args:
        path: The directory as the model wrote it.
        context: Where a call would run.
    """
    try:
        root = entry(path, context)
        found = entries.below(root, MAX_ENTRIES) or []
    except (OSError, ValueError):
        return []
    return [str(inner.relative_to(root)) for inner in found]


def tree_problem(found: list[Path] | None, context: ToolContext) -> str | None:
    """Return why a directory cannot be changed as a whole, as the rest of a sentence.

    Args:
        found: What is in it; None when it is too much.
        context: What was decided about.
    """
    if found is None:
        return f"holds more than {MAX_ENTRIES} files and folders; use bash."
    judged = context.judged
    if judged is not None and any(os.path.realpath(path) not in judged for path in found):
        return "changed after the call was decided about; try again."
    return None


def _problem(source: Path, target: Path, context: ToolContext) -> str | None:
    """Return why it is not done, in one sentence."""
    name = shown(source, context)
    is_folder = stat.S_ISDIR(entries.facts(source).st_mode)
    if source == target:
        return f"{name} is both source and destination."
    if is_folder and target.is_relative_to(source):
        return f"{name} cannot be put into itself."
    problem = tree_problem(entries.below(source, MAX_ENTRIES), context)
    if problem is not None:
        return f"{name} {problem}"
    return _occupied(source, target, is_folder, context)


def _occupied(source: Path, target: Path, is_folder: bool, context: ToolContext) -> str | None:
    """Return why what is at the target must stay; None when there is nothing, or a file that may be replaced."""
    name = shown(target, context)
    try:
        there = entries.facts(target)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if os.path.samestat(there, entries.facts(source)):
        return None  # another spelling of the same name
    if stat.S_ISDIR(there.st_mode):
        return f"{name} is a directory; give the whole new path, with the name."
    if not stat.S_ISREG(there.st_mode) or is_folder:
        return f"{name} exists already."
    runtime = context.runtime
    if runtime is not None and runtime.seen(str(target)) != _hash(target):
        return f"{name} exists with content that this session has not seen; read it first, or choose another name."
    return None


def _hash(path: Path) -> str:
    try:
        return files.sha256(files.read_bytes(path, _MAX_COMPARED))
    except OSError as error:
        if error.errno == errno.EFBIG:
            return ""  # nobody has seen all of it
        raise
