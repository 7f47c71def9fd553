"""Where sessions live on disk, and what any other place for them has to offer.

transcripts/<id>.jsonl      the log: the truth
transcripts/<id>.lock       there while a process owns the session
inbox/<id>/                 what waits for the owner
outputs/<id>/<part>.txt     tool results too long to show
sessions/<project>/<id>.json     copy of the session's facts
"""

from __future__ import annotations

import builtins
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from pycode.core.errors import SessionBusyError, SessionNotFoundError
from pycode.core.records import SessionInfo
from pycode.storage.facts import FactsFolder, Logs
from pycode.storage.folders import (
    check_name,
    explained,
    find_folder,
    make_folder,
    remove_folder,
    write_file,
)
from pycode.storage.inbox import AnyInbox, Inbox
from pycode.storage.session_ids import SHOWN, check_session_id, is_session_id, not_found
from pycode.storage.transcript import FileTranscript, Transcript
from pycode.system.locks import FileLock, held_by_other

_SUFFIX = ".jsonl"
_LOGS = "transcripts"
_INBOX = "inbox"
_OUTPUTS = "outputs"


class SessionStore(Protocol):
    """Where sessions live. A text that is no session id is one that no session has."""

    def create(self, session_id: str) -> Transcript:
        """Make the empty log of a new session and open it for writing.

        Raises:
            ValueError: The text is no session id.
            StorageError: The session exists already, or the folder cannot be written.
        """

    def open(self, session_id: str, write: bool) -> Transcript:
        """Open the log of a session.

        Args:
            session_id: The session.
            write: Whether records may be appended; only the owner does.

        Raises:
            SessionNotFoundError: There is none; the sentence names the nearest ones.
            SessionBusyError: Another process owns the session and `write` is asked for.
            StorageError: The log cannot be opened.
        """

    def exists(self, session_id: str) -> bool:
        """Return whether there is such a session."""

    def inbox(self, session_id: str) -> AnyInbox:
        """Return what waits for the session's owner."""

    def own(self, session_id: str) -> bool:
        """Become the session's owner and return whether this store is it now; asking again is harmless."""

    def disown(self, session_id: str) -> None:
        """Stop being the owner; whoever is not is ignored."""

    def owned_elsewhere(self, session_id: str) -> bool:
        """Return whether a live owner exists that is not this store."""

    def save_facts(self, info: SessionInfo) -> None:
        """Keep the copy of a session's facts that lists are made from.

        Raises:
            StorageError: It cannot be written.
        """

    def list(
        self, project_id: str | None = None, limit: int | None = None
    ) -> builtins.list[SessionInfo]:
        """Return the facts of sessions, newest first.

        Args:
            project_id: Only this project's, or all when None.
            limit: How many at most, or all when None.
        """

    def delete(self, session_id: str) -> None:
        """Remove a session with everything that belongs to it.

        Raises:
            SessionNotFoundError: There is none.
            SessionBusyError: Another process owns it.
        """

    def save_output(self, session_id: str, part_id: str, text: str) -> Path | None:
        """Keep the full text of a tool's output and return its file, or None where nothing is kept."""

    def output_path(self, session_id: str, part_id: str) -> Path | None:
        """Return where that file is, in a folder that exists, or None where nothing is kept."""


