"""What a decision is made from: the request, and everything that bears on it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pycode.core.data import Data
from pycode.permissions.rules import Rule

Mode = Literal["default", "plan", "confirm", "bypass"]
"""`default` works inside the project unasked, `confirm` asks for every edit and command, `plan` changes nothing, `bypass` answers
yes to what the user's own rules or the mode would ask."""

_STRICTNESS: tuple[Mode, ...] = ("plan", "confirm", "default", "bypass")


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Request(Data):
    """What a tool call would touch."""

    permission: str
    """The permission key: `read`, `edit`, `bash`, `doom_loop` or the tool's own name."""
    patterns: Sequence[str]
    """What rules are matched with: commands for `bash`, the tool's name for `doom_loop`."""
    paths: Sequence[str] = ()
    """The files and folders that the call names, as the model wrote them; for `bash` the folder that it runs in."""
    always: Sequence[str] = ()
    """The patterns that an answer "always" stands for; what is asked about when empty."""
    read_only: bool = False
    """Whether the tool changes nothing. `bash` is judged by its command instead."""
    real: Sequence[str] = ()
    """The real path behind each of `paths`, when they were resolved before: the decision is about exactly these."""


@dataclass(slots=True, eq=False, repr=False)
class Context(Data):
    """Where and under which rules a request is judged."""

    root: Path
    """The project's root."""
    directory: Path
    """The working directory: relative paths begin here."""
    home: Path
    """The user's home directory."""
    mode: Mode = "default"
    """Decides where no rule does."""
    rules: Sequence[Rule] = ()
    """The rules of all sources; those of one source in its own order."""
    answers: Sequence[Rule] = ()
    """What was allowed for good: stored answers and `--allow`."""
    readable: Sequence[Path] = field(default_factory=tuple)
    """Folders outside the project that are free to read: PyCode's own outputs."""
    shell: str = "posix"
    """The language of command lines; only `posix` is read."""
    strict: bool = False
    """Whether the table of `pycode rules check --rules` stands in for the mode's: all but reading inside the project asks."""
    temporary: Path | None = None
    """The system's folder for temporary files; what begins with `pycode` in it is free to read."""

    def __post_init__(self) -> None:
        """Make the folders real, so that a link to the project is the project."""
        self.root = Path(os.path.realpath(self.root))
        self.directory = Path(os.path.realpath(self.directory))
        self.home = Path(os.path.realpath(self.home))
        self.readable = tuple(Path(os.path.realpath(path)) for path in self.readable)
        if self.temporary is not None:
            self.temporary = Path(os.path.realpath(self.temporary))


def strictest(*modes: Mode) -> Mode:
    """Return the mode that allows least: an agent cannot widen its session's mode, nor a session its agent's."""
    return min(modes, key=_STRICTNESS.index)
