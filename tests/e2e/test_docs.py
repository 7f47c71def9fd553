"""The samples of the documentation: each block of code is run, checked, or is `text`, which nobody would type."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
from tests.support.e2e import PYCODE, Place, Result, Serve, finished

import pycode.cli.formats
from pycode.testing import say

if sys.platform == "win32":
    pytest.skip("the samples are for a POSIX shell", allow_module_level=True)

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
NOT_RUN = {
    "pip install": "tests have no network",
    "uv tool": "tests have no network",
    "pipx": "tests have no network",
    "podman": "tests have no containers",
    "python3 dev.py": "tests/dev does it",
    "pycode models install": "tests/client does it, against a server of its own",
    "pycode run -m local/": "tests/providers does it, where the engine is installed",
    "pytest": "it is running",
    "mypy": "dev.py check does it",
    "black": "dev.py check does it",
    "ruff": "dev.py check does it",
}
"""How a line begins that is not run here, and why."""
NEEDS_A_TERMINAL = {"pycode": 2}
"""What ends with another code than 0 where there is no terminal."""


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """Its lines without the remarks behind them."""
        lines = (re.sub(r"\s{2,}#.*$|^#.*$", "", line).strip() for line in self.text.splitlines())
        return [line for line in lines if line]


def blocks_of(path: Path) -> list[Block]:
    found: list[Block] = []
    fence, language, begin, held = "", "", 0, list[str]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        opening = re.match(r"\s*(`{3,})(\S*)$", line)
        if not fence and opening:
            fence, language, begin, held = opening[1], opening[2], number, []
        elif fence and line.strip() == fence:
            found.append(Block(path.name, begin, language, "\n".join(held)))
            fence = ""
        elif fence:
            held.append(line)
    assert not fence, f"{path.name}:{begin} has no end"
    return found


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def written_in(*languages: str) -> pytest.MarkDecorator:
    chosen = [block for block in BLOCKS if block.language in languages]
    assert chosen
    return pytest.mark.parametrize("block", chosen, ids=str)


def test_every_block_says_what_it_is() -> None:
    known = {"bash", "sh", "yaml", "json", "python", "text"}
    assert [str(block) for block in BLOCKS if block.language not in known] == []


async def typed(place: Place, line: str) -> Result:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", line),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=place.environ,
        cwd=place.project,
    )
    return await finished(process)


@written_in("bash")
async def test_what_can_be_typed(place: Place, serve: Serve, block: Block) -> None:
    await serve(lambda request: [say("done")])
    subprocess.run(["git", "init", "-q"], cwd=place.project, check=True)
    (place.project / "src").mkdir()
    # Something that `-c` goes on with, and a difference.
    await place.run("run", "begin")
    for line in block.commands:
        if not line.startswith(tuple(NOT_RUN)):
            result = await typed(place, line)
            assert result.code == NEEDS_A_TERMINAL.get(line, 0), f"{line}\n{result.err}"


@written_in("sh")
async def test_the_example_of_each_provider(place: Place, serve: Serve, block: Block) -> None:
    server = await serve([say("done")])
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        del place.environ[name]
    [line] = [line for line in block.commands if not line.startswith("export ")]
    if line.startswith(tuple(NOT_RUN)):
        return
    provider = line.split("-m ")[1].split("/")[0]
    exports = [command for command in block.commands if command != line]
    assert all(re.fullmatch(r"export [A-Z_]+=(https://)?\.\.\.", command) for command in exports)
    path = "" if provider.startswith(("anthropic", "google")) else "/v1"
    config = f"providers:\n  {provider}:\n    base_url: {server.url}{path}\n"
    (place.home / ".pycode").mkdir()
    (place.home / ".pycode" / "config.yaml").write_text(config, encoding="utf-8")
    result = await typed(place, "; ".join([*exports, line]))
    assert (result.code, result.out) == (0, "done\n"), result.err
    assert len(server.requests) == 1


@written_in("yaml")
async def test_what_can_be_configured(place: Place, block: Block) -> None:
    for name in re.findall(r"\$\{(\w+)\}", block.text):
        place.environ[name] = "value"
    (place.home / ".pycode").mkdir()
    (place.home / ".pycode" / "config.yaml").write_text(block.text, encoding="utf-8")
    result = await place.run("config", "check")
    assert result.code == 0, result.out + result.err
    assert "warning" not in result.out + result.err


@written_in("json")
def test_what_comes_on_stdin(block: Block) -> None:
    folder = Path(str(pycode.cli.formats.__file__)).parent / "schemas"
    schema = json.loads((folder / "input.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(block.text), schema)


@written_in("python")
async def test_what_can_be_called(place: Place, serve: Serve, block: Block) -> None:
    if "claude_agent_sdk" in block.text:
        pytest.importorskip("claude_agent_sdk", exc_type=ImportError)
    server = await serve([say("It is done.")], "anthropic")
    text = block.text.replace("/path/to/pycode", str(PYCODE))
    text = text.replace("/path/to/project", str(place.project))
    text = text.replace('api_key="sk-ant-..."', f'api_key="k", base_url="{server.url}"')
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", text),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=place.environ,
        cwd=place.project,
    )
    result = await finished(process)
    assert result.code == 0, result.err
    assert result.out.strip() == "It is done."


def test_links_lead_somewhere() -> None:
    wrong = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not os.path.exists(page.parent / target):
                wrong.append(f"{page.name}: {target}")
    assert wrong == []
