"""What a sed script does besides editing text: the files that it reads and writes, and whether it runs programs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(slots=True)
class SedScript:
    """What is in a script."""

    reads: list[str] = field(default_factory=list)
    """The files of `r` and `R`."""
    writes: list[str] = field(default_factory=list)
    """The files of `w`, `W` and `s///w`."""
    runs: bool = False
    """Whether it has an `e`, or something that is not known."""


_ADDRESS = re.compile(r"[\s;{}0-9$,~+!]*")
_LABEL = re.compile(r"[ \t]*[^;\s]*")
_LINE = re.compile(r"[^\n]*\n?")
_TEXT = re.compile(r"(?:\\.|[^\\\n])*\n?", re.DOTALL)
_NUMBER = re.compile(r"[ \t]*[0-9]*")
_FLAGS = re.compile(r"[gpiImM0-9]*")
_PLAIN = frozenset("=dDgGhHnNpPxzF")


def read_script(text: str) -> SedScript:
    """Return what a script does; what cannot be read counts as running something."""
    script = SedScript()
    at = 0
    while at < len(text) and not script.runs:
        at = _addresses(text, at)
        if at < 0:
            script.runs = True
        elif at < len(text):
            at = _command(text, at, script)
    return script


def _addresses(text: str, at: int) -> int:
    """Step over separators and addresses; -1 when one does not end."""
    while True:
        match = _ADDRESS.match(text, at)
        at = match.end() if match else at
        if text[at : at + 1] == "/":
            at = _delimited(text, at + 1, "/")
        elif text[at : at + 1] == "\\" and at + 1 < len(text):
            at = _delimited(text, at + 2, text[at + 1])
        else:
            return at
        if at < 0:
            return -1
        while text[at : at + 1] in ("I", "M"):
            at += 1


def _delimited(text: str, at: int, mark: str) -> int:
    """Return the place behind the next mark that is not escaped and not in a bracket; -1 when there is none."""
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == mark:
            return at + 1
        elif text[at] == "\n":
            return -1
        at += 1
    return -1


def _command(text: str, at: int, script: SedScript) -> int:
    """Take the command at this place in and return where it ends."""
    letter = text[at]
    at += 1
    if letter in "rRwW":
        line = _LINE.match(text, at)
        name = line[0].strip() if line else ""
        (script.reads if letter in "rR" else script.writes).append(name)
        return at + len(line[0] if line else "")
    if letter in "aic":
        return _end(_TEXT, text, at)
    if letter in "btT:":
        return _end(_LABEL, text, at)
    if letter == "#":
        return _end(_LINE, text, at)
    if letter in "qQlL":
        return _end(_NUMBER, text, at)
    if letter in "sy" and at < len(text):
        return _substitution(text, at, script, letter)
    script.runs = letter not in _PLAIN
    return at


def _substitution(text: str, at: int, script: SedScript, letter: str) -> int:
    mark = text[at]
    end = _delimited(text, at + 1, mark)
    end = _delimited(text, end, mark) if end > 0 else -1
    if end < 0 or mark in "\\\n":
        script.runs = True
        return len(text)
    if letter == "y":
        return end
    end = _end(_FLAGS, text, end)
    if text[end : end + 1] == "w":
        line = _LINE.match(text, end + 1)
        script.writes.append(line[0].strip() if line else "")
        return len(text) if line is None else line.end()
    script.runs = text[end : end + 1] not in ("", ";", "}", "\n", " ", "\t", "#")
    return end


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
