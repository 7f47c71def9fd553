"""How a text's indentation answers to a file's: shifted, or tabs against spaces; and new text indented as the file is.

Lines that are equal but for their indentation give pairs: how the line is indented in old_string, and how in the file. When one
rule explains all pairs, it says how any line of new_string is to be indented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pycode.core.errors import EditError

_TAB_WIDTHS = (4, 8, 2, 3)


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
        return self.indentation(mine) + rest

    def indentation(self, mine: str) -> str:
        """Return what the file has where old_string or new_string has `mine`.

        Raises:
            EditError: As for `apply`.
        """
        if mine in self.known:
            return self.known[mine]
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
        return real


def indenting(
    given: Sequence[str], real: Sequence[str], new: str, style: Callable[[], Style]
) -> Indenting | None:
    """Return the rule by which lines of `given` are indented in the file; None when no single rule explains all of them.

    Args:
        given: Lines of old_string.
        real: The same lines in the file.
        new: The text that will be indented by the rule.
        style: Tells how the file is indented; asked where these lines do not show it.

    Raises:
        EditError: The new text already stands where the file's lines do, and the rule would move it.
    """
    pairs = [
        (split_indentation(mine)[0], split_indentation(theirs)[0])
        for mine, theirs in zip(given, real, strict=True)
        if mine.strip()
    ]
    new_lines = new.split("\n")
    rule = _rule(pairs, [split_indentation(line)[0] for line in new_lines if line.strip()], style)
    if rule is not None and _stands_there(rule, given, new_lines):
        raise EditError(
            "old_string is indented otherwise than the file, and new_string as the file is; give both as the file is indented."
        )
    if rule is not None or len(pairs) < 2 or pairs[0][0] or not given[0].strip():
        return rule
    # The first line was taken from its text on, as it is when somebody marks text with a mouse.
    later = [split_indentation(line)[0] for line in new_lines[1:] if line.strip()]
    rule = _rule(pairs[1:], later, style, moved=False)
    return None if rule is None else Indenting(rule.known, rule.others, first_as_given=True)


def moving(given: str, real: str, new: str, style: Callable[[], Style]) -> Indenting | None:
    """Return the rule that moves the lines of `new` as one indentation was moved; None when there is none.

    Args:
        given: An indentation of old_string.
        real: What the file has in its place.
        new: The text that will be indented by the rule.
        style: Tells how the file is indented.
    """
    indentations = [split_indentation(line)[0] for line in new.split("\n") if line.strip()]
    return _rule([(given, real)], indentations, style)


def _stands_there(rule: Indenting, given: Sequence[str], new: Sequence[str]) -> bool:
    """Return whether new lines stand where the file's lines do, not where those of old_string do."""
    will = [split_indentation(line) for line in new if line.strip()]
    was = [split_indentation(line) for line in given if line.strip()]
    if not will or not set(will).isdisjoint(was):
        return False
    least = min((indentation for indentation, _ in will), key=len)
    meant = min(rule.known, key=len)
    if least == meant or least != rule.known[meant] or rule.indentation(least) == least:
        return False
    there = {(rule.known[indentation], text) for indentation, text in was}
    return least not in rule.known or not there.isdisjoint(will)


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
