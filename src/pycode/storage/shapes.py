"""What a record of each kind has to hold, so that whoever reads a log can rely on it: anybody may have written the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from pycode.core.parts import PART_CLASSES
from pycode.storage.record import Record

Type: TypeAlias = type | tuple[type, ...]

LATEST: Final = 253_402_300_799_999
"""The last millisecond that has a date; also far beyond any count."""


class _Number:
    """Stands for a time or a count."""


_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "session": frozenset({"id", "project_id", "directory", "created", "updated"}),
    "message": frozenset({"id", "session_id", "role"}),
    "part": frozenset({"id", "message_id", "type"}),
    "append": frozenset({"message_id", "text"}),
    "head": frozenset(),
    "prefix": frozenset({"system", "tools"}),
    "todo": frozenset({"todos"}),
    "error": frozenset({"code", "message"}),
    "idle": frozenset({"reason"}),
}
_MAY_BE_NONE: Final[Mapping[str, frozenset[str]]] = {
    "head": frozenset({"message_id"}),
    "idle": frozenset({"message_id", "detail"}),
}
_TYPES: Final[Mapping[str, Type]] = {
    **dict.fromkeys(("id", "session_id", "message_id", "type", "text", "model", "agent"), str),
    **dict.fromkeys(("project_id", "directory", "title", "parent_id", "origin", "parent"), str),
    **dict.fromkeys(("tool", "call_id", "status", "input_raw", "output", "error"), str),
    **dict.fromkeys(("path", "media_type", "content", "name", "reason", "detail"), str),
    **dict.fromkeys(("role", "system", "code", "message"), str),
    **dict.fromkeys(("created", "updated", "archived", "completed", "started", "ended"), _Number),
    **dict.fromkeys(("step", "attempt"), _Number),
    **dict.fromkeys(("cost", "wait"), (int, float)),
    **dict.fromkeys(("input", "metadata", "usage", "files"), dict),
    **dict.fromkeys(("opaque", "tools", "todos"), list),
    "synthetic": bool,
}
"""A field has the same type wherever it is."""
_STATES: Final = frozenset({"pending", "running", "completed", "error", "rejected"})


def is_readable(record: Record) -> bool:
    """Whether a record has what its kind needs. A kind or a part that this version does not know is."""
    needed = _NEEDED.get(record.kind)
    if needed is None:
        return True
    data = record.data
    if not needed <= data.keys():
        return False
    if record.kind == "part" and str(data["type"]) not in PART_CLASSES:
        return all(isinstance(data[name], str) for name in needed)
    # A long log has many records, so what is right is seen without a call.
    for name, value in data.items():
        wanted = _TYPES.get(name)
        if (
            wanted is not None
            and value.__class__ is not wanted
            and not _fits(value, wanted)
            and not (value is None and name in _MAY_BE_NONE.get(record.kind, ()))
        ):
            return False
    check = _CHECKS.get(record.kind)
    return check is None or check(record)


def _fits(value: Any, wanted: Type) -> bool:
    if wanted is _Number:
        return isinstance(value, int) and 0 <= value <= LATEST
    return isinstance(value, wanted)


def _is_message(record: Record) -> bool:
    return record.id == record.data["id"] and record.data["role"] in ("user", "assistant")


def _is_part(record: Record) -> bool:
    data = record.data
    if record.id != data["id"]:
        return False
    match data["type"]:
        case "tool":
            seen = data.get("metadata", {}).get("seen", {})
            return data.get("status", "pending") in _STATES and isinstance(seen, dict)
        case "step-finish":
            return all(isinstance(count, int) for count in data.get("usage", {}).values())
    return True


def _is_prefix(record: Record) -> bool:
    return all(isinstance(tool, dict) for tool in record.data["tools"])


def _is_todo(record: Record) -> bool:
    return all(
        isinstance(item, dict) and all(isinstance(value, str) for value in item.values())
        for item in record.data["todos"]
    )


_CHECKS: Final[Mapping[str, Callable[[Record], bool]]] = {
    "message": _is_message,
    "part": _is_part,
    "prefix": _is_prefix,
    "todo": _is_todo,
}
