"""Growing Markdown is cut where a block has ended, and nowhere else."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from pycode.cli.interactive.blocks import Blocks

LINES = st.sampled_from(
    [
        "",
        " ",
        "text",
        "- item",
        "    more",
        "```",
        "```python",
        "````",
        "~~~",
        "  ```",
        "# head",
        "|a|",
    ]
)
TEXTS = st.one_of(st.lists(LINES).map("\n".join), st.text())


@given(TEXTS, st.lists(st.integers(0, 200)))
@example("a\n\n```\nb\n\nc\n```\n\nd", [3, 9])
def test_blocks_and_the_rest_are_the_text_however_it_is_cut(text: str, places: list[int]) -> None:
    blocks = Blocks()
    found: list[str] = []
    begin = 0
    for place in [*sorted(places), len(text)]:
        found += blocks.add(text[begin:place])
        begin = max(begin, min(place, len(text)))
    assert "".join([*found, blocks.finish()]) == text
    whole = Blocks()
    assert found == whole.add(text)


def cut(text: str) -> list[str]:
    blocks = Blocks()
    return [*blocks.add(text), blocks.finish()]


def test_a_block_ends_at_a_blank_line() -> None:
    assert cut("one\ntwo\n\nthree\n") == ["one\ntwo\n\n", "three\n"]


def test_a_block_is_finished_by_the_first_character_of_the_next() -> None:
    blocks = Blocks()
    assert blocks.add("one\n\n") == []
    assert blocks.add("t") == ["one\n\n"]


def test_what_is_indented_belongs_to_the_block_before() -> None:
    assert cut("- one\n\n  more\n\nother") == ["- one\n\n  more\n\n", "other"]


def test_no_blank_line_in_a_fence_ends_a_block() -> None:
    code = "````md\n```\n\na\n\n```\n\nb\n````\n\n"
    assert cut(f"{code}after") == [code, "after"]
    assert cut("```\n\nno end\n\nat all") == ["```\n\nno end\n\nat all"]
    assert cut("```\na\n\n```not an end\n\nb\n```\n\nc")[-1] == "c"


def test_the_tail_is_what_is_open() -> None:
    blocks = Blocks()
    blocks.add("done\n\none\ntwo\nthr")
    assert blocks.tail(2) == ["two", "thr"]
    blocks.add("ee\n")
    assert blocks.tail(2) == ["two", "three"]
    assert blocks.tail(9) == ["one", "two", "three"]
