"""Finding lines in a long file, held against reading all of it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.storage import lines

_CONTENT = st.lists(st.binary(max_size=40), max_size=30).map(b"".join)


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", 16)
        yield


@given(_CONTENT, st.integers(0, 1300))
@settings(max_examples=200, deadline=None)
def test_backward_is_the_reverse_of_forward(content: bytes, end: int) -> None:
    end = min(end, len(content))
    found = list(lines.lines_backward(io.BytesIO(content), end))
    assert found == content[:end].split(b"\n")[::-1]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=40),
    st.integers(0, 45),
    st.binary(max_size=30),
)
@settings(max_examples=200, deadline=None)
def test_the_first_line_after_a_number(
    shape: list[tuple[bool, int]], seq: int, torn: bytes
) -> None:
    content, expected, number = b"", None, 0
    for numbered, length in shape:
        number += numbered
        if numbered and number == seq + 1:
            expected = len(content)
        content += (b"%d:" % number if numbered else b"garbage") + b"x" * length + b"\n"
    whole = len(content)
    content += b"-" + torn.replace(b"\n", b"")
    found = lines.find_after(io.BytesIO(content), len(content), seq, _number)
    assert found == (whole if expected is None else expected)


def _number(line: bytes) -> int | None:
    digits = line.partition(b":")[0]
    return int(digits) if digits.isdigit() else None
