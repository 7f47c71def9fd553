"""What is asked: how much to think, and names that every service takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.providers.conversation import clean_name
from pycode.providers.profiles import Profile
from pycode.providers.question import LEVELS, Question


def effort(level: str | None, **fields: Any) -> str | int | None:
    """Return what a model of these abilities is told."""
    return Question.of("m", Profile(**fields), [], options={"thinking": level}).effort


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("none", "low", "medium", "high", "xhigh"), ["none", "low", "medium", "high", "xhigh"]),
        (("minimal", "low", "medium", "high"), ["minimal", "low", "medium", "high", "high"]),
        (("low", "medium", "high"), ["low", "low", "medium", "high", "high"]),
        (("low", "medium", "high", "xhigh", "max"), ["low", "low", "medium", "high", "max"]),
        (("high",), ["high"] * 5),
        (("medium", "high"), ["medium", "medium", "medium", "high", "high"]),
        (("of its own",), [None] * 5),
        ((), [None] * 5),
    ],
)
def test_levels_in_words(words: tuple[str, ...], wanted: list[str | None]) -> None:
    assert [effort(level, reasoning_levels=words) for level in LEVELS] == wanted


@pytest.mark.parametrize(
    ("budget", "wanted"),
    [
        ((0, 24_576), [0, 4_096, 12_288, 24_576, 24_576]),
        ((128, 32_768), [128, 4_096, 12_288, 24_576, 32_768]),
        ((0, 8_000), [0, 4_096, 8_000, 8_000, 8_000]),
    ],
)
def test_levels_in_tokens(budget: tuple[int, int], wanted: list[int]) -> None:
    assert [effort(level, reasoning_budget=budget) for level in LEVELS] == wanted


def test_nothing_is_said_unless_it_was_asked() -> None:
    assert effort(None, reasoning_levels=("low", "high"), reasoning_budget=(0, 10)) is None


@given(st.text(), st.text())
def test_names_are_clean_and_stay_apart(one: str, other: str) -> None:
    clean = clean_name(one)
    assert clean.isascii()
    assert 0 < len(clean) <= 64
    assert clean.replace("-", "_").isidentifier()
    assert (clean == clean_name(other)) == (one == other) or clean in (one, other)


def test_names_are_given_back() -> None:
    tools: list[dict[str, Any]] = [
        {"name": name, "description": "", "parameters": {}} for name in ("ls", "git.log", "7")
    ]
    names = Question.of("m", Profile(), [], tools=tools).names
    assert sorted(names.values()) == ["7", "git.log"]
    assert names[clean_name("git.log")] == "git.log"
