"""The patch grammar of Codex.

    *** Begin Patch
    *** Add File: path            lines begin with +
    *** Delete File: path
    *** Update File: path
    *** Move to: path             optional
    @@ a line that stands before  optional; several narrow it down
     a line that stays
    -a line that goes
    +a line that comes
    *** End of File               optional: the hunk ends where the file ends
    *** End Patch

Blanks around a `***` line are nothing, and what a shell needs around a patch (`<<'EOF'`) or a reply (a code fence) is left out.
"""

from __future__ import annotations

import re

from pycode.core.errors import EditError
from pycode.tools.patch_text import FilePatch, Hunk, Sign

_BEGIN = "*** Begin Patch"
_END = "*** End Patch"
_END_OF_FILE = "*** End of File"
_SECTION = re.compile(r"\*\*\* (Add|Delete|Update) File: (.+)")
_MOVE = re.compile(r"\*\*\* Move to: (.+)")
_RANGES = re.compile(r"-\d+(?:,\d+)? \+\d+(?:,\d+)?(?: @@.*)?")
_SIGNS: dict[str, Sign] = {" ": " ", "-": "-", "+": "+"}
_BEFORE = re.compile(r"(?:.*<<\s*(['\"]?)\w+\1|`{3,}\w*)?\s*")
_BEHIND = re.compile(r"(?:\w+|`{3,})?\s*")


def parse_codex(text: str) -> list[FilePatch]:
    """Return what a patch in this grammar does.

    Args:
        text: The patch.

    Raises:
        EditError: A line is none of the grammar, or the patch has no end or nothing in it.
    """
    return _Parser(_lines(text)).files()


def _lines(text: str) -> list[tuple[int, str]]:
    """Return the lines between the patch's first and last line, with their numbers."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    begins = [number for number, line in enumerate(lines) if line.strip() == _BEGIN]
    ends = [number for number, line in enumerate(lines) if line.strip() == _END]
    if not begins:
        raise EditError(f"the patch has no line {_BEGIN!r}.")
    if not ends or ends[-1] < begins[0]:
        raise EditError(f"the patch has no line {_END!r}: it may have been cut off.")
    before, behind = lines[: begins[0]], lines[ends[-1] + 1 :]
    outside = [line for line in before if not _BEFORE.fullmatch(line)]
    outside += [line for line in behind if not _BEHIND.fullmatch(line)]
    if outside:
        raise EditError(f"there is text outside of the patch: {outside[0][:80]!r}.")
    return list(enumerate(lines, 1))[begins[0] + 1 : ends[-1]]


class _Parser:
    """Reads the lines one by one."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self._lines = lines
        self._next = 0

    def files(self) -> list[FilePatch]:
        """Return all sections."""
        files: list[FilePatch] = []
        while (line := self._peek()) is not None:
            match = _SECTION.fullmatch(line.strip())
            if match is not None:
                self._next += 1
                files.append(self._section(match.group(1), match.group(2).strip()))
            elif not line.strip():
                self._next += 1
            else:
                raise self._wrong(
                    "a section begins with '*** Add File: ', '*** Delete File: ' or '*** Update File: '"
                )
        if not files:
            raise EditError("the patch changes no file.")
        return files

    def _section(self, kind: str, path: str) -> FilePatch:
        if kind == "Delete":
            return FilePatch("delete", path)
        if kind == "Add":
            return FilePatch("add", path, hunks=[self._added()], replaces=True)
        file = FilePatch("update", path, replaces=True)
        match = _MOVE.fullmatch((self._peek() or "").strip())
        if match is not None:
            file.move_to = match.group(1).strip()
            self._next += 1
        file.hunks = self._hunks()
        if not file.hunks and file.move_to is None:
            raise EditError(f"the patch says how to update {path}, and then nothing.")
        return file

    def _added(self) -> Hunk:
        hunk = Hunk()
        while (line := self._peek()) is not None and line.startswith("+"):
            hunk.lines.append(("+", line[1:]))
            self._next += 1
        line = (self._peek() or "").strip()
        if line and not _SECTION.fullmatch(line):
            raise self._wrong("each line of a new file begins with +")
        return hunk

    def _hunks(self) -> list[Hunk]:
        hunks: list[Hunk] = []
        while self._peek() is not None and not self._at_section():
            hunk = Hunk()
            begun = self._header(hunk)
            self._body(hunk)
            if hunk.lines:
                hunks.append(hunk)
            elif begun:
                raise self._wrong("a hunk has lines that begin with a blank, - or +")
        return hunks

    def _header(self, hunk: Hunk) -> bool:
        """Read the lines that say where a hunk lies; return whether there are any."""
        begin = self._next
        while (line := self._peek()) is not None and line.startswith("@@"):
            anchor = line[2:].removesuffix("@@").strip()
            if anchor and not _RANGES.fullmatch(line[2:].strip()):
                hunk.anchors.append(anchor)
            self._next += 1
        return self._next > begin

    def _body(self, hunk: Hunk) -> None:
        # An empty line is one of the file, or stands between two hunks: which one shows when there are more lines behind it.
        empty = 0
        while (line := self._peek()) is not None and not line.startswith("@@"):
            if line.strip() == _END_OF_FILE:
                hunk.lines += [(" ", "")] * empty
                hunk.at_end = True
                self._next += 1
                return
            if self._at_section():
                return
            if not line:
                empty += 1
            elif line[0] in _SIGNS:
                hunk.lines += [(" ", "")] * empty
                hunk.lines.append((_SIGNS[line[0]], line[1:]))
                empty = 0
            else:
                raise self._wrong("a line of a hunk begins with a blank, - or +")
            self._next += 1

    def _at_section(self) -> bool:
        line = self._peek()
        return line is not None and _SECTION.fullmatch(line.rstrip()) is not None

    def _peek(self) -> str | None:
        return self._lines[self._next][1] if self._next < len(self._lines) else None

    def _wrong(self, rule: str) -> EditError:
        number, line = self._lines[min(self._next, len(self._lines) - 1)]
        return EditError(f"line {number} of the patch, {line[:80]!r}: {rule}.")
