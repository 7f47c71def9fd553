"""Schemas from parameter dataclasses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from pycode.tools import default_registry
from pycode.tools.schema import parameters_schema_of


@dataclass(slots=True)
class Everything:
    text: str = field(metadata={"doc": "A text"})
    names: list[str]
    count: int = field(default=1, metadata={"minimum": 1, "maximum": 9})
    share: float | None = None
    on: bool = False
    more: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Impossible:
    value: complex = 1j


def test_all_types() -> None:
    assert parameters_schema_of(Everything) == {
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "A text"},
            "names": {"type": "array", "items": {"type": "string"}},
            "count": {"type": "integer", "minimum": 1, "maximum": 9},
            "share": {"type": "number"},
            "on": {"type": "boolean"},
            "more": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["text", "names"],
        "additionalProperties": False,
    }


def test_another_type_is_a_bug() -> None:
    with pytest.raises(TypeError, match="value"):
        parameters_schema_of(Impossible)


def test_the_parameters_keep_their_names() -> None:
    names = {
        tool.name: list(tool.parameters_schema["properties"])
        for tool in default_registry().get_all()
    }
    assert names == {
        "read": ["file_path", "offset", "limit"],
        "write": ["file_path", "content"],
        "edit": ["file_path", "old_string", "new_string", "replace_all"],
        "bash": ["command", "description", "timeout", "workdir"],
        "grep": ["pattern", "path", "include"],
        "glob": ["pattern", "path"],
    }


def test_what_the_model_is_sent_stays_small_and_the_same() -> None:
    def sent() -> str:
        return json.dumps(
            [
                {"name": t.name, "description": t.description, "parameters": t.parameters_schema}
                for t in default_registry().get_all()
            ]
        )

    assert len(sent().encode()) < 5000
    assert sent() == sent()
    assert "{" not in default_registry().get_all()[3].description


def test_what_each_tool_may_do() -> None:
    tools = default_registry().get_all()
    assert {t.name for t in tools if t.read_only} == {"read", "grep", "glob"}
    assert {t.name: t.permission for t in tools} == {
        "read": "read",
        "write": "edit",
        "edit": "edit",
        "bash": "bash",
        "grep": "grep",
        "glob": "glob",
    }
