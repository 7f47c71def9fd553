from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.permissions.marking import mark


@pytest.mark.parametrize(
    ("text", "spans", "marked"),
    [
        ("ls && rm x", [(6, 10)], "ls && »rm x«"),
        ("a; b; c", [(0, 1), (6, 7)], "»a«; b; »c«"),
        ("a (b c)", [(2, 7), (3, 6)], "a »(b c)«"),
        ("rm x", [(0, 4)], "rm x"),
        ("rm x", [], "rm x"),
        ("ls" + " " * 40 + "; id", [(44, 46)], "ls<40 blanks>; »id«"),
        ("ls\x1b[2J\u202e", [], "ls␛[2J<U+202E>"),
    ],
)
def test_the_part_is_marked(text: str, spans: list[tuple[int, int]], marked: str) -> None:
    assert mark(text, spans) == marked


@given(st.text("ab ;", max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20))))
def test_nothing_is_left_out(text: str, pairs: list[tuple[int, int]]) -> None:
    spans = [(min(pair), max(pair)) for pair in pairs if max(pair) <= len(text)]
    assert mark(text, spans).replace("»", "").replace("«", "") == mark(text, [])
