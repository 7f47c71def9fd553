"""A file that takes a long output as it arrives, so that none of it has to stay in memory."""

from __future__ import annotations

import os

_FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_TRUNC
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class SpillFile:
    """A file for this user only that grows up to a limit. A full disk ends it early and is no error: `problem` says so.

    Args:
        path: Where; a file of that name is replaced, a link is not followed.
        limit: The most bytes that it may have.
    """

    def __init__(self, path: str, limit: int) -> None:
        self.path = path
        self.size = 0
        self.problem: str | None = None
        self._room = limit
        self._file: int | None = None
        try:
            self._file = os.open(path, _FLAGS, 0o600)
        except OSError as error:
            self._fail(error)

    @property
    def complete(self) -> bool:
        """Whether it has everything that was written to it."""
        return self.problem is None and self._room >= 0

    def write(self, data: bytes) -> None:
        """Add data, as far as there is room for it."""
        if self._file is None or not data:
            return
        piece = data[: self._room]
        self._room -= len(data)
        try:
            while piece:
                written = os.write(self._file, piece)
                self.size += written
                piece = piece[written:]
        except OSError as error:
            self._fail(error)
        if self._room < 0:
            self.close()

    def close(self) -> None:
        """Close the file; what is written afterwards is lost."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _fail(self, error: OSError) -> None:
        self.problem = (error.strerror or str(error)).lower()
        self.close()
