"""What a patch says, whichever grammar it was written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Sign = Literal[" ", "-", "+"]
"""What happens to a line: it stays, goes or comes."""


@dataclass(slots=True)
class Hunk:
    """A change of one stretch of a file."""

    lines: list[tuple[Sign, str]] = field(default_factory=list)
    """Its lines without their endings."""
    anchors: list[str] = field(default_factory=list)
    """Lines that stand somewhere before it: the class or function that it lies in."""
    at_end: bool = False
    """Whether it ends where the file ends."""
    line: int | None = None
    """The number of its first line in the old file, from 1; for added lines alone the line before them."""
    old_unfinished: bool = False
    """Whether its last old line is the file's last and has no line ending."""
    new_unfinished: bool = False
    """The same for its last new line."""

    @property
    def old(self) -> str:
        """Its lines before."""
        return _joined([text for sign, text in self.lines if sign != "+"], self.old_unfinished)

    @property
    def new(self) -> str:
        """Its lines after."""
        return _joined([text for sign, text in self.lines if sign != "-"], self.new_unfinished)


@dataclass(slots=True)
class FilePatch:
    """What a patch does to one file."""

    action: Literal["add", "delete", "update"]
    """Whether the file comes, goes or changes."""
    path: str
    """The file as the patch names it."""
    move_to: str | None = None
    """Where it goes, or where its copy goes."""
    keep_source: bool = False
    """Whether `move_to` is a copy."""
    hunks: list[Hunk] = field(default_factory=list)
    """Its changes, in the order of the file. Those of a new file only add, those of a deleted one only take away."""
    mode: int | None = None
    """The permission bits that it gets; None for those that it has, or the usual ones."""
    replaces: bool = False
    """Whether it may take the place of another file."""
    unified: bool = False
    """Whether it comes from a unified diff, whose lines are exact to the last blank."""

    @property
    def paths(self) -> list[str]:
        """Every file that it touches."""
        return [self.path] if self.move_to is None else [self.path, self.move_to]


def parse_patch(text: str) -> list[FilePatch]:
    """Return what a patch does, file by file.

    Args:
        text: A patch in the Codex grammar or a unified diff.

    Raises:
        EditError: It is neither, or breaks its grammar.
    """
    if "*** Begin Patch" in text:
        from pycode.tools.patch_codex import parse_codex

        return parse_codex(text)
    from pycode.tools.patch_unified import parse_unified

    return parse_unified(text)


def _joined(lines: list[str], unfinished: bool) -> str:
    return "\n".join(lines) + ("" if unfinished or not lines else "\n")
