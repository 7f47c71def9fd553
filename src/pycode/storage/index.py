"""The index of all sessions: full-text search, and what every request used, for totals.

It is only ever a copy of the logs. Before it answers it takes in the logs that changed since; where its file is missing, broken,
of another version, or on a file system without locks, it is made again, in memory when it must be. So it may be deleted at any
time. sqlite3 is imported with this module, which is imported when somebody searches.
"""

from __future__ import annotations

import os
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pycode.core.errors import SessionNotFoundError, StorageError
from pycode.storage.encoding import encode
from pycode.storage.record import Record
from pycode.storage.sessions import DiskStore

_VERSION = 1
_BUSY_SECONDS = 2.0
_TOGETHER = 50
"""How many logs are taken in by one transaction: others wait so long at most."""
_SHORTEST_BEGINNING = 3
_LONGEST_QUERY = 20
_LOOKED_AT = 400
"""How many messages of one search are looked at, the latest ones: a word that is everywhere stays quick."""
_BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")
_TABLES = """
CREATE TABLE logs (id TEXT PRIMARY KEY, size INTEGER, time INTEGER, project TEXT, title TEXT) WITHOUT ROWID;
CREATE TABLE steps (part TEXT, session TEXT, model TEXT, ended INTEGER, usage TEXT, cost REAL);
CREATE INDEX steps_of ON steps (session);
CREATE TABLE texts (number INTEGER PRIMARY KEY, session TEXT, message TEXT, role TEXT, time INTEGER, text TEXT);
CREATE INDEX texts_of ON texts (session);
CREATE VIRTUAL TABLE found USING fts5 (
    text, content='texts', content_rowid='number', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER texts_in AFTER INSERT ON texts BEGIN
    INSERT INTO found (rowid, text) VALUES (new.number, new.text);
END;
CREATE TRIGGER texts_out AFTER DELETE ON texts BEGIN
    INSERT INTO found (found, rowid, text) VALUES ('delete', old.number, old.text);
END;
"""

Result = TypeVar("Result")


@dataclass(slots=True)
class Hit:
    """A session in which something was found."""

    session_id: str
    """The session."""
    title: str
    """Its title."""
    message_id: str
    """The latest message that has it; empty when it is the title."""
    role: str
    """Who said it: user or assistant; or `title`."""
    time: int
    """When, in UTC milliseconds."""
    text: str
    """The words around it."""

    def to_dict(self) -> dict[str, Any]:
        """Return the hit as JSON-serialisable data."""
        return {
            "session_id": self.session_id,
            "title": self.title,
            "message_id": self.message_id,
            "role": self.role,
            "time": self.time,
            "text": self.text,
        }


@dataclass(slots=True)
class Used:
    """What one model request used."""

    part_id: str
    """The step's last part; a fork has it too."""
    session_id: str
    """The session that made it."""
    model: str
    """`provider/model`."""
    ended: int
    """When, in UTC milliseconds."""
    usage: dict[str, int]
    """Its tokens."""
    cost: float | None
    """US dollars, or None when the price is not known."""


class SessionIndex:
    """The index beside a store's sessions.

    Args:
        store: Where the sessions live.
    """

    def __init__(self, store: DiskStore) -> None:
        self._store = store
        self._path = store.root / "index.sqlite"

    def search(self, text: str, project_id: str | None = None, limit: int = 20) -> list[Hit]:
        """Return the sessions in which all words were said, those with the latest message first.

        Args:
            text: The words; of the last one the beginning is enough, from three characters on.
            project_id: Only this project's sessions, or all when None.
            limit: How many sessions at most.

        Raises:
            StorageError: The logs cannot be read.
        """
        query = _query(text)
        if query is None:
            return []
        return self._ask(lambda database: _search(database, query, project_id, limit))

    def used(self, since: int = 0) -> list[Used]:
        """Return what all requests used, those of the oldest session first.

        Args:
            since: Only requests that ended then or later, in UTC milliseconds.

        Raises:
            StorageError: The logs cannot be read.
        """
        return self._ask(lambda database: _used(database, since))

    def _ask(self, question: Callable[[sqlite3.Connection], Result]) -> Result:
        """Answer from the file; from one that is made again when it is broken; from memory when neither is possible."""
        for attempt in (self._from_file, self._from_new_file):
            try:
                return attempt(question)
            except (sqlite3.Error, OSError) as error:
                if not _is_broken(error):
                    break
        return self._from_memory(question)

    def _from_file(self, question: Callable[[sqlite3.Connection], Result]) -> Result:
        # Made here, so that it is for this user only and no link is followed.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(self._path, flags, 0o600))
        return self._answer(str(self._path), question)

    def _from_new_file(self, question: Callable[[sqlite3.Connection], Result]) -> Result:
        for name in (self._path, Path(f"{self._path}-journal")):
            with suppress(FileNotFoundError):
                os.unlink(name)
        return self._from_file(question)

    def _from_memory(self, question: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            return self._answer(":memory:", question)
        except sqlite3.Error as error:
            raise StorageError(
                f"sessions cannot be searched: {error}; use a Python whose SQLite has FTS5"
            ) from error

    def _answer(self, name: str, question: Callable[[sqlite3.Connection], Result]) -> Result:
        # Transactions are begun by hand: see _transaction.
        database = sqlite3.connect(name, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            _prepare(database)
            self._refresh(database)
            return question(database)
        finally:
            database.close()

    def _refresh(self, database: sqlite3.Connection) -> None:
        """Take in what changed since the last time."""
        known = {row[0]: row[1:] for row in database.execute("SELECT id, size, time FROM logs")}
        present = self._store.logs()
        gone = known.keys() - present.keys()
        # The oldest first, so that numbers rise with time; ids descend with it.
        changed = sorted((i for i, facts in present.items() if known.get(i) != facts), reverse=True)
        work = [*((name, None) for name in gone), *((name, present[name]) for name in changed)]
        for start in range(0, len(work), _TOGETHER):
            with _transaction(database):
                for session_id, facts in work[start : start + _TOGETHER]:
                    _forget(database, session_id)
                    if facts is not None:
                        self._take_in(database, session_id, facts)

    def _take_in(
        self, database: sqlite3.Connection, session_id: str, facts: tuple[int, int]
    ) -> None:
        log = _Log()
        try:
            for record in self._store.open(session_id, write=False).read():
                log.add(record)
        except SessionNotFoundError:  # deleted meanwhile
            return
        row = (session_id, *facts, log.project, log.title)
        database.execute("INSERT INTO logs VALUES (?, ?, ?, ?, ?)", row)
        database.executemany(
            "INSERT INTO texts (session, message, role, time, text) VALUES (?, ?, ?, ?, ?)",
            ((session_id, *row) for row in log.texts()),
        )
        database.executemany(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?)",
            ((part, session_id, *row) for part, row in log.steps().items()),
        )


class _transaction:  # noqa: N801 - used like a function
    """A block that is written whole or not at all."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")
