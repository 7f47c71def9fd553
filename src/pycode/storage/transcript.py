"""A session's log: records that are only appended, on disk or in memory.

A record is handed to the operating system in one write before `append` returns, so a killed process loses nothing that it
was told is written. `sync` is for the power cut.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Self

from pycode.core.errors import SessionNotFoundError, StorageError
from pycode.core.parts import now_ms
from pycode.storage.folders import NO_LINK, explain, explained
from pycode.storage.lines import BLOCK, find_after, lines_backward
from pycode.storage.record import UPCASTS, Record, Upcast, line_version, parse_line, version

_log = logging.getLogger(__name__)


class Transcript(Protocol):
    """The log of one session."""

    @property
    def last_seq(self) -> int:
        """The number of the last record, or 0."""

    def append(self, kind: str, id: str, data: dict[str, Any]) -> Record:  # noqa: A002
        """Add a record; it is safe from the death of this process when this returns.

        Args:
            kind: What it is, for example `message`.
            id: What it is about: the id of the session, message or part.
            data: The fact, JSON-serialisable.

        Raises:
            StorageError: It cannot be written; the log is as it was before.
        """

    def read(self, after: int = 0) -> Iterator[Record]:
        """Yield the records whose number is greater than `after`, oldest first, one line in memory at a time."""

    def read_backward(self, before: int | None = None) -> Iterator[Record]:
        """Yield the records whose number is less than `before` (None: all), newest first, as they are asked for."""

    def read_before(self, before: int | None, limit: int) -> list[Record]:
        """Return the last `limit` records whose number is less than `before` (None: of all), oldest first."""

    def sync(self) -> None:
        """Make sure that what was appended survives a power cut.

        Raises:
            StorageError: The disk refuses.
        """

    def close(self) -> None:
        """Let go of the file; nothing is appended afterwards."""


class FileTranscript:
    """A log in a file. One process at a time opens it for writing; any may read."""

    def __init__(self, path: Path, fd: int | None, upcasts: Sequence[Upcast]) -> None:
        """For `create` and `open` only."""
        self.path = path
        self._fd = fd
        self._upcasts = upcasts
        self._version = version(upcasts)
        self._last_seq = 0
        self._end = 0
        self._torn = False
        self._newer = False
        self._garbage = False
        self._new = False

    @classmethod
    def create(cls, path: Path, *, upcasts: Sequence[Upcast] = UPCASTS) -> Self:
        """Make an empty log and open it for writing.

        Args:
            path: The file, in a folder that exists; there must be none yet.
            upcasts: How older versions of a line are brought up to date.

        Raises:
            StorageError: The file exists already or cannot be made.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | NO_LINK
        try:
            fd = os.open(path, flags, mode=0o600)
        except FileExistsError as error:
            raise StorageError(f"the session's log {path} exists already; open it") from error
        except OSError as error:
            raise explain(error, "make the session's log", path) from error
        transcript = cls(path, fd, upcasts)
        transcript._new = True
        return transcript

    @classmethod
    def open(cls, path: Path, write: bool = True, *, upcasts: Sequence[Upcast] = UPCASTS) -> Self:
        """Open a log that exists. A torn last line is cut off when it is opened for writing.

        Args:
            path: The file.
            write: Whether records may be appended; only the session's owner does.
            upcasts: How older versions of a line are brought up to date.

        Raises:
            SessionNotFoundError: There is no such file.
            StorageError: It cannot be opened.
        """
        try:
            fd = os.open(path, (os.O_RDWR | os.O_APPEND if write else os.O_RDONLY) | NO_LINK)
        except FileNotFoundError as error:
            raise SessionNotFoundError(f"there is no session log at {path}") from error
        except OSError as error:
            raise explain(error, "open the session's log", path) from error
        transcript = cls(path, fd, upcasts)
        try:
            transcript._look_at_tail()
            if write:
                transcript._cut_torn_line()
        except BaseException:
            os.close(fd)
            raise
        if not write:
            os.close(fd)
            transcript._fd = None
        return transcript

    @property
    def last_seq(self) -> int:
        """The number of the last record, or 0; a reader sees what the owner has appended meanwhile."""
        if self._fd is None:
            self._look_at_tail()
        return self._last_seq

    @property
    def read_only(self) -> bool:
        """Whether `append` refuses: opened for reading, closed, or written by a newer PyCode."""
        return self._fd is None or self._newer

    def append(self, kind: str, id: str, data: dict[str, Any]) -> Record:  # noqa: A002
        """Add a record; see `Transcript.append`."""
        if self._fd is None:
            raise StorageError(f"{self.path} is open for reading only")
        if self._newer:
            raise StorageError(
                f"{self.path} was written by a newer PyCode and can only be read; upgrade to continue the session"
            )
        record = Record(self._version, self._last_seq + 1, now_ms(), kind, id, data)
        line = record.to_line()
        try:
            if self._torn:
                self._cut_back(self._fd)
            _write_all(self._fd, line)
        except OSError as error:
            self._torn = True
            with suppress(OSError):  # tried again before the next record
                self._cut_back(self._fd)
            raise explain(error, "write the session's log", self.path) from error
        self._end += len(line)
        self._last_seq = record.seq
        return record

    def read(self, after: int = 0) -> Iterator[Record]:
        """Yield the records after a number; see `Transcript.read`."""
        with self._reader() as file:
            if after > 0:
                file.seek(find_after(file, _size(file), after, self._seq_of))
            for line in file:
                if not line.endswith(b"\n"):
                    return
                record = self._parse(line)
                if record is not None:
                    yield record

    def read_backward(self, before: int | None = None) -> Iterator[Record]:
        """Yield the records before a number, newest first; see `Transcript.read_backward`."""
        with self._reader() as file:
            end = _size(file)
            if before is not None:
                end = find_after(file, end, before - 1, self._seq_of)
            lines = lines_backward(file, end)
            next(lines)
            for line in lines:
                record = self._parse(line)
                if record is not None:
                    yield record

    def read_before(self, before: int | None, limit: int) -> list[Record]:
        """Return the last records before a number; see `Transcript.read_before`."""
        return list(islice(self.read_backward(before), limit))[::-1]

    def sync(self) -> None:
        """Make what was appended survive a power cut; see `Transcript.sync`."""
        if self._fd is None:
            return
        with explained("write the session's log", self.path):
            _sync_data(self._fd)
            if self._new:
                _sync_folder(self.path.parent)
                self._new = False

    def close(self) -> None:
        """Let go of the file."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _reader(self) -> BinaryIO:
        with explained("read the session's log", self.path):
            return os.fdopen(os.open(self.path, os.O_RDONLY | NO_LINK), "rb", buffering=BLOCK)

    def _parse(self, line: bytes) -> Record | None:
        record = parse_line(line, self._upcasts)
        if record is not None:
            self._newer = self._newer or record.v > self._version
            return record
        if line_version(line) > self._version:
            self._newer = True
        elif not self._garbage:
            self._garbage = True
            _log.warning("%s holds lines that are no records; they are skipped", self.path)
        return None

    def _seq_of(self, line: bytes) -> int | None:
        record = parse_line(line, self._upcasts)
        return record.seq if record is not None else None

    def _look_at_tail(self) -> None:
        own = b'{"v":%d,' % self._version
        with self._reader() as file:
            size = _size(file)
            lines = lines_backward(file, size)
            self._end = size - len(next(lines))
            self._torn = self._end < size
            self._last_seq = 0
            seen = 0
            for line in lines:
                if not self._last_seq:
                    self._last_seq = self._seq_of(line) or 0
                if not line.startswith(own) and line_version(line) > self._version:
                    self._newer = True
                seen += len(line) + 1
                if self._last_seq and seen > BLOCK:
                    break

    def _cut_torn_line(self) -> None:
        if not self._torn or self._fd is None or self._newer:
            return
        _log.warning("the last line of %s is torn, as after a crash; it is dropped", self.path)
        with explained("repair the session's log", self.path):
            self._cut_back(self._fd)

    def _cut_back(self, fd: int) -> None:
        os.ftruncate(fd, self._end)
        self._torn = False


class MemoryTranscript:
    """A log in memory, for sessions that leave nothing behind."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    @property
    def last_seq(self) -> int:
        """The number of the last record, or 0."""
        return len(self._lines)

    def append(self, kind: str, id: str, data: dict[str, Any]) -> Record:  # noqa: A002
        """Add a record; see `Transcript.append`."""
        record = Record(version(), len(self._lines) + 1, now_ms(), kind, id, data)
        # Kept as bytes: who changes `data` afterwards does not change the log.
        self._lines.append(record.to_line())
        return record

    def read(self, after: int = 0) -> Iterator[Record]:
        """Yield the records after a number; see `Transcript.read`."""
        position = max(after, 0)
        while position < len(self._lines):
            yield self._record(position)
            position += 1

    def read_backward(self, before: int | None = None) -> Iterator[Record]:
        """Yield the records before a number, newest first; see `Transcript.read_backward`."""
        count = len(self._lines)
        stop = count if before is None else min(max(before - 1, 0), count)
        for position in reversed(range(stop)):
            yield self._record(position)

    def read_before(self, before: int | None, limit: int) -> list[Record]:
        """Return the last records before a number; see `Transcript.read_before`."""
        return list(islice(self.read_backward(before), limit))[::-1]

    def sync(self) -> None:
        """Do nothing: memory does not survive a power cut."""

    def close(self) -> None:
        """Do nothing: the log lives as long as the store."""

    def _record(self, position: int) -> Record:
        return Record(**json.loads(self._lines[position]))


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _write_all(fd: int, data: bytes) -> None:
    written = os.write(fd, data)
    while written < len(data):
        # Only a disk that fills up writes less than it was given; the next try says so.
        data = data[written:]
        written = os.write(fd, data)


if sys.platform == "linux":
    _sync_data = os.fdatasync
else:
    _sync_data = os.fsync

if sys.platform == "win32":

    def _sync_folder(folder: Path) -> None:
        """Do nothing: Windows has no such thing."""

else:

    def _sync_folder(folder: Path) -> None:
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
