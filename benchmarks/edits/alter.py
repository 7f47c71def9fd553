"""How models alter edits: each alteration is a row of the table.

An alteration returns None where it has nothing to alter, so that no row counts edits that it left as they were.
"""

from __future__ import annotations

import difflib
import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

from benchmarks.edits.cases import Case, Edit

Alteration = Callable[[Edit, Random], Case | None]

_INDENTED = re.compile(r"^[ \t]+(?=\S)", re.MULTILINE)
_QUOTES = str.maketrans({'"': "\u201d", "'": "\u2019"})


def exact(edit: Edit, random: Random) -> Case | None:
    """As it is in the file."""
    return Case(edit.content, edit.old, edit.new, edit.expected)


def from_the_text_on(edit: Edit, random: Random) -> Case | None:
    """Without the first line's indentation: as it is in the file all the same."""
    first = _INDENTED.match(edit.old)
    if first is None or not edit.new.startswith(first.group()):
        return None
    old, new = edit.old[first.end() :], edit.new[first.end() :]
    return Case(edit.content, old, new, edit.expected) if edit.content.count(old) == 1 else None


def windows_file(edit: Edit, random: Random) -> Case | None:
    """A file with CRLF, text with LF."""
    if "\n" not in edit.old + edit.new:
        return None
    return Case(_crlf(edit.content), edit.old, edit.new, _crlf(edit.expected))


def windows_text(edit: Edit, random: Random) -> Case | None:
    """A file with LF, text with CRLF."""
    if "\n" not in edit.old:
        return None
    return Case(edit.content, _crlf(edit.old), _crlf(edit.new), edit.expected)


def trailing_blanks_in_file(edit: Edit, random: Random) -> Case | None:
    """Blanks at line ends in the file that the model leaves out."""
    changed = _in_kept_lines(edit, lambda line: line + random.choice([" ", "  ", "\t"]))
    return None if changed is None or "\n" not in edit.old else changed


def trailing_blanks_in_text(edit: Edit, random: Random) -> Case | None:
    """Blanks at line ends that the model adds."""
    lines = edit.old.split("\n")
    chosen = random.randrange(len(lines))
    if lines[chosen].endswith((" ", "\t")):
        return None
    lines[chosen] += random.choice([" ", "  ", "\t"])
    return Case(edit.content, "\n".join(lines), edit.new, edit.expected)


def typographic_text(edit: Edit, random: Random) -> Case | None:
    """Straight quotes in the file that the model makes typographic."""
    if not set(edit.old) & set("\"'"):
        return None
    old, new = edit.old.translate(_QUOTES), edit.new.translate(_QUOTES)
    return Case(edit.content, old, new, edit.expected)


def typographic_file(edit: Edit, random: Random) -> Case | None:
    """Typographic quotes in the file that the model makes straight."""
    return _in_kept_lines(edit, lambda line: line.translate(_QUOTES))


def indented_less(edit: Edit, random: Random) -> Case | None:
    """The indentation that all lines share is left out."""
    shared = _shared_indentation(edit)
    if not shared:
        return None
    return _shifted(edit, _without(edit.old, shared), _without(edit.new, shared))


def indented_less_by_a_level(edit: Edit, random: Random) -> Case | None:
    """One level of indentation is left out."""
    shared = _shared_indentation(edit)
    level = "\t" if shared.startswith("\t") else "    " if shared.startswith("    ") else "  "
    if not shared.startswith(level) or shared == level:
        return None
    return _shifted(edit, _without(edit.old, level), _without(edit.new, level))


def indented_more(edit: Edit, random: Random) -> Case | None:
    """The text is indented one level more."""
    tabs = edit.content.count("\n\t") > edit.content.count("\n  ")
    level = "\t" if tabs else random.choice(["  ", "    "])
    old, new = textwrap.indent(edit.old, level), textwrap.indent(edit.new, level)
    return _shifted(edit, old, new)


def tabs_for_spaces(edit: Edit, random: Random) -> Case | None:
    """Tabs for each four spaces of indentation."""
    if "\t" in edit.content or not re.search(r"^ {4}", edit.old, re.MULTILINE):
        return None
    return Case(edit.content, _tabbed(edit.old), _tabbed(edit.new), edit.expected)


