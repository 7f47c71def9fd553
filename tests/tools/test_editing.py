"""Edits: the right place or none."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pycode.tools import EditError
from pycode.tools.editing import Replacement, find_edit, find_edits, replace

_TEXT = st.text(alphabet="ab \n\tx{}", max_size=40)
_OLD = st.text(alphabet="ab \n\tx{}", min_size=1, max_size=6)


@given(_TEXT, _OLD, st.text(alphabet="yz \n", max_size=6), _TEXT)
def test_a_unique_exact_match_is_replaced_and_nothing_else(
    before: str, old: str, new: str, after: str
) -> None:
    content = before + old + after
    assume(old != new)
    assume(content.find(old) == content.rfind(old) == len(before))
    indentation = before.rpartition("\n")[2]
    assume("\n" not in new or not indentation or indentation.strip())  # may be given without it
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
        ("if a:  \n  b\t\nc\n", "if a:\n  b\nc", "X", "X\n", "trailing blanks"),
        ("a\nb\nc\n", "a  \nb\t\n", "x\n", "x\nc\n", "trailing blanks"),
        ("foo  \nbar\n", "oo\nba", "X", "fXr\n", "trailing blanks"),
        ("foo  \nbar\n", "foo \t ", "X", "X\nbar\n", "trailing blanks"),
        ("a\nlast", "last\n", "new\n", "a\nnew", "line endings"),
        ("a\r\nlast", "a\nlast\n", "x\nnew\n", "x\r\nnew", "line endings"),
        ("a\nlast", "last\r\n  ", "new\n", "a\nnew", "trailing blanks"),
        ("a\nlast\n \t", "last\n  ", "new\n  b", "a\nnew\n  b", "trailing blanks"),
        # A line of blanks is a whole line, not the end of one with text.
        ("a\n    b\n  \n    b\n", "    \n    b", "    \n    c", "a\n    b\n  \n    c\n", "trailing blanks"),
        # A line of blanks behind the place is not a part of it.
        ("a \nb\n  \nc\n", "a\nb\n", "A\nb\n", "A\nb\n  \nc\n", "trailing blanks"),
        # Blanks that the model adds are not put into the lines that it changes.
        ("a\nb\n", "a  \nb ", "a  \nc ", "a\nc\n", "trailing blanks"),
        # Lines that stay keep their bytes: blanks, endings, signs.
        ("a\t\r\nb\nc\r\n", "a\nb\nc", "a\nB\nc", "a\t\r\nB\nc\r\n", "trailing blanks"),
        ("a\r\nb\nc\rd", "a\nb\nc\nd", "a\nb2\nnew\nd", "a\r\nb2\nnew\rd", "line endings"),
        ("\ufeffa\nb", "\ufeffa\nB".replace("B", "b\n"), "x\ny\n", "\ufeffx\ny", "line endings"),
        # Typography, in either direction; new signs are taken as the file's kind where that is plain.
        ("He said \u201chi\u201d.\nEnd\n", 'said "hi"', 'said "hi" twice', "He said \u201chi\u201d twice.\nEnd\n", "typography"),
        ('print("a")\n', "print(\u201ca\u201d)", "print(\u201ca\u201d, \u201cit\u2019s\u201d)", 'print("a", "it\'s")\n', "typography"),
        ("a\u00a0b \u2013 c\u00a0\nd\n", "a b - c\nd", "a b - c\nD", "a\u00a0b \u2013 c\u00a0\nD\n", "typography"),
        ("cafe\u0301 au lait\n", "caf\u00e9 au", "caf\u00e9 sans", "cafe\u0301 sans lait\n", "typography"),
        ("caf\u00e9 au lait\n", "cafe\u0301 au", "cafe\u0301 sans", "caf\u00e9 sans lait\n", "typography"),
        # Indentation.
        ("class A:\n    def f(self):\n        return 1\n", "def f(self):\n    return 1", "def f(self):\n    x = 1\n\n    return x", "class A:\n    def f(self):\n        x = 1\n\n        return x\n", "indentation"),
        ("\tif a:\n\t\tb()\n", "if a:\n\tb()\n", "if a:\n\tc()\n", "\tif a:\n\t\tc()\n", "indentation"),
        ("  a\r\n    b\r\n", "a\n  b\n", "a\n  c\n  d\n", "  a\r\n    c\r\n    d\r\n", "indentation"),
        ("x\n  a\n    b", "a\n  b\n", "c\n", "x\n  c", "indentation"),
        ("  foo()\n", "      foo()", "      foo()\n      bar()", "  foo()\n  bar()\n", "indentation"),
        ("if a:\n    b()\n\n    c()\n", "  if a:\n      b()\n  \n      c()", "  if a:\n      b()\n  \n      d()\n  \n", "if a:\n    b()\n\n    d()\n\n\n", "indentation"),
        # Tabs against spaces, shifted or not; alignment keeps its columns.
        ("if a:\n    if b:\n        c()\n", "if a:\n\tif b:\n\t\tc()", "if a:\n\tif b:\n\t\tc()\n\t\t\td()", "if a:\n    if b:\n        c()\n            d()\n", "indentation"),
        ("\tif a {\n\t\tb()\n\t}\n", "if a {\n    b()\n}", "if a {\n    b()\n    if c {\n        d()\n    }\n}", "\tif a {\n\t\tb()\n\t\tif c {\n\t\t\td()\n\t\t}\n\t}\n", "indentation"),
        ("func f() {\n\ta(b,\n\t  c)\n}\n", "    a(b,\n      c)", "    a(b,\n      c,\n      d)", "func f() {\n\ta(b,\n\t  c,\n\t  d)\n}\n", "indentation"),
        # The first line was taken from its text on.
        ("\tif a:\n\t\tb()\n\t\tc()\n", "if a:\n        b()", "if a:\n        d()", "\tif a:\n\t\td()\n\t\tc()\n", "indentation"),
        # Escaping: once too often, in whole or in part, in both texts or in one.
        ('say("a\\n")\n', 'say(\\"a\\n\\")', 'say(\\"b\\n\\")', 'say("b\\n")\n', "escaping"),
        ('say("a")\n', 'say(\\"a\\")', 'say("b")', 'say("b")\n', "escaping"),
        ('say("a")\nend\n', 'say(\\"a\\")\\nend', 'say(\\"b\\\\n\\")\\n\\tend', 'say("b\\n")\n\tend\n', "escaping"),
        ("a = 1\nb = 2\n", "a = 1\\nb = 2", "a = 1\\nb = 3", "a = 1\nb = 3\n", "escaping"),
        ("a = 1\nb = 2\n", "a = 1\\nb = 2", 'a = 1\nb = "x\\n"', 'a = 1\nb = "x\\n"\n', "escaping"),
        ('x = "\u00e9 \U0001f600"\n', 'x = \\"\\u00e9 \\ud83d\\ude00\\"', 'x = \\"\\u00e9\\"', 'x = "\u00e9"\n', "escaping"),
        ("don\\'t\n", "don't", "won't", "won\\'t\n", "escaping"),
        ('  "cmd": "say \\"hi\\""\n', 'say "hi"', 'say "ho"', '  "cmd": "say \\"ho\\""\n', "escaping"),
        ('f("a")\nend\n', 'f(\\"a\\")\nend', 'f(\\"b\\n  c\\")\nend', 'f("b\\n  c")\nend\n', "escaping"),
        # An empty last line of the new text is no line of blanks that the file has further up.
        ("a()\n    b()\n        \nc()\n", "  a()\n      b()\n          \n", "  a()\n      B()\n", "a()\n    B()\nc()\n", "indentation"),
        # A first line of blanks is replaced whole.
        ("a\n        \n  b\n", "\t\n  b", "    c\n\n  b", "a\n    c\n\n  b\n", "trailing blanks"),
        ("\ufeff  \nb\n", "\t\nb", "c\nb", "\ufeffc\nb\n", "trailing blanks"),
        # A sign that old_string and new_string have otherwise was meant to change, though this level sets it aside.
        ('"a" - b\nc\n', "\u201ca\u201d - b\nc", "\u201ca\u201d \u2013 b\nC", '"a" \u2013 b\nC\n', "typography"),
        ("\ta - b\n\tc\n", "a - b\nc\n", "a \u2013 b\nC\n", "\ta \u2013 b\n\tC\n", "indentation"),
        ("a  \nb\t\nc\n", "a\nb\t\nc", "a\nb\nC", "a  \nb\nC\n", "trailing blanks"),
        # Line numbers, in one text or in both; what they are taken off may be loose in another way.
        ("a\n  b\nc\n", "2\t  b\n3\tc", "  B\nc", "a\n  B\nc\n", "line numbers"),
        ("a\n  b\nc\n", "     2\t  b\n     3\tc\n", "     2\t  B\n     3\tc\n", "a\n  B\nc\n", "line numbers"),
        ("a\n  b  \nc\n", "2\t  b\n3\tc", "", "a\n\n", "line numbers"),
        ("1\tx\n2\ty\n", "1\tx\n2\ty", "1\tX\n2\ty", "1\tX\n2\ty\n", "exact"),
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
        ("a \nb\na  \nb\n", "a\nb", "x", "2 places, trailing blanks set aside"),
        ("\u2018a\u2019 \u201ba'", "'a'", "x", "2 places, typography set aside"),
        ('f("a")\nf("a")\n', 'f(\\"a\\")', "x", "2 places, escaping set aside"),
        ("a\na\n", "1\ta", "x", "2 places, line numbers set aside"),
        (" a\n  b\n  a\n   b\n", "a\n b", "x", "2 places, indentation set aside"),
        # Not shifted as a whole.
        ("  a\n      b\n", "a\n  b", "x", "not in the file"),
        ("  a\n\n    b\n", "a\n  b", "x", "not in the file"),
        ("- a\n-   b\n", "a\n  b", "x", "not in the file"),
        # White, but no indentation.
        ("\u00a0foo\n\u00a0bar\n", "foo\nbar", "foo\nBAR", "not in the file"),
        ("foo\n\fbar\n", " foo\n bar", " foo\n BAR", "not in the file"),
        # Letters that only look alike.
        ("p\u0430ge = 1\n", "page = 1", "x", "not in the file"),
        # new_string would have to move left of the margin.
        ("a\n  b\n", "    a\n      b", "  x", "cannot be moved"),
        # Too little to be sure: a bracket alone.
        ("{\n  a\n    }\n", "      }", "      };", "not in the file"),
        # The rule is not clear: tabs of an unknown width.
        ("\t\tfoo()\n", "  foo()", "  foo()\n     bar()\n   baz()", "read in several ways"),
        # Some quotes are escaped and some are not, in both texts.
        (
            'f("a", "b")\n',
            'f(\\"a\\", "b")',
            'f(\\"c\\", "b")',
            "what new_string means then is not clear",
        ),
        # Every backslash of the new text is doubled: is that once too often?
        ('x = "a"\n', 'x = \\"a\\"', 'x = \\"\\\\d\\"', "what new_string means then is not clear"),
        # Only some lines of the new text have numbers, or they begin elsewhere.
        ("a\nb\n", "1\ta\n2\tb", "1\ta\nB", "some lines of new_string do too"),
        ("a\nb\n", "1\ta\n2\tb", "7\ta\n8\tB", "some lines of new_string do too"),
        ("a\nb\n", "1\ta\n3\tb", "B", "not in the file"),
        # What has a number is a whole line, and an empty one with a number is no line that merely ends.
        ("abc\n", "1\tb", "x", "not in the file"),
        ("x {\n  y\n", "1\tx {\n2\t", "z", "not in the file"),
        ("a\n\nb\n", "2\t", "x", "not in the file"),
        # The old text is where it is not in the file, the new one where it is.
        (
            "if a:\n    b()\n    c()\n",
            "b()\nc()\n",
            "    b()\n    C()\n",
            "new_string as the file is",
        ),
        (
            "if a:\n    b()\n    c()\n",
            "b()\nc()\n",
            "    x()\n    y()\n",
            "new_string as the file is",
        ),
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


_INDENTED = st.builds(
    lambda depth, text: "    " * depth + text if text else "",
    st.integers(0, 3),
    st.sampled_from(["alpha", "beta(", "gamma = 1", "if delta:", "", "# epsilon"]),
)
_STRETCH = st.tuples(
    st.lists(_INDENTED, min_size=3, max_size=12), st.integers(0, 11), st.integers(1, 4)
)


@given(_STRETCH, st.sampled_from(["  ", "\t", "        "]))
def test_indenting_both_texts_otherwise_gives_the_same_or_nothing(
    stretch: tuple[list[str], int, int], prefix: str
) -> None:
    content, old, new = _edit_of(*stretch)
    shifted_old, shifted_new = (
        "\n".join(prefix + line if line else line for line in text.split("\n"))
        for text in (old, new)
    )
    assume(shifted_old not in content)
    _same_or_refused(content, (old, new), (shifted_old, shifted_new))


@given(_STRETCH)
def test_tabs_for_spaces_in_both_texts_give_the_same_or_nothing(
    stretch: tuple[list[str], int, int],
) -> None:
    content, old, new = _edit_of(*stretch)
    tabs = old.replace("    ", "\t"), new.replace("    ", "\t")
    assume(tabs[0] not in content)
    _same_or_refused(content, (old, new), tabs)


@given(_STRETCH, st.sampled_from([" ", "\t  "]))
def test_blanks_at_line_ends_make_no_difference(
    stretch: tuple[list[str], int, int], blanks: str
) -> None:
    content, old, new = _edit_of(*stretch)
    loose = old.replace("\n", blanks + "\n") + blanks, new
    _same_or_refused(content, (old, new), loose)


@given(st.lists(_INDENTED, min_size=2, max_size=8, unique=True), st.data())
def test_what_is_there_twice_is_never_edited_however_it_is_written(
    lines: list[str], data: st.DataObject
) -> None:
    block = "\n".join(line for line in lines if line)
    assume("\n" in block)
    content = f"{block}\n\nbetween\n\n{block}\n"
    loose = data.draw(
        st.sampled_from(
            [
                block,
                block.replace("\n", " \n"),
                block.replace("\n", "\r\n"),
                "\n".join("  " + line for line in block.split("\n")),
                block.replace("    ", "\t"),
                "\n".join(f"{n}\t{line}" for n, line in enumerate(block.split("\n"), 1)),
                block.replace("\n", "\\n"),
            ]
        )
    )
    with pytest.raises(EditError):
        replace(content, loose, "x")


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20))
def test_only_the_place_changes_however_it_was_found(before: str, after: str, word: str) -> None:
    # A text that is nowhere else, with one of everything that can differ.
    place = "<<<\u2019 \u201cx\u201d  \n  <<<2\t\n"
    content = f"{before}\n{place}{after}"
    assume("<<<" not in before + after)
    assume("\r" not in before[-1:] + after)
    result = replace(content, '<<<\' "x"\n  <<<2\n', f"<<<{word.strip()}>>>\n")
    assert result.startswith(before + "\n")
    assert result.endswith(after)


def test_several_replacements_at_once() -> None:
    content = "one\ntwo  \nthree\n"
    edit = find_edits(content, [Replacement("two\nthree", "2\n3"), Replacement("one", "1")])
    assert (edit.content, edit.count, edit.level, edit.line) == (
        "1\n2\n3\n",
        2,
        "trailing blanks",
        1,
    )
    assert edit.notes == (
        "Edit 1: old_string did not match exactly: blanks at line ends differed.",
    )
    with pytest.raises(EditError, match=r"^edits 1 and 2 overlap"):
        find_edits(content, [Replacement("two", "2"), Replacement("two  \nthree", "3")])
    with pytest.raises(EditError, match=r"^Edit 2: old_string is not in the file"):
        find_edits(content, [Replacement("two", "2"), Replacement("2", "3")])


@pytest.mark.parametrize(
    ("content", "old", "new", "expected"),
    [
        # A block around the line: only one reading makes sense.
        ("def f():\n    foo()\n", "foo()", "if a:\n    foo()", "def f():\n    if a:\n        foo()\n"),
        ("\tx {\n\t\tfoo()\n\t}\n", "foo()", "if a {\n    foo()\n}", "\tx {\n\t\tif a {\n\t\t\tfoo()\n\t\t}\n\t}\n"),
        # Something before it, in the middle of a block, and at the end of one.
        ("if a:\n    foo()\n    bar()\n", "foo()", "one()\ntwo()", "if a:\n    one()\n    two()\n    bar()\n"),
        ("if a:\n    foo()\n", "foo()", "one()\nfoo()", "if a:\n    one()\n    foo()\n"),
        ("if a:\n        foo()\n", "    foo()", "    foo()\n    bar()", "if a:\n        foo()\n        bar()\n"),
        # The further lines are where they say: a new function, the end of a block, the file's own indentation.
        ("def f():\n    return foo\n", "return foo", "return foo\n\n\ndef g():\n    pass", "def f():\n    return foo\n\n\ndef g():\n    pass\n"),
        ("class A:\n    def f():\n        return foo\n", "return foo", "return foo\n\n    def g():\n        pass", "class A:\n    def f():\n        return foo\n\n    def g():\n        pass\n"),
        ("f() {\n    foo()\n}\n", "foo()", "foo()\n}\n\ng() {\n    bar()", "f() {\n    foo()\n}\n\ng() {\n    bar()\n}\n"),
        ("if a:\n    foo()\n", "foo()", "foo()\n    bar()", "if a:\n    foo()\n    bar()\n"),
        # Entries, conditions, labels and items that stand beside the line, as they say; nothing of theirs is a block.
        ('{\n  "aaa": 1,\n  "z": 2\n}\n', '"aaa": 1,', '"aaa": 1,\n  "b": 2,', '{\n  "aaa": 1,\n  "b": 2,\n  "z": 2\n}\n'),
        ("f(\n    aaa +\n    z\n)\n", "aaa +", "aaa +\n    b +", "f(\n    aaa +\n    b +\n    z\n)\n"),
        ("def f():\n    # note\n    y()\n", "# note", "# Note:\n    x()", "def f():\n    # Note:\n    x()\n    y()\n"),
        ("switch (x) {\n  case 111:\n    y();\n}\n", "case 111:", "case 111:\n  case 2:", "switch (x) {\n  case 111:\n  case 2:\n    y();\n}\n"),
        ("job:\n  steps: []\n", "steps: []", "steps:\n  - run: x", "job:\n  steps:\n  - run: x\n"),
        ("class A:\n    url = 1\n    def g(): ...\n", "url = 1", 'url = "http://x"\n\n    def f(): ...', 'class A:\n    url = "http://x"\n\n    def f(): ...\n    def g(): ...\n'),
        # The end of a block, and what follows it.
        ("def f():\n    save(a)\n", "save(a)", "save(a)\n\n\ndef g():\n    pass", "def f():\n    save(a)\n\n\ndef g():\n    pass\n"),
        ("if a:\n    save(a)\nend()\n", "save(a)", "save(a)\nelse:\n    drop(a)", "if a:\n    save(a)\nelse:\n    drop(a)\nend()\n"),
        ("def f():\n    foo()\n    bar()\n", "foo()", "return foo()\n\n\ndef g():", "def f():\n    return foo()\n\n\ndef g():\n    bar()\n"),
        # A part of a line says nothing of the lines behind it.
        ("if a:\n    foo(1)\n    bar()\n", "foo", "foo\nbaz", "if a:\n    foo\nbaz(1)\n    bar()\n"),
    ],
)  # fmt: skip
def test_lines_that_were_given_without_the_indentation_before_an_exact_match(
    content: str, old: str, new: str, expected: str
) -> None:
    edit = find_edit(content, old, new)
    assert (edit.content, edit.level) == (expected, "exact")
    said = "The lines after its first were indented as the file's line is."
    assert (said in edit.notes) is (expected != content.replace(old, new))


def test_text_that_would_explode_is_quick() -> None:
    blanks = "x" + " " * 300_000 + "y\n"
    for old in ("x  \ny", "x y", "  x\n y", "nothing\nlike it"):
        with pytest.raises(EditError):
            replace(blanks * 3, old, "z")
    with pytest.raises(EditError):
        replace("a\u0301" * 100_000, "b\u0301", "z")
    with pytest.raises(EditError):
        replace("same\n" * 50_000, "same\n" * 200 + "other\n", "z")


def _edit_of(lines: list[str], first: int, size: int) -> tuple[str, str, str]:
    """A file, a stretch of it, and what it becomes: its first line doubled, deeper, with another text."""
    stretch = lines[first % len(lines) :][:size]
    content = "\n".join(lines) + "\nend\n"
    old = "\n".join(stretch)
    assume(old.strip())
    assume(content.find(old) == content.rfind(old))
    indentation = stretch[0][: len(stretch[0]) - len(stretch[0].lstrip())]
    new = "\n".join([stretch[0], f"{indentation}    new", *stretch[1:]])
    return content, old, new


def _same_or_refused(content: str, right: tuple[str, str], sent: tuple[str, str]) -> None:
    try:
        result = replace(content, *sent)
    except EditError:
        return
    assert result == content.replace(*right)
