"""What is remembered of messages, and reading what models write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.providers.encoded import EncodedList, dump, parse_arguments, whole_characters


def test_each_item_is_encoded_once() -> None:
    seen: list[Any] = []

    def encode(item: Any) -> int:
        seen.append(item)
        return len(seen)

    known: EncodedList[int] = EncodedList()
    items = [{"a": 1}, {"a": 1}]
    assert known.encode(items, encode) == [1, 2]
    assert known.encode([*items, {"b": 2}], encode) == [1, 2, 3]
    assert len(seen) == 3


def test_what_no_list_needs_is_let_go_and_lists_in_turn_stay() -> None:
    calls = 0

    def encode(item: Any) -> int:
        nonlocal calls
        calls += 1
        return int(item["n"])

    known: EncodedList[int] = EncodedList()
    long, short = [{"n": n} for n in range(300)], [{"n": -1}]
    for _ in range(5):
        assert known.encode(long, encode) == list(range(300))
        assert known.encode(short, encode) == [-1]
    assert calls == 301
    for n in range(5000):
        known.encode([{"n": n}], encode)
    assert len(known._known) < 1100


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text() | st.booleans())))
def test_arguments_round_trip(arguments: dict[str, Any]) -> None:
    assert parse_arguments(json.dumps(arguments)) == arguments
    assert parse_arguments(dump(arguments).decode()) == arguments


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '{"a": Infinity}', '{"a": 1} x', "{" * 200_000, '{"a":' * 200_000]
)
def test_what_is_no_object(text: str) -> None:
    assert parse_arguments(text) is None


@pytest.mark.parametrize("text", ["", " \n"])
def test_no_text_is_no_arguments(text: str) -> None:
    assert parse_arguments(text) == {}


@given(st.text())
def test_text_can_always_be_encoded(text: str) -> None:
    assert whole_characters(text) == text
    assert whole_characters(text + "\udc00") == text + "?"
    json.loads(dump({"a": text + "\ud83d"}))
