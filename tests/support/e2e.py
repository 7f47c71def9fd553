"""The installed `pycode` as a subprocess, against a scripted server that speaks a real wire protocol."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

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


def patched(place: Place, code: str) -> dict[str, str]:
    """Return what to add to the environment so that `code` runs before `pycode` does."""
    folder = place.home.parent / "patch"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    path = [str(folder), place.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, path))}


async def finished(process: asyncio.subprocess.Process, data: bytes | None = None) -> Result:
    """Wait for the end of a run."""
    out, err = await asyncio.wait_for(process.communicate(data), SECONDS)
    assert process.returncode is not None
    return Result(process.returncode, out.decode(), err.decode())


class Serve(Protocol):
    """Starts a scripted server and points the place's environment to it."""

    async def __call__(self, script: Any, protocol: str = "openai") -> ScriptedServer: ...
