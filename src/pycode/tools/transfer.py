"""What `move` and `copy` share: from where to where, and what must not be lost by it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pycode.system import entries, files
from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
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


def transfer_request(parameters: dict[str, Any], context: ToolContext) -> PermissionRequest:
    """Return both places, and everything in a directory at both of them.

    Args:
        parameters: The arguments.
        context: Where it would run.
    """
    source, destination = parameters["source"], parameters["destination"]
    paths = [source, destination]
    for inner in paths_below(source, context):
        paths += [os.path.join(source, inner), os.path.join(destination, inner)]
    return PermissionRequest("edit", [source, destination], paths)


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


def transfer(
    verb: str,
    act: Callable[[Path, Path], None],
    parameters: TransferParameters,
    context: ToolContext,
) -> ToolResult:
    """Move or copy, and say what came of it.

    Args:
        verb: `move` or `copy`.
        act: Does it.
        parameters: From where to where.
        context: Where and for whom.
    """
    try:
        source = entry(parameters.source, context)
        target = entry(parameters.destination, context)
    except ValueError as error:
        return ToolResult(verb, "", error=f"{error}.")
    names = f"{shown(source, context)} to {shown(target, context)}"
    title = f"{verb} {names}"
    first, second = sorted({source, target}) if source != target else (source, target / "x")
    try:
        with locked(first), locked(second):
            problem = _problem(source, target, context)
            if problem is not None:
                return ToolResult(title, "", error=f"{problem} Nothing was changed.")
            files.make_folders(target.parent)
            act(source, target)
    except FileNotFoundError:
        return ToolResult(title, "", error=missing(source, context))
    except OSError as error:
        return ToolResult(title, "", error=sentence(error, names))
    done = "Moved" if verb == "move" else "Copied"
    return ToolResult(title, f"{done} {names}.", {"source": str(source), "path": str(target)})


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
