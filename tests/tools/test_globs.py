"""Path patterns."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.tools.globs import compile_glob


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("*.py", ["a.py", "src/a.py", ".py", "a/b/c.py"], ["a.pyc", "a.py/b"]),
        ("a.py", ["a.py", "x/a.py"], ["aapy", "ba.py"]),
        ("src/*.py", ["src/a.py"], ["src/x/a.py", "x/src/a.py", "a.py"]),
        ("./src/*.py", ["src/a.py"], ["x/src/a.py"]),
        ("/src/*.py", ["src/a.py"], ["x/src/a.py"]),
        ("src/**/*.py", ["src/a.py", "src/x/a.py", "src/x/y/a.py"], ["a.py", "srcx/a.py"]),
        ("**/test_*.py", ["test_a.py", "x/test_a.py"], ["x/a_test.py"]),
        ("**/*", ["a", "a/b", ".hidden/x"], []),
        ("**", ["a", "a/b"], []),
        ("src/**", ["src/a", "src/a/b"], ["src", "a"]),
        ("a/**/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab"]),
        ("*.{ts,tsx}", ["a.ts", "x/a.tsx"], ["a.t", "a.tsxx"]),
        ("{src,test}/*.{c,h}", ["src/a.c", "test/a.h"], ["lib/a.c"]),
        ("{a,b{c,d}}.x", ["a.x", "bc.x", "bd.x"], ["b.x"]),
        ("{,x}a", ["a", "xa"], ["xxa"]),
        ("file?.txt", ["file1.txt"], ["file.txt", "file12.txt"]),
        ("[a-c].x", ["a.x", "c.x"], ["d.x"]),
        ("[!a-c].x", ["d.x"], ["a.x", "/.x"]),
        ("[]].x", ["].x"], ["[.x"]),
        ("[.x", ["[.x"], ["x"]),
        ("a+b(c).x", ["a+b(c).x"], ["aab(c).x"]),
        ("*a*b*", ["ab", "xaxbx"], ["ba"]),
    ],
)
def test_patterns(pattern: str, fits: list[str], does_not: list[str]) -> None:
    compiled = compile_glob(pattern)
    assert [path for path in fits if not compiled.fullmatch(path)] == []
    assert [path for path in does_not if compiled.fullmatch(path)] == []


@pytest.mark.parametrize("pattern", ["{a,b", "{" * 9, "{a,b}" * 7])
def test_bad_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="brace"):
        compile_glob(pattern)


@given(st.text("ab*?.", min_size=1, max_size=8), st.text("ab.", min_size=1, max_size=8))
def test_one_name_fits_as_fnmatch_says(pattern: str, name: str) -> None:
    if pattern.replace("*", "") == "" and len(pattern) > 1:
        return
    assert bool(compile_glob(pattern).fullmatch(name)) == fnmatchcase(name, pattern)


def test_many_stars_take_no_time() -> None:
    assert not compile_glob("*a" * 30 + "b").fullmatch("a" * 5000)
    assert not compile_glob("**/" * 20 + "*x").fullmatch("a/" * 500 + "b")
