"""Prompts and answers that wait for the process which owns a session. Any process adds; only the owner takes."""

from __future__ import annotations

import errno
import json
import logging
import os
from pathlib import Path
from typing import Any, ClassVar

from pycode.core.errors import StorageError
from pycode.storage.encoding import decode_object, encode, fingerprint
from pycode.storage.folders import check_name, explained, make_folder, read_file, write_file
from pycode.system.locks import FileLock

_log = logging.getLogger(__name__)

_SUFFIX = ".json"
_NO_FILE = (errno.ELOOP, errno.EMLINK, errno.EISDIR)


class Inbox:
    """An inbox in a folder, one file an item."""

    shared: ClassVar = True
    """Whether other processes can put something into it."""

    def __init__(self, directory: Path) -> None:
        """Name the folder; it is made when the first item is put.

        Args:
            directory: The session's own folder.
        """
        self._directory = directory

    def put(self, item_id: str, data: dict[str, Any]) -> bool:
        """Add an item; it is there whole or not at all.

        Args:
            item_id: The item's id; ids sort in the order in which they are to be taken.
            data: What it says, JSON-serialisable.

        Returns:
            Whether it is new: the same id with the same content is one item.

        Raises:
            StorageError: The id waits already with other content, or the folder cannot be written.
            ValueError: The id cannot be a file's name.
        """
        path = self._path(item_id)
        folder = make_folder(self._directory.parent, self._directory.name)
        with explained("write to the inbox", folder), FileLock(folder / ".lock"):
            present = self._load(path)
            if present is None:
                write_file(path, encode(data))
                return True
        if fingerprint(present) == fingerprint(data):
            return False
        raise StorageError(f"{item_id} waits in {folder} already and says something else")

    def items(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what waits, sorted by id. A file that cannot be understood is set aside with a warning.

        Raises:
            StorageError: The folder cannot be read.
        """
        with explained("read the inbox", self._directory):
            try:
                names = os.listdir(self._directory)
            except FileNotFoundError:
                return []
            ids = sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
            loaded = [
                (item_id, self._load(self._directory / (item_id + _SUFFIX))) for item_id in ids
            ]
        return [(item_id, data) for item_id, data in loaded if data is not None]

    def take(self, item_id: str) -> None:
        """Remove an item; one that is not there is ignored.

        Raises:
            StorageError: It cannot be removed.
            ValueError: The id cannot be a file's name.
        """
        path = self._path(item_id)
        with explained("empty the inbox", path):
            path.unlink(missing_ok=True)

    def _path(self, item_id: str) -> Path:
        return self._directory / (check_name(item_id) + _SUFFIX)

    def _load(self, path: Path) -> dict[str, Any] | None:
        try:
            data = decode_object(read_file(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in _NO_FILE:
                raise
            data = None
        if data is None:
            _log.warning("%s cannot be understood; it is set aside as %s.bad", path, path.name)
            os.replace(path, f"{path}.bad")
        return data


class MemoryInbox:
    """The same in memory."""

    shared: ClassVar = False
    """Whether other processes can put something into it."""

    def __init__(self) -> None:
        self._items: dict[str, bytes] = {}

    def put(self, item_id: str, data: dict[str, Any]) -> bool:
        """Add an item and return whether it is new; see `Inbox.put`."""
        line = fingerprint(data)
        present = self._items.setdefault(check_name(item_id), line)
        if present is line:
            return True
        if present == line:
            return False
        raise StorageError(f"{item_id} waits in the inbox already and says something else")

    def items(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what waits, sorted by id."""
        return [(item_id, json.loads(line)) for item_id, line in sorted(self._items.items())]

    def take(self, item_id: str) -> None:
        """Remove an item; one that is not there is ignored."""
        self._items.pop(check_name(item_id), None)


AnyInbox = Inbox | MemoryInbox
"""What a store hands out."""
