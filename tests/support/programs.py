"""What PyCode writes for programs, checked against the schemas that it ships."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from pycode.cli.formats.json_lines import LINE_BYTES

SCHEMAS = files("pycode.cli.formats") / "schemas"


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator of a schema, which may point to the result's."""
    shared = Resource.from_contents(schema("result"))
    registry: Registry[Any] = Registry().with_resource("result.json", shared)
    return Draft202012Validator(schema(name), registry=registry)


def schema(name: str) -> dict[str, Any]:
    """A schema as it is shipped."""
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def checked(item: Any, name: str) -> dict[str, Any]:
    """The item, which fits the schema."""
    problems = [error.message[:500] for error in validator(name).iter_errors(item)]
    assert not problems, (problems, json.dumps(item)[:1000])
    assert isinstance(item, dict)
    return item


def lines_of(out: str, name: str = "stream_json") -> list[dict[str, Any]]:
    """The lines of stdout: nothing but JSON, each fits the schema and is short enough."""
    assert out == "" or out.endswith("\n")
    assert all(len(line.encode()) < LINE_BYTES for line in out.split("\n"))
    return [checked(json.loads(line), name) for line in out.split("\n")[:-1]]


def result_of(out: str) -> dict[str, Any]:
    """What `--format json` wrote."""
    return checked(json.loads(out), "result")


def kinds(lines: list[dict[str, Any]]) -> list[str]:
    """Type, and for assistant and user lines the type of their block, for each line."""
    found = []
    for line in lines:
        kind = line["type"]
        if kind in ("assistant", "user"):
            kind += " " + line["message"]["content"][0]["type"]
        found.append(kind)
    return found


def prompt(text: str) -> dict[str, Any]:
    """A line with a prompt."""
    message = {"role": "user", "content": text}
    return checked({"type": "user", "message": message, "session_id": ""}, "input")


def request(subtype: str, request_id: str = "r1", **more: Any) -> dict[str, Any]:
    """A line with a control request."""
    line = {
        "type": "control_request",
        "request_id": request_id,
        "request": {"subtype": subtype, **more},
    }
    return checked(line, "input")


def written(*items: dict[str, Any]) -> str:
    """Lines for stdin."""
    return "".join(json.dumps(item) + "\n" for item in items)
