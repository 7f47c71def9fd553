from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.permissions.command_line import CommandLine, analyse, is_read_only_command, paths_of


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
        ("curl https://example.org/a/../b", []),
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
    assert list(analyse(command).writes) == files


@given(st.text("ab '\"\\;|&<>()$`#\n=", max_size=20))
def test_any_line_can_be_read(command: str) -> None:
    line = analyse(command)
    assert line.literal or line.problem
    assert set(paths_of(command)) <= {*line.writes, *line.reaches, *line.reads}


def test_what_a_line_does() -> None:
    assert analyse("cat 'a b' /etc/hosts") == CommandLine(
        "cat 'a b' /etc/hosts",
        ("cat", "a b", "/etc/hosts"),
        None,
        ("cat a b /etc/hosts",),
        reads=("a b", "/etc/hosts"),
    )
    assert analyse("make x > /tmp/y; ls ../z") == CommandLine(
        "make x > /tmp/y; ls ../z",
        (),
        "it holds a redirection (>)",
        ("make x > /tmp/y", "ls ../z"),
        writes=("/tmp/y",),
        reaches=("../z",),
    )


@given(st.text(max_size=5), st.sampled_from(";&|<>$`\n\r\0(){*?[\u3000"), st.text(max_size=5))
def test_a_metacharacter_outside_quotes_is_never_read_only(
    before: str, character: str, after: str
) -> None:
    before = before.replace("'", "").replace('"', "").replace("\\", "")
    assert not is_read_only_command(f"ls {before}{character}{after}")[0]