def spaces_for_tabs(edit: Edit, random: Random) -> Case | None:
    """Spaces for the tabs of the indentation."""
    if not re.search(r"^\t", edit.old, re.MULTILINE) or re.search(
        r"^\t* +\t", edit.new, re.MULTILINE
    ):
        return None
    width = random.choice([2, 4, 8])
    old, new = (
        _INDENTED.sub(lambda m: m.group().expandtabs(width), text) for text in (edit.old, edit.new)
    )
    return Case(edit.content, old, new, edit.expected)


def escaped_quotes(edit: Edit, random: Random) -> Case | None:
    """A backslash before each double quote."""
    if '"' not in edit.old:
        return None
    old, new = (text.replace('"', '\\"') for text in (edit.old, edit.new))
    return Case(edit.content, old, new, edit.expected)


def escaped_quotes_in_old(edit: Edit, random: Random) -> Case | None:
    """A backslash before each double quote of the text to replace only."""
    if '"' not in edit.old:
        return None
    return Case(edit.content, edit.old.replace('"', '\\"'), edit.new, edit.expected)


def escaped_as_json(edit: Edit, random: Random) -> Case | None:
    """The text as JSON writes it, once too often."""
    old, new = (json.dumps(text, ensure_ascii=False)[1:-1] for text in (edit.old, edit.new))
    return None if old == edit.old else Case(edit.content, old, new, edit.expected)


def line_numbers(edit: Edit, random: Random) -> Case | None:
    """Line numbers as `read` shows them, in one or both texts."""
    first = edit.content.count("\n", 0, edit.content.index(edit.old)) + 1
    old = _numbered(edit.old, first)
    new = _numbered(edit.new, first) if edit.new and random.random() < 0.5 else edit.new
    return Case(edit.content, old, new, edit.expected)


def ambiguous(edit: Edit, random: Random) -> Case | None:
    """Lines that are in the file more than once."""
    return next(_ambiguous(edit, random), None)


def ambiguous_and_shifted(edit: Edit, random: Random) -> Case | None:
    """Lines that are in the file more than once, indented otherwise."""
    for case in _ambiguous(edit, random):
        old = textwrap.indent(case.old, "   ")
        if old not in edit.content:
            return Case(edit.content, old, textwrap.indent(case.new, "   "), None)
    return None


def ambiguous_and_escaped(edit: Edit, random: Random) -> Case | None:
    """Lines that are in the file more than once, escaped once too often."""
    for case in _ambiguous(edit, random):
        if '"' in case.old:
            old, new = case.old.replace('"', '\\"'), case.new.replace('"', '\\"')
            return Case(edit.content, old, new, None)
    return None


def ambiguous_in_windows_file(edit: Edit, random: Random) -> Case | None:
    """Lines that are in a CRLF file more than once."""
    for case in _ambiguous(edit, random, at_least=2):
        return Case(_crlf(edit.content), case.old, case.new, None)
    return None


def stale(edit: Edit, random: Random) -> Case | None:
    """The file was changed since: the text is not in it any more."""
    if _flat(edit.old) in _flat(edit.expected):
        return None  # it is still there, at another depth at the most
    return Case(edit.expected, edit.old, edit.old + "\nmore", None)


def stale_and_shifted(edit: Edit, random: Random) -> Case | None:
    """The file was changed since, and the text is indented otherwise."""
    case, shared = stale(edit, random), _shared_indentation(edit)
    if case is None or not shared:
        return None
    old = _without(case.old, shared)
    return None if old in case.content else Case(case.content, old, old + "\nmore", None)


def stale_and_escaped(edit: Edit, random: Random) -> Case | None:
    """The file was changed since, and the text is escaped once too often."""
    case = stale(edit, random)
    if case is None or '"' not in case.old:
        return None
    old = case.old.replace('"', '\\"')
    return Case(case.content, old, old + "\nmore", None)


def misremembered(edit: Edit, random: Random) -> Case | None:
    """One character of the text is wrong."""
    letters = [index for index, sign in enumerate(edit.old) if sign.isalpha()]
    if not letters:
        return None
    index = random.choice(letters)
    old = edit.old[:index] + ("x" if edit.old[index] != "x" else "y") + edit.old[index + 1 :]
    return None if old in edit.content else Case(edit.content, old, edit.new, None)


