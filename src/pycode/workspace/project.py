"""The project: the directory tree that a session works in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pycode.core.data import Data
from pycode.system.files import sha256

_ID_LENGTH = 16


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Project(Data):
    """A directory tree under one root."""

    root: Path
    """The real path of the nearest folder upwards that holds `.git`, else of the working directory."""
    id: str
    """A hash of the root's real path; it can be a file name."""
    directory: Path
    """The real path of the working directory, inside `root`."""


def find_project(directory: str | Path) -> Project:
    """Return the project that `directory` lies in.

    The file system's root, the home directory and what lies above it are never taken as a root because of a `.git` in them.

    Args:
        directory: The working directory, which exists.
    """
    real = Path(os.path.realpath(directory))
    root = _nearest_with_git(real) or real
    return Project(root=root, id=sha256(os.fsencode(root))[:_ID_LENGTH], directory=real)


def _nearest_with_git(directory: Path) -> Path | None:
    home = Path(os.path.realpath(os.path.expanduser("~")))
    for folder in (directory, *directory.parents):
        if folder == folder.parent or home.is_relative_to(folder):
            return None
        # In a linked worktree `.git` is a file.
        if os.path.lexists(folder / ".git"):
            return folder
    return None
