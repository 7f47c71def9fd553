"""Second names of sessions: the ids that programs made themselves, and by which they come back.

A name is a file that holds the session's id. Losing one loses the name and nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from pathlib import Path

from pycode.core.errors import StorageError, UsageError
from pycode.system.files import atomic_write


class SessionNames:
    """The names that are kept in a folder.

    Args:
        folder: The folder; it is made with the first name.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, name: str) -> str | None:
        """Return the id of the session of this name, or None when there is none."""
        path = self._path(name)
        if path is None:
            return None
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"the session's name in {path} cannot be read ({error})") from error

    def name_of(self, session_id: str) -> str | None:
        """Return a session's name, or None when it has none."""
        if not self._folder.is_dir():
            return None
        names = sorted(path.name for path in self._folder.iterdir())
        return next((name for name in names if self.find(name) == session_id), None)

    def give(self, name: str, session_id: str) -> None:
        """Give a session a name.

        Raises:
            UsageError: The name is no UUID, or another session has it.
            StorageError: It cannot be kept.
        """
        path = self._path(name)
        if path is None:
            raise UsageError(f"{name!r} is no UUID; a session can only be given one")
        if self.find(name) is not None:
            raise UsageError(f"Session ID {name} is already in use.")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_write(path, f"{session_id}\n".encode(), mode=0o600)
        except OSError as error:
            raise StorageError(f"the session's name cannot be kept in {path} ({error})") from error

    def forget(self, session_ids: Collection[str]) -> None:
        """Remove the names of sessions that are deleted.

        Raises:
            StorageError: The system refuses.
        """
        if not self._folder.is_dir():
            return
        for path in list(self._folder.iterdir()):
            if self.find(path.name) in session_ids:
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise StorageError(
                        f"the session's name in {path} cannot be removed ({error})"
                    ) from error

    def _path(self, name: str) -> Path | None:
        try:
            return self._folder / str(uuid.UUID(name))
        except ValueError:
            return None
