"""Sessions in memory only."""

from __future__ import annotations

import builtins
from pathlib import Path

from pycode.core.errors import StorageError
from pycode.core.records import SessionInfo
from pycode.storage.inbox import MemoryInbox
from pycode.storage.session_ids import check_session_id, not_found
from pycode.storage.transcript import MemoryTranscript


class MemoryStore:
    """Sessions that leave nothing behind."""

    def __init__(self) -> None:
        self._logs: dict[str, MemoryTranscript] = {}
        self._inboxes: dict[str, MemoryInbox] = {}
        self._facts: dict[str, SessionInfo] = {}

    def create(self, session_id: str) -> MemoryTranscript:
        """Make a session's log; see `SessionStore.create`."""
        check_session_id(session_id)
        if session_id in self._logs:
            raise StorageError(f"the session {session_id} exists already")
        return self._logs.setdefault(session_id, MemoryTranscript())

    def open(self, session_id: str, write: bool) -> MemoryTranscript:
        """Return a session's log; see `SessionStore.open`."""
        return self._require(session_id)

    def exists(self, session_id: str) -> bool:
        """Return whether there is such a session."""
        return session_id in self._logs

    def inbox(self, session_id: str) -> MemoryInbox:
        """Return what waits for the session's owner."""
        return self._inboxes.setdefault(session_id, MemoryInbox())

    def own(self, session_id: str) -> bool:
        """Return True: nobody else can see the session."""
        return True

    def disown(self, session_id: str) -> None:
        """Do nothing: there is no other owner."""

    def owned_elsewhere(self, session_id: str) -> bool:
        """Return False: nobody else can see the session."""
        return False

    def save_facts(self, info: SessionInfo) -> None:
        """Keep a session's facts as they are now."""
        self._facts[info.id] = SessionInfo.from_dict(info.to_dict())

    def list(
        self, project_id: str | None = None, limit: int | None = None
    ) -> builtins.list[SessionInfo]:
        """Return the facts of sessions, newest first; see `SessionStore.list`."""
        infos = (self._facts[session_id] for session_id in sorted(self._facts))
        found = [info for info in infos if project_id is None or info.project_id == project_id]
        return [SessionInfo.from_dict(info.to_dict()) for info in found[:limit]]

    def delete(self, session_id: str) -> None:
        """Forget a session; see `SessionStore.delete`."""
        self._require(session_id)
        del self._logs[session_id]
        self._inboxes.pop(session_id, None)
        self._facts.pop(session_id, None)

    def save_output(self, session_id: str, part_id: str, text: str) -> Path | None:
        """Return None: nothing is kept."""
        return None

    def output_path(self, session_id: str, part_id: str) -> Path | None:
        """Return None: nothing is kept."""
        return None

    def _require(self, session_id: str) -> MemoryTranscript:
        log = self._logs.get(session_id)
        if log is None:
            raise not_found(session_id, self._logs)
        return log
