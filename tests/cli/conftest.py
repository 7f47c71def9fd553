"""A user who types commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import Cli, typed_by


@pytest.fixture
def cli(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cli]:
    """A user with an empty home and a project, no key, and no server on the machine."""
    nowhere = "http://127.0.0.1:9/v1"
    servers = {f"{name}_BASE_URL": nowhere for name in ("OLLAMA", "LMSTUDIO", "LLAMA_CPP", "VLLM")}
    with typed_by(Cli(tmp_path, capsys), monkeypatch, **servers) as user:
        yield user
