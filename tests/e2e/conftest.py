"""The installed `pycode` as a subprocess, against a scripted server that speaks a real wire protocol."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from pycode.testing import ScriptedServer

PYCODE = Path(sys.executable).with_name("pycode.exe" if sys.platform == "win32" else "pycode")
SECONDS = 60
"""No run takes this long; one that hangs fails."""

BROKEN = "def add(a, b):\n    return a - b\n"
TEST = (
    "import unittest\n\nfrom calc import add\n\n\nclass AddTest(unittest.TestCase):\n"
    "    def test_add(self) -> None:\n        self.assertEqual(add(2, 3), 5)\n"
)


@dataclass
class Result:
    """What a run came to."""

    code: int
    out: str
    err: str


@dataclass
class Place:
    """A user's machine: a home, a project and an environment."""

    home: Path
    project: Path
    environ: dict[str, str]

    @property
    def storage(self) -> Path:
        return self.home / ".pycode" / "storage"

    def logs(self) -> list[Path]:
        """The sessions' logs, newest first."""
        return sorted((self.storage / "transcripts").glob("*.jsonl"))

    def records(self, log: Path | None = None) -> list[dict[str, Any]]:
        """The records of a log that are whole."""
        text = (log or self.logs()[0]).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    async def start(
        self,
        *arguments: str,
        stdin: int | None = asyncio.subprocess.DEVNULL,
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> asyncio.subprocess.Process:
        """Start `pycode`."""
        return await asyncio.create_subprocess_exec(
            str(PYCODE),
            *arguments,
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self.environ, **(environ or {})},
            cwd=cwd or self.project,
        )

    async def run(
        self,
        *arguments: str,
        text: str | bytes | None = None,
        environ: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Result:
        """Run `pycode` to its end; `text` is its stdin."""
        stdin = asyncio.subprocess.DEVNULL if text is None else asyncio.subprocess.PIPE
        process = await self.start(*arguments, stdin=stdin, environ=environ, cwd=cwd)
        data = text.encode() if isinstance(text, str) else text
        return await finished(process, data)


async def finished(process: asyncio.subprocess.Process, data: bytes | None = None) -> Result:
    """Wait for the end of a run."""
    out, err = await asyncio.wait_for(process.communicate(data), SECONDS)
    assert process.returncode is not None
    return Result(process.returncode, out.decode(), err.decode())


class Serve(Protocol):
    """Starts a scripted server and points the place's environment to it."""

    async def __call__(self, script: Any, protocol: str = "openai") -> ScriptedServer: ...


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A home without anything in it and a project with a failing test."""
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    (project / ".git").mkdir(parents=True)
    (project / "calc.py").write_text(BROKEN, encoding="utf-8")
    (project / "test_calc.py").write_text(TEST, encoding="utf-8")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "LANG", "SYSTEMROOT"} or name.startswith("COVERAGE_")
    }
    folder = str(Path(sys.executable).parent)
    environ = {
        **kept,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PATH": os.pathsep.join([folder, kept.get("PATH", "")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Place(home, project, environ)


@pytest.fixture
async def serve(place: Place) -> AsyncIterator[Serve]:
    """Servers that end with the test."""
    servers: list[ScriptedServer] = []

    async def start(script: Any, protocol: str = "openai") -> ScriptedServer:
        server = ScriptedServer(script)
        await server.__aenter__()
        servers.append(server)
        if protocol == "openai":
            place.environ |= {
                "OPENAI_API_KEY": "sk-test-1234567890",
                "OPENAI_BASE_URL": f"{server.url}/v1",
            }
        else:
            place.environ |= {
                "ANTHROPIC_API_KEY": "sk-ant-1234567890",
                "ANTHROPIC_BASE_URL": server.url,
            }
        return server

    yield start
    for server in servers:
        await server.__aexit__(None, None, None)
