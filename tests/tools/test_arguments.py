"""Arguments put right where there is one reading, and explained where there is none."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.tools.arguments import check_arguments, example_of

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file_path": {"type": "string"},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100},
        "ratio": {"type": "number"},
        "all": {"type": "boolean"},
        "names": {"type": "array", "items": {"type": "string"}},
        "options": {
            "type": "object",
            "properties": {"deep": {"type": "boolean"}, "level": {"enum": ["Low", "High"]}},
            "required": ["deep"],
        },
        "either": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
        "maybe": {"type": ["string", "null"]},
    },
    "required": ["file_path"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"limit": "5"}, {"limit": 5}),
        ({"limit": 5.0}, {"limit": 5}),
        ({"limit": " 5 "}, {"limit": 5}),
        ({"ratio": "0.5"}, {"ratio": 0.5}),
        ({"ratio": 1}, {"ratio": 1}),
        ({"all": "true"}, {"all": True}),
        ({"all": "False"}, {"all": False}),
        ({"names": '["a", "b"]'}, {"names": ["a", "b"]}),
        ({"names": [1, "b"]}, {"names": ["1", "b"]}),
        ({"options": '{"deep": "true"}'}, {"options": {"deep": True}}),
        (
            {"options": {"deep": True, "level": "high"}},
            {"options": {"deep": True, "level": "High"}},
        ),
        ({"options": {"deep": True, "other": 1}}, {"options": {"deep": True, "other": 1}}),
        ({"either": 5}, {"either": 5}),
        ({"either": "5"}, {"either": 5}),
        ({"either": "[5]"}, {"either": [5]}),
        ({"limit": None}, {}),
        ({"maybe": None}, {"maybe": None}),
    ],
)
def test_one_reading_is_taken(sent: dict[str, Any], read: dict[str, Any]) -> None:
    arguments = {"file_path": "x", **sent}
    before = copy.deepcopy(arguments)
    assert check_arguments(SCHEMA, arguments) == ({"file_path": "x", **read}, [])
    assert arguments == before


@pytest.mark.parametrize("name", ["filePath", "FilePath", "file-path", "filepath", "FILE_PATH"])
def test_names_that_differ_in_case_and_underscores_are_known(name: str) -> None:
    assert check_arguments(SCHEMA, {name: "x"}) == ({"file_path": "x"}, [])


def test_known_aliases_are_taken_where_they_are_the_only_one() -> None:
    aliases = {"path": "file_path", "-n": "limit"}
    assert check_arguments(SCHEMA, {"path": "x", "-n": "5"}, aliases) == (
        {"file_path": "x", "limit": 5},
        [],
    )
    _, problems = check_arguments(SCHEMA, {"path": "x", "file_path": "y"}, aliases)
    assert "path: unknown field" in problems[0]
    # An alias is a name of the call's own fields, not of those inside.
    assert check_arguments(
        SCHEMA, {"file_path": "x", "options": {"deep": True, "path": 1}}, aliases
    )[0] == {
        "file_path": "x",
        "options": {"deep": True, "path": 1},
    }


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"limit": "five"}, 'limit: expected integer, got "five"'),
        ({"limit": 5.5}, "limit: expected integer, got 5.5"),
        ({"limit": True}, "limit: expected integer, got true"),
        ({"limit": "5.5"}, 'limit: expected integer, got "5.5"'),
        ({"limit": 0}, "limit: must be at least 1, got 0"),
        ({"limit": "101"}, "limit: must be at most 100, got 101"),
        ({"limit": "9" * 5000}, f'limit: expected integer, got "{"9" * 76}...'),
        ({"ratio": "NaN"}, 'ratio: expected number, got "NaN"'),
        ({"all": 1}, "all: expected boolean, got 1"),
        ({"all": "yes"}, 'all: expected boolean, got "yes"'),
        ({"names": "a"}, 'names: expected array, got "a"'),
        ({"names": ["a", None]}, "names[1]: expected string, got null"),
        ({"names": "[" * 5000}, f'names: expected array, got "{"[" * 76}...'),
        ({"options": {}}, "options.deep: required"),
        (
            {"options": {"deep": True, "level": "x"}},
            'options.level: expected one of "Low", "High", got "x"',
        ),
        ({"either": "x"}, 'either: "x" fits none of the 2 allowed forms'),
        ({"limits": 1}, 'limits: unknown field; did you mean "limit"?'),
        (
            {"zzz": 1},
            "zzz: unknown field; the fields are file_path, limit, ratio, all, names, options, either, maybe",
        ),
        # Both names at once: which one is meant is not clear.
        ({"filePath": "y"}, 'filePath: unknown field; did you mean "file_path"?'),
    ],
)
def test_what_has_no_single_reading_is_a_problem(sent: dict[str, Any], problem: str) -> None:
    _, problems = check_arguments(SCHEMA, {"file_path": "x", **sent})
    assert problems == [problem, 'A valid example: {"file_path": "file_path"}']


def test_required_fields_are_named() -> None:
    assert check_arguments(SCHEMA, {})[1][0] == "file_path: required"
    assert (
        check_arguments(SCHEMA, {"file_path": None})[1][0] == "file_path: expected string, got null"
    )


def test_keywords_that_are_not_known_are_ignored() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/x", "format": "uri"}, "b": True}}
    assert check_arguments(schema, {"a": [1], "b": 2, "c": 3}) == ({"a": [1], "b": 2, "c": 3}, [])
    assert check_arguments({}, {"a": 1}) == ({"a": 1}, [])


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "object", "properties": {}}, {}),
        ({"type": "array", "items": {"type": "integer", "minimum": 3}}, [3]),
        ({"enum": ["a", "b"]}, "a"),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, True),
        ({"type": ["null", "string"]}, None),
        ({"type": "object", "required": ["x"]}, {"x": "x"}),
    ],
)
def test_examples(schema: dict[str, Any], example: Any) -> None:
    assert example_of(schema) == example


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "filePath", "x"]), _JSON))
def test_any_arguments_are_fitting_or_explained(arguments: dict[str, Any]) -> None:
    checked, problems = check_arguments(SCHEMA, arguments)
    if problems:
        assert problems[-1].startswith("A valid example: ")
    else:
        # What was put right is right.
        assert check_arguments(SCHEMA, checked) == (checked, [])


@given(_JSON, _JSON)
def test_any_schema_is_survived(schema: Any, value: Any) -> None:
    check_arguments({"type": "object", "properties": {"a": schema}}, {"a": value})
