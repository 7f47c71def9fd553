"""Keeping both ends of a stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pycode.system.head_and_tail import HeadAndTail


@given(st.lists(st.binary(max_size=30), max_size=30), st.integers(min_value=0, max_value=40))
def test_both_ends_are_kept_and_the_middle_is_counted(pieces: list[bytes], limit: int) -> None:
    kept = HeadAndTail(limit)
    for piece in pieces:
        kept.add(piece)
    whole = b"".join(pieces)
    head, tail = kept.head, kept.tail
    assert len(head) + len(tail) <= limit
    assert whole.startswith(head)
    assert whole.endswith(tail)
    assert len(head) + kept.omitted + len(tail) == len(whole) == kept.size
    assert (kept.omitted > 0) == (len(whole) > limit)


def test_memory_is_bounded_whatever_the_pieces() -> None:
    kept = HeadAndTail(1000)
    for _ in range(1000):
        kept.add(b"x" * 999)
        assert len(kept.tail) <= 500
    assert kept.omitted == 999_000 - 1000
