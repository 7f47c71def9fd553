"""The sessions that this process owns, and a look into the logs of all others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pycode.core.bus import Bus
from pycode.core.errors import StorageError
from pycode.core.events import Event
from pycode.core.records import SessionInfo
from pycode.engine.active import ActiveSession
from pycode.engine.journal import Journal
from pycode.engine.replay import event_of
from pycode.engine.state import SessionState, fold
from pycode.storage.sessions import SessionStore
from pycode.storage.shapes import is_readable
from pycode.storage.transcript import Transcript
from pycode.workspace.project import find_project

if TYPE_CHECKING:
    from pycode.tools.jobs import Job

_log = logging.getLogger(__name__)


class OwnedSessions:
    """Takes sessions over, keeps them, gives them up.

    Args:
        store: Where sessions live.
        bus: Carries their events.
        on_job_end: Called with a session's id and a job of it that has ended by itself.
    """

    def __init__(
        self, store: SessionStore, bus: Bus, on_job_end: Callable[[str, Job], None]
    ) -> None:
        self._store = store
        self._on_job_end = on_job_end
        self._bus = bus
        self._active: dict[str, ActiveSession] = {}

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the owned sessions."""
        return iter(list(self._active))

    def get(self, session_id: str) -> ActiveSession | None:
        """Return the session if this process owns it."""
        return self._active.get(session_id)

    def begin(self, info: SessionInfo) -> ActiveSession:
        """Make a session and own it; nothing of it is left when that fails."""
        transcript = self._store.create(info.id)
        try:
            self._store.own(info.id)
            active = self._open(transcript, SessionState(), info.id, info)
            self._store.save_facts(info)
        except BaseException:
            self._active.pop(info.id, None)
            transcript.close()
            self._store.disown(info.id)
            self._store.delete(info.id)
            raise
        return active

    def take(self, session_id: str) -> ActiveSession | None:
        """Return the session, taken over when no live process owns it; None when one does.

        Raises:
            SessionNotFoundError: There is no such session.
            StorageError: Its log cannot be used.
        """
        active = self._active.get(session_id)
        if active is not None:
            return active
        if not self._store.exists(session_id):
            # Opening it says so, with the nearest ids.
            self._store.open(session_id, write=False)
        if not self._store.own(session_id):
            return None
        try:
            return self._reopen(session_id)
        except BaseException:
            self._active.pop(session_id, None)
            self._store.disown(session_id)
            raise

    def _reopen(self, session_id: str) -> ActiveSession:
        transcript = self._store.open(session_id, write=True)
        try:
            active = self._open(transcript, fold(transcript.read()), session_id)
            active.mend()
        except BaseException:
            transcript.close()
            raise
        return active

    def _open(
        self,
        transcript: Transcript,
        state: SessionState,
        session_id: str,
        new: SessionInfo | None = None,
    ) -> ActiveSession:
        journal = Journal(transcript, state, self._bus)
        if new is not None:
            journal.session(new)
        if state.info is None or state.info.id != session_id:
            raise StorageError(
                f"the log of session {session_id} is broken: it does not say what it is"
            )
        try:
            project = find_project(Path(state.info.directory))
        except ValueError as error:
            raise StorageError(
                f"the log of session {session_id} is broken: its directory can be none ({error})"
            ) from error
        active = ActiveSession(journal, self._store.inbox(session_id), project)
        active.on_job_end = lambda job: self._on_job_end(session_id, job)
        self._active[session_id] = active
        return active

    def give_up(self, session_id: str) -> None:
        """Close the session's log and let others own it."""
        active = self._active.pop(session_id)
        self.save_facts(active)
        try:
            active.journal.close()
        except StorageError as error:
            # The turn that could not write it has said so.
            _log.info("%s", error)
        finally:
            self._store.disown(session_id)

    def save_facts(self, active: ActiveSession) -> None:
        """Write the copy of the session's facts; without it, lists show older ones."""
        try:
            self._store.save_facts(active.journal.info)
        except (StorageError, ValueError) as error:
            # A log that somebody else wrote can name a project that there cannot be.
            _log.info("%s", error)

    def state(self, session_id: str) -> SessionState:
        """Return the present state of any session."""
        active = self._active.get(session_id)
        if active is not None:
            return active.journal.state
        return fold(self._store.open(session_id, write=False).read())

    def replay(self, session_id: str, after: int) -> Iterator[Event]:
        """Yield the durable events of any session whose number is greater than `after`."""
        for record in self._log(session_id).read(after=after):
            event = event_of(session_id, record) if is_readable(record) else None
            if event is not None:
                yield event

    def last_seq(self, session_id: str) -> int:
        """Return the number of the last record of any session."""
        return self._log(session_id).last_seq

    def _log(self, session_id: str) -> Transcript:
        active = self._active.get(session_id)
        return active.journal.transcript if active else self._store.open(session_id, write=False)
