"""Edits: the right place or none."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pycode.tools import EditError
from pycode.tools.editing import find_edit, replace

_TEXT = st.text(alphabet="ab \n\tx{}", max_size=40)
_OLD = st.text(alphabet="ab \n\tx{}", min_size=1, max_size=6)


@given(_TEXT, _OLD, st.text(alphabet="yz \n", max_size=6), _TEXT)
def test_a_unique_exact_match_is_replaced_and_nothing_else(
    before: str, old: str, new: str, after: str
) -> None:
    content = before + old + after
    assume(old != new)
    assume(content.find(old) == content.rfind(old) == len(before))
    assert replace(content, old, new) == before + new + after


@given(_TEXT, _OLD, _TEXT, _TEXT)
def test_several_exact_matches_are_an_error_and_never_a_looser_match(
    before: str, old: str, between: str, after: str
) -> None:
    with pytest.raises(EditError, match="places"):
        replace(before + old + between + old + after, old, "y")


@given(st.lists(_TEXT, min_size=2, max_size=4), _OLD, st.text(alphabet="yz\n", max_size=3))
def test_replace_all_replaces_what_str_replace_does(pieces: list[str], old: str, new: str) -> None:
    assume(old != new)
    content = old.join(pieces)
    assert replace(content, old, new, replace_all=True) == content.replace(old, new)


@given(
    st.lists(st.text(alphabet="abc =(", max_size=8), min_size=1, max_size=12),
    st.data(),
)
def test_crlf_files_stay_crlf_and_change_where_they_should(
    lines: list[str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(lines) - 1))
    end = data.draw(st.integers(start, len(lines) - 1))
    old = "\n".join(lines[start : end + 1]) + "\n"
    plain = "".join(line + "\n" for line in lines)
    assume(plain.find(old) == plain.rfind(old))
    result = replace(plain.replace("\n", "\r\n"), old, "N\nM\n")
    assert result == plain.replace(old, "N\nM\n").replace("\n", "\r\n")


@given(
    st.lists(st.text(alphabet="ab:(", min_size=1, max_size=6), min_size=2, max_size=6), st.data()
)
def test_shifted_text_gets_the_indentation_of_the_file(
    lines: list[str], data: st.DataObject
) -> None:
    depths = data.draw(st.lists(st.integers(1, 4), min_size=len(lines), max_size=len(lines)))
    assume(min(depths) < max(depths))
    inner = "".join("  " * depth + line + "\n" for depth, line in zip(depths, lines, strict=True))
    content = "class A:\n" + inner + "end\n"
    less = "".join(line[2:] + "\n" for line in inner.splitlines())
    more = "".join("      " + line + "\n" for line in inner.splitlines())
    assume(less not in content)
    assert replace(content, less, less + "new\n") == content.replace(inner, inner + "  new\n")
    assert replace(content, more, more + "        new\n") == content.replace(
        inner, inner + "  new\n"
    )


@given(st.text(max_size=60), st.text(min_size=1, max_size=20), st.text(max_size=20), st.booleans())
def test_any_text_is_edited_or_refused(content: str, old: str, new: str, everywhere: bool) -> None:
    try:
        edit = find_edit(content, old, new, everywhere)
    except EditError:
        return
    assert edit.content != content
    assert edit.count == 1 or everywhere


@pytest.mark.parametrize(
    ("content", "old", "new", "expected", "level"),
    [
        # Line endings.
        ("a\r\nb\r\nc\r\n", "a\nb", "x\ny", "x\r\ny\r\nc\r\n", "line endings"),
        ("a\nb\nc\n", "a\r\nb\r\n", "x\r\n", "x\nc\n", "line endings"),
        ("a\r\nb\r\n", "b", "x\ny", "a\r\nx\r\ny\r\n", "exact"),
        ("a\r\nb", "\nb", "\nc", "a\r\nc", "exact"),
        ("a\r\nb", "\nb", "c", "ac", "exact"),
        ("a\r\nb\nc", "c", "x\ny", "a\r\nb\nx\ny", "exact"),
        # Blanks at line ends, and a last newline that the file lacks.
        ("if a:  \n  b\t\nc\n", "if a:\n  b\nc", "X", "X\n", "trailing whitespace"),
        ("a\nb\nc\n", "a  \nb\t\n", "x\n", "x\nc\n", "trailing whitespace"),
        ("foo  \nbar\n", "oo\nba", "X", "fXr\n", "trailing whitespace"),
        ("foo  \nbar\n", "foo \t ", "X", "X\nbar\n", "trailing whitespace"),
        ("a\nlast", "last\n", "new\n", "a\nnew", "trailing whitespace"),
        ("a\r\nlast", "a\nlast\n", "x\nnew\n", "x\r\nnew", "line endings"),
        # Indentation.
        ("class A:\n    def f(self):\n        return 1\n", "def f(self):\n    return 1", "def f(self):\n    x = 1\n\n    return x", "class A:\n    def f(self):\n        x = 1\n\n        return x\n", "indentation"),
        ("\tif a:\n\t\tb()\n", "if a:\n\tb()\n", "if a:\n\tc()\n", "\tif a:\n\t\tc()\n", "indentation"),
        ("  a\r\n    b\r\n", "a\n  b\n", "a\n  c\n  d\n", "  a\r\n    c\r\n    d\r\n", "indentation"),
        ("x\n  a\n    b", "a\n  b\n", "c\n", "x\n  c", "indentation"),
    ],
)  # fmt: skip
def test_looser_matches(content: str, old: str, new: str, expected: str, level: str) -> None:
    edit = find_edit(content, old, new)
    assert (edit.content, edit.level, edit.count) == (expected, level, 1)


@pytest.mark.parametrize(
    ("content", "old", "new", "why"),
    [
        ("a", "", "x", "empty"),
        ("a", "a", "a", "the same"),
        ("aaa", "aa", "b", r"2 places \(lines 1, 1\)"),
        ("x\na\na\n", "a", "b", r"2 places \(lines 2, 3\)"),
        ("a\n" * 50, "a", "b", r"more than 10 places \(lines 1, 2"),
        # Ambiguous at one level, though a looser one would have a single place.
        ("f(\r\n1\r\nf(\r\n1\r\n", "f(\n1", "x", "2 places, line endings set aside"),
        ("a \nb\na  \nb\n", "a\nb", "x", "2 places, trailing whitespace set aside"),
        (" a\n  b\n  a\n   b\n", "a\n b", "x", "2 places, indentation set aside"),
        # Not shifted as a whole.
        ("  a\n      b\n", "a\n  b", "x", "not in the file"),
        ("  a\n\n    b\n", "a\n  b", "x", "not in the file"),
        ("- a\n-   b\n", "a\n  b", "x", "not in the file"),
        # new_string would have to move left of the margin.
        ("a\n  b\n", "    a\n      b", "  x", "cannot be moved"),
        # Blanks alone are no place.
        ("a\nb", "   \n", "x", "not in the file"),
        ("a\n\n\nb", " \n \n \n", "x", "not in the file"),
        ("a  \nb", "a\nb", "a  \nb", "already reads"),
        ("ab", "zz", "y", "nothing in it is like it"),
    ],
)
def test_refusals(content: str, old: str, new: str, why: str) -> None:
    with pytest.raises(EditError, match=why):
        replace(content, old, new)


def test_replace_all_works_at_looser_levels_too() -> None:
    assert replace("a \nb\na  \nb\n", "a\nb", "x", replace_all=True) == "x\nx\n"
    assert replace("a\r\nb\r\na\r\nb\r\n", "a\nb", "x\ny", replace_all=True) == "x\r\ny\r\n" * 2


def test_exact_only_takes_nothing_else() -> None:
    with pytest.raises(EditError, match="not in the file"):
        find_edit("a  \nb\n", "a\nb", "x", exact_only=True)
    assert find_edit("a\nb\n", "a\nb", "x", exact_only=True).content == "x\n"


def test_a_miss_shows_the_lines_that_are_most_like_it() -> None:
    content = (
        "".join(f"line {n}\n" for n in range(30)) + "def total(items):\n    return sum(items)\n"
    )
    with pytest.raises(EditError) as caught:
        replace(content, "def total(item):\n    return sum(item)", "x")
    first, *rest = str(caught.value).split("\n")
    assert first == "old_string is not in the file. The lines that are most like it:"
    assert "31\tdef total(items):" in rest
    with pytest.raises(EditError) as caught:
        replace(content, "def other():\n    pass\n    return sum(items)\n", "x")
    assert "32\t    return sum(items)" in str(caught.value)


def test_a_miss_in_a_large_text_is_quick_and_short() -> None:
    content = "".join(
        f"    value_{n} = compute({n}, {n + 1})  # a comment\n" for n in range(50_000)
    )
    with pytest.raises(EditError) as caught:
        replace(content, "    value_x = compute(7, 9)  # a comment\n" * 40, "x")
    assert len(str(caught.value)) < 5000
