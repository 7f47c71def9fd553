"""`${NAME}`, `${NAME:default}` and `$$`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.config.expand import expand, has_variable

ENVIRON = {"A": "one", "EMPTY": "", "LOOP": "${A}"}
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("${A}", "one"),
        ("x${A}y${A}", "xoneyone"),
        ("${NO:else}", "else"),
        ("${NO:}", ""),
        ("${NO:a:b $$ c}", "a:b $$ c"),
        ("${A:else}", "one"),
        ("${EMPTY:else}", ""),
        ("${LOOP}", "${A}"),
        ("$A $5 $", "$A $5 $"),
        ("$$", "$"),
        ("$${A}", "${A}"),
        ("$$${A}", "$one"),
        ("{A}", "{A}"),
    ],
)
def test_forms(text: str, value: str) -> None:
    assert expand(text, ENVIRON) == value


@pytest.mark.parametrize("text", ["${", "${A", "${}", "${:x}", "${1}", "${A B}", "${${A}}"])
def test_what_is_no_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"^\$\{ must be followed by a variable's name and \}"):
        expand(text, ENVIRON)


def test_an_unset_variable_is_named() -> None:
    with pytest.raises(ValueError, match=r"^the variable NO is not set; set it, or write "):
        expand("secret ${NO}", ENVIRON)


@given(st.text())
@settings(deadline=None)
def test_any_text_can_be_written(text: str) -> None:
    assert expand(text.replace("$", "$$"), {}) == text


@given(st.text(), st.text(), names, st.text())
@settings(deadline=None)
def test_a_variables_value_is_taken_as_it_is(
    before: str, after: str, name: str, value: str
) -> None:
    text = before.replace("$", "$$") + f"${{{name}}}" + after.replace("$", "$$")
    assert has_variable(text)
    assert expand(text, {name: value}) == before + value + after


@given(names, st.text(st.characters(exclude_characters="}")))
@settings(deadline=None)
def test_the_default_counts_only_without_the_variable(name: str, default: str) -> None:
    assert expand(f"${{{name}:{default}}}", {}) == default
    assert expand(f"${{{name}:{default}}}", {name: "set"}) == "set"


@given(st.text(st.sampled_from("$${}Aa:")))
@settings(deadline=None)
def test_has_variable_says_whether_expansion_can_fail(text: str) -> None:
    if not has_variable(text):
        assert expand(text, {}) == text.replace("$$", "$")
