"""Identifiers: sortable, strictly monotonic, readable by the ULID package."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from pycode.core import Identifier


def test_ascending_ids_sort_oldest_first_also_within_a_millisecond() -> None:
    ids = [Identifier.ascending("msg") for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_descending_ids_sort_newest_first() -> None:
    ids = [Identifier.descending("ses") for _ in range(5000)]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids)


def test_ids_of_several_threads_are_distinct() -> None:
    with ThreadPoolExecutor(8) as pool:
        batches = list(
            pool.map(lambda _: [Identifier.ascending("x") for _ in range(1000)], range(8))
        )
    assert len({identifier for batch in batches for identifier in batch}) == 8000
    assert all(batch == sorted(batch) for batch in batches)


@pytest.mark.parametrize("make", [Identifier.ascending, Identifier.descending])
def test_the_time_is_in_the_id(make: object) -> None:
    assert callable(make)
    before = time.time_ns() // 1_000_000
    identifier = make("msg")
    after = time.time_ns() // 1_000_000
    # A burst of ids within one millisecond counts on from the last.
    assert before - 1 <= Identifier.extract_timestamp(identifier) <= after


def test_the_ulid_package_reads_an_ascending_id() -> None:
    identifier = Identifier.ascending("msg")
    prefix, _, text = identifier.partition("_")
    assert prefix == "msg"
    assert len(text) == 26
    assert ULID.from_str(text).milliseconds == Identifier.extract_timestamp(identifier)


@given(st.integers(min_value=0, max_value=(1 << 47) - 1), st.binary(min_size=10, max_size=10))
def test_any_ulid_of_the_package_is_read(milliseconds: int, entropy: bytes) -> None:
    ulid = ULID(milliseconds.to_bytes(6, "big") + entropy)
    assert Identifier.extract_timestamp(f"x_{ulid}") == milliseconds


def test_prefixes_may_hold_underscores() -> None:
    identifier = Identifier.ascending("my_thing")
    assert identifier.startswith("my_thing_")
    assert Identifier.extract_timestamp(identifier) > 0


@pytest.mark.parametrize(
    "text", ["", "msg", "msg_", "msg_short", "msg_" + "U" * 26, "msg_8" + "0" * 25]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an identifier"):
        Identifier.extract_timestamp(text)


def test_compare_follows_the_sort_order() -> None:
    first, second = Identifier.ascending("msg"), Identifier.ascending("msg")
    assert Identifier.compare(first, second) == -1
    assert Identifier.compare(second, first) == 1
    assert Identifier.compare(first, first) == 0
