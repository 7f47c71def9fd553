"""Lines for programs: always one line, always JSON, never too long."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.cli.formats.json_lines import LINE_BYTES, LineWriter, encoded

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=10), VALUES, max_size=5))
def test_a_line_reads_back(data: dict[str, Any]) -> None:
    line = encoded(data)
    text = line.decode("utf-8")
    assert len(text.splitlines()) == 1
    assert json.loads(text) == data


def test_a_lone_surrogate_is_escaped() -> None:
    assert json.loads(encoded({"a": "\udc80"})) == {"a": "\udc80"}


@pytest.mark.parametrize(
    "value",
    [
        "ü" * 3_000_000,
        ["x" * 1000] * 20_000,
        [["日" * 700_000]] * 9,
        {"deep": {"deeper": '"' * 2_000_000}},
        list(range(2_000_000)),
    ],
    ids=["text", "many", "lists", "escapes", "numbers"],
)
def test_a_long_line_is_cut_and_still_json(value: Any) -> None:
    line = encoded({"type": "user", "value": value})
    assert len(line) <= LINE_BYTES
    read = json.loads(line)
    assert read["type"] == "user"
    assert isinstance(read["value"], type(value))


def test_a_cut_text_says_so_and_a_short_one_stays() -> None:
    read = json.loads(encoded({"long": "x" * 2_000_000, "short": "y" * 1000}))
    assert read["long"].endswith("more characters]")
    assert read["long"].startswith("x" * 100_000)
    assert read["short"] == "y" * 1000


def test_a_list_is_one_line() -> None:
    out = io.BytesIO()
    LineWriter(out).write_list([{"a": 1}, {"b": "\n"}])
    assert json.loads(out.getvalue()) == [{"a": 1}, {"b": "\n"}]
    assert out.getvalue().count(b"\n") == 1
