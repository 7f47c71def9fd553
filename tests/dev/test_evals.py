"""The tasks of the evaluations can be failed and done, and the scores say which."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pycode.providers import local_files
from pycode.testing import Request, ScriptedServer, call, say
from pycode.testing.script import Answer

if TYPE_CHECKING:
    from evals.running import Result
    from evals.tasks import Task

ROOT = Path(__file__).resolve().parents[2] / "evals"
TASKS = sorted(file.parent.relative_to(ROOT) for file in ROOT.glob("*/*/task.toml"))
IMPORT_TASK = Path("development/geometry-wrong-import")
CART_TASK = Path("development/cart-shared-list")
FIX = {
    "file_path": "main.py",
    "old_string": "from geometry.areas import",
    "new_string": "from geometry.area import",
}

pytestmark = pytest.mark.usefixtures("benchmarks_importable")


def load(name: Path) -> Task:
    from evals.tasks import load_set

    return next(task for task in load_set(name.parent.name) if task.name == name.name)


def solved(name: Path, folder: Path) -> tuple[Task, Path]:
    """Lay out a task with its solution; return it and the folder."""
    from evals.tasks import lay_out

    task = load(name)
    lay_out(task, folder / "work", solved=True)
    return task, folder / "work"


@pytest.mark.parametrize("name", TASKS, ids=Path.as_posix)
def test_every_task_can_be_failed_and_done(name: Path, tmp_path: Path) -> None:
    from evals.tasks import Score, failures, lay_out, score

    task, done = solved(name, tmp_path)
    assert score(task, done) == Score("success", "")
    lay_out(task, tmp_path / "untouched")
    passed, missing = failures(task, tmp_path / "untouched")
    assert (passed, len(missing)) == (0, len(task.checks)), missing
    assert score(task, tmp_path / "untouched").outcome == "fail"


def test_the_sets_are_large_enough_and_apart() -> None:
    names = [
        {name.name for name in TASKS if name.parts[0] == part} for part in ("development", "unseen")
    ]
    assert min(map(len, names)) >= 20
    prompts = [load(name).prompt for name in TASKS]
    assert len(set(prompts)) == len(TASKS) == len(names[0] | names[1])


def test_a_changed_or_removed_test_is_a_failure(tmp_path: Path) -> None:
    from evals.tasks import Score, score

    task, work = solved(CART_TASK, tmp_path)
    test = work / "tests" / "test_prices.py"
    test.write_text(test.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert score(task, work) == Score("fail", "changed the test tests/test_prices.py")
    test.unlink()
    assert score(task, work) == Score("fail", "changed the test tests/test_prices.py")


def test_new_tests_and_other_new_files_are_no_failure(tmp_path: Path) -> None:
    from evals.tasks import Score, score

    task, work = solved(CART_TASK, tmp_path)
    for name in ("tests/test_more.py", "NOTES.md"):
        (work / name).write_text("", encoding="utf-8")
    assert score(task, work) == Score("success", "")


def test_a_task_that_breaks_something_else_is_partly_done(tmp_path: Path) -> None:
    from evals.tasks import score

    task, work = solved(CART_TASK, tmp_path)
    prices = work / "shop" / "prices.py"
    prices.write_text(prices.read_text(encoding="utf-8").replace("320", "321"), encoding="utf-8")
    found = score(task, work)
    assert found.outcome == "partial"
    assert found.reason.startswith("broke: python -m unittest -q tests.test_prices: ")


def test_a_wrong_change_in_the_right_file_is_partly_done(tmp_path: Path) -> None:
    from evals.tasks import lay_out, score

    task = load(CART_TASK)
    lay_out(task, tmp_path / "work")
    (tmp_path / "work" / "shop" / "cart.py").write_text("Cart = None\n", encoding="utf-8")
    assert score(task, tmp_path / "work").outcome == "partial"


def test_scoring_leaves_the_work_as_it_is(tmp_path: Path) -> None:
    from evals.tasks import score

    task, work = solved(Path("development/temperature-write-tests"), tmp_path)
    before = {path: path.read_bytes() for path in work.rglob("*") if path.is_file()}
    score(task, work)
    assert {path: path.read_bytes() for path in work.rglob("*") if path.is_file()} == before


async def evaluate(
    monkeypatch: pytest.MonkeyPatch, home: Path, answers: Sequence[Answer], *more: str
) -> tuple[int, list[Request]]:
    """Run the command with a scripted model, on one task; return its exit code and the requests."""
    from evals.__main__ import main

    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("PYCODE_HOME", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    argv = ["--model", "openai/scripted-model", "--only", IMPORT_TASK.name, *more]
    requests: list[Request] = []

    def answer(request: Request) -> Answer:
        requests.append(request)
        return answers[request.number - 1]

    async with ScriptedServer(answer) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/v1")
        code = await asyncio.to_thread(main, argv)
    return code, requests


async def test_a_model_is_asked_scored_and_its_result_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results" / "one.jsonl"
    places = ["--results", str(results), "--keep", str(tmp_path / "kept")]
    steps: list[Answer] = [call("read", {"file_path": "main.py"}), call("edit", FIX), say("Done.")]
    code, requests = await evaluate(monkeypatch, tmp_path / "home", steps, *places)
    out = capsys.readouterr().out
    assert code == 0
    assert load(IMPORT_TASK).prompt in json.dumps(requests[0].body).replace('\\"', '"')
    kept: dict[str, Any] = json.loads(results.read_text(encoding="utf-8"))
    assert (kept["outcome"], kept["ended"], kept["steps"]) == ("success", "done", 3)
    assert kept["tokens_in"] > 0 < kept["tokens_out"]
    assert "   1/1 success  geometry-wrong-import (" in out
    assert "| development | `openai/scripted-model` | 1 of 1 | 0 of 1 | 0 of 1 |" in out
    work = tmp_path / "kept" / IMPORT_TASK.name
    assert "from geometry.area import" in (work / "main.py").read_text(encoding="utf-8")
    assert '"type":"result"' in (work / "pycode-output.txt").read_text(encoding="utf-8")

    code, requests = await evaluate(monkeypatch, tmp_path / "home", [], *places, "--resume")
    assert (code, requests) == (0, [])
    assert "success  geometry-wrong-import" in capsys.readouterr().out


async def test_what_the_model_says_does_not_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    results = tmp_path / "one.jsonl"
    says: list[Answer] = [say("I fixed it, everything passes.")]
    await evaluate(monkeypatch, tmp_path, says, "--results", str(results))
    kept = json.loads(results.read_text(encoding="utf-8"))
    assert (kept["outcome"], kept["ended"]) == ("fail", "done")
    assert "ModuleNotFoundError" in kept["reason"]


async def test_wrong_arguments_stop_the_evaluation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    more = ["--results", str(tmp_path / "one.jsonl"), "--arguments", "--mode nonsense"]
    with pytest.raises(SystemExit, match="nonsense"):
        await evaluate(monkeypatch, tmp_path, [], *more)


def test_the_users_installed_models_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from evals.running import environment

    monkeypatch.setenv("PYCODE_HOME", str(tmp_path / "users"))
    folder = local_files.model_folder(os.environ) / "small"
    folder.mkdir(parents=True)
    (folder / "small.gguf").write_bytes(b"GGUF")
    variables = environment(tmp_path / "own")
    assert [model.name for model in local_files.installed(variables)] == ["small"]
    assert local_files.model_folder(variables).is_relative_to(tmp_path / "own")


def test_an_unknown_task_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    from evals.__main__ import main

    assert main(["--model", "a/b", "--only", "nothing"]) == 2
    assert "geometry-wrong-import" in capsys.readouterr().err


def result(**facts: Any) -> Result:
    from evals.running import Result

    usual: dict[str, Any] = {
        "set": "development",
        "task": "one",
        "kind": "fix",
        "model": "local/small",
        "outcome": "success",
        "reason": "",
        "ended": "done",
        "seconds": 10.0,
        "steps": 3,
        "tokens_in": 1500,
        "tokens_out": 50,
    }
    return Result(**(usual | facts))


def test_a_row_counts() -> None:
    from evals import table

    results = [
        result(),
        result(seconds=20.0, outcome="fail"),
        result(seconds=90.0, kind="add", outcome="partial"),
    ]
    assert table.row(results) == (
        "| development | `local/small` | 1 of 3 | 1 of 3 | 1 of 3 | 20 s | 4,500 | 150 "
        "| add 0/1, fix 1/2 |"
    )


def test_a_page_keeps_what_is_around_the_table_and_other_rows(tmp_path: Path) -> None:
    from evals import table

    page = tmp_path / "page.md"
    page.write_text(f"# Models\n\n{table.BEGIN}\n{table.END}\n\nLast words.\n", encoding="utf-8")
    first, other = table.row([result()]), table.row([result(set="unseen")])
    again = table.row([result(outcome="fail")])
    for row in (other, first, again):
        table.write(page, row)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# Models\n\n{table.BEGIN}\n\n| set | model |")
    assert text.endswith(f"{again}\n{other}\n\n{table.END}\n\nLast words.\n")
    assert first not in text
    table.write(page, again)
    assert page.read_text(encoding="utf-8") == text


def test_a_page_without_a_table_gets_one(tmp_path: Path) -> None:
    from evals import table

    page = tmp_path / "page.md"
    row = table.row([result()])
    table.write(page, row)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Local models\n\n<!-- evals")
    assert text.endswith(f"{row}\n\n{table.END}\n")
