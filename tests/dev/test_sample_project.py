"""The demo's project has exactly one failing test, and the demo says truly whether it was fixed."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pycode.testing import Request, ScriptedServer, call, say
from pycode.testing.script import Answer

CHANGE = {
    "file_path": "ledger/split.py",
    "old_string": "    return [cents // people] * people\n",
    "new_string": "    share, rest = divmod(cents, people)\n"
    "    return [share + 1] * rest + [share] * (people - rest)\n",
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
    """A home without keys and settings."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "PYCODE_HOME"):
        monkeypatch.delenv(name, raising=False)


def run_tests(project: Path) -> str:
    argv = [sys.executable, "-m", "unittest"]
    return subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False).stderr


async def run_demo(dev: ModuleType, sample: Path) -> int:
    code: int = await asyncio.to_thread(
        dev.fix_sample, Path(sys.executable), sample, ["-m", "openai/scripted-model"]
    )
    return code


def test_one_test_fails(sample: Path) -> None:
    output = run_tests(sample)
    assert output.count("\nFAIL: ") == 1
    assert "FAIL: test_an_amount_that_does_not_divide" in output
    assert output.rstrip().endswith("FAILED (failures=1)")


async def test_the_demo_shows_the_change_and_that_the_tests_pass(
    dev: ModuleType,
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
            say("Fixed: no cent gets lost."),
        ]
        return steps[request.number - 1]

    async with ScriptedServer(answer) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/v1")
        code = await run_demo(dev, sample)
    out, err = capfd.readouterr()
    assert code == 0, err
    assert "Fixed: no cent gets lost." in out
    assert "+    share, rest = divmod(cents, people)" in out
    assert err.rstrip().endswith("dev.py: the tests pass")
    assert "OK" in outputs[-1]


async def test_the_demo_fails_when_the_model_fixed_nothing(
    dev: ModuleType,
    sample: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with ScriptedServer([say("All is well.")]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/v1")
        assert await run_demo(dev, sample) == 1
    out, err = capfd.readouterr()
    assert "(nothing)" in out
    assert err.rstrip().endswith("dev.py: the tests still fail")


async def test_without_a_model_the_demo_says_what_to_do(
    dev: ModuleType, sample: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(dev.fix_sample, Path(sys.executable), sample, []) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "ANTHROPIC_API_KEY" in err
    assert "what changed" not in err


@pytest.mark.usefixtures("benchmarks_importable")
def test_the_benchmarks_fix_is_one(sample: Path) -> None:
    from benchmarks.project import BUG, FIX

    split = sample / "ledger" / "split.py"
    text = split.read_text(encoding="utf-8")
    assert text.count(BUG) == 1
    split.write_text(text.replace(BUG, FIX), encoding="utf-8")
    assert run_tests(sample).rstrip().endswith("OK")
