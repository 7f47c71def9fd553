"""What the tools that change files share: the old content, putting the new one in its place, and what changed."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pycode.core.data import Data
from pycode.core.errors import EditError
from pycode.system import files
from pycode.tools.base import ToolContext
from pycode.tools.diff import difference

MAX_FILE_BYTES = 10_000_000
"""Larger files are not edited."""
NEW_FILE = files.TextFile("", "utf-8", b"", "\n")
"""How a file is written that does not exist yet."""


@dataclass(slots=True, eq=False, repr=False)
class Changed(Data):
    """A text file that a tool has changed."""

    path: Path
    """The file."""
    name: str
    """How it is shown."""
    before: str | None
    """Its text before; None when there was none."""
    after: str | None
    """Its text now; None when it is gone."""

    def facts(self) -> dict[str, Any]:
        """Return what changed, for a result's metadata."""
        change = difference(self.before or "", self.after or "", self.name)
        return {
            "path": str(self.path),
            "diff": change.diff,
            "additions": change.additions,
            "deletions": change.deletions,
        }


def read_existing(path: Path) -> bytes | None:
    """Return a file's content, None when there is no such file.

    Raises:
        OSError: It cannot be read, is no file, or is too large to edit.
    """
    try:
        return files.read_bytes(path, MAX_FILE_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.EFBIG:
            message = f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB; use bash"
            raise OSError(0, message, str(path)) from error
        raise


def was_seen(path: Path, data: bytes, context: ToolContext) -> bool | None:
    """Return whether the session has seen this content; None when it has seen nothing of the file or nobody knows."""
    known = context.runtime.seen(str(path)) if context.runtime is not None else None
    return None if known is None else known == files.sha256(data)


def save(path: Path, data: bytes, before: bytes | None, context: ToolContext) -> None:
    """Write the new content and tell the session.

    Args:
        path: The file; its folder exists.
        data: Its new bytes.
        before: The content that the new one was made of; None where there was no file.
        context: Where and for whom.

    Raises:
        EditError: Somebody else changed the file since it was read.
        OSError: It cannot be written; the old file is whole.
    """
    if read_existing(path) != before:
        raise EditError("somebody else changed it at the same moment; try again.")
    files.atomic_write(path, data, follow=False)
    note(path, data, context)


def create(path: Path, name: str, content: str, context: ToolContext) -> Changed:
    """Write a file that does not exist, with the folders that it needs.

    Args:
        path: The file.
        name: How it is shown.
        content: Its text.
        context: Where and for whom.

    Raises:
        EditError: Somebody else has made it.
        OSError: It cannot be written.
        ValueError: A character cannot be written.
    """
    data = NEW_FILE.encode(content)
    files.make_folders(path.parent)
    save(path, data, None, context)
    return Changed(path, name, None, content)


def note(path: Path, data: bytes | None, context: ToolContext) -> None:
    """Tell the session that a tool changed a file.

    Args:
        path: The file.
        data: Its new bytes; None when it is gone.
        context: Where and for whom.
    """
    if context.runtime is not None:
        context.runtime.mark_seen(str(path), None if data is None else files.sha256(data))
        context.runtime.file_edited(str(path))
