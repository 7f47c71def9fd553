"""Opening and replacing files by directory descriptor, following no link on the way."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from pycode.system._files_common import require_regular, temporary_name, write_all

assert sys.platform != "win32"  # noqa: S101 - tells mypy which system this module is for

# O_PATH asks only for the right to pass through a directory, which is all that a path needs.
_DIRECTORY_FLAGS = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)


def open_beneath(root: Path, path: Path) -> int:
    """Open a file or directory below `root` for reading, following no link below it.

    Never waits: a FIFO without a writer is opened too, for the caller to refuse.

    Args:
        root: A directory; links in its own path are followed.
        path: An absolute path below `root`.

    Returns:
        A file descriptor, which the caller closes.

    Raises:
        OSError: It cannot be opened; ELOOP (or ENOTDIR) where a component is a link.
        ValueError: `path` is not below `root`.
    """
    parts = path.relative_to(root).parts
    if ".." in parts:
        raise ValueError(f"{path} is not below {root}")
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    if not parts:
        return os.open(root, flags)
    directory = _open_directory(root, parts[:-1])
    try:
        return os.open(parts[-1], flags | os.O_NOFOLLOW, dir_fd=directory)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        os.close(directory)


def make_folders(path: Path) -> None:
    """Make a directory and those above it where they are missing, following no link on the way.

    Args:
        path: A resolved absolute path.

    Raises:
        OSError: One cannot be made, or a part of the path is a link or a file (ENOTDIR).
    """
    descriptor = os.open(path.anchor, _DIRECTORY_FLAGS)
    try:
        for part in path.parts[1:]:
            try:
                following = _open_or_make(part, descriptor)
            except OSError as error:
                error.filename = str(path)
                raise
            os.close(descriptor)
            descriptor = following
    finally:
        os.close(descriptor)


def _open_or_make(name: str, directory: int) -> int:
    flags = _DIRECTORY_FLAGS | os.O_NOFOLLOW
    try:
        return os.open(name, flags, dir_fd=directory)
    except FileNotFoundError:
        with suppress(FileExistsError):  # somebody else made it meanwhile
            os.mkdir(name, dir_fd=directory)
        return os.open(name, flags, dir_fd=directory)


def replace_file(target: Path, data: bytes, mode: int | None, sync: bool) -> None:
    """Give a file new content in one step; see `pycode.system.files.atomic_write`.

    Raises:
        OSError: As the system reports it; the old file is whole.
    """
    directory = _open_directory(Path(target.anchor), target.parts[1:-1])
    try:
        _replace_in(directory, target, data, mode, sync)
    except OSError as error:
        error.filename, error.filename2 = str(target), None
        raise
    finally:
        os.close(directory)


def _open_directory(root: Path, parts: tuple[str, ...]) -> int:
    descriptor = os.open(root, _DIRECTORY_FLAGS)
    for index, part in enumerate(parts):
        try:
            following = os.open(part, _DIRECTORY_FLAGS | os.O_NOFOLLOW, dir_fd=descriptor)
        except OSError as error:
            error.filename = str(root.joinpath(*parts[: index + 1]))
            raise
        finally:
            os.close(descriptor)
        descriptor = following
    return descriptor


def _replace_in(directory: int, target: Path, data: bytes, mode: int | None, sync: bool) -> None:
    old = _facts(directory, target)
    temporary = temporary_name()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    # Nobody else may look in before the mode is set; a new file without a wish takes what umask leaves.
    first_mode = 0o666 if mode is None and old is None else 0o600
    descriptor = os.open(temporary, flags, first_mode, dir_fd=directory)
    try:
        try:
            write_all(descriptor, data, sync)
            _set_owner_and_mode(descriptor, old, mode)
        finally:
            os.close(descriptor)
        os.replace(temporary, target.name, src_dir_fd=directory, dst_dir_fd=directory)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=directory)
        raise
    if sync:
        _sync_directory(directory)


def _facts(directory: int, target: Path) -> os.stat_result | None:
    """Return the facts of the file that will be replaced, None when there is none."""
    try:
        old = os.stat(target.name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return None
    require_regular(old, target)
    # A rename asks only the directory; that a file is read-only is meant for its content.
    if not os.access(target.name, os.W_OK, dir_fd=directory):
        raise PermissionError(errno.EACCES, "Permission denied", str(target))
    return old


def _set_owner_and_mode(descriptor: int, old: os.stat_result | None, mode: int | None) -> None:
    if old is not None and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)
    if mode is not None:
        os.fchmod(descriptor, mode)
    elif old is not None:
        os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _sync_directory(directory: int) -> None:
    descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=directory)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
