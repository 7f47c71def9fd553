"""Server-sent events, wherever the bytes are cut."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.providers import sse
from pycode.providers.sse import EventTooLargeError, SseReader


def read(*chunks: bytes) -> list[str]:
    """Return the data of the events of a stream that arrives in these chunks."""
    reader = SseReader()
    return [data for chunk in chunks for data in reader.feed(chunk)]


def test_only_data_counts() -> None:
    stream = b": hello\nevent: ping\ndata: {}\nid: 7\nretry: 5\n\ndata:a\ndata: b\ndata:  c\n\n"
    assert read(stream) == ["{}", "a\nb\n c"]


def test_an_event_without_data_is_none() -> None:
    assert read(b"event: lost\n\ndata: x\n\n") == ["x"]


def test_a_field_without_a_colon_is_empty() -> None:
    assert read(b"data\n\n") == [""]


def test_what_is_not_ended_is_no_event() -> None:
    assert read(b"data: x\n") == []
    assert read(b"data: x") == []


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_line_ends(end: bytes) -> None:
    stream = end.join([b"\xef\xbb\xbfevent: a", b"data: 1", b"data: 2", b"", b"data: 3", b"", b""])
    whole = ["1\n2", "3"]
    assert read(stream) == whole
    assert read(*(stream[i : i + 1] for i in range(len(stream)))) == whole


def test_two_line_feeds_after_a_carriage_return_are_one_end_and_one_blank_line() -> None:
    assert read(b"data: a\r", b"\n", b"\n", b"data: b\r", b"\n\r", b"\n") == ["a", "b"]


def test_the_mark_counts_only_at_the_beginning() -> None:
    assert read(b"\xef\xbb", b"\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n") == ["a"]


def test_whole_events_that_come_together() -> None:
    first, rest = b'data: {"a": 1}\n\n', 'data: {"b": "ä"}\n\ndata: {}\n\n'.encode()
    assert read(first, rest) == ['{"a": 1}', '{"b": "ä"}', "{}"]
    assert read(first, b"data: {\ndata: }\n\n") == ['{"a": 1}', "{\n}"]
    assert read(first, b"data: {}\n\n: c\n\nevent: x\ndata: {}\n\n") == ['{"a": 1}', "{}", "{}"]
    assert read(first, b'data: {"b"', b"data: {}\n\n") == ['{"a": 1}', '{"b"data: {}']


_LINES = st.lists(
    st.sampled_from(
        [
            "data: x",
            "data:",
            "data: {}",
            "data: {",
            "data: }",
            "event: e",
            ": c",
            "",
            "data: ä€😀",
            "datax",
            "\ufeffdata: y",
        ]
    )
)


@given(_LINES, st.lists(st.sampled_from(["\n", "\r", "\r\n"])), st.lists(st.integers(0, 200)))
def test_cuts_never_matter(lines: list[str], ends: list[str], cuts: list[int]) -> None:
    ends = (ends or ["\n"]) * (len(lines) + 1)
    stream = "".join(line + end for line, end in zip(lines, ends, strict=False)).encode()
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in pairwise(places)]
    assert read(*pieces) == read(stream)


def test_a_large_event_takes_time_in_proportion() -> None:
    def seconds(size: int) -> float:
        stream = b"data: " + b"x" * size + b"\n\n"
        chunks = [stream[i : i + 1000] for i in range(0, len(stream), 1000)]
        begin = time.process_time()
        (data,) = read(*chunks)
        assert len(data) == size
        return time.process_time() - begin

    small = min(seconds(1_000_000) for _ in range(3))
    assert seconds(10_000_000) < 100 * max(
        small, 0.001
    )  # a quadratic reader takes 100 times as long


def test_an_event_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT", 1000)
    with pytest.raises(EventTooLargeError):
        read(*[b"data: " + b"x" * 300] * 4)
    with pytest.raises(EventTooLargeError):
        read(*[b"data: xxxxxxxxx\n"] * 200)
    assert len(read(b"data: " + b"x" * 900 + b"\n\n", b"data: " + b"x" * 900 + b"\n\n")) == 2
