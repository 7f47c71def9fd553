"""The index of all sessions: full-text search, and what every request used, for totals.

It is only ever a copy of the logs. Before it answers it takes in the logs that changed since; where its file is missing, broken,
of another version, or on a file system without locks, it is made again, in memory when it must be. So it may be deleted at any
time. sqlite3 is imported with this module, which is imported when somebody searches.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
_MOST_WORDS = 20
_LOOKED_AT = 5_000
"""How many messages of one search are looked at, the latest ones: a word that is everywhere stays quick."""
_LONGEST_TEXT = 200_000
"""How many characters of one message can be found."""
_BROKEN = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Errors of a file that is no index: damaged, something else, or without our tables."""
_TABLES = """
CREATE TABLE logs (id TEXT PRIMARY KEY, size INTEGER, time INTEGER, project TEXT, directory TEXT, title TEXT) WITHOUT ROWID;
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

_FORGET = (
    "DELETE FROM logs WHERE id = ?",
    "DELETE FROM texts WHERE session = ?",
    "DELETE FROM steps WHERE session = ?",
)

Result = TypeVar("Result")


class _OtherVersionError(sqlite3.DatabaseError):
    """The file is an index of another PyCode."""


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
    title: str
    """The session's title."""
    directory: str
    """The session's working directory."""
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
        present = self._store.log_sizes()
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
        row = (session_id, *facts, log.project, log.directory, log.title)
        database.execute("INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?)", row)
        database.executemany(
            "INSERT INTO texts (session, message, role, time, text) VALUES (?, ?, ?, ?, ?)",
            ((session_id, *row) for row in log.texts()),
        )
        database.executemany(
            "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?)",
            ((part, session_id, *row) for part, *row in log.steps()),
        )


class _Log:
    """What the index keeps of one log."""

    def __init__(self) -> None:
        self.project = ""
        self.directory = ""
        self.title = ""
        self._updated = 0
        self._messages: dict[str, tuple[str, int, str]] = {}
        self._pieces: dict[str, tuple[str, str]] = {}
        self._steps: dict[str, tuple[str, int, Any, Any]] = {}

    def add(self, record: Record) -> None:
        """Take in a record; what is not as it should be is left out."""
        data = record.data
        match record.kind:
            case "session":
                self.project = str(data.get("project_id"))
                self.directory = _storable(str(data.get("directory")))
                self.title = _storable(str(data.get("title")))
                self._updated = record.time
            case "message":
                facts = (str(data.get("role")), record.time, str(data.get("model") or "?"))
                self._messages.setdefault(record.id, facts)
                if data.get("model"):
                    self._messages[record.id] = (*self._messages[record.id][:2], facts[2])
            case "part":
                self._add_part(record)
            case "append" if record.id in self._pieces:
                message, text = self._pieces[record.id]
                self._pieces[record.id] = (message, text + str(data.get("text", "")))

    def _add_part(self, record: Record) -> None:
        data = record.data
        message = str(data.get("message_id"))
        match data.get("type"):
            case "text" if not data.get("synthetic"):
                self._pieces[record.id] = (message, str(data.get("text", "")))
            case "tool":
                self._pieces[record.id] = (message, str(data.get("title") or ""))
            case "step-finish":
                ended, usage = data.get("ended"), data.get("usage")
                self._steps[record.id] = (
                    message,
                    ended if isinstance(ended, int) else record.time,
                    usage if isinstance(usage, dict) else {},
                    data.get("cost"),
                )

    def texts(self) -> Iterator[tuple[str, str, int, str]]:
        """Yield message, role, time and text; the title first, which belongs to no message."""
        yield "", "title", self._updated, self.title
        joined: dict[str, list[str]] = {}
        for message, text in self._pieces.values():
            if text:
                joined.setdefault(message, []).append(text)
        for message, texts in joined.items():
            role, time, _ = self._messages.get(message, ("assistant", self._updated, ""))
            yield message, role, time, _storable("\n".join(texts)[:_LONGEST_TEXT])

    def steps(self) -> Iterator[tuple[str, str, int, str, float | None]]:
        """Yield part, model, time, tokens as JSON and cost of each request."""
        for part, (message, ended, usage, cost) in self._steps.items():
            model = self._messages.get(message, ("", 0, "?"))[2]
            known = float(cost) if isinstance(cost, int | float) else None
            yield part, model, ended, encode(usage).decode("utf-8"), known


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Make the block one transaction, which waits for its turn at the beginning."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _prepare(database: sqlite3.Connection) -> None:
    """Make the tables where there are none yet.

    Raises:
        _OtherVersionError: They are those of another PyCode.
    """
    # It can be made again, so nobody waits for the disk.
    database.execute("PRAGMA synchronous = OFF")
    if _version(database) == _VERSION:
        return
    with _transaction(database):
        # Another process may have made them meanwhile.
        if _version(database) == _VERSION:
            return
        if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise _OtherVersionError
        for statement in _statements(_TABLES):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {_VERSION}")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _forget(database: sqlite3.Connection, session_id: str) -> None:
    for statement in _FORGET:
        database.execute(statement, (session_id,))


def _search(
    database: sqlite3.Connection, query: str, project_id: str | None, limit: int
) -> list[Hit]:
    rows = database.execute(
        "SELECT texts.session, logs.title, texts.message, texts.role, texts.time,"
        " snippet(found, 0, '', '', '…', 16) FROM found"
        " JOIN texts ON texts.number = found.rowid JOIN logs ON logs.id = texts.session"
        " WHERE found MATCH ? AND (? IS NULL OR logs.project = ?)"
        " ORDER BY found.rowid DESC LIMIT ?",
        (query, project_id, project_id, _LOOKED_AT),
    )
    hits: dict[str, Hit] = {}
    for row in rows:
        hits.setdefault(row[0], Hit(*row))
        if len(hits) == limit:
            break
    return list(hits.values())


def _used(database: sqlite3.Connection, since: int) -> list[Used]:
    rows = database.execute(
        "SELECT part, session, title, directory, model, ended, usage, cost FROM steps"
        " JOIN logs ON logs.id = session WHERE ended >= ? ORDER BY session DESC, ended",
        (since,),
    )
    # A fork has the requests of its origin, which is older.
    found: dict[str, Used] = {}
    for part, session, title, directory, model, ended, usage, cost in rows:
        step = Used(part, session, title, directory, model, ended, json.loads(usage), cost)
        found.setdefault(part, step)
    return list(found.values())


def _query(text: str) -> str | None:
    """Return the words as SQLite's search takes them, or None when there is none."""
    words = [word for word in text.split() if any(map(str.isalnum, word))][:_MOST_WORDS]
    if not words:
        return None
    quoted = ['"' + _storable(word).replace('"', '""').replace("\0", "") + '"' for word in words]
    if len(words[-1]) >= _SHORTEST_BEGINNING:
        quoted[-1] += "*"
    return " ".join(quoted)


def _storable(text: str) -> str:
    """Return text without half surrogate pairs, which have no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_broken(error: Exception) -> bool:
    """Whether the file is to blame, and not the file system or somebody who holds it."""
    if isinstance(error, _OtherVersionError):
        return True
    # The low byte is the kind of the error; the rest says more about it.
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BROKEN
