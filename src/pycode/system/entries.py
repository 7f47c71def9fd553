"""Moving, copying and removing what has a name in a directory: files, links themselves, whole trees.

As with files, no link is followed on the way to an entry, and none inside a tree: what was judged is what is changed.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pycode.system._files_common import temporary_name
from pycode.system.files import open_beneath, open_file

_PIECE_BYTES = 1_000_000


def facts(path: Path) -> os.stat_result:
    """Return the facts of an entry itself.

    Raises:
        OSError: There is no such entry, or a link on the way.
    """
    with _folder_of(path) as folder:
        return os.stat(_in(folder, path), dir_fd=folder, follow_symlinks=False)


def below(path: Path, limit: int) -> list[Path] | None:
    """Return all entries of a tree without its root, folders before what is in them; None when there are more than `limit`.

    Args:
        path: The root; a link or a file has nothing below it.
        limit: The most entries.

    Raises:
        OSError: A folder cannot be listed.
    """
    found: list[Path] = []
    waiting = [path] if stat.S_ISDIR(os.lstat(path).st_mode) else []
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if len(found) == limit:
                    return None
                found.append(Path(entry.path))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
    return found


def move(source: Path, target: Path) -> None:
    """Give an entry another name, also on another disk. A file at the target is replaced.

    Args:
        source: A resolved path; as a link it is moved itself.
        target: A resolved path; its directory must exist.

    Raises:
        OSError: As the system reports it.
    """
    try:
        with _folder_of(source) as old, _folder_of(target) as new:
            # Unlike rename, replace also takes the place of a file on Windows.
            os.replace(_in(old, source), _in(new, target), src_dir_fd=old, dst_dir_fd=new)
    except OSError as error:
        error.filename, error.filename2 = str(source), None
        if error.errno != errno.EXDEV:
            raise
    else:
        return
    copy(source, target)
    remove(source, recursive=True)


def copy(source: Path, target: Path) -> None:
    """Copy a file, a link itself, or a tree with its links as they are: all of it, or after a failure nothing.

    Permissions are kept, except for set-user-id and the like. A file at the target is replaced in one step.

    Args:
        source: A resolved path.
        target: A resolved path; its directory must exist.

    Raises:
        OSError: As the system reports it; also for a FIFO, a device or a socket.
    """
    old = facts(source)
    if not stat.S_ISDIR(old.st_mode):
        _copy_one(source, target, old)
        return
    with _folder_of(target) as folder:
        os.mkdir(_in(folder, target), dir_fd=folder)
    try:
        with os.scandir(source) as entries:
            names = [entry.name for entry in entries]
        for name in names:
            copy(source / name, target / name)
    except BaseException:
        with suppress(OSError):
            remove(target, recursive=True)
        raise


def remove(path: Path, *, recursive: bool = False) -> None:
    """Remove a file, a link itself, an empty directory, or with `recursive` a tree.

    Args:
        path: A resolved path.
        recursive: Whether a directory goes with all that is in it.

    Raises:
        OSError: As the system reports it; a part of a tree may be gone then.
    """
    import shutil

    is_folder = stat.S_ISDIR(facts(path).st_mode)
    with _folder_of(path) as folder:
        if not is_folder:
            os.unlink(_in(folder, path), dir_fd=folder)
        elif recursive:
            shutil.rmtree(_in(folder, path), dir_fd=folder)
        else:
            os.rmdir(_in(folder, path), dir_fd=folder)


def _copy_one(source: Path, target: Path, old: os.stat_result) -> None:
    temporary = target.with_name(temporary_name())
    with _folder_of(source) as there, _folder_of(target) as folder:
        try:
            if stat.S_ISLNK(old.st_mode):
                content = os.readlink(_in(there, source), dir_fd=there)
                os.symlink(content, _in(folder, temporary), dir_fd=folder)
            else:
                _copy_content(source, temporary, folder)
            os.replace(
                _in(folder, temporary), _in(folder, target), src_dir_fd=folder, dst_dir_fd=folder
            )
        except BaseException:
            with suppress(OSError):
                os.unlink(_in(folder, temporary), dir_fd=folder)
            raise


def _copy_content(source: Path, temporary: Path, folder: int | None) -> None:
    import shutil

    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    if sys.platform == "win32":
        flags |= os.O_BINARY
    else:
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    with open_file(source) as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o777
        descriptor = os.open(_in(folder, temporary), flags, 0o600, dir_fd=folder)
        with os.fdopen(descriptor, "wb") as copied:
            shutil.copyfileobj(file, copied, _PIECE_BYTES)
            if sys.platform != "win32":
                os.fchmod(copied.fileno(), mode)


@contextmanager
def _folder_of(path: Path) -> Iterator[int | None]:
    """Open the directory that an entry is in, following no link; None where the system has no descriptors of directories."""
    if sys.platform == "win32":
        yield None
    else:
        descriptor = open_beneath(Path(path.anchor), path.parent)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _in(folder: int | None, path: Path) -> str:
    """Return the name of an entry for a call that is given its directory."""
    return str(path) if folder is None else path.name
