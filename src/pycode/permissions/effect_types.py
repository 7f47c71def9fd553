"""What a command does besides what its name says, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from pycode.permissions.expansion import Field


class Hazard(NamedTuple):
    """Something that a rule about the program does not cover unless it says so."""

    token: str
    """The word that a rule's pattern has to hold to cover it; empty when no pattern can."""
    reason: str
    """What it does, as a clause."""


class Write(NamedTuple):
    """A file or folder that is written."""

    path: str
    """As the program gets it."""
    own: bool = False
    """Whether writing it is what the program is for, so that a rule that names the program is about it."""


@dataclass(slots=True)
class Effects:
    """What a command does."""

    reads: list[str] = field(default_factory=list)
    """Files that are certainly read."""
    writes: list[Write] = field(default_factory=list)
    """Files and folders that are written."""
    hazards: list[Hazard] = field(default_factory=list)
    """What a rule must name."""
    runs: list[list[Field]] = field(default_factory=list)
    """Commands that it runs: program and arguments."""
    scripts: list[Field] = field(default_factory=list)
    """Command lines that it runs."""
    suspicious: bool = False
    """Whether it may run what some of its words say."""
    beyond: str = ""
    """Why it reaches beyond this machine or this user, as a clause."""

    def needs(self, token: str, reason: str) -> None:
        """Note that a rule must hold a word."""
        self.hazards.append(Hazard(token, reason))
