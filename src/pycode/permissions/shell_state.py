"""What a shell knows while it runs a line: its variables, its functions, and the folders in which it may be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from pycode.permissions import shell_syntax
from pycode.permissions.expansion import Field, Values

Folders = tuple[str, ...] | None
"""Where a command may run; None when that is not known."""

_MOST_FOLDERS: Final = 8
_LONGEST_FOLDER: Final = 1000


class ShellState:
    """The state of one shell.

    Args:
        home: The user's home directory.
        folder: Where it starts.
    """

    def __init__(self, home: str, folder: str) -> None:
        self.home = home
        self.folders: Folders = (folder,)
        """Where the next command may run."""
        self.moved: Folders | bool = False
        """Where the next command runs if the last one was a `cd` and went well; False when it was none."""
        self.variables: dict[str, list[str | None]] = {"HOME": [home]}
        """Variable to all values that it may have had; None among them is one that is not known."""
        self.functions: dict[str, shell_syntax.Sequence] = {}
        """Function to its body."""
        self.positional(())

    def set(self, name: str, value: str | None) -> None:
        known = self.variables.setdefault(name, [])
        if value not in known:
            known.append(value)

    def forget(self) -> None:
        """Take into account that something unknown ran in this shell."""
        for known in self.variables.values():
            known.append(None)
        self.folders = None

    def positional(self, arguments: Sequence[Field]) -> None:
        known = all(item.known for item in arguments)
        for name in ("@", "*"):
            self.set(name, None)
            self.set(name, " ".join(item.value for item in arguments) if known else None)
        for index, item in enumerate(arguments[:9], start=1):
            self.set(str(index), item.value if item.known else None)

    def moved_to(self, target: Field) -> tuple[str, ...] | None:
        if not target.known or self.folders is None:
            return None
        if any(len(folder) > _LONGEST_FOLDER for folder in self.folders):
            return None
        return tuple(dict.fromkeys(os.path.join(folder, target.value) for folder in self.folders))

    @contextmanager
    def subshell(self) -> Iterator[None]:
        """Keep what a subshell does to the working directory from what comes after it."""
        folders, moved = self.folders, self.moved
        yield
        self.folders, self.moved = folders, moved

    def values(self) -> Values:
        variables = dict(self.variables)
        if self.folders is not None:
            variables["PWD"] = list(self.folders)
        return Values(self.home, variables)


def union(first: Folders, second: Folders) -> Folders:
    if first is None or second is None:
        return None
    if first == second:
        return first
    both = tuple(dict.fromkeys((*first, *second)))
    return both if len(both) <= _MOST_FOLDERS else None
