"""Where a failing command points to: the file that its trace ends in, and the definition there, or the one that its tests call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pycode.providers.compact_places import Place, places

_TRACED = re.compile(r'File "([^"]+)", line (\d+)|^(\S+\.py):(\d+): ', re.MULTILINE)
_IMPORTED = re.compile(
    r"^\s*(?:from\s+([\w.]+)\s+import\s+([\w, ]+)|import\s+([\w.]+))", re.MULTILINE
)
_DEFINED = re.compile(r"^\s*(?:@.*\n\s*)*(?:async )?(def|class) (\w+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the code is that fails."""

    path: str
    """The file."""
    place: Place | None
    """The place in it, None for the whole file."""


def traced_files(output: str, files: Sequence[str]) -> list[str]:
    """Return the project's files that a trace names, the innermost first.

    Args:
        output: What the command said.
        files: The project's files.
    """
    return list(dict.fromkeys(path for path, _ in _traced(output, files)))


def imported_files(lines: Sequence[str], files: Sequence[str]) -> list[str]:
    """Return the project's files that a file of Python imports.

    Args:
        lines: Its lines.
        files: The project's files.
    """
    found: list[str] = []
    for package, names, module in _IMPORTED.findall("\n".join(lines)):
        inner = [f"{package}.{name.strip()}" for name in names.split(",")] if package else []
        for name in (package or module, *inner):
            path = name.replace(".", "/") + ".py"
            found += [file for file in files if file == path or file.endswith(f"/{path}")]
    return list(dict.fromkeys(found))


def failing_tests(output: str, texts: Mapping[str, Sequence[str]]) -> str:
    """Return the text of the tests that a trace names.

    Args:
        output: What the command said.
        texts: The lines of the tests that were read.
    """
    found = [fault.place.text for fault in _at_trace(output, texts) if fault.place is not None]
    return "\n".join(dict.fromkeys(found))


def faults_in(output: str, texts: Mapping[str, Sequence[str]]) -> list[Fault]:
    """Return where a failing command points to, the likeliest first: the innermost of its trace, and what its tests call.

    Args:
        output: What the command said, and what it ran.
        texts: The lines of the files that may be changed.
    """
    return list(dict.fromkeys([*_at_trace(output, texts), *_called(output, texts)]))


def _at_trace(output: str, texts: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    for path, line in _traced(output, list(texts)):
        known = places(path, texts[path])
        if known is None:
            yield Fault(path, None)
            continue
        around = [place for place in known if line in _lines_of(place, texts[path])]
        if around:
            yield Fault(path, min(around, key=lambda place: len(place.text)))


def _called(output: str, texts: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    for path, lines in texts.items():
        owner = ""
        for place in places(path, lines) or ():
            defined = _DEFINED.match(place.text)
            if defined is None:
                continue
            kind, name = defined.groups()
            if kind == "class":
                owner = name
            elif re.search(rf"\b{owner if name == '__init__' else name}\(", output):
                yield Fault(path, place)


def _traced(output: str, files: Sequence[str]) -> Iterator[tuple[str, int]]:
    for match in reversed(_TRACED.findall(output)):
        name, line = match[0] or match[2], match[1] or match[3]
        for path in files:
            if name == path or name.endswith(f"/{path}"):
                yield path, int(line)


def _lines_of(place: Place, lines: Sequence[str]) -> range:
    """Return the numbers of a place's lines, counted from 1."""
    text = "\n".join(lines)
    first = text[: text.find(place.text)].count("\n") + 1
    return range(first, first + place.text.count("\n") + 1)
