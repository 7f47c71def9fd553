"""A user's machine with a hostile repository on it, a model's server, and a listener that must hear nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.security.hostile import Hostile, make_hostile
from tests.support.e2e import Place

from pycode.testing import ScriptedServer

_RECORDER = """
import socket
real = socket.getaddrinfo
def recorded(host, *a, **k):
    with open({!r}, "a", encoding="utf-8") as file:
        file.write((host.decode() if isinstance(host, bytes) else str(host)) + "\\n")
    return real(host, *a, **k)
socket.getaddrinfo = recorded
"""


@dataclass
class Machine(Place):
    """A place whose project is hostile."""

    hostile: Hostile
    evil_url: str
    names: Path
    heard: list[str] = field(default_factory=list)
    """What reached the listener that the repository names."""

    def check(self) -> None:
        """Fail when something of the repository ran, or something left for another machine."""
        assert self.hostile.ran() == ""
        assert self.heard == []
        asked = self.names.read_text(encoding="utf-8").split() if self.names.exists() else []
        # "localhost" is where servers of local models are looked for.
        assert set(asked) <= {"127.0.0.1", "localhost"}


ServeModel = Callable[[Any], Awaitable[ScriptedServer]]


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """Make everything; the working directory is the hostile repository."""
    heard: list[str] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.read(1000)).decode("utf-8", "replace") or "a connection")
        writer.close()

    listener = await asyncio.start_server(hear, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    home = tmp_path / "home"
    home.mkdir()
    hostile = make_hostile(tmp_path, home, url)
    site = tmp_path / "site"
    site.mkdir()
    names = tmp_path / "names.txt"
    (site / "sitecustomize.py").write_text(_RECORDER.format(str(names)), encoding="utf-8")
    kept = {n: v for n, v in os.environ.items() if n in {"LANG"} or n.startswith("COVERAGE_")}
    environ = {
        **kept,
        "HOME": str(home),
        "PATH": os.pathsep.join([str(hostile.programs), os.environ["PATH"]]),
        "PYTHONPATH": str(site),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TERM": "xterm",
    }
    async with listener:
        yield Machine(home, hostile.root, environ, hostile, url, names, heard)


@pytest.fixture
async def serve_model(machine: Machine) -> AsyncIterator[ServeModel]:
    """Start a scripted model that the machine's environment points to."""
    servers: list[ScriptedServer] = []

    async def start(script: Any) -> ScriptedServer:
        server = ScriptedServer(script)
        await server.__aenter__()
        servers.append(server)
        machine.environ |= {
            "OPENAI_API_KEY": "sk-test-1234567890",
            "OPENAI_BASE_URL": f"{server.url}/v1",
        }
        return server

    yield start
    for server in servers:
        await server.__aexit__(None, None, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests of the hostile repository where scripts are no programs."""
    if sys.platform == "win32":
        skip = pytest.mark.skip(reason="the canaries are shell scripts")
        for item in items:
            if "machine" in getattr(item, "fixturenames", ()):
                item.add_marker(skip)
