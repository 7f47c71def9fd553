"""Files that a user gives along with a prompt, as the `read` tool would show them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pycode.core.errors import UsageError
from pycode.core.parts import FilePart
from pycode.tools.base import ToolContext
from pycode.tools.read import ReadTool

MOST_FILES = 20
"""How many can be given with one prompt."""


async def attached(paths: Sequence[str], directory: Path) -> list[FilePart]:
    """Return the parts for files: text, images, documents with text, and the names in directories.

    What is too large is cut as `read` cuts it, with a note how to go on.

    Args:
        paths: What the user named.
        directory: Where relative paths begin.

    Raises:
        UsageError: One of them is not there, or is nothing that a model can read.
    """
    if len(paths) > MOST_FILES:
        raise UsageError(
            f"{len(paths)} files are too many for one prompt; give {MOST_FILES}, or the directory"
        )
    # Each by itself: together they would share the room of one.
    return [part for path in paths for part in await _parts(path, directory)]


async def _parts(path: str, directory: Path) -> list[FilePart]:
    context = ToolContext("", "", "", str(directory))
    result = await ReadTool().execute({"file_path": path}, context)
    if result.error is not None:
        raise UsageError(f"{result.error.rstrip('.')}; give a text file, an image or a PDF")
    images = [
        FilePart(path=path, media_type=image["media_type"], content=image["data"])
        for image in result.metadata.get("images", [])
    ]
    return images or [FilePart(path=path, content=result.output)]
