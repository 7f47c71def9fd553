"""How a text's indentation answers to a file's: shifted, or tabs against spaces; and new text indented as the file is.

Lines that are equal but for their indentation give pairs: how the line is indented in old_string, and how in the file. When one
rule explains all pairs, it says how any line of new_string is to be indented.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pycode.core.errors import EditError

_TAB_WIDTHS = (4, 8, 2, 3)
_TAB = 4
_COMMENT = r"\s*(?:(?:#|//).*)?$"
_OPENING = re.compile(
    rf"(?:[:{{(\[,\\=|&+]|->|=>|\b(?:then|do|begin|else)|<\w[^<>]*(?<!/)>){_COMMENT}"
)
_NAME = re.compile(r"\w{3}")
_REST = re.compile(r"[^\r\n]*")
_LINE_BEHIND = re.compile(r"[\r\n]+([^\r\n]*)")
_CLOSING = re.compile(r"[)}\]]|(?:end|fi|done|esac)\b|</")
_LEAVING = re.compile(r"(?:return|raise|throw|break|continue|pass)\b")


@dataclass(slots=True, frozen=True)
class Indenting:
    """A rule that gives lines the file's indentation."""

    known: dict[str, str]
    """Indentations that the matched lines show, and what the file has for them."""
    others: tuple[Callable[[str], str | None], ...]
    """Ways to work out any other, each as good as the next; None where a line would have to stand left of the margin."""
    first_as_given: bool = False
    """Whether the first line begins at its text, so that its indentation is not in old_string."""

    def apply(self, text: str) -> str:
        """Return `text` with the file's indentation.

        Raises:
            EditError: A line cannot be moved by as much, or there are several ways to indent it.
        """
        lines = text.split("\n")
        result = [self._line(line, first=index == 0) for index, line in enumerate(lines)]
        return "\n".join(result)

    def _line(self, line: str, *, first: bool) -> str:
        mine, rest = split_indentation(line)
        if not rest:
            return rest
        if first and self.first_as_given:
            if mine:
                raise EditError(
                    "old_string begins at the first line's text and new_string with blanks; give both lines whole."
                )
            return line
        if mine in self.known:
            return self.known[mine] + rest
        found = {other(mine) for other in self.others}
        if len(found) != 1:
            raise EditError(
                "old_string is indented otherwise than the file, and new_string has lines whose indentation could be read in "
                "several ways; give both as the file is indented."
            )
        real = found.pop()
        if real is None:
            raise EditError(
                "old_string is indented more than the file is, and new_string has lines that cannot be moved by as much; "
                "give both as the file is indented."
            )
        return real + rest


def indenting(
    given: Sequence[str], real: Sequence[str], new: str, style: Callable[[], Style]
) -> Indenting | None:
    """Return the rule by which lines of `given` are indented in the file; None when no single rule explains all of them.

    Args:
        given: Lines of old_string.
        real: The same lines in the file.
        new: The text that will be indented by the rule.
        style: Tells how the file is indented; asked where these lines do not show it.
    """
    pairs = [
        (split_indentation(mine)[0], split_indentation(theirs)[0])
        for mine, theirs in zip(given, real, strict=True)
        if mine.strip()
    ]
    new_lines = new.split("\n")
    rule = _rule(pairs, [split_indentation(line)[0] for line in new_lines if line.strip()], style)
    if rule is not None or len(pairs) < 2 or pairs[0][0] or not given[0].strip():
        return rule
    # The first line was taken from its text on, as it is when somebody marks text with a mouse.
    later = [split_indentation(line)[0] for line in new_lines[1:] if line.strip()]
    rule = _rule(pairs[1:], later, style, moved=False)
    return None if rule is None else Indenting(rule.known, rule.others, first_as_given=True)


def followed(content: str, start: int, end: int, old: str, new: str) -> str:
    """Return `new` with its lines after the first indented as the file's line is, where they were given without that.

    An exact match of a line's text says nothing of the indentation before it. When old_string leaves it out, the further lines
    of new_string may leave it out as well, or not; what they would mean decides.

    Args:
        content: The file.
        start: Where the match begins.
        end: Where it ends.
        old: What was matched, exactly.
        new: What replaces it.
    """
    first, newline, rest = new.partition("\n")
    following = [line for line in rest.split("\n") if line.strip()]
    if not newline or not following or "\n" in old.rstrip("\n"):
        return new
    before = content[max(content.rfind("\n", 0, start), content.rfind("\r", 0, start)) + 1 : start]
    if not before or before.strip(" \t") or before == " " or not _NAME.search(old):
        return new
    behind = _REST.match(content, end)
    if not old.endswith("\n") and behind is not None and behind.group().strip(" \t"):
        return new
    given = split_indentation(old)[0]
    real = before + given
    if not _left_out(first, following, given, real, _Around(content, old, end)):
        return new
    rule = _rule(
        [(given, real)],
        [split_indentation(line)[0] for line in following],
        lambda: style_of(content.split("\n")),
    )
    if rule is None:
        return new
    try:
        return first + newline + rule.apply(rest)
    except EditError:  # no single way to move the lines: they stay as they were given
        return new


def split_indentation(line: str) -> tuple[str, str]:
    """Return a line's indentation and the rest of it."""
    rest = line.lstrip(" \t")
    return line[: len(line) - len(rest)], rest


