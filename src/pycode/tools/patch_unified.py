"""Unified diffs, as `diff -u` and git write them, and as models imitate them."""

from __future__ import annotations

import re
from typing import ClassVar

from pycode.core.errors import EditError
from pycode.tools.patch_text import FilePatch, Hunk, Sign

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_BARE_HUNK = re.compile(r"@@(?: .*)?")
_GIT = re.compile(r"diff --git (.+)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_SIGNS: dict[str, Sign] = {" ": " ", "-": "-", "+": "+"}
_NOTHING = "/dev/null"
_LINK_OR_MODULE = (0o120000, 0o160000)


def parse_unified(text: str) -> list[FilePatch]:
    """Return what a unified diff does.

    Args:
        text: The diff.

    Raises:
        EditError: It is none, is binary, or a hunk has lines that belong to none.
    """
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    if lines and all(line.endswith("\r") for line in lines):
        lines = [line[:-1] for line in lines]
    files = _Parser(lines).files()
    if not files:
        raise EditError(
            "this is no patch; begin with '*** Begin Patch', or with '--- ' and '+++ ' for a unified diff."
        )
    return files


class _Parser:
    """Reads the lines one by one."""

    _facts: ClassVar = {
        "rename from ": "from",
        "rename to ": "to",
        "copy from ": "from",
        "copy to ": "to",
        "old mode ": "old mode",
        "new mode ": "mode",
        "new file mode ": "mode",
        "deleted file mode ": "old mode",
    }

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._next = 0

    def files(self) -> list[FilePatch]:
        """Return all files."""
        files: list[FilePatch] = []
        while (line := self._peek()) is not None:
            match = _GIT.fullmatch(line.rstrip("\r"))
            if match is not None:
                self._next += 1
                files.append(self._git(match.group(1)))
            elif line.startswith("--- ") and (self._peek(1) or "").startswith("+++ "):
                old, new = self._names()
                files.append(self._with_hunks(_file(old, new)))
            elif _HUNK.match(line):
                raise EditError(
                    f"line {self._next + 1} begins a hunk of no file; '--- ' and '+++ ' lines name it."
                )
            else:
                self._next += 1  # a message, or a mail around the patch
        return files

    def _git(self, header: str) -> FilePatch:
        facts: dict[str, str] = {}
        while (line := self._peek()) is not None:
            line = line.rstrip("\r")
            known = next((name for name in self._facts if line.startswith(name)), None)
            if known is not None:
                facts[self._facts[known]] = line[len(known) :]
                facts[known.split()[0]] = "yes"
            elif line.startswith(("Binary files ", "GIT binary patch")):
                raise EditError("the patch has a binary file, which cannot be applied.")
            elif not line.startswith(("index ", "similarity ", "dissimilarity ")):
                break
            self._next += 1
        if line is not None and line.startswith("--- "):
            old, new = self._names()
        else:
            old, new = _git_names(header)
        file = _file(old, new)
        if "from" in facts and "to" in facts:
            file = FilePatch("update", _unquoted(facts["from"]), _unquoted(facts["to"]))
            file.keep_source = "copy" in facts
        elif "deleted" in facts:
            file = FilePatch("delete", old)
        elif "mode" in facts and "old mode" not in facts:
            file = FilePatch("add", new)
        _set_mode(file, facts)
        return self._with_hunks(file)

    def _names(self) -> tuple[str, str]:
        old, new = self._lines[self._next][4:], self._lines[self._next + 1][4:]
        self._next += 2
        return _without_prefixes(_name(old), _name(new))

    def _with_hunks(self, file: FilePatch) -> FilePatch:
        file.unified = True
        while (line := self._peek()) is not None and _BARE_HUNK.fullmatch(line.rstrip("\r")):
            file.hunks.append(self._hunk(line))
        if (
            file.action == "update"
            and not file.hunks
            and file.move_to is None
            and file.mode is None
        ):
            raise EditError(f"the patch says that {file.path} changes, and then nothing.")
        return file

    def _hunk(self, header: str) -> Hunk:
        self._next += 1
        match = _HUNK.match(header)
        hunk = Hunk()
        begin = self._next
        if match is not None:
            hunk.line = int(match.group(1))
            counts = [int(match.group(group) or 1) for group in (2, 4)]
            if self._counted(hunk, *counts):
                return hunk
        # The counts are not right, or there are none: models cannot count. The hunk goes as far as its lines do.
        self._next, hunk.lines = begin, []
        hunk.old_unfinished = hunk.new_unfinished = False
        while (line := self._peek()) is not None and self._belongs(line):
            self._take(hunk, line)
        while hunk.lines and hunk.lines[-1] == (" ", "") and self._lines[self._next - 1] == "":
            hunk.lines.pop()  # an empty line between two files
            self._next -= 1
        while (self._peek() or "x").strip() == "":
            self._next += 1
        if not hunk.lines:
            raise EditError(f"line {begin} of the patch begins a hunk without lines.")
        return hunk

    def _counted(self, hunk: Hunk, old: int, new: int) -> bool:
        """Read a hunk by the numbers of lines that its header gives; return whether they are right."""
        while old > 0 or new > 0:
            line = self._peek()
            if line is None or (line[:1] or " ") not in " -+\\":
                return False
            old -= line[:1] not in ("+", "\\")
            new -= line[:1] not in ("-", "\\")
            self._take(hunk, line)
        if (self._peek() or "").startswith("\\"):
            self._take(hunk, self._lines[self._next])
        line = self._peek()
        return old == new == 0 and (line is None or not self._belongs(line) or not line.strip())

    def _take(self, hunk: Hunk, line: str) -> None:
        self._next += 1
        if line.startswith("\\"):  # "\ No newline at end of file" is about the line before
            sign = hunk.lines[-1][0] if hunk.lines else " "
            hunk.old_unfinished |= sign != "+"
            hunk.new_unfinished |= sign != "-"
        else:
            hunk.lines.append((_SIGNS[line[:1] or " "], line[1:]))

    def _belongs(self, line: str) -> bool:
        if line.startswith("--- ") and (self._peek(1) or "").startswith("+++ "):
            return False
        return (line[:1] or " ") in " -+\\"

    def _peek(self, ahead: int = 0) -> str | None:
        index = self._next + ahead
        return self._lines[index] if index < len(self._lines) else None


def _file(old: str, new: str) -> FilePatch:
    if old == _NOTHING:
        return FilePatch("add", new)
    if new == _NOTHING:
        return FilePatch("delete", old)
    # Without a rename line the two names are one file; `diff -u a.orig a` means the second.
    return FilePatch("update", new)


def _set_mode(file: FilePatch, facts: dict[str, str]) -> None:
    for name in ("mode", "old mode"):
        if name in facts and not re.fullmatch(r"[0-7]{6}", facts[name].strip()):
            raise EditError(f"the patch gives {file.path} the mode {facts[name]!r}, which is none.")
        if name in facts and int(facts[name], 8) & 0o170000 in _LINK_OR_MODULE:
            raise EditError(f"{file.path} is a link or a submodule, which a patch cannot change.")
    if "mode" in facts and (file.action != "add" or int(facts["mode"], 8) & 0o111):
        file.mode = int(facts["mode"], 8) & 0o777


def _name(text: str) -> str:
    text = text.rstrip("\r")
    return _unquoted(text) if text.startswith('"') else text.partition("\t")[0].rstrip()


def _without_prefixes(old: str, new: str) -> tuple[str, str]:
    """Return names without git's `a/` and `b/`, which stand before both or neither."""
    if old.startswith(("a/", _NOTHING)) and new.startswith(("b/", _NOTHING)):
        return old.removeprefix("a/"), new.removeprefix("b/")
    return old, new


def _git_names(header: str) -> tuple[str, str]:
    """Return both names of a `diff --git` line. Blanks are not quoted there, but the names are the same where they matter."""
    quoted = _QUOTED.findall(header)
    if len(quoted) == 2:
        return _without_prefixes(_unescaped(quoted[0]), _unescaped(quoted[1]))
    half = len(header) // 2
    old, new = _without_prefixes(header[:half], header[half + 1 :])
    if header[half : half + 1] == " " and old == new:
        return old, new
    old, _, new = header.partition(" ")
    return _without_prefixes(old, new)


def _unquoted(text: str) -> str:
    match = _QUOTED.fullmatch(text.strip())
    return _unescaped(match.group(1)) if match else text


def _unescaped(text: str) -> str:
    """Return a name that git has quoted as C does, byte by byte."""
    data = bytearray()
    position = 0
    for match in _ESCAPE.finditer(text):
        data += text[position : match.start()].encode()
        code = match.group(1)
        data += bytes([int(code, 8)]) if len(code) == 3 else _NAMED.get(code, code).encode()
        position = match.end()
    data += text[position:].encode()
    return data.decode("utf-8", "surrogateescape")
