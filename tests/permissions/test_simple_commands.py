from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.permissions.literal import NotLiteralError, literal_words
from pycode.permissions.simple_commands import simple_commands


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


def test_a_long_line_is_judged_fast() -> None:
    for line in ("a 'b' \"c\" ;" * 900, "<<a " * 2500 + "\n", '"' * 9999, "(" * 9999, "\\" * 9999):
        began = time.process_time()
        simple_commands(line)
        assert time.process_time() - began < 1
