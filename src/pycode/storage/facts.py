"""The copy of every session's facts, one small file each, so that a list reads no log.

The log is the truth: a copy that is missing or broken is made again from it.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pycode.core.data import Data
from pycode.core.errors import StorageError
from pycode.core.records import SessionInfo
from pycode.storage.encoding import decode_object, encode
from pycode.storage.folders import (
    check_name,
    explained,
    find_folder,
    make_folder,
    read_file,
    write_file,
)
from pycode.storage.record import Record
from pycode.storage.shapes import is_readable
from pycode.storage.transcript import FileTranscript

_log = logging.getLogger(__name__)

_SESSIONS = "sessions"


@dataclass(slots=True, eq=False, repr=False)
class Logs(Data):
    """The logs that there are."""

    folder: Path
    """Where they lie."""
    ids: set[str]
    """Their sessions."""

    def path(self, session_id: str) -> Path:
        """Return the log of a session."""
        return self.folder / f"{session_id}.jsonl"


class FactsFolder:
    """`sessions/<project>/<id>.json` below the store's root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def save(self, info: SessionInfo) -> None:
        """Write the copy, whole or not at all.

        Raises:
            StorageError: It cannot be written.
            ValueError: The project's id cannot be a folder's name.
        """
        folder = make_folder(self._root, _SESSIONS, check_name(info.project_id))
        write_file(folder / f"{info.id}.json", encode(info.to_dict()))

    def find(self, logs: Logs, project_id: str | None, limit: int | None) -> list[SessionInfo]:
        """Return the facts of the newest sessions, newest first.

        Args:
            logs: The logs of all sessions.
            project_id: Only this project's, or all when None.
            limit: How many at most, or all when None.

        Raises:
            StorageError: The folder cannot be read.
        """
        projects = self._projects()
        for session_id in logs.ids - projects.keys():
            if (info := _from_log(logs.path(session_id))) is not None:
                projects[session_id] = info.project_id
                self._repair(info)
        wanted = [
            session_id
            for session_id, project in projects.items()
            if (project_id is None or project == project_id) and session_id in logs.ids
        ]
        # Session ids descend with time, so the order of their names is newest first.
        loaded = (
            self._load(session_id, projects[session_id], logs) for session_id in sorted(wanted)
        )
        return list(islice((info for info in loaded if info is not None), limit))

    def remove(self, session_id: str) -> None:
        """Remove the copy, wherever it is.

        Raises:
            OSError: The system refuses.
        """
        folder = find_folder(self._root, _SESSIONS)
        for project in os.listdir(folder) if folder is not None else ():
            if find_folder(self._root, _SESSIONS, project) is not None:
                (self._root / _SESSIONS / project / f"{session_id}.json").unlink(missing_ok=True)

    def _projects(self) -> dict[str, str]:
        folder = find_folder(self._root, _SESSIONS)
        if folder is None:
            return {}
        projects: dict[str, str] = {}
        with explained("read", folder):
            for entry in os.scandir(folder):
                if entry.is_dir(follow_symlinks=False):
                    for name in os.listdir(entry.path):
                        if name.endswith(".json"):
                            projects[name[:-5]] = entry.name
        return projects

    def _load(self, session_id: str, project_id: str, logs: Logs) -> SessionInfo | None:
        path = self._root / _SESSIONS / project_id / f"{session_id}.json"
        try:
            info = _to_info(decode_object(read_file(path)))
        except OSError:  # removed meanwhile, or a link: the log decides
            info = None
        if info is not None and info.id == session_id and info.project_id == project_id:
            return info
        info = _from_log(logs.path(session_id))
        if info is None:
            _log.warning("%s is broken and its log does not say better; it is left out", path)
            return None
        self._repair(info)
        return info

    def _repair(self, info: SessionInfo) -> None:
        try:
            self.save(info)
        except (StorageError, ValueError) as error:
            _log.warning("the facts of session %s are not kept: %s", info.id, error)


def _from_log(path: Path) -> SessionInfo | None:
    try:
        for record in FileTranscript.open(path, write=False).read_backward():
            if record.kind == "session":
                info = _to_info(record.data)
                return info if info is not None and info.id == path.stem else None
    except StorageError as error:
        _log.warning("%s", error)
    return None


def _to_info(data: dict[str, Any] | None) -> SessionInfo | None:
    if data is None or not is_readable(Record(1, 1, 0, "session", str(data.get("id")), data)):
        return None
    return SessionInfo.from_dict(data)
