"""Opening and replacing files by path, for Windows, which has no directory descriptors."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

from pycode.system._files_common import require_regular, temporary_name, write_all

assert sys.platform == "win32"  # noqa: S101 - tells mypy which system this module is for


def open_beneath(root: Path, path: Path) -> int:
    """Open a file below `root` for reading; see `pycode.system._files_posix.open_beneath`.

    Raises:
        OSError: It cannot be opened.
        ValueError: `path` is not below `root`, also when a link leads out.
    """
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise ValueError(f"{path} is not below {root}")
    return os.open(path, os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT)


def make_folders(path: Path) -> None:
    """Make a directory and those above it where they are missing; see `pycode.system._files_posix.make_folders`.

    Raises:
        OSError: One cannot be made.
    """
    if Path(os.path.realpath(path)) != path:
        raise NotADirectoryError(errno.ENOTDIR, "Not a directory", str(path))
    os.makedirs(path, exist_ok=True)


def replace_file(target: Path, data: bytes, mode: int | None, sync: bool) -> None:
    """Give a file new content in one step; see `pycode.system.files.atomic_write`.

    The mode is left to the directory's access list, which is what Windows goes by.

    Raises:
        OSError: As the system reports it; the old file is whole.
    """
    if target.exists():
        require_regular(target.stat(), target)
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
    temporary = target.parent / temporary_name()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_BINARY | os.O_NOINHERIT
    try:
        descriptor = os.open(temporary, flags)
        try:
            write_all(descriptor, data, sync)
        finally:
            os.close(descriptor)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
