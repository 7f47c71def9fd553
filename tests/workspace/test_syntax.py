"""Texts that are what their names say, and those that are no longer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.workspace.syntax import newly_broken, syntax_problem


@pytest.mark.parametrize(
    ("name", "good", "bad", "why"),
    [
        ("a.py", "def f():\n    return 1\n", "def f():\nreturn 1\n", "line 2: expected an indented block"),
        ("a.py", "def f():\n    return 1\n", "x = 1\nreturn 1\n", "line 2: 'return' outside function"),
        ("a.pyi", "x: int\n", "x: int:\n", "line 1: invalid syntax"),
        ("a.py", "x = 1\n", "x = '\0'\n", "null bytes"),
        ("a.JSON", "[1]\n", "[1,\n}\n", "line 2: Expecting value (JSON)"),
        ("a.toml", "[a]\r\nb = 1\r\n", "b = \n", "(at line 1, column 5) (TOML)"),
        ("a.yml", "a: [1]\n---\nb: !x 1\n", "a: 1\nb: [\n", "line 3: did not find expected node content"),
        ("a.yaml", "a: 1\n", "a: '\x01'\n", "(YAML)"),
    ],
)  # fmt: skip
def test_only_what_was_right_and_is_broken_now_is_told(
    name: str, good: str, bad: str, why: str
) -> None:
    assert why in (newly_broken(name, good, bad) or "")
    assert why in (newly_broken(name, None, bad) or "")
    assert newly_broken(name, bad, good) is None
    assert newly_broken(name, bad, bad + " ") is None
    assert newly_broken(name, good, good) is None


@pytest.mark.parametrize("name", ["a.txt", "a", "a.c", ".py", "Makefile"])
def test_other_texts_may_be_anything(name: str) -> None:
    assert newly_broken(name, "x", "def (") is None


def test_nothing_of_it_is_run_and_no_warning_is_shown() -> None:
    assert syntax_problem("a.py", "raise SystemExit('\\d')\n") is None


@pytest.mark.parametrize("name", ["a.py", "a.json", "a.toml", "a.yaml"])
def test_what_is_too_deep_or_too_long_is_not_judged(name: str) -> None:
    syntax_problem(name, "[" * 100_000)
    assert syntax_problem(name, "(" * 1_000_001) is None


@given(st.sampled_from(["a.py", "a.json", "a.toml", "a.yaml"]), st.text(max_size=60))
def test_any_text_is_judged(name: str, text: str) -> None:
    problem = syntax_problem(name, text)
    assert problem is None or problem.strip()
