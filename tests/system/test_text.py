"""What text from outside looks like: nothing acts, nothing hides."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.system.text import unmistakable, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("a\tb\nc", "a\tb\nc"),
        ("häß 日本 🙂", "häß 日本 🙂"),
        ("\x1b[2J", "\u241b[2J"),
        ("\x1b]52;c;aWQ=\x07", "\u241b]52;c;aWQ=\u2407"),
        ("a\rb", "a\u240db"),
        ("\x7f\x9b", "<U+007F><U+009B>"),
        ("ab\u202edc", "ab<U+202E>dc"),
        ("\u2066x\u2069", "<U+2066>x<U+2069>"),
        ("\U000e0041\U000e0042", "<U+E0041><U+E0042>"),
        ("a\U000e0101", "a<U+E0101>"),
        ("r\u00adm", "r<U+00AD>m"),
        ("a\u200b\ufeffb", "a<U+200B><U+FEFF>b"),
        ("a\u2028b", "a<U+2028>b"),
        ("x\u3164", "x<U+3164>"),
        ("\ud800", "\ufffd"),
        ("👩\u200d🚀 ❤\ufe0f", "👩\u200d🚀 ❤\ufe0f"),
    ],
)
def test_what_acts_or_hides_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("git status", "git status"),
        ("a\u3000b", "a<U+3000>b"),
        ("a\u00a0b", "a<U+00A0>b"),
        ("👩\u200d🚀", "👩<U+200D>🚀"),
        ("❤\ufe0f", "❤<U+FE0F>"),
        ("a\nb", "a\nb"),
        ("grep ^x f" + " " * 300 + "; id", "grep ^x f<300 blanks>; id"),
        ("a" + "\t" * 9 + "b", "a<9 blanks>b"),
        ("a" + " " * 8 + "b", "a" + " " * 8 + "b"),
    ],
)
def test_what_is_approved_has_no_invisible_part(text: str, shown: str) -> None:
    assert unmistakable(text) == shown


@given(st.text())
def test_no_control_and_no_reordering_is_left(text: str) -> None:
    for shown in (visible(text), unmistakable(text)):
        for character in shown:
            assert character in "\t\n" or unicodedata.category(character) not in {"Cc", "Cs"}
            assert unicodedata.bidirectional(character) not in {
                "LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI",
            }  # fmt: skip
    assert visible(visible(text)) == visible(text)
    assert unmistakable(unmistakable(text)) == unmistakable(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_untouched(text: str) -> None:
    assert visible(text) == text
