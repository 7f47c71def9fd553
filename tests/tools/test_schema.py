"""Schemas from parameter dataclasses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

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
    either: str | list[str] = ""
    items: list[dict[str, Any]] = field(default_factory=list, metadata={"items": {"enum": [1]}})
    object: dict[str, Any] | None = None


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
            "either": {
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
            },
            "items": {"type": "array", "items": {"enum": [1]}},
            "object": {"type": "object"},
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
    expected = {
        "read": ["file_path", "offset", "limit"],
        "write": ["file_path", "content"],
        "edit": ["file_path", "old_string", "new_string", "replace_all"],
        "grep": [
            "pattern",
            "path",
            "include",
            "type",
            "output_mode",
            "context",
            "ignore_case",
            "multiline",
            "limit",
            "offset",
        ],
        "glob": ["pattern", "path", "offset"],
        "todo": ["todos"],
        "question": ["questions"],
        "more_tools": ["query", "name", "arguments"],
        "list": ["path", "depth"],
        "notebook_edit": ["file_path", "cell", "source", "mode", "cell_type"],
        "move": ["source", "destination"],
        "copy": ["source", "destination"],
        "delete": ["path", "recursive"],
    }
    assert {name: names[name] for name in expected} == expected


def test_an_alias_means_a_parameter_and_hides_none() -> None:
    for tool in default_registry().get_all():
        properties = tool.parameters_schema["properties"]
        assert set(tool.aliases.values()) <= set(properties), tool.name
        assert not set(tool.aliases) & set(properties), tool.name


@dataclass
class Settings:
    tools: None = None
    edit_permission: str = "allow"


@dataclass
class Agent:
    name: str = "build"
    config: Settings = field(default_factory=Settings)


@pytest.mark.parametrize("patches", [False, True])
def test_what_the_model_is_sent_stays_small_and_the_same(patches: bool) -> None:
    def sent() -> bytes:
        tools = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters_schema,
                },
            }
            for tool in default_registry().for_agent(Agent(), patches=patches).get_offered()
        ]
        assert len(tools) <= 10
        return json.dumps(tools, separators=(",", ":")).encode()

    assert len(sent()) < 6000
    assert sent() == sent()


def test_no_description_has_an_open_place() -> None:
    for tool in default_registry().get_all():
        assert "{" not in tool.description, tool.name


def test_what_each_tool_may_do() -> None:
    tools = default_registry().get_all()
    reading = {"read", "grep", "glob", "list", "todo", "question", "more_tools"}
    assert {tool.name for tool in tools if tool.read_only} - {"job_output", "job_list"} == reading
    permissions = {tool.name: tool.permission for tool in tools}
    edits = {"write", "edit", "multiedit", "apply_patch", "notebook_edit", "move", "copy", "delete"}
    assert edits <= {name for name, permission in permissions.items() if permission == "edit"}
    assert permissions["list"] == "read"
    for name in ("read", "bash", "grep", "glob", "todo", "question", "more_tools"):
        assert permissions[name] == name
