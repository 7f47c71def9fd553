"""A workspace, a session that remembers what it saw, and a way to call tools in them."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import ToolContext, ToolResult, default_registry

Call = Callable[..., Awaitable[ToolResult]]


@dataclass
class Session:
    """What an engine would know about one session."""

    folder: Path
    hashes: dict[str, str | None] = field(default_factory=dict)
    edited: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def progress(self, text: str) -> None:
        self.shown.append(text)

    async def ask(
        self, permission: str, patterns: list[str], title: str, reason: str
    ) -> str | None:
        return "nobody is there"

    def seen(self, path: str) -> str | None:
        return self.hashes.get(path)

    def mark_seen(self, path: str, sha256: str | None) -> None:
        self.hashes[path] = sha256

    def save_output(self, text: str) -> str | None:
        path = self.folder / "output.txt"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def environment(self) -> Mapping[str, str]:
        return self.variables

    def file_edited(self, path: str) -> None:
        self.edited.append(path)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The working directory."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def session(tmp_path: Path) -> Any:
    """A session's runtime: `hashes`, `edited`, `shown`, `variables` can be looked at and set."""
    folder = tmp_path / "outputs"
    folder.mkdir()
    return Session(folder, variables={"PATH": "/usr/local/bin:/usr/bin:/bin", "FROM": "session"})


@pytest.fixture
def context(work: Path) -> ToolContext:
    """A context without an engine."""
    return ToolContext("ses_1", "msg_1", "build", str(work))


@pytest.fixture
def call(context: ToolContext) -> Call:
    """Call a built-in tool by hand."""
    return _caller(context)


@pytest.fixture
def session_call(work: Path, session: Any) -> Call:
    """Call a built-in tool in the session."""
    return _caller(ToolContext("ses_1", "msg_1", "build", str(work), session))


@pytest.fixture
def sha256() -> Callable[[bytes], str]:
    """Return a hash."""
    return lambda data: hashlib.sha256(data).hexdigest()


def _caller(context: ToolContext) -> Call:
    registry = default_registry()

    async def call(name: str, /, **arguments: Any) -> ToolResult:
        return await registry.execute(name, arguments, context)

    return call
