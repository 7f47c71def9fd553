"""Changes several files together: all of them, or after any failure none.

Everything that needs room on the disk is written first, beside its target: the new contents, and a copy of each old one. Then
only names change, and when one of them cannot, those before it are changed back.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pycode.core.errors import EditError
from pycode.system import entries, files

_CHANGED = "changed while the patch was applied; nothing was changed by it. Try again."


@dataclass(slots=True)
class FileChange:
    """What becomes of one file."""

    path: Path
    """The file, a resolved path."""
    before: bytes | None
    """Its content on the disk; None when there is none."""
    after: bytes | None
    """Its content afterwards; None when it goes."""
    mode: int | None = None
    """The permission bits that it gets; None keeps those that it has."""
    notes: list[str] = field(default_factory=list)
    """How the patch differed from it."""
    replaced: bool = False
    """Whether the patch puts another file in its place, whose content it does not build on."""


def commit(changes: Sequence[FileChange]) -> None:
    """Make all changes.

    Args:
        changes: Each of another path.

    Raises:
        EditError: A file is not as it was when the changes were worked out. Nothing was changed.
        OSError: A file cannot be written. Nothing was changed.
    """
    with _after_failure() as folders, ExitStack() as leftovers, _after_failure() as undo:
        steps: list[_Step] = []
        for change in changes:
            with _about(change.path):
                steps.append(_Step.prepared(change, folders, leftovers))
        for change in changes:
            _check_unchanged(change)
        for step in sorted(steps, key=lambda step: step.new is None):
            with _about(step.path):
                step.take(undo)


@dataclass(slots=True)
class _Step:
    """One change, ready to be made by changing names."""

    path: Path
    new: Path | None
    """The file with the new content; None when the path goes."""
    old: Path | None
    """A copy of the old content, or for a path that goes the name that it gets; None when there is no old file."""

    @classmethod
    def prepared(cls, change: FileChange, folders: ExitStack, leftovers: ExitStack) -> _Step:
        """Write what the change needs; `folders` and `leftovers` remove what must not stay."""
        path = change.path
        facts = None
        if change.before is None:
            _make_folders(path.parent, folders)
        else:
            facts = entries.facts(path)
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
        new = old = None
        if change.after is not None:
            new = _beside(path, leftovers)
            _write(new, change.after, change.mode, facts)
        if change.before is not None:
            old = _beside(path, leftovers)
            if change.after is not None:
                _write(old, change.before, None, facts)
        return cls(path, new, old)

    def take(self, undo: ExitStack) -> None:
        """Change the names."""
        if self.new is None and self.old is not None:
            entries.move(self.path, self.old)
            undo.callback(entries.move, self.old, self.path)
        elif self.new is not None:
            entries.move(self.new, self.path)
            if self.old is not None:
                undo.callback(entries.move, self.old, self.path)
            else:
                undo.callback(entries.remove, self.path)


@contextmanager
def _after_failure() -> Iterator[ExitStack]:
    """Yield a stack whose callbacks are called after a failure alone."""
    with ExitStack() as stack:
        yield stack
        stack.pop_all()


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Let an error name the file that it is about, not one beside it."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _check_unchanged(change: FileChange) -> None:
    try:
        now = files.read_bytes(change.path, len(change.before or b""))
    except FileNotFoundError:
        now = None
    except OSError as error:
        raise EditError(f"{change.path.name} {_CHANGED}") from error
    if now != change.before:
        raise EditError(f"{change.path.name} {_CHANGED}")


def _make_folders(folder: Path, after_failure: ExitStack) -> None:
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        after_failure.callback(_forget, missing)
    files.make_folders(folder)


def _beside(path: Path, leftovers: ExitStack) -> Path:
    """Return a new name in the same folder; whatever is left under it in the end is removed."""
    name = path.with_name(f".pycode-{os.urandom(8).hex()}.tmp")
    leftovers.callback(_forget, name)
    return name


def _forget(path: Path) -> None:
    with suppress(OSError):
        entries.remove(path)


def _write(path: Path, data: bytes, mode: int | None, like: os.stat_result | None) -> None:
    """Write a file with the mode and the owner of another one."""
    if mode is None and like is not None:
        mode = stat.S_IMODE(like.st_mode)
    files.atomic_write(path, data, mode=mode, follow=False)
    if like is not None and hasattr(os, "chown"):
        mine = os.stat(path)
        if (like.st_uid, like.st_gid) != (mine.st_uid, mine.st_gid):
            with suppress(PermissionError):
                os.chown(path, like.st_uid, like.st_gid, follow_symlinks=False)
