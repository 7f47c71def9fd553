"""Bounds of results, and what is taken out of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.system.text import visible
from pycode.tools import ToolResult
from pycode.tools.output import Keep, bound, bound_result, clean, cut_line, number_lines


def test_short_text_is_left_alone() -> None:
    assert bound("a\nb\n") == ("a\nb\n", False)
    assert bound("") == ("", False)


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("head", "1\n2\n3\n4\n5\n6\n7\n8\n9\n[91 lines, 273 bytes left out]"),
        ("tail", "[91 lines, 263 bytes left out]\n92\n93\n94\n95\n96\n97\n98\n99\n100"),
        ("both", "1\n2\n3\n4\n[92 lines, 270 bytes left out]\n97\n98\n99\n100"),
    ],
)
def test_the_wanted_end_is_kept(keep: Keep, expected: str) -> None:
    text = "\n".join(str(n) for n in range(1, 101))
    assert bound(text, max_lines=10, keep=keep) == (expected, True)
    assert bound(text + "\n", max_lines=10, keep=keep) == (expected, True)


def test_the_note_says_where_the_rest_is() -> None:
    kept: list[str] = []

    def save(text: str) -> str:
        kept.append(text)
        return "/outputs/1.txt"

    bounded, _ = bound("line\n" * 50, max_lines=10, save=save)
    assert kept == ["line\n" * 50]
    assert bounded.endswith(
        "[41 lines, 204 bytes left out; all of it is in /outputs/1.txt: use read with offset, or grep]"
    )
    assert bound("line\n" * 50, max_lines=10, save=lambda _: None)[0].endswith("left out]")


def test_one_very_long_line_is_cut_inside() -> None:
    bounded, truncated = bound("x" * 5_000_000, keep="both")
    assert truncated
    assert len(bounded) <= 50_000
    assert bounded.startswith("xxx")
    assert bounded.endswith("xxx")


@given(
    st.text(alphabet=st.sampled_from("aé€😀\n\r\x1b[0m\t ")),
    st.integers(4, 12),
    st.integers(400, 600),
    st.sampled_from(["head", "tail", "both"]),
    st.integers(1, 40),
)
def test_any_text_gets_within_bounds_and_stays_there(
    text: str, lines: int, size: int, keep: Keep, times: int
) -> None:
    bounded, truncated = bound(text * times, lines, size, keep)
    assert bounded.count("\n") <= lines
    assert len(bounded.encode()) <= size
    assert bound(bounded, lines, size, keep) == (bounded, False)
    if not truncated:
        assert bounded == clean(text * times)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://evil\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\x", "x"),
        ("\x1b]52;c;aGk=\nnot swallowed", "\nnot swallowed"),
        ("\x1b(Bx\x1b=y", "xy"),
        ("\x9b31mx", "x"),
        ("10%\r20%\r100%\ndone", "100%\ndone"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("end\r", "end"),
        ("a\x00b\x07\x08c", "a\u2400b\u2407\u2408c"),
        ("bell\x1b", "bell\u241b"),
        ("\ud800x", "\ufffdx"),
        ("a\u202eb\u2066\U000e0041\u200b", "a<U+202E>b<U+2066><U+E0041><U+200B>"),
        ("tab\tnewline\nümläut 😀", "tab\tnewline\nümläut 😀"),
    ],
)
def test_nothing_acts_or_hides(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode()


def test_cleaning_is_linear() -> None:
    # Each of these would take minutes if one pattern tried again from every position.
    for hostile in ("\x1b]" * 200_000, "x" * 400_000 + "\r", "\x1b[" * 200_000, "\x1b[0" * 100_000):
        clean(hostile)


def test_lines_for_display() -> None:
    assert number_lines(["a", "b\x1b"], 9) == "9\ta\n10\tb\u241b"
    assert cut_line("x" * 2001) == "x" * 2000 + " [line cut, 2001 characters]"
    assert visible("plain ascii") == "plain ascii"


def test_a_result_within_bounds_is_the_same_object() -> None:
    result = ToolResult("t", "fine", error="short")
    assert bound_result(result) is result


def test_a_result_is_not_changed_in_place() -> None:
    result = ToolResult("t", "x\n" * 5000, {"a": 1})
    bounded = bound_result(result, lambda text: "/f")
    assert bounded.metadata == {"a": 1, "truncated": True}
    assert result.metadata == {"a": 1}
    assert "/f" in bounded.output
