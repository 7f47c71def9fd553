"""The sessions on this machine, for people and programs: found, shown, renamed, put away, deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pycode.config.home import Home
from pycode.core.errors import SessionBusyError, SessionNotFoundError, StorageError
from pycode.core.parts import StepFinishPart, ToolPart, now_ms
from pycode.core.records import SessionInfo
from pycode.engine.state import Entry, fold
from pycode.storage.sessions import DiskStore

if TYPE_CHECKING:
    from pycode.storage.index import Hit


@dataclass(slots=True)
class Summary:
    """What a session came to."""

    prompts: int = 0
    """What the user said."""
    steps: int = 0
    """Model requests."""
    calls: int = 0
    """Tool calls."""
    usage: dict[str, int] = field(default_factory=dict)
    """Tokens: input, cache_read, cache_write, output, reasoning."""
    cost: float = 0.0
    """US dollars, of the requests whose price is known."""

    def to_dict(self) -> dict[str, Any]:
        """Return the sums as JSON-serialisable data."""
        return {
            "prompts": self.prompts,
            "steps": self.steps,
            "calls": self.calls,
            "usage": self.usage,
            "cost": self.cost,
        }


@dataclass(slots=True)
class Shown:
    """One session, read from its log."""

    info: SessionInfo
    """Its facts."""
    entries: list[Entry]
    """The messages from the first to the head."""
    summary: Summary
    """What it came to."""
    size: int
    """How long its log is, in bytes."""
    active: int
    """When its log last grew, in UTC milliseconds."""
    unreadable: int
    """How many records were left out since they are broken."""


class Sessions:
    """The sessions in PyCode's own folder.

    Args:
        home: The folder.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.store = DiskStore(home.storage)

    @classmethod
    def default(cls, environ: Mapping[str, str]) -> Sessions:
        """Return the user's own."""
        return cls(Home.default(environ))

    def listed(
        self,
        project_id: str | None = None,
        limit: int | None = None,
        *,
        archived: bool = False,
    ) -> list[SessionInfo]:
        """Return facts, the newest session first.

        Args:
            project_id: Only this project's, or all when None.
            limit: How many at most, or all when None.
            archived: Whether those that were put away are in it.

        Raises:
            StorageError: The folder cannot be read.
        """
        if archived or limit is None:
            found = self.store.list(project_id, limit)
            return found if archived else [info for info in found if info.archived is None]
        asked = limit
        while True:
            found = self.store.list(project_id, asked)
            shown = [info for info in found if info.archived is None]
            if len(shown) >= limit or len(found) < asked:
                return shown[:limit]
            asked *= 4

    def active(self, info: SessionInfo) -> int:
        """Return when something last happened in a session, in UTC milliseconds."""
        try:
            return max(info.updated, self.store.log_size(info.id)[1])
        except SessionNotFoundError:  # deleted meanwhile
            return info.updated

    def resolve(self, text: str) -> str:
        """Return the id of the session that a person means, by its id, the beginning of it, or its second name.

        Raises:
            SessionNotFoundError: There is none, or more than one.
        """
        from pycode.client.session_names import SessionNames

        named = SessionNames(self.home.storage / "names").find(text)
        return self.store.resolve(named or text)

    def show(self, text: str) -> Shown:
        """Return a session with its messages.

        Args:
            text: Its id, or the beginning of it.

        Raises:
            SessionNotFoundError: There is no such session.
            StorageError: Its log cannot be read, or does not say what it is.
        """
        session_id = self.resolve(text)
        size, active = self.store.log_size(session_id)
        state = fold(self.store.open(session_id, write=False).read())
        if state.info is None:
            raise StorageError(
                f"the log of session {session_id} is broken: it does not say what it is"
            )
        entries = state.path()
        return Shown(state.info, entries, summary_of(entries), size, active, state.unreadable)

    def search(self, text: str, project_id: str | None = None, limit: int = 20) -> list[Hit]:
        """Return the sessions in which all words of a text were said, those with the latest message first.

        Args:
            text: The words.
            project_id: Only this project's sessions, or all when None.
            limit: How many sessions at most.

        Raises:
            StorageError: The logs cannot be read.
        """
        from pycode.storage.index import SessionIndex

        return SessionIndex(self.store).search(text, project_id, limit)

    def rename(self, text: str, title: str) -> SessionInfo:
        """Give a session another title and return its facts; see `_change` for what is raised."""
        return self._change(text, title=" ".join(title.split()))

    def archive(self, text: str, *, undo: bool = False) -> SessionInfo:
        """Put a session away, or take it out again, and return its facts; see `_change` for what is raised."""
        return self._change(text, archived=None if undo else now_ms())

    def delete(self, text: str) -> list[str]:
        """Remove a session, and the sessions of its subagents, with all that belongs to them; return their ids.

        Raises:
            SessionNotFoundError: There is no such session.
            SessionBusyError: Another process works in one of them.
            StorageError: The system refuses.
        """
        session_id = self.resolve(text)
        children: dict[str, list[str]] = {}
        for info in self.store.list():
            if info.parent_id is not None:
                children.setdefault(info.parent_id, []).append(info.id)
        family = [session_id]
        for member in family:
            family += [child for child in children.get(member, []) if child not in family]
        # The parent goes last: until then all of it can be deleted again.
        for member in reversed(family):
            self.store.delete(member)
        self._forget_names(family)
        return family

    def delete_alone(self, session_ids: Sequence[str]) -> list[str]:
        """Remove sessions, without those of their subagents, and return those that stay since another process works in them.

        Raises:
            StorageError: The system refuses.
        """
        busy: list[str] = []
        for session_id in session_ids:
            try:
                self.store.delete(session_id)
            except SessionBusyError:
                busy.append(session_id)
            except SessionNotFoundError:
                # Somebody else has deleted it meanwhile.
                continue
        self._forget_names(set(session_ids).difference(busy))
        return busy

    def _forget_names(self, session_ids: Collection[str]) -> None:
        from pycode.client.session_names import SessionNames

        SessionNames(self.home.storage / "names").forget(session_ids)

    def _change(self, text: str, **facts: Any) -> SessionInfo:
        """Log new facts of a session.

        Raises:
            SessionNotFoundError: There is no such session.
            SessionBusyError: Another process works in it.
            StorageError: Its log cannot be written, or does not say what it is.
        """
        session_id = self.resolve(text)
        if not self.store.own(session_id):
            raise SessionBusyError(
                f"the session {session_id} is open in another PyCode; end that one, or wait until it is done"
            )
        try:
            transcript = self.store.open(session_id, write=True)
            try:
                info = fold(transcript.read()).info
                if info is None:
                    raise StorageError(
                        f"the log of session {session_id} is broken: it does not say what it is"
                    )
                for name, value in facts.items():
                    setattr(info, name, value)
                info.updated = max(now_ms(), info.updated + 1)
                transcript.append("session", session_id, info.to_dict())
                transcript.sync()
            finally:
                transcript.close()
            self.store.save_facts(info)
        finally:
            self.store.disown(session_id)
        return info


def summary_of(entries: list[Entry]) -> Summary:
    """Return what messages came to."""
    found = Summary(prompts=sum(entry.info.role == "user" for entry in entries))
    for entry in entries:
        for part in entry.parts.values():
            found.calls += isinstance(part, ToolPart)
            if isinstance(part, StepFinishPart):
                found.steps += 1
                found.cost += part.cost or 0.0
                for name, tokens in part.usage.items():
                    found.usage[name] = found.usage.get(name, 0) + tokens
    return found
