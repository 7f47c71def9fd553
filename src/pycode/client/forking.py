"""Makes a session that goes on from where another one stands."""

from __future__ import annotations

from typing import Any

from pycode.core.errors import PyCodeError
from pycode.core.identifier import Identifier
from pycode.core.parts import now_ms
from pycode.core.records import SessionInfo
from pycode.storage.sessions import DiskStore
from pycode.storage.transcript import Transcript


def fork_session(store: DiskStore, session_id: str) -> str:
    """Copy a session's log into a new session and return the new id.

    Args:
        store: Keeps the sessions.
        session_id: The session that stays as it is.

    Raises:
        SessionNotFoundError: There is no such session.
        StorageError: Its log cannot be read, or the new one not written.
    """
    source = store.open(session_id, write=False)
    new_id = Identifier.descending("ses")
    log = store.create(new_id)
    try:
        info = _copy(source, log, session_id, new_id)
        if info is not None:
            store.save_facts(info)
    except PyCodeError:
        log.close()
        store.delete(new_id)
        raise
    log.close()
    return new_id


def _copy(source: Transcript, log: Transcript, old_id: str, new_id: str) -> SessionInfo | None:
    info: SessionInfo | None = None
    for record in source.read():
        data: dict[str, Any] = dict(record.data)
        if record.kind == "session":
            changed = {"id": new_id, "origin": old_id, "created": now_ms(), "updated": now_ms()}
            data.update(changed)
            info = SessionInfo.from_dict(data)
        if "session_id" in data:
            data["session_id"] = new_id
        log.append(record.kind, new_id if record.id == old_id else record.id, data)
    log.sync()
    return info
