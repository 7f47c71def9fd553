"""What must not be loaded: each module here costs every start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "aiofiles",
    "anthropic",
    "httpcore2",
    "httpx2",
    "importlib.metadata",
    "mcp",
    "openai",
    "pydantic",
    "rich",
    "sqlite3",
    "ssl",
    "textual",
    "tree_sitter",
    "ulid",
    "yaml",
}
FOR_A_REQUEST = {"httpx2", "httpcore2", "ssl", "importlib.metadata"}
"""`importlib.metadata` is httpx2's own: it reads its version."""


def loaded(code: str, **environ: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running the code."""
    program = f"{code}\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
        # Measuring coverage loads modules of its own.
        env={**{k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}, **environ},
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "name",
    [
        "pycode",
        "pycode.core",
        "pycode.tools",
        "pycode.agents",
        "pycode.providers",
        "pycode.storage",
    ],
)
def test_importing_a_package_loads_nothing_heavy(name: str) -> None:
    assert loaded(f"import {name}") & (HEAVY | {"asyncio", "click"}) == set()


def test_version_loads_not_even_click() -> None:
    modules = loaded(
        "import sys; sys.argv = ['pycode', '--version']\n"
        "from pycode.cli import main; main.leave = lambda code: None; main.main()"
    )
    assert modules & (HEAVY | {"click", "asyncio"}) == set()


def test_help_loads_only_click() -> None:
    code = "from pycode.cli.group import run_command_line; run_command_line(['--help'])"
    assert loaded(code) & (HEAVY | {"asyncio"}) == set()


def test_a_run_loads_only_what_a_request_needs(tmp_path: Path) -> None:
    code = """
import asyncio, os
from pycode.testing import ScriptedServer, say
async def main():
    async with ScriptedServer([say("ok")]) as server:
        os.environ["OPENAI_BASE_URL"] = server.url + "/v1"
        os.environ["OPENAI_API_KEY"] = "k"
        from pycode.cli.options import Options
        from pycode.cli.run import RunOptions, _run
        assert await _run("hi", Options(cwd=os.environ["HOME"]), RunOptions()) == 0
asyncio.run(main())
"""
    modules = loaded(code, HOME=str(tmp_path), USERPROFILE=str(tmp_path))
    assert modules & (HEAVY - FOR_A_REQUEST) == set()
