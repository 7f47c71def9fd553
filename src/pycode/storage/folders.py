"""The folders and files below the store's root: private, and never reached through a link.

What the operating system refuses becomes a `StorageError` that names the folder and the way out.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pycode.core.errors import StorageError
from pycode.system.files import atomic_write

NO_LINK: int = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""Flags for `os.open`: refuse a link as the last name, and no newline translation."""

_LONGEST_NAME = 200
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*\x7f]')
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.I | re.S
)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def check_name(name: str) -> str:
    """Return `name` when it can be a file's name on every system.

    Raises:
        ValueError: It cannot.
        TypeError: It is not text.
    """
    if not isinstance(name, str):
        raise TypeError(f"a name in the storage must be text, not {type(name).__name__}")
    if problem := _problem(name):
        raise ValueError(f"{name!r} cannot be a name in the storage: it {problem}")
    return name


def make_folder(root: Path, *names: str) -> Path:
    """Return the folder `names` below `root`; what is missing of it is made, for this user only.

    Raises:
        StorageError: The folder cannot be made, or a link is in its place.
    """
    folder = root
    try:
        if not root.is_dir():
            _make_root(root)
        for name in names:
            folder = folder / name
            try:
                os.mkdir(folder, 0o700)
            except FileExistsError:
                _check_folder(folder)
    except OSError as error:
        raise explain(error, "make the folder", folder) from error
    return folder


def find_folder(root: Path, *names: str) -> Path | None:
    """Return the folder `names` below `root`, or None when there is none.

    Raises:
        StorageError: A link or a file is in its place, or it may not be looked at.
    """
    folder = root
    try:
        for name in names:
            folder = folder / name
            _check_folder(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise explain(error, "look at", folder) from error
    return folder


def read_file(path: Path) -> bytes:
    """Return the content of a file that is no link.

    Raises:
        OSError: There is no such file, or it cannot be read.
    """
    fd = os.open(path, os.O_RDONLY | NO_LINK)
    with os.fdopen(fd, "rb") as file:
        return file.read()


def write_file(path: Path, data: bytes, *, sync: bool = False) -> None:
    """Write a file for this user only, whole or not at all; its folder must exist.

    Args:
        path: The file.
        data: Its whole content.
        sync: Whether to wait until the disk has it.

    Raises:
        StorageError: It cannot be written, or a link is in its place.
    """
    if path.is_symlink():
        raise _is_link(path)
    with explained("write", path):
        atomic_write(path, data, mode=0o600, sync=sync)


def remove_folder(folder: Path) -> None:
    """Remove a folder of files; a link is removed itself, and nothing there is fine.

    Raises:
        OSError: The system refuses.
    """
    if folder.is_symlink():
        folder.unlink()
        return
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        (folder / name).unlink(missing_ok=True)
    folder.rmdir()


def explain(error: OSError, action: str, path: Path | str) -> StorageError:
    """Return the sentence for what the operating system refused.

    Args:
        error: What it said.
        action: What was tried, as a verb phrase: `write`, `make the folder`.
        path: The file or folder that it was tried on.
    """
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        advice = "free some space there, or set PYCODE_HOME to a folder on another disk"
    else:
        advice = "give yourself access to it, or set PYCODE_HOME to a folder that you may write to"
    return StorageError(f"cannot {action} {os.fspath(path)}: {reason}; {advice}")


@contextmanager
def explained(action: str, path: Path | str) -> Iterator[None]:
    """Turn an `OSError` of the block into the `StorageError` of `explain`."""
    try:
        yield
    except OSError as error:
        raise explain(error, action, path) from error


def _problem(name: str) -> str | None:
    if not name:
        return "is empty"
    if name in {".", ".."}:
        return "would leave its folder"
    if _FORBIDDEN.search(name):
        return "holds a separator or another character that not every system allows"
    if name[-1] in ". ":
        return "ends in a dot or a space"
    if _RESERVED.fullmatch(name):
        return "is reserved on Windows"
    try:
        length = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        return "is not valid Unicode"
    if length > _LONGEST_NAME:
        return f"is longer than {_LONGEST_NAME} bytes"
    return None


def _make_root(folder: Path) -> None:
    if not folder.parent.exists():
        _make_root(folder.parent)
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise


def _check_folder(folder: Path) -> None:
    mode = os.lstat(folder).st_mode
    if stat.S_ISLNK(mode):
        raise _is_link(folder)
    if not stat.S_ISDIR(mode):
        raise StorageError(f"{folder} is not a folder; move it away")


def _is_link(path: Path) -> StorageError:
    return StorageError(f"{path} is a link, which PyCode does not follow; remove it")
