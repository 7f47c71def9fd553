from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.permissions.literal import MAX_LENGTH, NotLiteralError, literal_words

BASH = shutil.which("bash") or "/bin/bash"
METACHARACTERS = "$`;&|<>(){}*?[\n\r\t\0\x1b\u3000\u200b\u202e"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("ls", ["ls"]),
        ("  ls   -la  ", ["ls", "-la"]),
        ("grep 'a|b; c' x", ["grep", "a|b; c", "x"]),
        ('grep "it\'s" x', ["grep", "it's", "x"]),
        (r'grep "a\.b\"\\" x', ["grep", 'a\\.b"\\', "x"]),
        (r"ls a\ b \--x", ["ls", "a b", "--x"]),
        ("ls a'b'\"c\"", ["ls", "abc"]),
        ("ls ''", ["ls", ""]),
        ("git show HEAD~2 HEAD^ @~1", ["git", "show", "HEAD~2", "HEAD^", "@~1"]),
        ("ls a#b", ["ls", "a#b"]),
        ("find . ! -name x", ["find", ".", "!", "-name", "x"]),
        ("ls 'ä ö'", ["ls", "ä ö"]),
    ],
)
def test_words_of_a_literal_command(command: str, words: list[str]) -> None:
    assert literal_words(command) == words


@pytest.mark.parametrize(
    ("command", "holds"),
    [
        ("", "no command"),
        ("   ", "no command"),
        ("a; b", "more than one command"),
        ("a & b", "more than one command"),
        ("a | b", "a pipe"),
        ("a\nb", "a line break"),
        ("a\n", "a line break"),
        ("a\rb", "U\\+000D"),
        ("a\tb", "U\\+0009"),
        ("a > b", "a redirection"),
        ("a <b", "a redirection"),
        ("a $b", "an expansion"),
        ("a `b`", "a command substitution"),
        ('a "$b"', "in double quotes; use single quotes"),
        ('a "`b`"', "in double quotes"),
        ("a (b)", "a parenthesis"),
        ("a {b,c}", "a brace"),
        ("a *.py", "a glob"),
        ("a x?", "a glob"),
        ("a [b]", "a glob"),
        ("a ~", "a home directory"),
        ("a ~/x", "a home directory"),
        ("a x=~/y", "a home directory"),
        ("a x:~", "a home directory"),
        ("a #b", "a comment"),
        ("x=1", "an assignment"),
        ("x=1 ls", "an assignment"),
        ("x+=1 ls", "an assignment"),
        ("a 'b", "a quote that does not end"),
        ('a "b', "a quote that does not end"),
        ('a "b\\', "a quote that does not end"),
        ("a \\", "a backslash at its end"),
        ("cu\\\nrl x", "a line break"),
        ("a ä", "the character ä; quote it"),
        ("a\u3000b", "the invisible character U\\+3000"),
        ("a '\u202eb'", "the invisible character U\\+202E"),
        ("a '\u3164'", "the invisible character U\\+3164"),
        ("a '\x1b[2J'", "the invisible character U\\+001B"),
        ("a" * (MAX_LENGTH + 1), "more than 10000 characters"),
    ],
)
def test_what_is_not_literal(command: str, holds: str) -> None:
    with pytest.raises(NotLiteralError, match=holds):
        literal_words(command)


@given(
    st.text("ls -a.", max_size=10), st.sampled_from(METACHARACTERS), st.text("ls -a.", max_size=10)
)
def test_an_unquoted_metacharacter_is_never_literal(
    before: str, character: str, after: str
) -> None:
    with pytest.raises(NotLiteralError):
        literal_words(before + character + after)


PLAIN = ["a", "b", "-", ",", "%", "=", ":", "@", "^", "ä", " ", " "]
QUOTED = ["'x  y'", '"a b"', "''", "'ä'", '"\\a\\""', "'", '"', "\\", "\\ ", "\\-"]
TRICKY = ["~", "=~", ":~", "a~", "#", "!", "]", "$", "*", "{a,b}"]
PIECES = st.lists(st.sampled_from(PLAIN + QUOTED + TRICKY), min_size=1, max_size=7)


@settings(max_examples=120, deadline=None)
@given(PIECES)
def test_bash_sees_the_same_words(pieces: list[str]) -> None:
    command = f"x {''.join(pieces)}"
    try:
        words = literal_words(command)
    except NotLiteralError:
        return  # what bash makes of it does not matter: it is never allowed
    script = f"x() {{ printf '%s\\0' x \"$@\"; }}\n{command}"
    done = subprocess.run(
        [BASH, "--norc", "--noprofile", "-c", script],
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
        env={"HOME": "/nowhere", "PATH": "", "LC_ALL": "C.UTF-8"},
    )
    assert done.stdout.decode().split("\0")[:-1] == words


@given(
    st.lists(st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126)), min_size=1)
)
def test_quoted_words_come_back(words: list[str]) -> None:
    assert literal_words(shlex.join(["x", *words])) == ["x", *words]
