"""Reads from the beginning of a GGUF file what is needed before a model is loaded: its context, and how much memory it takes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pycode.core.errors import ModelNotFoundError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_FORMS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}  # fmt: skip
_STRING, _ARRAY = 8, 9
_MOST_FIELDS = 10_000
_LONGEST_STRING = 1 << 20
_CACHE_BYTES = 2
"""Bytes of one number in the cache of keys and values."""
_COMPUTE_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """What a model file says of itself."""

    path: Path
    """The file."""
    size: int
    """Its bytes."""
    architecture: str
    """The kind of model, for example `qwen2`."""
    context: int
    """The context that it was trained for, in tokens; 0 where it does not say."""
    token_bytes: int
    """The bytes of memory that each token of context takes."""

    def memory(self, context: int) -> int:
        """Return the bytes of memory that it takes to run with a context.

        The engine keeps a second form of some weights, which it computes on faster.
        """
        return self.size * 14 // 10 + self.token_bytes * context + _COMPUTE_BYTES


def read_gguf(path: Path) -> GgufFacts:
    """Return what a model file says of itself.

    Raises:
        ModelNotFoundError: The file is missing, cannot be read, is something else or was cut.
    """
    try:
        with path.open("rb") as file:
            fields = _read_fields(file)
            size = file.seek(0, 2)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unusable(
            f"Cannot read the model {path} ({reason}): check the path.", path
        ) from error
    except (ValueError, OverflowError) as error:
        raise _unusable(
            f"{path} is no usable GGUF file ({error}): name a complete model file in the GGUF format, which llama.cpp reads.",
            path,
        ) from error
    return _facts(path, size, fields)


def _facts(path: Path, size: int, fields: dict[str, Any]) -> GgufFacts:
    kind = str(fields.get("general.architecture", ""))

    def number(name: str) -> int:
        value = fields.get(f"{kind}.{name}", 0)
        return value if type(value) is int and value > 0 else 0

    heads = number("attention.head_count")
    width = number("embedding_length") // heads if heads else 0
    key = number("attention.key_length") or width
    value = number("attention.value_length") or width
    shared = number("attention.head_count_kv") or heads
    token_bytes = number("block_count") * shared * (key + value) * _CACHE_BYTES
    return GgufFacts(path, size, kind, number("context_length"), token_bytes)


def _read_fields(file: BinaryIO) -> dict[str, Any]:
    """Return the fields that stand before the tokenizer's, which are the large ones."""
    if file.read(4) != _MAGIC:
        raise ValueError("it begins with other bytes")
    version = _number(file, "I")
    if version not in _VERSIONS:
        raise ValueError(f"its version is {version}")
    _number(file, "Q")  # how many tensors there are
    fields: dict[str, Any] = {}
    for _ in range(min(_number(file, "Q"), _MOST_FIELDS)):
        name = _string(file)
        if name.startswith("tokenizer."):
            break
        fields[name] = _value(file, _number(file, "I"))
    return fields


def _value(file: BinaryIO, kind: int) -> Any:
    """Return a value; an array, which says nothing that is needed, is passed over."""
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        return _number(file, _form(kind))
    kind, length = _number(file, "I"), _number(file, "Q")
    if kind == _STRING:
        for _ in range(length):
            _string(file)
    else:
        file.seek(length * struct.calcsize(_form(kind)), 1)
    return None


def _string(file: BinaryIO) -> str:
    length = _number(file, "Q")
    if length > _LONGEST_STRING:
        raise ValueError("it has a text without end")
    return _take(file, length).decode("utf-8", "replace")


def _number(file: BinaryIO, form: str) -> Any:
    (value,) = struct.unpack(f"<{form}", _take(file, struct.calcsize(form)))
    return value


def _take(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise ValueError("it was cut")
    return data


def _form(kind: int) -> str:
    if kind not in _FORMS:
        raise ValueError(f"it has a value of the unknown kind {kind}")
    return _FORMS[kind]


def _unusable(sentence: str, path: Path) -> ModelNotFoundError:
    return ModelNotFoundError(sentence, provider="local", model=str(path))