TO_APPLY: dict[str, Alteration] = {
    "exact": exact,
    "exact, from the text on": from_the_text_on,
    "line endings: CRLF file": windows_file,
    "line endings: CRLF text": windows_text,
    "trailing blanks: in the file": trailing_blanks_in_file,
    "trailing blanks: in the text": trailing_blanks_in_text,
    "typography: in the text": typographic_text,
    "typography: in the file": typographic_file,
    "indentation: left out": indented_less,
    "indentation: a level less": indented_less_by_a_level,
    "indentation: a level more": indented_more,
    "tabs for spaces": tabs_for_spaces,
    "spaces for tabs": spaces_for_tabs,
    "escapes: quotes": escaped_quotes,
    "escapes: quotes of old only": escaped_quotes_in_old,
    "escapes: as JSON": escaped_as_json,
    "line numbers": line_numbers,
}
"""Alterations after which it is still clear what is meant."""

TO_REFUSE: dict[str, Alteration] = {
    "ambiguous": ambiguous,
    "ambiguous, shifted": ambiguous_and_shifted,
    "ambiguous, escaped": ambiguous_and_escaped,
    "ambiguous, CRLF file": ambiguous_in_windows_file,
    "stale": stale,
    "stale, shifted": stale_and_shifted,
    "stale, escaped": stale_and_escaped,
    "misremembered": misremembered,
}
"""Alterations after which nobody can tell."""


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def _in_kept_lines(edit: Edit, change: Callable[[str], str]) -> Case | None:
    """Change lines of the file that the edit has in `old` and `new`."""
    was, will = edit.old.split("\n"), edit.new.split("\n")
    matcher = difflib.SequenceMatcher(None, was, will, autojunk=False)
    real_was, real_will = list(was), list(will)
    for i, j, size in matcher.get_matching_blocks():
        for offset in range(size):
            line = was[i + offset]
            if line.strip() and line == line.rstrip():
                real_was[i + offset] = real_will[j + offset] = change(line)
    if real_was == was:
        return None
    before, _, after = edit.content.partition(edit.old)
    content = before + "\n".join(real_was) + after
    if edit.old in content:
        return None
    return Case(content, edit.old, edit.new, before + "\n".join(real_will) + after)


def _shifted(edit: Edit, old: str, new: str) -> Case | None:
    """Return a case whose text is indented otherwise; None where the file has the very same text in another place."""
    elsewhere = edit.content.replace(edit.old, "\0")
    return None if old in elsewhere else Case(edit.content, old, new, edit.expected)


def _shared_indentation(edit: Edit) -> str:
    lines = [line for line in (edit.old + "\n" + edit.new).split("\n") if line.strip()]
    shared = min(lines, key=lambda line: len(line) - len(line.lstrip()))
    shared = shared[: len(shared) - len(shared.lstrip())]
    return shared if all(line.startswith(shared) for line in lines) else ""


def _without(text: str, indentation: str) -> str:
    return "\n".join(line.removeprefix(indentation) for line in text.split("\n"))


def _tabbed(text: str) -> str:
    def tabs(match: re.Match[str]) -> str:
        return "\t" * (len(match.group()) // 4) + " " * (len(match.group()) % 4)

    return _INDENTED.sub(tabs, text)


def _flat(text: str) -> str:
    """Return a text without any indentation."""
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def _numbered(text: str, first: int) -> str:
    return "\n".join(f"{number}\t{line}" for number, line in enumerate(text.split("\n"), first))


def _ambiguous(edit: Edit, random: Random, at_least: int = 1) -> Iterator[Case]:
    lines = edit.content.split("\n")
    for size in (3, 2, 1):
        if size < at_least:
            return
        stretches = ["\n".join(lines[i : i + size]) for i in range(len(lines) - size + 1)]
        counts = Counter(stretches)
        repeated = [text for text, count in counts.items() if count > 1 and text.strip()]
        random.shuffle(repeated)
        for text in repeated[:20]:
            yield Case(edit.content, text, text + "changed", None)