class DiskStore:
    """Sessions below a folder, shared by all of a user's processes."""

    def __init__(self, root: Path) -> None:
        """Name the folder; nothing is made before something is written.

        Args:
            root: Usually `<home>/storage`.
        """
        self.root = root
        self._facts = FactsFolder(root)
        self._locks: dict[str, FileLock] = {}

    def create(self, session_id: str) -> FileTranscript:
        """Make a session's log; see `SessionStore.create`."""
        check_session_id(session_id)
        make_folder(self.root, _LOGS)
        return FileTranscript.create(self._log(session_id))

    def open(self, session_id: str, write: bool) -> FileTranscript:
        """Open a session's log; see `SessionStore.open`."""
        self._require(session_id)
        if write and self.owned_elsewhere(session_id):
            raise _busy(session_id)
        return FileTranscript.open(self._log(session_id), write)

    def exists(self, session_id: str) -> bool:
        """Return whether there is such a session."""
        if not is_session_id(session_id) or find_folder(self.root, _LOGS) is None:
            return False
        with explained("look at", self._log(session_id)):
            return self._log(session_id).is_file()

    def inbox(self, session_id: str) -> Inbox:
        """Return what waits for the session's owner; nothing is made before something is put."""
        self._require_id(session_id)
        find_folder(self.root, _INBOX)
        return Inbox(self.root / _INBOX / session_id)

    def own(self, session_id: str) -> bool:
        """Become the session's owner; see `SessionStore.own`."""
        if session_id in self._locks:
            return True
        self._require_id(session_id)
        make_folder(self.root, _LOGS)
        lock = FileLock(self._lock(session_id))
        with explained("lock", self._lock(session_id)):
            # Another process that only looks whether there is an owner holds the lock for some microseconds.
            for pause in (0.001, 0.005, 0):
                if lock.acquire():
                    self._locks[session_id] = lock
                    return True
                time.sleep(pause)
        return False

    def disown(self, session_id: str) -> None:
        """Stop being the owner; see `SessionStore.disown`."""
        lock = self._locks.pop(session_id, None)
        if lock is not None:
            lock.release()

    def owned_elsewhere(self, session_id: str) -> bool:
        """Return whether a live owner exists that is not this store."""
        if session_id in self._locks:
            return False
        self._require_id(session_id)
        with explained("look at", self._lock(session_id)):
            return held_by_other(self._lock(session_id))

    def save_facts(self, info: SessionInfo) -> None:
        """Keep the copy of a session's facts; see `SessionStore.save_facts`."""
        self._require_id(info.id)
        self._facts.save(info)

    def list(
        self, project_id: str | None = None, limit: int | None = None
    ) -> builtins.list[SessionInfo]:
        """Return the facts of sessions, newest first; see `SessionStore.list`."""
        return self._facts.find(self._logs(), project_id, limit)

    def ids(self) -> builtins.list[str]:
        """Return the ids of all sessions, newest first, without looking into any.

        Raises:
            StorageError: The folder cannot be read.
        """
        # Session ids descend with time.
        return sorted(name for name in self._logs().ids if is_session_id(name))

    def resolve(self, text: str) -> str:
        """Return the id of the session that a person means: the whole id, or a beginning that only one has.

        Args:
            text: What was typed; upper or lower case, with `ses_` or without.

        Raises:
            SessionNotFoundError: None has it, or more than one; the sentence names the nearest ones.
        """
        if self.exists(text):
            return text
        known = self.ids()
        wanted = text.strip().casefold()
        found = [
            name
            for name in known
            if wanted and name.casefold().startswith((wanted, f"ses_{wanted}"))
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise SessionNotFoundError(
                f"{len(found)} sessions begin with {text!r}, for example {', '.join(found[:SHOWN])}; type more of the id"
            )
        raise not_found(text, known)

    def log_size(self, session_id: str) -> tuple[int, int]:
        """Return how long a session's log is, in bytes, and when it last grew, in UTC milliseconds.

        Raises:
            SessionNotFoundError: There is no such session.
        """
        self._require_id(session_id)
        with explained("look at", self._log(session_id)):
            try:
                return _size_and_time(os.lstat(self._log(session_id)))
            except FileNotFoundError as error:
                raise not_found(session_id, self._logs().ids) from error

    def log_sizes(self) -> dict[str, tuple[int, int]]:
        """Return the same for all sessions.

        Raises:
            StorageError: The folder cannot be read.
        """
        folder = find_folder(self.root, _LOGS)
        found: dict[str, tuple[int, int]] = {}
        if folder is None:
            return found
        with explained("read", folder), os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name.removesuffix(_SUFFIX)
                if name != entry.name and is_session_id(name):
                    # One that is deleted meanwhile is none.
                    with suppress(FileNotFoundError):
                        found[name] = _size_and_time(entry.stat(follow_symlinks=False))
        return found

    def delete(self, session_id: str) -> None:
        """Remove a session with everything that belongs to it; see `SessionStore.delete`."""
        self._require(session_id)
        if not self.own(session_id):
            raise _busy(session_id)
        try:
            with explained("remove the session from", self.root):
                for kind in (_INBOX, _OUTPUTS):
                    if find_folder(self.root, kind) is not None:
                        remove_folder(self.root / kind / session_id)
                self._facts.remove(session_id)
                # The log goes last: until then the session is there and can be deleted again.
                self._log(session_id).unlink(missing_ok=True)
        finally:
            self.disown(session_id)

    def save_output(self, session_id: str, part_id: str, text: str) -> Path | None:
        """Keep the full text of a tool's output; see `SessionStore.save_output`."""
        path = self.output_path(session_id, part_id)
        write_file(path, text.encode("utf-8", errors="backslashreplace"))
        return path

    def output_path(self, session_id: str, part_id: str) -> Path:
        """Return where that file is; see `SessionStore.output_path`."""
        self._require_id(session_id)
        return make_folder(self.root, _OUTPUTS, session_id) / f"{check_name(part_id)}.txt"

    def output_sizes(self) -> dict[str, int]:
        """Return how many bytes of tool outputs are kept, for each session that has any, deleted ones too.

        Raises:
            StorageError: The folder cannot be read.
        """
        folder = find_folder(self.root, _OUTPUTS)
        if folder is None:
            return {}
        with explained("read", folder):
            return {
                entry.name: sum(
                    file.stat(follow_symlinks=False).st_size for file in os.scandir(entry)
                )
                for entry in os.scandir(folder)
                if entry.is_dir(follow_symlinks=False) and is_session_id(entry.name)
            }

    def delete_outputs(self, session_id: str) -> None:
        """Remove the tool outputs of a session, which may be deleted already.

        Raises:
            StorageError: The system refuses.
        """
        self._require_id(session_id)
        if find_folder(self.root, _OUTPUTS) is not None:
            with explained("remove the outputs from", self.root / _OUTPUTS):
                remove_folder(self.root / _OUTPUTS / session_id)

    def _log(self, session_id: str) -> Path:
        return self.root / _LOGS / f"{session_id}{_SUFFIX}"

    def _lock(self, session_id: str) -> Path:
        return self.root / _LOGS / f"{session_id}.lock"

    def _logs(self) -> Logs:
        folder = find_folder(self.root, _LOGS)
        if folder is None:
            return Logs(self.root / _LOGS, set())
        with explained("read", folder):
            names = os.listdir(folder)
        return Logs(folder, {name[: -len(_SUFFIX)] for name in names if name.endswith(_SUFFIX)})

    def _require_id(self, session_id: str) -> None:
        if not is_session_id(session_id):
            raise not_found(session_id, self._logs().ids)

    def _require(self, session_id: str) -> None:
        if not self.exists(session_id):
            raise not_found(session_id, self._logs().ids)


def _size_and_time(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns // 1_000_000


def _busy(session_id: str) -> SessionBusyError:
    return SessionBusyError(
        f"the session {session_id} is open in another PyCode; end that one, or wait until it is done"
    )
