"""The levels that compare looser than exact, without changing what was given: forms of the text, and indentation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import get_args

from pycode.tools.editing_fitting import fitted, newline_at, split_lines
from pycode.tools.editing_forms import BOM, Form, Looseness, find_all, folded, plain
from pycode.tools.editing_indentation import Style, indenting, split_indentation, style_of
from pycode.tools.editing_levels import Compared, Manner, Place

_ONLY_BRACKETS = re.compile(r"[\s{}()\[\];,.:<>/'\"`]*")


class Text:
    """The content, with what is worked out of it once for all tries."""

    def __init__(self, content: str) -> None:
        self.content = content
        """The content."""
        self._forms: dict[Looseness, Form] = {}
        self._lines: Lines | None = None

    def form(self, looseness: Looseness) -> Form:
        """Return the content in a looser form."""
        if looseness not in self._forms:
            self._forms[looseness] = Form(self.content, looseness, whole=True)
        return self._forms[looseness]

    def lines(self) -> Lines:
        """Return the content line by line."""
        if self._lines is None:
            self._lines = Lines(self.content)
        return self._lines


class Lines:
    """The lines of a content; an empty one behind the last line ending is none."""

    def __init__(self, content: str) -> None:
        self.lines = list(split_lines(content))
        """Each line and its ending."""
        if not self.lines[-1][0]:
            self.lines.pop()
        position = len(BOM) if content.startswith(BOM) else 0
        if position and self.lines:
            self.lines[0] = (self.lines[0][0][position:], self.lines[0][1])
        self.starts: list[int] = []
        """Where each line begins."""
        for line, ending in self.lines:
            self.starts.append(position)
            position += len(line) + len(ending)
        self.stripped = [_stripped(line) for line, _ in self.lines]
        """Each line in its loosest form, without indentation."""

    def style(self) -> Style:
        """Return how they are indented."""
        return style_of(line for line, _ in self.lines)


def loose(text: Text, old: str, new: str, manner: Manner) -> Compared:
    """Yield level by level where `old` is found: forms of the text, then indentation.

    Args:
        text: The content.
        old: What to replace.
        new: What to put there.
        manner: How it is put in.
    """
    for looseness in get_args(Looseness):
        yield looseness, _by_form(text, old, new, looseness, manner)
    yield "indentation", _by_indentation(text, old, new, manner)


def _by_form(
    text: Text, old: str, new: str, looseness: Looseness, manner: Manner
) -> Iterator[Place]:
    form, content = text.form(looseness), text.content
    wanted = Form(old, looseness).text
    if form.text == content and wanted == old:
        return  # nothing is there that this level sets aside
    if not wanted.strip() and (looseness != "line endings" or not wanted):
        return  # blanks alone are everywhere
    old, new = plain(old), plain(new)
    blanks_gone = looseness != "line endings"
    # Blanks that old_string has at its very end say that a line ends there.
    to_line_end = blanks_gone and old[-1:] in (" ", "\t")
    # Blanks on its first line are a whole line of them.
    from_line_start = wanted[0] == "\n" and old[0] != "\n"
    for index in find_all(form.text, wanted):
        behind = index + len(wanted)
        at_line_end = form.text[behind : behind + 1] in ("", "\n")
        if to_line_end and not at_line_end:
            continue
        if from_line_start and index and form.text[index - 1] != "\n":
            continue
        start = _line_start(form, index, content) if from_line_start else form.start(index)
        # Blanks at the end of the last line belong to it.
        with_blanks = to_line_end or (blanks_gone and at_line_end and wanted[-1] != "\n")
        end = form.start(behind) if with_blanks else form.end(behind)
        if start is not None and end is not None:
            yield Place(
                start, end, _fitted(content, start, end, old, new, _KEYS[looseness], manner)
            )


def _line_start(form: Form, index: int, content: str) -> int | None:
    """Return where a line of blanks begins, whose blanks are gone from the form."""
    start = form.end(index)
    return len(BOM) if start == 0 and content.startswith(BOM) else start


def _by_indentation(text: Text, old: str, new: str, manner: Manner) -> Iterator[Place]:
    """Find whole lines that one rule of indentation turns into those of the file."""
    old, new = plain(old), plain(new)
    given = old.split("\n")
    ended = len(given) > 1 and not given[-1]
    if ended:
        given.pop()
    wanted = [_stripped(line) for line in given]
    if not any(wanted) or (len(wanted) == 1 and _ONLY_BRACKETS.fullmatch(wanted[0])):
        return  # one bracket alone says too little
    file = text.lines()
    for first in _runs(file.stripped, wanted):
        last = first + len(wanted)
        real = [line for line, _ in file.lines[first:last]]
        rule = indenting(given, real, new, file.style)
        if rule is None:
            continue
        start = file.starts[first]
        if rule.first_as_given:
            indentation, real[0] = split_indentation(real[0])
            start += len(indentation)
        ending = file.lines[last - 1][1] if ended else ""
        end = file.starts[last - 1] + len(file.lines[last - 1][0]) + len(ending)
        moved = [_moved(mine, theirs) for mine, theirs in zip(given, real, strict=True)]
        was = "\n".join([*moved, ""] if ended else moved)
        put = _fitted(text.content, start, end, was, rule.apply(new), folded, manner)
        yield Place(start, end, put, "new_string was indented as the file is.")


def _stripped(line: str) -> str:
    """Return a line in its loosest form, without indentation: blanks and tabs, nothing else that is white."""
    return folded(line.lstrip(" \t"))


def _moved(given: str, real: str) -> str:
    """Return a line of old_string where the file has it."""
    return split_indentation(real)[0] + split_indentation(given)[1] if given.strip() else real


def _runs(lines: list[str], wanted: list[str]) -> Iterator[int]:
    """Yield each index where `wanted` begins in `lines`."""
    anchor = max(range(len(wanted)), key=lambda index: len(wanted[index]))
    index = anchor - 1
    while True:
        try:
            index = lines.index(wanted[anchor], index + 1)
        except ValueError:
            return
        first = index - anchor
        if lines[first : first + len(wanted)] == wanted:
            yield first


def _fitted(
    content: str,
    start: int,
    end: int,
    old: str,
    new: str,
    key: Callable[[str], str],
    manner: Manner,
) -> str:
    found = content[start:end]
    newline = manner.newline or newline_at(content, start, end)
    if old.count("\n") < sum(1 for _ in split_lines(found)):
        return fitted(found, old, new, newline, key, manner)
    # The file lacks its last line ending: one in old_string finds the end, and one in new_string is not added.
    old, ended = old.rpartition("\n")[0], new.endswith("\n")
    text = fitted(found, old, new.removesuffix("\n"), newline, key, manner)
    changed = key(new.removesuffix("\n").rpartition("\n")[2]) != key(old.rpartition("\n")[2])
    return text + newline if manner.complete and ended and changed else text


def _without_trailing_blanks(line: str) -> str:
    return line.rstrip(" \t")


_KEYS: dict[Looseness, Callable[[str], str]] = {
    "line endings": str,
    "trailing blanks": _without_trailing_blanks,
    "typography": folded,
}
