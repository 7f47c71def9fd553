"""JSON Schemas as the services want them."""

from __future__ import annotations

from typing import Any

import pytest

from pycode.providers.schemas import for_gemini, is_strict

TEXT = {"type": "string"}


def closed(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (TEXT, True),
        (closed(a=TEXT, b=closed()), True),
        (closed(a={"type": "array", "items": closed(b=TEXT)}), True),
        ({**closed(a=TEXT), "required": []}, False),
        ({**closed(a=TEXT), "additionalProperties": True}, False),
        ({"type": "object"}, False),
        (closed(a={"type": "array", "items": {"type": "object"}}), False),
        (closed(a={"anyOf": [TEXT, {"type": "object"}]}), False),
        ({**closed(a={"$ref": "#/$defs/x"}), "$defs": {"x": {"type": "object"}}}, False),
    ],
)
def test_strict(schema: dict[str, Any], strict: bool) -> None:
    assert is_strict(schema) is strict


def test_what_gemini_refuses_is_left_out_everywhere() -> None:
    part = {"type": "integer", "exclusiveMinimum": 0, "default": 1, "examples": [2]}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"default": part, "b": {"type": "array", "items": part}},
        "$defs": {"c": {"anyOf": [part, {"const": "x"}]}},
        "additionalProperties": part,
    }
    left = {"type": "integer"}
    assert for_gemini(schema) == {
        "type": "object",
        "properties": {"default": left, "b": {"type": "array", "items": left}},
        "$defs": {"c": {"anyOf": [left, {"enum": ["x"]}]}},
        "additionalProperties": left,
    }


def test_choices_that_are_no_texts_become_words() -> None:
    schema = {"type": "integer", "enum": [1, 2], "description": "How many."}
    assert for_gemini(schema) == {"type": "integer", "description": "How many. One of: 1, 2."}
    assert for_gemini({"const": None}) == {"description": "One of: null."}
    assert for_gemini({"type": "string", "enum": ["a"]}) == {"type": "string", "enum": ["a"]}
    assert schema["enum"] == [1, 2]
