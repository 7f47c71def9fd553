"""The guards around a small model's calls, through the engine, with real tools on real files."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.engine import Bench, MakeBench

from pycode.core.errors import StorageError
from pycode.core.events import SessionError
from pycode.core.parts import ToolPart
from pycode.engine.excerpts import shorten_file, shorten_output
from pycode.providers.compact import REFUSED, REPEATED
from pycode.providers.compact_data import COMPACT
from pycode.testing import call, say
from pycode.tools import Tool
from pycode.tools.bash import BashTool
from pycode.tools.edit import EditTool
from pycode.tools.grep import GrepTool
from pycode.tools.read import ReadTool
from pycode.tools.write import WriteTool

# Without compiled files: what changes twice in a second would run as it was.
PYTHON = f'"{Path(sys.executable).as_posix()}" -B'
RUN = f"{PYTHON} check.py # test"
CHECK = "import code_\nassert code_.add(2, 3) == 5, 'FAILED (failures=1)'\n"
WRONG = "def add(a, b):\n    return a - b\n"
RIGHT = WRONG.replace("-", "+")


@pytest.fixture
def work(project: Path) -> Path:
    """A project whose check fails."""
    (project / "code_.py").write_text(WRONG, encoding="utf-8")
    (project / "check.py").write_text(CHECK, encoding="utf-8")
    (project / "test_it.py").write_text("x = 1\n", encoding="utf-8")
    return project


def tools() -> list[Tool]:
    return [ReadTool(), EditTool(), WriteTool(), BashTool(), GrepTool()]


def edit(old: str, new: str, path: str = "code_.py") -> Any:
    return call("edit", {"file_path": path, "old_string": old, "new_string": new})


def run(command: str = RUN) -> Any:
    return call("bash", {"command": command})


def parts(b: Bench) -> list[ToolPart]:
    """Return the calls of the session, in order."""
    messages = b.engine.messages(b.session_id)
    return [part for message in messages for part in message.parts if isinstance(part, ToolPart)]


async def ask(make: MakeBench, script: list[Any], text: str, guards: tuple[str, ...]) -> Bench:
    b = make(script, tools(), compact=replace(COMPACT, guards=guards))
    await b.ask(text)
    return b


async def test_a_file_is_not_written_over(bench: MakeBench, work: Path) -> None:
    write = call("write", {"file_path": "code_.py", "content": "x = 1\n"})
    b = await ask(bench, [write, write, say("ok")], "Go.", ("overwrite",))
    assert (work / "code_.py").read_text(encoding="utf-8") == WRONG
    assert "use edit" in str(parts(b)[1].error)


async def test_an_edit_that_no_longer_parses_is_taken_back(bench: MakeBench, work: Path) -> None:
    b = await ask(bench, [edit("return a", "return ("), say("ok")], "Go.", ("parse",))
    assert (work / "code_.py").read_text(encoding="utf-8") == WRONG
    assert "would not parse" in str(parts(b)[0].error)


async def test_a_new_file_that_does_not_parse_is_taken_back(bench: MakeBench, work: Path) -> None:
    write = call("write", {"file_path": "new.py", "content": "def f(:\n"})
    await ask(bench, [write, say("ok")], "Go.", ("parse",))
    assert not (work / "new.py").exists()


async def test_an_edit_after_one_that_was_taken_back_works(bench: MakeBench, work: Path) -> None:
    script = [edit("return a", "return ("), edit("a - b", "a + b"), say("ok")]
    await ask(bench, script, "Go.", ("parse",))
    assert (work / "code_.py").read_text(encoding="utf-8") == RIGHT


@pytest.mark.parametrize(("text", "kept"), [("Fix the bug.", True), ("Rename x to y.", False)])
async def test_tests_stay_as_they_are_when_code_is_fixed(
    bench: MakeBench, work: Path, text: str, kept: bool
) -> None:
    b = await ask(bench, [edit("x", "y", "test_it.py"), say("ok")], text, ("tests",))
    assert (work / "test_it.py").read_text(encoding="utf-8").startswith("x" if kept else "y")
    assert (parts(b)[0].error is not None) == kept


async def test_the_same_call_is_not_made_again_until_something_changed(
    bench: MakeBench, work: Path
) -> None:
    read = call("read", {"file_path": "code_.py"})
    script = [read, read, edit("a - b", "a + b"), read, say("ok")]
    b = await ask(bench, script, "Go.", ("repeat",))
    first, second, _, third = parts(b)
    assert (first.error, second.error, third.error) == (None, REPEATED, None)
    assert "a + b" in str(third.output)


async def test_a_change_that_does_not_help_is_taken_back(bench: MakeBench, work: Path) -> None:
    script = [run(), edit("a - b", "a * b"), run(), edit("a - b", "a + b"), run(), say("ok")]
    b = await ask(bench, script, "Fix the bug.", ("undo",))
    outputs = [str(part.output) for part in parts(b)]
    assert REFUSED in outputs[2]
    assert REFUSED not in outputs[4]
    assert (work / "code_.py").read_text(encoding="utf-8") == RIGHT


async def test_a_change_is_kept_where_nothing_is_to_be_fixed(bench: MakeBench, work: Path) -> None:
    script = [run(), edit("a - b", "a * b"), run(), say("ok")]
    await ask(bench, script, "Multiply.", ("undo",))
    assert "a * b" in (work / "code_.py").read_text(encoding="utf-8")


async def test_results_are_cut_and_say_where_they_lie_in_the_project(
    bench: MakeBench, work: Path
) -> None:
    (work / "long.py").write_text("print('a' * 5 + chr(10)) ;" * 3_000, encoding="utf-8")
    script = [run(f"{PYTHON} long.py"), run(), say("ok")]
    b = await ask(bench, script, "Go.", ("cut",))
    first, second = (str(part.output) for part in parts(b))
    assert len(first) <= COMPACT.output_limit + 20
    assert str(work) not in second
    assert "FAILED (failures=1)" in second
    assert second.endswith("[exit code 1]")


@pytest.mark.parametrize(
    ("text", "script", "reminder"),
    [
        ("Add a function f.", [], "nothing was changed"),
        ("We need a function f.", [], "nothing was changed"),
        ("Add a function f.", [run(f"{PYTHON} -c 1 # test")], "nothing was changed"),
        ("Fix the bug.", [edit("a - b", "a + b")], "not tested"),
        ("Fix the bug.", [run(), edit("a - b", "a * b"), run()], "still fails"),
        ("Save the names in names.txt.", [run(f"{PYTHON} -c 1")], "names.txt is not there"),
    ],
)
async def test_an_answer_that_cannot_be_true_is_sent_back_and_ends_unfinished(
    bench: MakeBench, work: Path, text: str, script: list[Any], reminder: str
) -> None:
    answers = [say("I added it."), say("I've now added it."), say("It has been added.")]
    b = await ask(bench, [*script, *answers], text, ("undo", "answer"))
    assert reminder in b.provider.requests[-1].prompt()
    assert b.reason == "unfinished"
    assert len(b.provider.requests) == len(script) + 3


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("What does add do?", []),
        ("Where is the limit set, e.g. for files?", []),
        ("Fix the bug.", [run(), edit("a - b", "a + b"), run()]),
        ("Please add a function to code_.py.", [edit("a - b", "a + b")]),
        ("Fix the failing test, if there is one.", [run(f"{PYTHON} -c 1 # test")]),
        ("Write names.txt.", [call("write", {"file_path": "names.txt", "content": "a"})]),
    ],
)
async def test_an_answer_that_can_be_true_ends_the_turn(
    bench: MakeBench, work: Path, text: str, script: list[Any]
) -> None:
    b = await ask(bench, [*script, say("Done.")], text, ("undo", "answer"))
    assert b.reason == "done"
    assert len(b.provider.requests) == len(script) + 1


async def test_a_claim_that_nothing_stands_behind_is_sent_back(
    bench: MakeBench, work: Path
) -> None:
    script = [run(f"{PYTHON} -c 1 # test"), say("I fixed it."), say("Nothing fails.")]
    b = await ask(bench, script, "Fix the failing test.", ("undo", "answer"))
    assert "nothing was changed" in b.provider.requests[-1].prompt()
    assert b.reason == "done"


async def test_tests_that_fail_after_a_change_are_told_of_once(
    bench: MakeBench, work: Path
) -> None:
    script = [edit("a - b", "a * b"), run(), say("Done."), say("It is as wanted.")]
    b = await ask(bench, script, "Let add multiply.", ("undo", "answer"))
    assert "fails now" in b.provider.requests[-1].prompt()
    assert b.reason == "done"


async def test_the_model_is_told_of_the_files_and_how_tests_are_run(
    bench: MakeBench, work: Path
) -> None:
    (work / "test_it.py").write_text("import unittest\n", encoding="utf-8")
    (work / "empty.py").touch()
    (work / ".env").write_text("KEY=1", encoding="utf-8")
    (work / "node_modules").mkdir()
    (work / "node_modules" / "a.js").write_text("1", encoding="utf-8")
    b = await ask(bench, [say("ok")], "What is it?", COMPACT.guards)
    [request] = b.provider.requests
    python = "python" if sys.platform == "win32" else "python3"
    assert request.system == f"Tests: {python} -m unittest"
    [read] = [tool for tool in request.tools if tool["name"] == "read"]
    assert read["parameters"]["properties"]["file_path"]["enum"] == [
        "check.py",
        "code_.py",
        "test_it.py",
    ]
    assert [tool["name"] for tool in request.tools] == ["bash", "edit", "grep", "read", "write"]


async def test_instructions_are_told_in_short_and_name_no_command(
    bench: MakeBench, work: Path
) -> None:
    (work / "AGENTS.md").write_text("Tests: rm it\n" + "Use tabs. " * 500, encoding="utf-8")
    (work / "test_it.py").unlink()
    b = await ask(bench, [say("ok")], "What is it?", COMPACT.guards)
    [request] = b.provider.requests
    assert request.system is not None
    assert request.system.startswith("Instructions: Tests: rm it\nUse tabs.")
    assert len(request.system) < 700


async def test_the_profile_limits_the_steps(bench: MakeBench, work: Path) -> None:
    script = [run(f"{PYTHON} -c {number}") for number in range(5)]
    b = bench(script, tools(), compact=replace(COMPACT, max_steps=3))
    await b.ask("Go.")
    assert (b.reason, len(b.provider.requests)) == ("limit", 3)


async def test_an_answer_in_a_form_of_its_own_is_refused(bench: MakeBench, work: Path) -> None:
    b = bench([say("ok")], tools(), compact=COMPACT)
    with pytest.raises(StorageError):  # there is no answer to wait for
        await b.ask("Go.", schema={"type": "object"})
    assert "compact profile" in b.seen(SessionError)[0].message
    assert b.provider.requests == []


def test_the_lines_that_matter_are_kept() -> None:
    lines = [f"line {number}" for number in range(100)]
    lines[50] = "AssertionError: 1 != 2"
    short = shorten_output("\n".join([*lines, "[exit code 1]"]), 200)
    assert len(short) <= 230
    assert "AssertionError: 1 != 2" in short
    assert short.startswith("line 0\n")
    assert short.endswith("[exit code 1]")
    assert shorten_output("short", 200) == "short"


def test_a_file_is_cut_behind_a_line() -> None:
    short = shorten_file("1\ta\n2\tb\n3\tc", 7)
    assert short == "1\ta\n[2 more lines; search finds lines in them]"
    assert shorten_file("1\ta", 8) == "1\ta"
