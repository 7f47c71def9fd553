"""YAML as a tree that knows its lines, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pycode.config import document
from pycode.config.document import MOST_ALIASES, parse
from pycode.config.report import Report
from pycode.config.tree import Node, plain


def read(text: str | bytes) -> tuple[Node | None, list[str]]:
    report = Report("f")
    data = text.encode("utf-8") if isinstance(text, str) else text
    return parse(data, report), report.problems


def unwrapped(node: Node) -> Any:
    """Return the values without their lines."""
    match node.value:
        case dict():
            return {key: unwrapped(child) for key, child in node.value.items()}
        case list():
            return [unwrapped(child) for child in node.value]
    return node.value


def test_lines_are_those_of_the_keys() -> None:
    tree, problems = read("a: 1\nb:\n  c: |\n    text\n    more\n  d:\n    - x\n    - y\n")
    assert problems == []
    assert tree == Node(
        {
            "a": Node(1, 1),
            "b": Node(
                {"c": Node("text\nmore\n", 3), "d": Node([Node("x", 7), Node("y", 8)], 6)}, 2
            ),
        },
        1,
    )


def test_scalars() -> None:
    text = 'a: [1, 0x10, 1.5, .inf, true, no, null, ~, "1", \'yes\', text, "\\u00e9", é]'
    tree, problems = read(text)
    assert tree is not None
    assert problems == []
    values = unwrapped(tree)["a"]
    expected = [1, 16, 1.5, math.inf, True, False, None, None, "1", "yes", "text", "é", "é"]
    assert values == expected
    assert [type(value) for value in values] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: b: c", "f:1:5: broken YAML: mapping values are not allowed in this context"),
        ("a: [1", "f:2:1: broken YAML: did not find expected ',' or ']'"),
        (
            "a:\n\tb: 1",
            "f:2:1: broken YAML: found character that cannot start any token; indent with spaces, not with tabs",
        ),
        (
            "bash:\n  *: ask",
            (
                "f:2:4: broken YAML: did not find expected alphabetic or numeric character; "
                "text that begins with * or & needs quotes"
            ),
        ),
        (
            "x: {api_key: ${KEY}}",
            "f:1:15: broken YAML: did not find expected ',' or '}'; text with ${ needs quotes between { and }",
        ),
        ("a: 1\n---\nb: 2", "f:2:1: broken YAML: but found another document"),
        ("a: 1\nb: \x00", "f:2: broken YAML: a control character; remove it"),
        ("a: é\nb: \x1b", "f:2: broken YAML: a control character; remove it"),
        (b"a: 1\nb: \xff", "f:2: is not UTF-8; save the file in that encoding"),
        (b"\xff\xfea\x00", "f:1: is not UTF-8; save the file in that encoding"),
        ("a: 1\nb: 2\na: 3", 'f:3: the key "a" is there twice, first in line 1'),
        ("a: {b: 1, 'b': 2}", 'f:1: the key "b" is there twice, first in line 1'),
        ("1: x", 'f:1: "1" must be text; put it in quotes'),
        ("on: x", 'f:1: "on" must be text; put it in quotes'),
        ("? [a]\n: x", "f:1: a key must be text; put it in quotes"),
        ("<<: {a: 1}", 'f:1: "<<" must be text; put it in quotes'),
        ("a: 2024-01-01", 'f:1: "2024-01-01" is read as a date or a merge; put it in quotes'),
        ("a: !!str 1", 'f:1: the tag "!!str" is not understood here; leave it out'),
        ("a: !secret x", 'f:1: the tag "!secret" is not understood here; leave it out'),
        (
            "a: !!python/object/apply:os.system [x]",
            'f:1: the tag "!!python/object/apply:os.system" is not understood here; leave it out',
        ),
        ("a: !!set {x}", 'f:1: the tag "!!set" is not understood here; leave it out'),
        (
            "a: " + "9" * 5000,
            f'f:1: "{"9" * 60}…" is not a number; put it in quotes',
        ),
        ("a: &x [*x]", "f:1: an anchor that contains itself"),
        ("a: " + "[" * 10 + "]" * 10, "f:1: is nested too deeply"),
        (
            "a: " + "[" * 5000,
            "f:1:1003: broken YAML: exceeded maximum nesting depth",
        ),
    ],
)
@pytest.mark.skipif(not yaml.__with_libyaml__, reason="libyaml's own words")
def test_what_is_refused(text: str | bytes, problem: str) -> None:
    assert read(text)[1] == [problem]


def test_deep_nesting_without_brackets_is_refused() -> None:
    assert read("- " * 400_000)[1] != []


def test_a_few_aliases_are_read() -> None:
    tree, problems = read("a: &x [1, 2]\nb: *x\nc: *x")
    assert tree is not None
    assert problems == []
    assert unwrapped(tree) == {"a": [1, 2], "b": [1, 2], "c": [1, 2]}
    assert isinstance(tree.value, dict)
    assert [child.line for child in tree.value.values()] == [1, 2, 3]


def test_a_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    tree, problems = read("\n".join(lines))
    assert tree is None
    assert f"more than {MOST_ALIASES} aliases; write the values out" in "".join(problems)


def test_without_libyaml_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "Loader", yaml.SafeLoader)
    tree, problems = read("a: &x [1, yes, 'é']\nb: *x\n'c d': 2.5")
    assert tree is not None
    assert problems == []
    assert unwrapped(tree) == {"a": [1, True, "é"], "b": [1, True, "é"], "c d": 2.5}
    assert read("a: [1")[1] == ["f:1:6: broken YAML: expected ',' or ']', but got '<stream end>'"]
    assert read("[" * 100_000)[1] == ["f: is nested too deeply"]
    assert read("a: !!int x")[1] == ['f:1: the tag "!!int" is not understood here; leave it out']


printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | printable,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(printable, inner, max_size=3),
    max_leaves=10,
)


def depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 1


@given(st.dictionaries(printable, values).filter(lambda value: depth(value) < 9))
@settings(deadline=None)
def test_what_yaml_writes_is_read_back(value: dict[str, Any]) -> None:
    text = yaml.dump(value, Dumper=_NoAliases)
    tree, problems = read(text)
    assert problems == []
    assert tree is not None
    assert unwrapped(tree) == value


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
@settings(deadline=None)
def test_anything_else_is_a_problem_and_no_crash(data: bytes) -> None:
    tree, problems = read(data)
    assert tree is not None or problems


@given(values)
@settings(deadline=None)
def test_plain_data_has_no_lines(value: Any) -> None:
    node = plain(value)
    assert unwrapped(node) == value
    assert node.line == 0


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
