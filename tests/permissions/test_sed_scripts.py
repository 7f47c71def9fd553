from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.permissions.sed_scripts import SedScript, read_script


@pytest.mark.parametrize(
    "script",
    [
        "p",
        "1,20p",
        "$!d",
        "/a/,/b/p",
        "s/a/b/",
        "s|a|w x|g",
        "s/e/w/2gIp",
        "y/abc/xyz/",
        "/a/!{s/b/c/;p}",
        "a\\\nw x",
        "i text; w x",
        "c\\\ne id\\\nw x",
        ":x;N;$!bx;s/\\n/ /",
        "# w x\np",
        "/^$/d;=",
        "\\,a/w,p",
        "10q",
        "l 5",
        "n;h;G;x",
        "s/\\//w/",
        "0~3p",
        "1~2{p}",
        "t end\n:end",
        "",
    ],
)
def test_scripts_that_only_edit(script: str) -> None:
    assert read_script(script) == SedScript()


@pytest.mark.parametrize(
    ("script", "writes", "reads"),
    [
        ("w out", ["out"], []),
        ("/a/w out", ["out"], []),
        ("1!w out\np", ["out"], []),
        ("W out;p", ["out;p"], []),
        ("s/a/b/w out", ["out"], []),
        ("s/a/b/gpw out", ["out"], []),
        ("{w out\n}", ["out"], []),
        ("/a/{/b/{w out\n}}", ["out"], []),
        ("p;w out", ["out"], []),
        ("y/a/b/;w out", ["out"], []),
        ("\\,x,w out", ["out"], []),
        ("r in", [], ["in"]),
        ("$r in\nR other", [], ["in", "other"]),
        ("a text\nw out", ["out"], []),
        ("b\nw out", ["out"], []),
    ],
)
def test_files_of_a_script(script: str, writes: list[str], reads: list[str]) -> None:
    found = read_script(script)
    assert (found.writes, found.reads, found.runs) == (writes, reads, False)


@pytest.mark.parametrize(
    "script",
    [
        "e",
        "e id",
        "1e id",
        "/a/e",
        "s/a/id/e",
        "s/a/id/ge",
        "s/a/id/2e",
        "p;e id",
        "{e id\n}",
        "s/a/b",
        "s",
        "k",
        "/a",
        "y/a/b",
        "$!N;e",
        "s\na\nb\n",
        "v;e id",
        "s/a/b/x",
        "a\\\ntext\ne id",
    ],
)
def test_scripts_that_run_something_or_cannot_be_read(script: str) -> None:
    assert read_script(script).runs


SED = shutil.which("sed")


def is_refused_in_a_sandbox(script: str) -> bool:
    """Return whether GNU sed itself says that a script runs, reads or writes something."""
    argv = [SED or "sed", "--sandbox", "-n", script]
    done = subprocess.run(
        argv, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=5
    )
    return b"sandbox" in done.stderr


@pytest.mark.skipif(
    SED is None or not is_refused_in_a_sandbox("e id"), reason="this sed has no --sandbox"
)
@settings(max_examples=300, deadline=None)
@given(st.text("sepwryabcdit/,;{}\n\\1$!# g", max_size=14))
def test_whatever_sed_refuses_in_a_sandbox_is_found(script: str) -> None:
    found = read_script(script)
    if is_refused_in_a_sandbox(script):
        assert found.runs or found.reads or found.writes
