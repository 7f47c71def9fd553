from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.permissions.command_line import (
    is_read_only_command,
    paths_of,
    simple_commands,
    written_files,
)
from pycode.permissions.literal import NotLiteralError, literal_words


@pytest.mark.parametrize(
    ("command", "commands"),
    [
        ("ls -l", [["ls", "-l"]]),
        ("a; b && c || d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("a\nb", [["a"], ["b"]]),
        ("(a; b)", [["a"], ["b"]]),
        ("a $(b c) `d`", [["a"], ["b", "c"], ["d"]]),
        ("diff <(a) >(b)", [["diff"], ["a"], ["b"]]),
        ("X=1 Y=2 a b", [["X=1"], ["Y=2"], ["a", "b"]]),
        ("'cu'rl \"x y\"", [["curl", "x y"]]),
        ("cu\\\nrl x", [["curl", "x"]]),
        ("c\\url x", [["curl", "x"]]),
        ("a > b 2>&1", [["a", ">", "b", "2>&", "1"]]),
        ("> b a", [[">", "b"], ["a"]]),
        ("a # ; b", [["a"]]),
        ("a#b ; c", [["a#b"], ["c"]]),
        ("cat <<'E'\nrm x\nE\nls", [["cat", "<<", "E"], ["ls"]]),
        ("cat <<-E\n\trm x\n\tE\nls", [["cat", "<<-", "E"], ["ls"]]),
        ("cat <<E\n$(rm x)\nE", [["cat", "<<", "E"], ["rm", "x"], ["E"]]),
        ("cat <<A <<B\n1\nA\n2\nB\nls", [["cat", "<<", "A", "<<", "B"], ["ls"]]),
        ("cat <<E; curl x\nE", [["cat", "<<", "E"], ["curl", "x"]]),
        # None of these is a here-document, so what follows is not its body.
        ("cat <<<E\ncurl x\nE", [["cat", "<<<", "E"], ["curl", "x"], ["E"]]),
        ("echo '<<E'\ncurl x\nE", [["echo", "<<E"], ["curl", "x"], ["E"]]),
        ("a # <<E\ncurl x\nE", [["a"], ["curl", "x"], ["E"]]),
        ("echo $((1<<E))\ncurl x\nE", [["echo"], ["1<<", "E"], ["curl", "x"], ["E"]]),
        ("a 'b; c", [["a", "b; c"]]),
        ("", []),
    ],
)
def test_the_commands_of_a_line(command: str, commands: list[list[str]]) -> None:
    assert simple_commands(command) == commands


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("cat /etc/passwd | head", ["/etc/passwd"]),
        ("/usr/bin/python3 x.py", []),
        ("cd .. && ls ../x", ["..", "../x"]),
        ("git log a..b", []),
        ("ls ~/x $HOME/y ${HOME}/z $HOMER/w", ["~/x", "~/y", "~/z"]),
        ("a --out=/x -I/y", ["/x"]),
        ("X=/a:/b c", ["/a"]),
        ("a > /x 2>/y", ["/x", "/y"]),
        ("> /x", ["/x"]),
        ('cat "/a b"', ["/a b"]),
        ("cat > f <<'E'\n/etc/passwd\nE", []),
        ("curl https://example.org/a/../b", ["https"]),
    ],
)
def test_words_that_look_like_paths_out(command: str, paths: list[str]) -> None:
    assert paths_of(command) == paths


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("a > b", ["b"]),
        ("a >>'b c' <d", ["b c"]),
        ("a >|b &>c &>>d", ["b", "c", "d"]),
        ("a 2>&1 >&2 2>&-", []),
        ("a >& b", ["b"]),
        ("cat <<E >x\nE", ["x"]),
        ("> $HOME/x", ["~/x"]),
        ("a; b > c", ["c"]),
        ("cat < x", []),
    ],
)
def test_the_files_that_redirections_write(command: str, files: list[str]) -> None:
    assert written_files(command) == files


@given(st.text("ab '\"\\;|&<>()$`#\n=", max_size=20))
def test_any_line_can_be_read(command: str) -> None:
    for words in simple_commands(command):
        assert words
    written_files(command)
    paths_of(command)


@given(st.lists(st.text("ab.-_/", min_size=1, max_size=5), min_size=1, max_size=5))
def test_a_plain_line_is_its_words(words: list[str]) -> None:
    assert simple_commands(" ".join(words)) == [words]


@given(st.text("ls -a'\"\\", max_size=12))
def test_both_readings_see_the_same_words(command: str) -> None:
    try:
        words = literal_words(command)
    except NotLiteralError:
        return
    assert simple_commands(command) == [words]


@given(st.text(max_size=5), st.sampled_from(";&|<>$`\n\r\0(){*?[\u3000"), st.text(max_size=5))
def test_a_metacharacter_outside_quotes_is_never_read_only(
    before: str, character: str, after: str
) -> None:
    before = before.replace("'", "").replace('"', "").replace("\\", "")
    assert not is_read_only_command(f"ls {before}{character}{after}")[0]


def test_a_long_line_is_judged_fast() -> None:
    for line in ("a 'b' \"c\" ;" * 900, "<<a " * 2500 + "\n", '"' * 9999, "(" * 9999, "\\" * 9999):
        began = time.process_time()
        simple_commands(line)
        assert time.process_time() - began < 1
