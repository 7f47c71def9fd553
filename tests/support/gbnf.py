"""Reads a GBNF grammar, as llama.cpp takes it, and makes texts that it allows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Choose: TypeAlias = Callable[[int, int], int]
"""Returns a number from the first to the second one."""

_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<set>\[(?:[^\]\\]|\\.)*\])|(?P<name>[\w-]+)|(?P<sign>[()|*+?]|\{\d+,\d+\}))"
)


@dataclass
class Gbnf:
    """A grammar.

    Args:
        source: Its text.
    """

    source: str
    rules: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for line in self.source.splitlines():
            name, sign, body = line.partition(" ::= ")
            assert sign, line
            assert name not in self.rules, f"{name} has two rules"
            tokens = [match.group().strip() for match in _TOKEN.finditer(body)]
            assert "".join(tokens).replace(" ", "") == body.replace(" ", "") or '"' in body, line
            self.rules[name] = tokens

    def make(self, choose: Choose) -> str:
        """Return a text that the grammar allows."""
        return self._rule("root", choose, 0)

    def _rule(self, name: str, choose: Choose, depth: int) -> str:
        assert name in self.rules, f"there is no rule {name}"
        return self._choice(list(self.rules[name]), choose, depth + 1)

    def _choice(self, tokens: list[str], choose: Choose, depth: int) -> str:
        ways = _split(tokens)
        return self._sequence(ways[choose(0, len(ways) - 1)], choose, depth)

    def _sequence(self, tokens: list[str], choose: Choose, depth: int) -> str:
        made, at = "", 0
        while at < len(tokens):
            end = _closing(tokens, at) if tokens[at] == "(" else at
            unit, at = tokens[at : end + 1], end + 1
            sign = tokens[at] if at < len(tokens) and tokens[at][0] in "*+?{" else ""
            at += bool(sign)
            least, most = _times(sign)
            for _ in range(choose(least, least if depth > 60 else most)):
                made += self._unit(unit, choose, depth)
        return made

    def _unit(self, unit: list[str], choose: Choose, depth: int) -> str:
        if unit[0] == "(":
            return self._choice(unit[1:-1], choose, depth)
        if unit[0].startswith('"'):
            return str(json.loads(unit[0]))
        if unit[0].startswith("["):
            fits = re.compile(unit[0])
            allowed = [chr(code) for code in range(0x250) if fits.fullmatch(chr(code))]
            return allowed[choose(0, len(allowed) - 1)]
        return self._rule(unit[0], choose, depth)


def _times(sign: str) -> tuple[int, int]:
    """Return how often something may stand at least and at most; no text is made long."""
    if sign.startswith("{"):
        least, most = map(int, sign[1:-1].split(","))
        return least, min(most, least + 2)
    return {"*": (0, 3), "+": (1, 3), "?": (0, 1), "": (1, 1)}[sign]


def _closing(tokens: list[str], at: int) -> int:
    depth = 0
    for index in range(at, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index], 0)
        if depth == 0:
            return index
    raise AssertionError("a parenthesis is not closed")


def _split(tokens: list[str]) -> list[list[str]]:
    ways: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == "|" and depth == 0:
            ways.append([])
        else:
            ways[-1].append(token)
    return ways
