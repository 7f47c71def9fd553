"""The file that a call means: found, named for the model, locked, and explained when it cannot be had."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakValueDictionary

from pycode.system import paths
from pycode.tools.base import PermissionRequest, ToolContext

_MAX_NAMES = 2000
_SENTENCES = {
    errno.ENOENT: "there is no such file or directory",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EISDIR: "it is a directory",
    errno.EEXIST: "a part of the path is not a directory",
    errno.ENOTDIR: "a part of the path is not a directory",
    errno.ELOOP: "it is a link that leads in a circle, or became a link while it was used",
    errno.ENOSPC: "the disk is full; nothing was changed",
    errno.EDQUOT: "the disk quota is used up; nothing was changed",
    errno.EROFS: "the file system is read-only",
    errno.ENAMETOOLONG: "the name is too long",
}

# A path is one thing to the whole process, so its lock has to be found by everybody in it. An entry lives as long as
# somebody holds it.
_LOCKS: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
_LOCKS_GUARD = threading.Lock()


def target(path: str, context: ToolContext) -> Path:
    """Return the real absolute path of an argument.

    Whoever opens it follows no link any more, so that what was decided about is what is opened.

    Raises:
        ValueError: The text cannot be a path, or means another file than when the call was decided about.
    """
    real = paths.resolve(path, Path(context.working_directory))
    if context.judged is not None and str(real) not in context.judged:
        raise ValueError(f"{path!r} leads elsewhere than when it was decided about; try again")
    return real


def real_paths(request: PermissionRequest, context: ToolContext) -> list[str]:
    """Return the real path behind each path of a request, for the decision and for `ToolContext.judged`.

    Raises:
        ValueError: One of them cannot be a path.
    """
    return [str(target(path, context)) for path in request.paths]


def request(permission: str, path: str | None, context: ToolContext) -> PermissionRequest:
    """Return what a call with one path would touch; without a path it is the working directory.

    Args:
        permission: The permission key.
        path: The path as the model wrote it.
        context: Where it would run.
    """
    try:
        pattern = str(target(path or ".", context))
    except ValueError:  # execute refuses it with a sentence
        pattern = path or "."
    return PermissionRequest(permission, [pattern], [] if path is None else [path])


def request_all(permission: str, named: list[str], context: ToolContext) -> PermissionRequest:
    """Return what a call with several paths would touch.

    Args:
        permission: The permission key.
        named: The paths as the model wrote them.
        context: Where it would run.
    """
    requests = [request(permission, path, context) for path in named]
    return PermissionRequest(permission, [item.patterns[0] for item in requests], named)


def entry(path: str, context: ToolContext) -> Path:
    """Return the absolute path of what an argument names itself: a link as its last part is not followed.

    Raises:
        ValueError: The text cannot be a path, or means another file than when the call was decided about.
    """
    real = target(path, context)
    folder, name = os.path.split(path.rstrip("/" + os.sep) or path)
    if name in ("", ".", "..", "~"):
        return real
    return paths.resolve(folder or ".", Path(context.working_directory)) / name


def shown(path: Path, context: ToolContext) -> str:
    """Return a path as it is shown: from the working directory when it lies inside, else absolute."""
    base = Path(os.path.realpath(context.working_directory))
    return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)


def sentence(error: OSError, name: str) -> str:
    """Return why something failed at the file `name`, in one sentence."""
    reason = _SENTENCES.get(error.errno or 0) or error.strerror or str(error)
    return f"{name}: {reason[:1].lower()}{reason[1:]}."


def similar_paths(path: Path, context: ToolContext) -> list[str]:
    """Return up to three existing files beside `path` whose names are like its name."""
    import difflib

    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry, _ in zip(entries, range(_MAX_NAMES), strict=False)]
    except OSError:
        return []
    by_folded = {name.lower(): name for name in names}
    found = difflib.get_close_matches(path.name.lower(), by_folded, n=3, cutoff=0.5)
    return [shown(path.with_name(by_folded[name]), context) for name in found]


def missing(path: Path, context: ToolContext) -> str:
    """Return the sentence for a file that does not exist, with similar names."""
    similar = similar_paths(path, context)
    hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
    return f"{shown(path, context)}: there is no such file or directory.{hint}"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other edits of the same file in this process out. Nothing may be awaited inside."""
    key = str(path)
    with _LOCKS_GUARD:
        lock = _LOCKS.get(key)
        if lock is None:
            lock = _LOCKS[key] = threading.Lock()
    with lock:
        yield
