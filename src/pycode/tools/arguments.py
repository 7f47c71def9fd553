"""Checks what a model sent against a tool's JSON Schema.

Any tool's schema is taken, with the keywords that tools use: type, enum, properties, required, additionalProperties, items,
minimum, maximum, anyOf and oneOf; others are ignored. What can be read in only one way is put right without a word: models send
numbers as strings, objects as JSON text and camelCase names. All else is a problem that says how to do it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_MAX_DEPTH = 32
_MAX_NUMBER_CHARACTERS = 40


class _NoReadingError(Exception):
    """A value cannot be read as a type."""


def check_arguments(
    schema: Mapping[str, Any],
    arguments: Mapping[str, Any],
    aliases: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments put right, and what is wrong with them.

    Args:
        schema: The tool's parameters schema, an object.
        arguments: What the model sent. It is not changed.
        aliases: Other names of fields, and which they mean.

    Returns:
        The arguments to run with, and the problems; when there are some, the last entry shows a valid example.
    """
    problems: list[str] = []
    named = _named_as_declared(arguments, schema.get("properties") or {}, aliases or {})
    checked = _check_object(schema, named, "", problems, 0)
    if problems:
        problems.append(f"A valid example: {json.dumps(example_of(schema), ensure_ascii=False)}")
    return checked, problems


def example_of(schema: Mapping[str, Any]) -> Any:
    """Return a value that fits the schema, with only the required fields of objects."""
    return _example(schema, "value", 0)


def nearest(name: str, names: Mapping[str, Any] | list[str]) -> str | None:
    """Return the one of `names` that is spelled most like `name`, None when none is like it."""
    import difflib

    found = difflib.get_close_matches(name[:100].lower(), [n.lower() for n in names], 1, 0.5)
    return next((n for n in names if found and n.lower() == found[0]), None)


