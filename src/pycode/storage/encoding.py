"""JSON as PyCode keeps it: compact UTF-8, one line."""

from __future__ import annotations

import json
from typing import Any

_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_escaped = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))
_sorted = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True)


def encode(value: Any) -> bytes:
    """Return `value` as one line of JSON without the newline."""
    try:
        return _plain.encode(value).encode("utf-8")
    except UnicodeEncodeError:
        # Half a surrogate pair, which a file name or a cut stream can hold, has no UTF-8: as an escape it comes back.
        return _escaped.encode(value).encode("ascii")


def fingerprint(value: Any) -> bytes:
    """Return bytes that are the same for the same content, whatever the order of its keys."""
    return _sorted.encode(value).encode("ascii")


def decode_object(data: bytes) -> dict[str, Any] | None:
    """Return the JSON object that `data` holds, or None when it holds anything else."""
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
