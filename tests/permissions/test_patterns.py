from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.permissions.patterns import escape, has_wildcard, match_path, match_text

ROOT, HOME = "/w/app", "/home/u"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("git status", "git status", True),
        ("git status", "git status -s", False),
        ("git status*", "git status", True),
        ("git status*", "git stash", False),
        ("git status *", "git status", True),
        ("git status *", "git status -s", True),
        ("git status *", "git statuses", False),
        ("*", "", True),
        ("*", "a\nb/c", True),
        ("npm run *", "npm run a/b\nc", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("* install *", "npm install", True),
        ("* install *", "npm install x y", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        (r"ls \*.py", "ls *.py", True),
        (r"ls \*.py", "ls a.py", False),
        (r"a\b", r"a\b", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
    ],
)
def test_text_patterns(pattern: str, text: str, expected: bool) -> None:
    assert match_text(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*", "/w/app/a/b", True),
        ("*", "/", True),
        ("**", "/etc/hosts", True),
        ("src/**", "/w/app/src/a/b.py", True),
        ("src/**", "/w/app/src", True),
        ("src/**", "/w/app/vendor/src/a", False),
        ("src/**", "/w/app-secrets/src/a", False),
        ("src", "/w/app/vendor/src/a", True),
        ("src/", "/w/app/src/a", True),
        ("./src/app", "/w/app/src/app/x", True),
        ("src/*", "/w/app/src/a", True),
        ("src/*", "/w/app/src/a/b", False),
        ("src/*.py", "/w/app/src/a.py", True),
        ("src/**/*.py", "/w/app/src/a.py", True),
        ("src/**/*.py", "/w/app/src/x/y/a.py", True),
        ("src/**/*.py", "/w/app/src/x/y/a.js", False),
        ("*.pem", "/w/app/deep/down/key.pem", True),
        ("*.pem", "/etc/key.pem", True),
        ("*.pem", "/w/app/key.pem.txt", False),
        (".env*", "/w/app/x/.env.local", True),
        ("/etc", "/etc/hosts", True),
        ("/etc/**", "/etc", True),
        ("//etc/**", "/etc/hosts", True),
        ("/etc/*", "/etc/ssh/config", False),
        ("~/notes", "/home/u/notes/a", True),
        ("~", "/home/u/x", True),
        ("$HOME/notes/*.md", "/home/u/notes/a.md", True),
        ("${HOME}", "/home/u", True),
        ("~other/x", "/home/u/x", False),
        ("../sibling/**", "/w/sibling/a", True),
        ("../../../..", "/anything", True),
        ("app/[id]/page.tsx", "/w/app/app/[id]/page.tsx", True),
        ("a?c", "/w/app/abc", True),
        ("src/a?c", "/w/app/src/a/c", False),
        (".", "/w/app/x", True),
    ],
)
def test_path_patterns(pattern: str, path: str, expected: bool) -> None:
    assert match_path(pattern, path, ROOT, HOME, below=True) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/etc", "/etc", True),
        ("/etc", "/etc/hosts", False),
        ("/etc/", "/etc/hosts", True),
        ("/etc/**", "/etc/hosts", True),
        ("src", "/w/app/x/src", True),
        ("src", "/w/app/src/a", False),
        ("~", "/home/u/x", False),
        ("~/", "/home/u/x", True),
        ("/", "/", True),
        ("/", "/etc", False),
        ("src/*/", "/w/app/src/a/b/c", True),
    ],
)
def test_a_path_alone_allows_nothing_below(pattern: str, path: str, expected: bool) -> None:
    assert match_path(pattern, path, ROOT, HOME) is expected


def naive_text(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[:2] in ("\\*", "\\?"):
        return text[:1] == pattern[1] and naive_text(pattern[2:], text[1:])
    if pattern[0] == "*":
        return naive_text(pattern[1:], text) or (bool(text) and naive_text(pattern, text[1:]))
    return bool(text) and pattern[0] in (text[0], "?") and naive_text(pattern[1:], text[1:])


@given(st.text("ab *?\\\n", max_size=8), st.text("ab *?\\\n", max_size=8))
def test_text_matching_is_what_the_plain_definition_says(pattern: str, text: str) -> None:
    expected = naive_text(pattern, text) or (
        pattern.endswith(" *") and naive_text(pattern[:-2], text)
    )
    assert match_text(pattern, text) is expected


def naive_names(pattern: list[str], path: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return naive_names(pattern[1:], path) or (bool(path) and naive_names(pattern, path[1:]))
    return bool(path) and naive_text(pattern[0], path[0]) and naive_names(pattern[1:], path[1:])


NAMES = st.lists(st.sampled_from(["a", "b", "ab", "ba"]), max_size=5)
PATTERN_NAMES = st.lists(
    st.sampled_from(["a", "b", "a*", "*b", "?", "**", "*"]), min_size=1, max_size=5
)


@given(PATTERN_NAMES, NAMES)
def test_path_matching_is_what_the_plain_definition_says(
    pattern: list[str], path: list[str]
) -> None:
    expected = naive_names(pattern, path)
    assert match_path("/" + "/".join(pattern), "/" + "/".join(path), ROOT, HOME) is expected


@given(st.text())
def test_an_escaped_text_matches_itself(text: str) -> None:
    assert match_text(escape(text), text)
    assert not has_wildcard(escape(text))


@given(st.text("ab*?\\ ", max_size=6), st.text("ab*?\\ ", max_size=6))
def test_an_escaped_text_matches_nothing_else(text: str, other: str) -> None:
    assert match_text(escape(text), other) is (text == other)


@pytest.mark.parametrize("unit", ["*a", "a*", "*a?", "**/a*"])
def test_no_pattern_takes_long(unit: str) -> None:
    pattern, text = unit * 40 + "b", "a" * 10_000
    began = time.process_time()
    match_text(pattern, text)
    match_path("/" + pattern, "/" + "a/" * 2000, ROOT, HOME)
    assert time.process_time() - began < 2
