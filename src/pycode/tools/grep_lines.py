"""What ripgrep shows of files, as matches with the lines around them, and how the model reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pycode.core.data import Data
from pycode.system.text import visible
from pycode.tools.output import MAX_BYTES
from pycode.tools.search import Place, relative, shown_name

MAX_LINE_BYTES = 300
"""The most bytes of a line that are shown."""

_PAGE_BYTES = MAX_BYTES - 1000  # the rest is for the notes around it

# A name may hold a newline, a line never does.
_LINE = re.compile(rb"([^\0]+)\0(\d+)([:-])([^\n]*)\n")
_BINARY = re.compile(
    rb"^[^\0\n]*: (?:binary file matches|WARNING: stopped searching binary file[^\n(]*) \(found [^\n]*\n",
    re.MULTILINE,
)


_Lines = tuple[str, int, str, list[str]]
"""Lines as ripgrep shows them: file, first number, `:` or `-`, and texts."""


@dataclass(slots=True, eq=False, repr=False)
class Match(Data):
    """One match with the lines that are shown around it."""

    lines: list[tuple[int, str, str]] = field(default_factory=list)
    """Number, `:` for the match and `-` for what is around it, and text."""
    last: int = 0
    """The number of its last matching line."""


def read_matches(output: bytes, context: int) -> dict[str, list[Match]]:
    """Return the matches of each file, by name.

    Args:
        output: What ripgrep wrote, each line with its file and number.
        context: How many lines around a match it was asked for.
    """
    return _grouped(_plain_lines(output), context)


def read_json_matches(output: bytes, context: int) -> dict[str, list[Match]]:
    """Return the matches of each file, by name, where a match may have several lines.

    Args:
        output: What ripgrep wrote as JSON.
        context: How many lines around a match it was asked for.
    """
    return _grouped(_json_lines(output), context)


def _grouped(lines: Iterator[_Lines], context: int) -> dict[str, list[Match]]:
    """Put each line that is no match to the match before it when it is near enough, else to the one after it."""
    found: dict[str, list[Match]] = {}
    waiting: list[tuple[int, str, str]] = []
    current = None
    for name, first, mark, texts in lines:
        if name != current:
            current, waiting = name, []
        matches = found.setdefault(name, [])
        numbered = [(number, mark, text) for number, text in enumerate(texts, first)]
        if mark == ":":
            matches.append(Match([*waiting, *numbered], numbered[-1][0]))
            waiting = []
        elif matches and not waiting and first - matches[-1].last <= context:
            matches[-1].lines += numbered
        else:
            waiting += numbered
    return found


def _plain_lines(output: bytes) -> Iterator[_Lines]:
    for line in _LINE.finditer(_BINARY.sub(b"", output)):
        text = line[4].decode("utf-8", "replace").removesuffix("\r")
        yield _name(line[1]), int(line[2]), line[3].decode(), [text]


def _json_lines(output: bytes) -> Iterator[_Lines]:
    import json

    for line in output.split(b"\n"):
        try:
            message = json.loads(line)
        except (
            ValueError
        ):  # the last one is empty, and one may be cut where the output was too long
            continue
        if message["type"] not in ("match", "context"):
            continue
        data = message["data"]
        texts = _bytes_of(data["lines"]).decode("utf-8", "replace").removesuffix("\n").split("\n")
        mark = ":" if message["type"] == "match" else "-"
        shown = [text.removesuffix("\r")[:MAX_LINE_BYTES] for text in texts]
        yield _name(_bytes_of(data["path"])), data["line_number"], mark, shown


def _bytes_of(value: dict[str, str]) -> bytes:
    """Return what ripgrep writes as text where it is UTF-8, else as base64."""
    if "text" in value:
        return value["text"].encode()
    import base64

    return base64.b64decode(value["bytes"])


def _name(name: bytes) -> str:
    return relative(name.decode("utf-8", "surrogateescape"))


def page(
    shown: Iterator[tuple[str, Match]], hidden: Mapping[str, int], place: Place
) -> tuple[str, int]:
    """Return matches as the model reads them, as many as fit, and how many these are.

    Args:
        shown: The matches with their files, those of one file together.
        hidden: Of which files how many further matches are not shown at all.
        place: Where the search began.
    """
    lines: list[str] = []
    name, number, size, last = "", 0, 0, 0
    for file, match in shown:
        entry = [] if file == name else [*_hidden(name, hidden), shown_name(file, place)]
        if entry:
            last = 0
        with_context = len(match.lines) > 1
        if last and with_context and match.lines[0][0] > last + 1:
            entry.append("--")
        entry += [f"{line}{mark} {visible(text)}" for line, mark, text in match.lines]
        size += sum(len(line.encode("utf-8", "replace")) + 1 for line in entry)
        if number and size > _PAGE_BYTES:
            return "\n".join(lines), number
        lines += entry
        name, number, last = file, number + 1, match.lines[-1][0]
    return "\n".join([*lines, *_hidden(name, hidden)]), number


def _hidden(name: str, hidden: Mapping[str, int]) -> list[str]:
    return [f"[{hidden[name]} more in this file; give it as path]"] if name in hidden else []