@dataclass(slots=True, frozen=True)
class Style:
    """How a file is indented."""

    tabs: bool | None
    """Whether most of its indented lines begin with a tab; None where none is indented."""
    width: int
    """By how many spaces a line is usually deeper than the one before it; 0 where none is."""


def style_of(lines: Iterable[str]) -> Style:
    """Return how these lines are indented. One blank is no indentation: it stands before the stars of a comment."""
    balance = indented = before = 0
    steps: Counter[int] = Counter()
    for line in lines:
        indentation, text = split_indentation(line)
        if not text:
            continue
        tabs, spaces = indentation[:1] == "\t", indentation[:2] == "  "
        balance += tabs - spaces
        indented += tabs or spaces
        step, before = len(indentation) - before, len(indentation)
        if spaces and step > 1:
            steps[step] += 1
    width = steps.most_common(1)[0][0] if steps else 0
    return Style(balance > 0 if indented else None, width)


def _rule(
    pairs: list[tuple[str, str]],
    new: list[str],
    style: Callable[[], Style],
    *,
    moved: bool = True,
) -> Indenting | None:
    """Return the rule that explains all pairs; unless `moved`, lines have to stand as deep as they do in the file."""
    known = dict(pairs)
    if any(known[mine] != theirs for mine, theirs in pairs):
        return None
    given = [*known, *new]
    given_tabs = any("\t" in mine for mine in given)
    if any(known.values()):
        tabs = any("\t" in real for real in known.values())
    else:
        tabs = given_tabs if (told := style().tabs) is None else told
    alike = not any(given) or given_tabs == tabs
    shift = _shift(known)
    if shift is not None and alike and (moved or shift("") == ""):
        return Indenting(known, (shift,))
    widths = {width: _move(known, width) for width in _TAB_WIDTHS}
    moves = {width: move for width, move in widths.items() if move is not None}
    if not moves:
        return None
    best = [width for width, move in moves.items() if move == 0]
    if not best and not moved:
        return None
    unit = style().width if given_tabs and not tabs else _unit(given)
    best = best or [width for width in moves if width == unit] or list(moves)
    return Indenting(known, tuple(_mover(width, moves[width], tabs) for width in best))


def _shift(known: dict[str, str]) -> Callable[[str], str | None] | None:
    """Return what adds or takes away the one beginning by which all indentations differ."""
    mine, theirs = min(known.items(), key=lambda pair: len(pair[0]))
    if theirs.endswith(mine):
        gained = theirs[: len(theirs) - len(mine)]
        if all(real == gained + given for given, real in known.items()):
            return lambda indentation: gained + indentation
    elif mine.endswith(theirs):
        lost = mine[: len(mine) - len(theirs)]
        if all(given == lost + real for given, real in known.items()):
            return lambda indentation: (
                indentation[len(lost) :] if indentation.startswith(lost) else None
            )
    return None


def _move(known: dict[str, str], width: int) -> int | None:
    """Return by how many columns all indentations differ when a tab is `width` wide, None when not by the same number."""
    moves = {_columns(real, width) - _columns(mine, width) for mine, real in known.items()}
    return moves.pop() if len(moves) == 1 else None


def _mover(width: int, move: int, tabs: bool) -> Callable[[str], str | None]:
    def moved(indentation: str) -> str | None:
        columns = _columns(indentation, width) + move
        if columns < 0:
            return None
        return "\t" * (columns // width) + " " * (columns % width) if tabs else " " * columns

    return moved


def _columns(indentation: str, width: int) -> int:
    return len(indentation.expandtabs(width))


def _unit(indentations: Iterable[str]) -> int:
    """Return the least number of spaces by which two of these indentations differ."""
    widths = sorted({len(item) for item in indentations if "\t" not in item} | {0})
    steps = [after - before for before, after in pairwise(widths)]
    return min(steps, default=0)


@dataclass(slots=True, frozen=True)
class _Around:
    """An exact match in its file."""

    content: str
    old: str
    end: int


def _left_out(first: str, following: list[str], given: str, real: str, around: _Around) -> bool:
    """Return whether lines after the first were given without what the file has before the match.

    Read as they are, they stand in the file where they say; read as part of what the first line begins, `real` less `given`
    is missing before each. Often only one of the two makes sense.
    """
    mine, text = split_indentation(following[0])
    if len(mine) > len(given):
        # A block follows what opens it, and is deeper.
        deeper = _columns(mine, _TAB) > _columns(real, _TAB)
        return not deeper and _OPENING.search(first) is not None
    if given:
        return True  # the first line shows how much is missing
    if _CLOSING.match(text):
        return _opened(first) > _opened(around.old)
    if any(line.rstrip() == around.old.rstrip() for line in following):
        return True  # what stood there still stands there, behind something new
    if _depth_behind(around.content, around.end) >= _columns(real, _TAB):
        return True  # a block that goes on cannot be left in its middle
    return not _LEAVING.match(first)


def _opened(line: str) -> int:
    return sum(line.count(sign) for sign in "{([") - sum(line.count(sign) for sign in "})]")


def _depth_behind(content: str, end: int) -> int:
    """Return how deep the next line with text is indented, -1 when there is none."""
    for line in _LINE_BEHIND.finditer(content, end):
        indentation, text = split_indentation(line.group(1))
        if text:
            return _columns(indentation, _TAB)
    return -1
