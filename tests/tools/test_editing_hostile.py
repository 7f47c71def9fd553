"""Edits against a second opinion: a slow and simple one that counts places, on files full of lines that are nearly the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pycode.tools import EditError
from pycode.tools.editing import Edit, find_edit

_LINES = (
    ["@cached", "def alpha(x):", "    return alpha(x)", '    if x == "a\\n":', "        x = {", "        }"],
    ["  call({", "    a: 'it\\'s',", '    b: "a \\"b\\"",', "  });", "  case 1:", "}"],
    ["\tif err != nil {", "\t\treturn err", "\t}", "\tf(a,", "\t  b)", "\t  \t}"],
    ["\u201ca\u201d \u2013 b", '"a" - b', "caf\u00e9", "cafe\u0301", "\u00a0wide\u00a0", "> q  "],
    ["jobs:", "  - name: a", "    run: b  ", "  - name: b", "", "   "],
)  # fmt: skip
_SIGNS = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2013": "-", "\u00a0": " "})


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip(" \t") for line in _plain(text).split("\n"))


def _folded(text: str) -> str:
    return _trimmed(unicodedata.normalize("NFC", _plain(text).translate(_SIGNS)))


_OPINIONS: dict[str, Callable[[str], str]] = {
    "exact": str,
    "line endings": _plain,
    "trailing blanks": _trimmed,
    "typography": _folded,
}
_WAYS: tuple[Callable[[str], str], ...] = (
    str,
    str.strip,
    _trimmed,
    _folded,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\n", " \n"),
    lambda text: text.replace('"', "\u201d"),
    lambda text: text.replace('"', '\\"'),
    lambda text: re.sub("(?m)^(?=.)", "  ", text),
    lambda text: re.sub("(?m)^(?:  |\t)", "", text),
    lambda text: text.replace("    ", "\t"),
    lambda text: "".join(f"{n}\t{line}" for n, line in enumerate(text.splitlines(True), 7)),
)
_FILE = st.sampled_from(_LINES).flatmap(
    lambda lines: st.lists(
        st.tuples(st.sampled_from(lines), st.sampled_from(["\n", "\n", "\n", "\r\n"])),
        min_size=2,
        max_size=14,
    )
)
_NEW = st.sampled_from(["N", "  N\n\tM", 'N "q"\n', ""])


@settings(max_examples=300, deadline=None)
@given(_FILE, st.data(), st.sampled_from(_WAYS), _NEW)
def test_a_place_is_the_only_one_and_nothing_else_changes(
    lines: list[tuple[str, str]], data: st.DataObject, way: Callable[[str], str], new: str
) -> None:
    content = "".join(line + ending for line, ending in lines)
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first + 1, len(lines)))
    old = way("\n".join(line for line, _ in lines[first:last]))
    assume(old and old != new)
    assume(
        old[-1] not in " \t" and old[0] not in " \t\r\n"
    )  # what blanks at the edges say is tested alone
    edit = _edit(content, old, new)
    level, places = _places(content, old)
    if level == "exact" and len(places) == 1 and edit is not None and "\n" not in new:
        assert edit.content == content.replace(old, new)
    if edit is None or not places:
        return
    assert (edit.level, len(places)) == (level, 1)
    start, end = places[0]
    assert edit.content.startswith("".join(a + b for a, b in lines[:start]))
    assert edit.content.endswith("".join(a + b for a, b in lines[end + 1 :]))


def _edit(content: str, old: str, new: str) -> Edit | None:
    try:
        return find_edit(content, old, new)
    except EditError:
        return None


def _places(content: str, old: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the first way in which `old` is found at all, and the numbers of the first and last line of each place."""
    for level, form in _OPINIONS.items():
        text, wanted = form(content), form(old)
        starts = [index for index in range(len(text)) if text.startswith(wanted, index)]
        if starts:
            ends = [(start, start + len(wanted)) for start in starts]
            return level, [(text.count("\n", 0, a), text.count("\n", 0, b)) for a, b in ends]
    return "", []
