"""A user's machine and the servers that it talks to."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.e2e import BROKEN, TEST, Place, Serve

from pycode.testing import ScriptedServer


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