def _check(schema: Any, value: Any, where: str, problems: list[str], depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return value
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(alternatives, list):
        return _check_alternatives(alternatives, value, where, problems, depth)
    types = schema.get("type")
    types = [types] if isinstance(types, str) else list(types or [])
    if types:
        readings = _readings(types, value)
        if len(readings) != 1:
            problems.append(f"{where}: expected {_named(types)}, got {_shown(value)}")
            return value
        value = readings[0]
    value = _check_enum(schema, value, where, problems)
    if isinstance(value, Mapping) and "object" in types:
        return _check_object(schema, value, where, problems, depth)
    if isinstance(value, list) and "items" in schema:
        return [
            _check(schema["items"], item, f"{where}[{index}]", problems, depth + 1)
            for index, item in enumerate(value)
        ]
    _check_range(schema, value, where, problems)
    return value


def _check_object(
    schema: Mapping[str, Any],
    value: Mapping[str, Any],
    where: str,
    problems: list[str],
    depth: int,
) -> dict[str, Any]:
    properties: Mapping[str, Any] = schema.get("properties") or {}
    required = list(schema.get("required") or [])
    given = _named_as_declared(value, properties, {})
    checked: dict[str, Any] = {}
    for name, item in given.items():
        path = f"{where}.{name}" if where else name
        if name in properties:
            # Some models send every optional field, as null.
            if item is None and name not in required and not _allows_null(properties[name]):
                continue
            checked[name] = _check(properties[name], item, path, problems, depth + 1)
        elif schema.get("additionalProperties") is False:
            problems.append(_unknown_field(path, name, properties))
        else:
            checked[name] = _check(
                schema.get("additionalProperties"), item, path, problems, depth + 1
            )
    missing = [name for name in required if name not in given]
    problems.extend(f"{f'{where}.' if where else ''}{name}: required" for name in missing)
    return checked


def _named_as_declared(
    value: Mapping[str, Any], properties: Mapping[str, Any], aliases: Mapping[str, str]
) -> dict[str, Any]:
    """Return the fields under their declared names: known aliases, and where only case and underscores differ."""
    declared: dict[str, list[str]] = {}
    for name in properties:
        declared.setdefault(_plain(name), []).append(name)
    for name, meant in aliases.items():
        declared.setdefault(_plain(name), [meant])
    given: dict[str, Any] = {}
    for name, item in value.items():
        names = [] if name in properties else declared.get(_plain(name), [])
        alias = names[0] if len(names) == 1 else name
        # Two fields for one name have no single reading.
        given[name if alias in value or alias in given else alias] = item
    return given


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _unknown_field(path: str, name: str, properties: Mapping[str, Any]) -> str:
    close = nearest(name, properties)
    if close is not None:
        return f'{path}: unknown field; did you mean "{close}"?'
    return f"{path}: unknown field; the fields are {', '.join(properties) or 'none'}"


def _check_alternatives(
    alternatives: list[Any], value: Any, where: str, problems: list[str], depth: int
) -> Any:
    fitting: list[Any] = []
    for alternative in alternatives:
        found: list[str] = []
        checked = _check(alternative, value, where, found, depth + 1)
        if found:
            continue
        if checked == value and type(checked) is type(value):
            return checked
        fitting.append(checked)
    if len(fitting) == 1:
        return fitting[0]
    problems.append(f"{where}: {_shown(value)} fits none of the {len(alternatives)} allowed forms")
    return value


def _check_enum(schema: Mapping[str, Any], value: Any, where: str, problems: list[str]) -> Any:
    allowed = schema.get("enum")
    if not isinstance(allowed, list) or value in allowed:
        return value
    if isinstance(value, str):
        same = [v for v in allowed if isinstance(v, str) and v.lower() == value.strip().lower()]
        if len(same) == 1:
            return same[0]
    choices = ", ".join(json.dumps(choice, ensure_ascii=False) for choice in allowed[:20])
    problems.append(f"{where}: expected one of {choices}, got {_shown(value)}")
    return value


def _check_range(schema: Mapping[str, Any], value: Any, where: str, problems: list[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    if isinstance(minimum, (int, float)) and value < minimum:
        problems.append(f"{where}: must be at least {minimum}, got {value}")
    if isinstance(maximum, (int, float)) and value > maximum:
        problems.append(f"{where}: must be at most {maximum}, got {value}")


def _allows_null(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return True
    types = schema.get("type")
    if types is None:
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        return not isinstance(alternatives, list) or any(_allows_null(a) for a in alternatives)
    return "null" in ([types] if isinstance(types, str) else types)


def _readings(types: list[str], value: Any) -> list[Any]:
    """Return the different values that `value` can mean as one of the types."""
    if any(_is(kind, value) for kind in types):
        return [value]
    readings: list[Any] = []
    for kind in types:
        try:
            reading = _READERS.get(kind, _refuse)(value)
        except _NoReadingError:
            continue
        if reading not in readings:
            readings.append(reading)
    return readings


def _is(kind: str, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, Mapping)
        case "null":
            return value is None
    return True


def _read_string(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _NoReadingError


def _read_boolean(value: Any) -> bool:
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise _NoReadingError


def _read_number(value: Any) -> int | float:
    if not isinstance(value, str) or len(value) > _MAX_NUMBER_CHARACTERS:
        raise _NoReadingError
    number = _parse_json(value.strip())
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise _NoReadingError
    return number


def _read_integer(value: Any) -> int:
    number = value if isinstance(value, float) else _read_number(value)
    if isinstance(number, float) and not number.is_integer():
        raise _NoReadingError
    return int(number)


def _read_array(value: Any) -> list[Any]:
    parsed = _parse_json(value)
    if not isinstance(parsed, list):
        raise _NoReadingError
    return parsed


def _read_object(value: Any) -> dict[str, Any]:
    parsed = _parse_json(value)
    if not isinstance(parsed, dict):
        raise _NoReadingError
    return parsed


def _parse_json(value: Any) -> Any:
    if not isinstance(value, str):
        raise _NoReadingError
    try:
        return json.loads(value, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise _NoReadingError from error


def _refuse(value: Any) -> Any:
    raise _NoReadingError


_READERS: dict[str, Callable[[Any], Any]] = {
    "string": _read_string,
    "boolean": _read_boolean,
    "number": _read_number,
    "integer": _read_integer,
    "array": _read_array,
    "object": _read_object,
}


def _named(types: list[str]) -> str:
    return " or ".join(types)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def _example(schema: Any, name: str, depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth > 4:
        return name
    for key in ("enum", "anyOf", "oneOf"):
        choices = schema.get(key)
        if isinstance(choices, list) and choices:
            return choices[0] if key == "enum" else _example(choices[0], name, depth + 1)
    types = schema.get("type", "string")
    kind = types if isinstance(types, str) else next(iter(types), "string")
    match kind:
        case "object":
            properties = schema.get("properties") or {}
            return {
                field: _example(properties.get(field), field, depth + 1)
                for field in schema.get("required") or []
            }
        case "array":
            return [_example(schema.get("items"), name, depth + 1)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
    return name
