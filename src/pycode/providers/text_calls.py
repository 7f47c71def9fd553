"""Tool calls that a model printed as text, because its server did not know its format.

Only text with one reading is taken: it consists of calls to the end, each of a tool that exists, with arguments that its schema
allows. Before the calls there may be words where a mark that models only write for calls divides the two; JSON without such a
mark must be the whole text, since it may as well be an example.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class TextCall:
    """A call that stood in a text."""

    name: str
    """The tool."""
    arguments: dict[str, Any]
    """Its arguments; they fit the tool's schema."""


def calls_in_text(
    text: str, tools: Sequence[Mapping[str, Any]]
) -> tuple[str, list[TextCall]] | None:
    """Return the words before the calls and the calls of an answer, or None for an answer that is not to be read as calls.

    Args:
        text: A whole answer that ended well and had no call of its own.
        tools: What the model could call, neutral.
    """
    schemas = {tool["name"]: tool["parameters"] for tool in tools}
    mark = _MARK.search(text)
    words, rest = (text[: mark.start()], text[mark.start() :]) if mark else ("", _unfenced(text))
    calls: list[TextCall] = []
    while rest := rest.strip():
        read = _first(rest)
        if read is None:
            return None
        found, rest = read
        for name, arguments in found:
            call = _checked(name, arguments, schemas)
            if call is None:
                return None
            calls.append(call)
    return (words.strip(), calls) if calls else None


_Found: TypeAlias = "list[tuple[object, object]]"

_MARK = re.compile(r"<tool_call>|<function=[\w.:-]+>|\[TOOL_CALLS\]|<\|python_tag\|>")
_FENCE = re.compile(r"\A\s*```(?:json|tool_call)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
_WRAPPED = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)
_FUNCTION = re.compile(r"<function=([\w.:-]+)>\s*(.*?)\s*</function>", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=([\w.:-]+)>\n?(.*?)\n?</parameter>\s*", re.DOTALL)
_NAMED = re.compile(r"\[TOOL_CALLS\]\s*([\w.:-]+)\s*(?:\[ARGS\])?\s*(?=\{)")
_DECODER = json.JSONDecoder()


def _unfenced(text: str) -> str:
    fence = _FENCE.match(text)
    return fence[1] if fence else text


def _first(text: str) -> tuple[_Found, str] | None:
    """Return the calls that a text begins with, and what follows them."""
    for read in (_read_wrapped, _read_function, _read_named, _read_json):
        found = read(text)
        if found is not None:
            return found
    return None


def _read_wrapped(text: str) -> tuple[_Found, str] | None:
    """Qwen and Hermes: `<tool_call>{"name": …, "arguments": …}</tool_call>`, or a function in it."""
    match = _WRAPPED.match(text)
    if match is None:
        return None
    inner = _read_function(match[1]) or _read_json(match[1])
    if inner is None or inner[1].strip():
        return None
    return inner[0], text[match.end() :]


def _read_function(text: str) -> tuple[_Found, str] | None:
    """Llama and Qwen Coder: `<function=name>{…}</function>`, or with a `<parameter=name>` each."""
    match = _FUNCTION.match(text)
    if match is None:
        return None
    body = match[2]
    if body.startswith("{"):
        return [(match[1], _whole_json(body))], text[match.end() :]
    parameters, at = _Texts(), 0
    while at < len(body):
        parameter = _PARAMETER.match(body, at)
        if parameter is None:
            return None
        parameters.append((parameter[1], parameter[2]))
        at = parameter.end()
    return [(match[1], parameters)], text[match.end() :]


def _read_named(text: str) -> tuple[_Found, str] | None:
    """Mistral: `[TOOL_CALLS]name[ARGS]{…}`."""
    match = _NAMED.match(text)
    value = _leading_json(text[match.end() :]) if match else None
    return ([(match[1], value[0])], value[1]) if match and value else None


def _read_json(text: str) -> tuple[_Found, str] | None:
    """An object or a list of objects, maybe behind the mark of Mistral or Llama."""
    text = text.removeprefix("[TOOL_CALLS]").removeprefix("<|python_tag|>").lstrip(" \n;")
    value = _leading_json(text)
    if value is None:
        return None
    items = value[0] if isinstance(value[0], list) else [value[0]]
    found = [_named(item) for item in items]
    return ([call for call in found if call is not None], value[1]) if all(found) else None


def _named(item: object) -> tuple[object, object] | None:
    """Return name and arguments of a call as an object; None for another object."""
    if not isinstance(item, dict):
        return None
    function = item.get("function")
    if isinstance(function, dict):
        return _named(function) if set(item) <= {"type", "id", "function"} else None
    keys = set(item) - {"type", "id"}
    for key in ("arguments", "parameters"):
        if keys == {"name", key}:
            arguments = item[key]
            # Some models quote their JSON a second time.
            return item["name"], _whole_json(arguments) if isinstance(arguments, str) else arguments
    return None


def _leading_json(text: str) -> tuple[Any, str] | None:
    if not text.startswith(("{", "[")):
        return None
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value, text[end:]


def _whole_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class _Texts(list[tuple[str, str]]):
    """Arguments of which only the text is known: the schema says what each means."""


def _checked(
    name: object, arguments: object, schemas: Mapping[str, Mapping[str, Any]]
) -> TextCall | None:
    """Return a call whose tool exists and whose arguments fit, or None."""
    schema = schemas.get(name) if isinstance(name, str) else None
    if schema is None or not isinstance(name, str):
        return None
    properties: Mapping[str, Any] = schema.get("properties", {})
    if isinstance(arguments, _Texts):
        if len({key for key, _ in arguments}) != len(arguments):
            return None
        arguments = {key: _meant(text, properties.get(key, {})) for key, text in arguments}
    if not isinstance(arguments, dict):
        return None
    fits = (
        all(key in arguments for key in schema.get("required", []))
        and all(key in properties for key in arguments)
        and all(_fits(value, properties[key]) for key, value in arguments.items())
    )
    return TextCall(name, arguments) if fits else None


def _meant(text: str, schema: Mapping[str, Any]) -> object:
    """Return what the text of an argument means: itself for text, else its JSON."""
    return text if "string" in _types(schema) else _whole_json(text.strip())


_CHECKS: Mapping[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def _types(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def _fits(value: object, schema: Mapping[str, Any]) -> bool:
    """Return whether a value is of the type that a schema names; what is deeper in it the tool checks itself."""
    if "enum" in schema and value not in schema["enum"]:
        return False
    types = _types(schema)
    return not types or any(_CHECKS[name](value) for name in types if name in _CHECKS)
