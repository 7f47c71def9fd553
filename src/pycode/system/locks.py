"""Locks between processes: a locked file, which the operating system unlocks when the process dies.

The file is empty and exists only while somebody holds the lock (or died with it); its presence says nothing.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
_PAUSE = 0.01


class FileLock:
    """A lock that one holder in all processes has at a time. Each holder needs an object of its own."""

    def __init__(self, path: Path | str) -> None:
        """Name the lock; nothing is opened yet.

        Args:
            path: The lock's own file, in a folder that exists. Nothing else may be kept in it.
        """
        self._path = os.fspath(path)
        self._fd: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._fd is not None

    def acquire(self, blocking: bool = False) -> bool:
        """Take the lock and return whether this object holds it now.

        Args:
            blocking: Wait until the lock is free.

        Raises:
            OSError: The lock's file cannot be opened or locked at all.
        """
        while self._fd is None:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o600)
            try:
                locked = _lock(fd, blocking)
                if locked and _is_file_at(fd, self._path):
                    self._fd = fd
            finally:
                if self._fd is None:
                    os.close(fd)
            if not locked:
                return False
            # Locked, but the holder before removed the file meanwhile: this lock is on a file nobody else will find.
        return True

    def release(self) -> None:
        """Give the lock back; one that is not held is ignored."""
        if self._fd is None:
            return
        fd, self._fd = self._fd, None
        _unlock_and_remove(fd, self._path)

    def __enter__(self) -> Self:
        self.acquire(blocking=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def held_by_other(path: Path | str) -> bool:
    """Return whether a live process holds the lock at `path`; this process counts when it does.

    Raises:
        OSError: The lock's file cannot be opened.
    """
    while True:
        try:
            fd = os.open(path, os.O_RDONLY | _NO_LINK)
        except FileNotFoundError:
            return False
        try:
            if not _probe(fd):
                return True
            if _is_file_at(fd, os.fspath(path)):
                return False
        finally:
            os.close(fd)


def _is_file_at(fd: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int, blocking: bool) -> bool:
        while not _try_lock(fd):
            if not blocking:
                return False
            time.sleep(_PAUSE)
        return True

    def _probe(fd: int) -> bool:
        if not _try_lock(fd):
            return False
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
        return True

    def _try_lock(fd: int) -> bool:
        os.lseek(fd, 0, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock_and_remove(fd: int, path: str) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
        os.close(fd)
        # Windows refuses this while anybody else has the file open, so a new holder's file stays.
        with suppress(OSError):
            os.unlink(path)

else:
    import fcntl

    def _lock(fd: int, blocking: bool) -> bool:
        return _flock(fd, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))

    def _probe(fd: int) -> bool:
        # Shared, so that two who only look do not see each other.
        return _flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def _flock(fd: int, operation: int) -> bool:
        try:
            fcntl.flock(fd, operation)
        except BlockingIOError:
            return False
        return True

    def _unlock_and_remove(fd: int, path: str) -> None:
        # Removed while it is still locked; who waits for it sees that and makes a new one. A read-only folder keeps it.
        with suppress(OSError):
            if _is_file_at(fd, path):
                os.unlink(path)
        os.close(fd)
