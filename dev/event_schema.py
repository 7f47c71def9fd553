"""The JSON Schema of PyCode's events, made from their classes: `--format events` writes what it describes.

`python dev/event_schema.py` writes the file; with `--check` it only says whether it is out of date, and exits with 1 then.
"""

# ruff: noqa: INP001 - a script beside the package, not a package

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pycode.core.events import EVENT_CLASSES, Event

FILE = Path(__file__).resolve().parent.parent / "src/pycode/cli/formats/schemas/event.json"


def main(arguments: Sequence[str], file: Path = FILE) -> int:
    """Write the file, or check it; return the exit code."""
    text = json.dumps(schema(), indent=1) + "\n"
    if list(arguments) == ["--check"]:
        fresh = file.exists() and file.read_text(encoding="utf-8") == text
        if not fresh:
            print(f"{file} is out of date: python dev/event_schema.py", file=sys.stderr)
        return 0 if fresh else 1
    file.write_text(text, encoding="utf-8")
    return 0


def schema() -> dict[str, Any]:
    """Return the schema of a line."""
    definitions: dict[str, Any] = {}
    kinds = [_event(kind, definitions) for kind in EVENT_CLASSES]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of --format events",
        "oneOf": kinds,
        "$defs": dict(sorted(definitions.items())),
    }


def _event(kind: type[Event], definitions: dict[str, Any]) -> dict[str, Any]:
    made = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/$defs/{model}")
    definitions.update({name: _written(item) for name, item in made.pop("$defs", {}).items()})
    properties = {"type": {"const": kind.type}, **made["properties"]}
    return _written({**made, "properties": properties})


def _written(part: Any) -> Any:
    """Return a schema for what is written: a field that is None is left out, and no text is repeated."""
    if isinstance(part, list):
        return [_written(item) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _written(value) for name, value in part.items() if name not in _LEFT_OUT}
    if "properties" in kept:
        given = part["properties"]
        kept["properties"] = {name: _not_null(_written(item)) for name, item in given.items()}
        kept["required"] = [name for name, item in given.items() if not _may_be_null(item)]
        kept["additionalProperties"] = False
    return kept


_LEFT_OUT = ("title", "description", "default", "discriminator")


def _may_be_null(item: dict[str, Any]) -> bool:
    return {"type": "null"} in item.get("anyOf", []) or set(item) <= set(_LEFT_OUT)


def _not_null(item: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" not in item:
        return item
    kinds = [kind for kind in item["anyOf"] if kind != {"type": "null"}]
    return (
        {**{name: value for name, value in item.items() if name != "anyOf"}, **kinds[0]}
        if len(kinds) == 1
        else {**item, "anyOf": kinds}
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
