"""The places in a file that a small model can change: definitions and statements of Python, lines of everything else.

A place is named by its first line, or by as many lines as are needed to mean one place only.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MAX_LINES = 400
_DEFINES = re.compile(r"^\s*(@|def |class |async def )")
_DEFINED = re.compile(r"^\s*(?:async )?(?:def|class) (\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Some lines of a file."""

    name: str
    """The lines that it is called by."""
    text: str
    """All its lines."""

    @property
    def is_unit(self) -> bool:
        """Whether it is a definition, which one definition replaces."""
        return _DEFINES.match(self.text) is not None


def places(path: str, lines: Sequence[str]) -> list[Place] | None:
    """Return the places of a file of Python, None for a file whose places are its lines.

    Args:
        path: The file's name.
        lines: Its lines.
    """
    if not path.endswith(".py") or len(lines) > _MAX_LINES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: dict[str, Place] = {}
    for first, last in _statements(tree):
        count = fewest(lines, first)
        if count is not None:
            name = "\n".join(lines[first : first + count])
            found.setdefault(name, Place(name, "\n".join(lines[first:last])))
    return list(found.values())


def without_body(code: str) -> str | None:
    """Return a function with `...` behind its name and its docstring, None for what is no function.

    Args:
        code: A definition, as far to the right as it stands.
    """
    try:
        node = ast.parse(textwrap.dedent(code)).body[0]
    except (SyntaxError, ValueError, IndexError):
        return None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    first = node.body[0]
    if first.lineno == node.lineno:
        return None
    kept = first.end_lineno if ast.get_docstring(node) is not None else first.lineno - 1
    lines = code.split("\n")[:kept]
    indent = " " * (len(code) - len(code.lstrip()) + 4)
    return "\n".join([*lines, f"{indent}..."])


def fewest(lines: Sequence[str], index: int) -> int | None:
    """Return how many lines from one on are needed so that they are found once in the whole text, None when no number is enough."""
    text = "\n".join(lines)
    for count in range(1, len(lines) - index + 1):
        if text.count("\n".join(lines[index : index + count])) == 1:
            return count
    return None


def fitted(place: str, code: str) -> str:
    """Return code for the place of other code: as far to the right, and without what else a model wrote beside it.

    Args:
        place: The code that it replaces.
        code: The new code.
    """
    defined = _DEFINED.match(place.lstrip("\n"))
    if defined is not None:
        code = _only(code, defined[1]) or code
    indent = place[: len(place) - len(place.lstrip())]
    return _moved(code, indent.rpartition("\n")[2])


def appended(place: str, code: str) -> str:
    """Return code for behind a place: as far to the right, with the blank lines that definitions have between them.

    Args:
        place: The code that stays.
        code: The code that comes behind it.
    """
    if not code.strip():
        return place
    indent = re.match(r"\s*", place)[0].rpartition("\n")[2] if place.strip() else ""  # type: ignore[index]
    gap = "\n"
    if _DEFINES.match(place) or _DEFINES.match(code.lstrip("\n")):
        gap = "\n\n" if indent else "\n\n\n"
    return f"{place}{gap}{_moved(code, indent)}"


def removed(lines: Sequence[str], place: str) -> str:
    """Return what has to go with a place: it, and the empty lines behind it."""
    text = "\n".join(lines)
    behind = text[text.find(place) + len(place) :] if place in text else ""
    return place + behind[: len(behind) - len(behind.lstrip("\n"))]


def _moved(code: str, indent: str) -> str:
    code = code.strip("\n").rstrip()
    if code.startswith(indent) and not code[len(indent) :].startswith((" ", "\t")):
        return code
    plain = textwrap.dedent(code.strip("\n")).rstrip()
    return textwrap.indent(plain, indent)


def _only(code: str, name: str) -> str | None:
    """Return the definition of a name in code that defines it beside other things, None where it is not to be found."""
    plain = textwrap.dedent(code.strip("\n"))
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError):
        return None
    lines = plain.split("\n")
    for node in ast.walk(tree):
        if getattr(node, "name", None) == name and isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            return "\n".join(lines[first - 1 : node.end_lineno])
    return None


def _statements(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield where the statements of a module and of its classes begin and end, counted from 0 and without the last."""
    for node in tree.body:
        yield _extent(node)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                yield _extent(inner)


def _extent(node: ast.stmt) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(item.lineno for item in decorators)])
    return first - 1, node.end_lineno or node.lineno
