"""New sessions made of the records of others: a fork, and what an export brought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pycode.core.errors import PyCodeError, StorageError, UsageError
from pycode.core.identifier import Identifier
from pycode.core.parts import now_ms
from pycode.core.records import SessionInfo
from pycode.storage.record import Record
from pycode.storage.sessions import SessionStore


def fork_session(
    store: SessionStore, session_id: str, message_id: str | None = None
) -> SessionInfo:
    """Copy a session up to a message into a new one and return its facts.

    The copy keeps the ids of messages and parts, and the frozen beginning of the requests, which a provider may have kept.

    Args:
        store: Where both live.
        session_id: The session to copy.
        message_id: The last message to copy, or all of them when None.

    Raises:
        SessionNotFoundError: There is no such session.
        UsageError: It has no such message.
        StorageError: Its log does not say what it is, or the new one cannot be written.
    """
    records = list(store.open(session_id, write=False).read())
    facts = next((record for record in reversed(records) if record.kind == "session"), None)
    if facts is None:
        raise StorageError(f"the log of session {session_id} is broken: it does not say what it is")
    now = now_ms()
    info = replace(
        SessionInfo.from_dict(facts.data),
        id=Identifier.descending("ses"),
        origin=session_id,
        parent_id=None,
        archived=None,
        created=now,
        updated=now,
    )
    kept = _until(records, message_id) if message_id is not None else records
    write_session(store, info, kept, session_id)
    return info


def write_session(
    store: SessionStore, info: SessionInfo, records: Iterable[Record], written_as: str
) -> None:
    """Write a new session whose log begins with its facts and goes on with the records of another.

    Args:
        store: Where it shall live.
        info: Its facts; those in `records` are left out.
        records: What the log holds.
        written_as: The id of the session that `records` speak of.

    Raises:
        ValueError: Its id can be none.
        StorageError: It exists already, or cannot be written; then nothing of it is left.
    """
    transcript = store.create(info.id)
    store.own(info.id)
    try:
        transcript.append("session", info.id, info.to_dict())
        for record in records:
            if record.kind != "session":
                about = info.id if record.id == written_as else record.id
                transcript.append(record.kind, about, _moved(record.data, info.id))
        transcript.sync()
        store.save_facts(info)
    except (PyCodeError, ValueError):
        transcript.close()
        store.disown(info.id)
        store.delete(info.id)
        raise
    transcript.close()
    store.disown(info.id)


def _moved(data: Mapping[str, Any], session_id: str) -> dict[str, Any]:
    return {**data, "session_id": session_id} if "session_id" in data else dict(data)


def _until(records: Iterable[Record], message_id: str) -> Iterator[Record]:
    """Yield the records up to the first of a message that is newer than the one named."""
    known: set[str] = set()
    for record in records:
        if record.kind == "message" and record.id not in known:
            if message_id in known:
                return
            known.add(record.id)
        yield record
    if message_id not in known:
        raise UsageError(f"the session has no message {message_id!r}; take an id that it has")
