"""What `write` and `edit` share: the old content, and putting the new one in its place."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

from pycode.system import files
from pycode.tools.base import ToolContext
from pycode.tools.diff import difference

MAX_FILE_BYTES = 10_000_000
"""Larger files are not edited."""


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


def put(
    path: Path, data: bytes, before: str, after: str, name: str, context: ToolContext
) -> dict[str, Any]:
    """Write the new content, tell the session, and return what changed for the result's metadata.

    Args:
        path: The file.
        data: Its new bytes.
        before: The old text.
        after: The new text.
        name: How the file is shown.
        context: Where and for whom.

    Raises:
        OSError: It cannot be written; the old file is whole.
    """
    files.atomic_write(path, data)
    if context.runtime is not None:
        context.runtime.mark_seen(str(path), files.sha256(data))
        context.runtime.file_edited(str(path))
    change = difference(before, after, name)
    return {
        "path": str(path),
        "diff": change.diff,
        "additions": change.additions,
        "deletions": change.deletions,
    }
