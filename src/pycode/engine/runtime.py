"""What the engine gives to a running tool: progress, questions, the files seen, the place for long outputs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pycode.core.data import Data
from pycode.core.events import FileEdited, ToolProgress
from pycode.core.parts import ToolPart
from pycode.engine.journal import Journal
from pycode.storage.sessions import SessionStore
from pycode.tools.questioner import Question

if TYPE_CHECKING:
    from pycode.tools.jobs import JobTable

AskCall = Callable[[str, list[str], str, str], Awaitable[str | None]]
"""Asks for (permission, patterns, title, reason); None for yes, else why not."""
AskUser = Callable[[ToolPart, Sequence[Question]], Awaitable[list[list[str]] | None]]
"""Puts questions to the user; None when nobody is there, an empty list when the user declines."""


@dataclass(slots=True, eq=False, repr=False)
class CallRuntime(Data):
    """The `ToolRuntime` of one call."""

    journal: Journal
    """The session that the call belongs to."""
    part: ToolPart
    """The call."""
    store: SessionStore
    """Keeps what is too long to show."""
    child_environment: Mapping[str, str]
    """For child processes, without secrets."""
    ask_call: AskCall
    """How to ask for more than the call was decided for."""
    ask_user: AskUser
    """How to put the model's questions to the user."""
    job_table: Callable[[], JobTable]
    """Returns the session's background jobs."""
    seen_now: dict[str, str | None] = field(default_factory=dict)
    """What this call saw or wrote; logged with its result."""

    def progress(self, text: str) -> None:
        """Show text of the call while it runs."""
        event = ToolProgress(session_id=self.part.session_id, call_id=self.part.call_id, text=text)
        self.journal.publish(event)

    async def ask(
        self, permission: str, patterns: list[str], title: str, reason: str
    ) -> str | None:
        """Ask for what the decision before the call did not cover; None for yes, else why not."""
        return await self.ask_call(permission, patterns, title, reason)

    async def question(self, questions: Sequence[Question]) -> list[list[str]] | None:
        """Put the model's questions to the user; None when nobody is there, an empty list when the user declines."""
        return await self.ask_user(self.part, questions)

    def seen(self, path: str) -> str | None:
        """Return the SHA-256 of the content of `path` that the session saw last, or None."""
        if path in self.seen_now:
            return self.seen_now[path]
        return self.journal.state.seen.get(path)

    def mark_seen(self, path: str, sha256: str | None) -> None:
        """Note the content that the session has now seen or written; None when the file is gone."""
        self.seen_now[path] = sha256

    def save_output(self, text: str) -> str | None:
        """Keep a result that is too long to show; return where, or None where nothing is kept."""
        path = self.store.save_output(self.part.session_id, self.part.id, text)
        return str(path) if path is not None else None

    def jobs(self) -> JobTable:
        """Return the session's background jobs."""
        return self.job_table()

    def output_path(self) -> str | None:
        """Return where a long output of the call goes, or None where nothing is kept."""
        path = self.store.output_path(self.part.session_id, self.part.id)
        return str(path) if path is not None else None

    def environment(self) -> Mapping[str, str]:
        """Return the environment for child processes, without secrets."""
        return self.child_environment

    def file_edited(self, path: str) -> None:
        """Note that the tool changed a file."""
        self.journal.publish(FileEdited(session_id=self.part.session_id, path=path))
