"""A second opinion on where the commands of a line are, from tree-sitter's grammar for bash.

Nothing is allowed by a pattern, or taken for read-only, unless both readings find the same words in the same places. Where
they differ the line may still be right, but then a person looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, QueryCursor

Words = tuple[tuple[int, int], ...]
"""Where the words of one command begin and end."""

_QUERY = "(command) @command"
_PREFIXES = frozenset({b"time", b"-p", b"--"})
_OTHER_NODES = frozenset({"[", "[[", "declare", "export", "local", "readonly", "typeset", "unset"})
"""The commands that have nodes of another kind in that grammar."""


def agrees(text: str, commands: Iterable[Words]) -> bool:
    """Return whether tree-sitter finds the same commands in a line.

    Args:
        text: The line.
        commands: Where the words of each command stand, by the first reading.
    """
    parser, cursor = _tree_sitter()
    tree = parser.parse(text.encode("utf-8", "surrogatepass"))
    if tree.root_node.has_error:
        return False
    found = cursor.captures(tree.root_node).get("command", [])
    place = _places(text)
    theirs = sorted(words for node in found if (words := _words(node, place)))
    ours = sorted(
        words for words in commands if text[words[0][0] : words[0][1]] not in _OTHER_NODES
    )
    return theirs == ours


def _words(node: Node, place: list[int] | None) -> Words:
    nodes = [*node.children_by_field_name("name"), *node.children_by_field_name("argument")]
    spans = [(item.start_byte, item.end_byte) for item in nodes]
    while spans and nodes[-len(spans)].text in _PREFIXES and nodes[0].text == b"time":
        del spans[0]  # a reserved word, which that grammar takes for a program
    if place is not None:
        spans = [(place[start], place[end]) for start, end in spans]
    return tuple(spans)


def _places(text: str) -> list[int] | None:
    """Return byte to character position, or None where they are the same."""
    if text.isascii():
        return None
    places: list[int] = []
    for index, character in enumerate(text):
        places += [index] * len(character.encode("utf-8", "surrogatepass"))
    return [*places, len(text)]


@lru_cache(maxsize=1)
def _tree_sitter() -> tuple[Parser, QueryCursor]:
    import tree_sitter
    import tree_sitter_bash

    language = tree_sitter.Language(tree_sitter_bash.language())
    query = tree_sitter.Query(language, _QUERY)
    return tree_sitter.Parser(language), tree_sitter.QueryCursor(query)
