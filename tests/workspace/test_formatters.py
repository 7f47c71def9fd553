"""Formatters, run for real."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from pycode.tools import ApplyPatchTool, EditTool, ToolContext, WriteTool
from pycode.workspace.formatters import Formatter, run_formatters

UPPER = "import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text().upper())"


def formatter(code: str, *patterns: str, name: str = "upper", timeout: float = 30) -> Formatter:
    return Formatter(name, (sys.executable, "-c", code, "{file}"), patterns or ("*.txt",), timeout)


async def test_those_for_the_file_are_run_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    add = "import sys; open(sys.argv[1], 'a').write('end')"
    runs = await run_formatters(
        tmp_path / "a.txt",
        [formatter(UPPER), formatter(add, name="add"), formatter(add, "*.py")],
        tmp_path,
        os.environ,
    )
    assert [(run.name, run.problem) for run in runs] == [("upper", None), ("add", None)]
    assert (tmp_path / "a.txt").read_text() == "Xend"


async def test_failures_are_sentences(tmp_path: Path) -> None:
    formatters = [
        formatter("import sys; print('bad\\nfile'); sys.exit(3)", name="strict"),
        formatter("import time; time.sleep(60)", name="slow", timeout=0.2),
        Formatter("none", ("no-such-program-anywhere",), ("*",)),
    ]
    runs = await run_formatters(tmp_path / "a.txt", formatters, tmp_path, os.environ)
    assert runs[0].problem == "strict failed with exit code 3: bad file."
    assert runs[1].problem == "slow took longer than 0.2 seconds and was stopped."
    assert (runs[2].problem or "").startswith("none could not be started: ")


async def test_the_path_is_put_at_the_end_where_no_argument_has_it(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    command = (sys.executable, "-c", UPPER)
    await run_formatters(
        tmp_path / "a.txt", [Formatter("u", command, ("a.*",))], tmp_path, os.environ
    )
    assert (tmp_path / "a.txt").read_text() == "X"


async def test_after_an_edit_its_result_counts_as_seen(tmp_path: Path) -> None:
    session = Seen()
    context = ToolContext("ses_1", "msg_1", "build", str(tmp_path), session)
    tools = [tool([formatter(UPPER)]) for tool in (WriteTool, EditTool, ApplyPatchTool)]
    patch = "*** Begin Patch\n*** Update File: a.txt\n@@\n-B\n+c\n*** End Patch"
    arguments: list[dict[str, Any]] = [
        {"file_path": "a.txt", "content": "a\n"},
        {"file_path": "a.txt", "old_string": "A", "new_string": "b"},
        {"patch": patch},
    ]
    for tool, values, after in zip(tools, arguments, "ABC", strict=True):
        result = await tool.execute(values, context)
        assert result.error is None
        assert "upper has formatted it; read it again before the next edit." in result.output
        assert f"+{after}" in result.metadata["diff"]
        assert "had changed" not in result.output
        assert (tmp_path / "a.txt").read_text() == f"{after}\n"


async def test_an_edit_that_breaks_a_file_says_so_and_stays(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n")
    context = ToolContext("ses_1", "msg_1", "build", str(tmp_path))
    edit = {"file_path": "a.py", "old_string": "    return 1", "new_string": "return 2"}
    result = await EditTool().execute(edit, context)
    assert result.error is None
    assert "a.py is broken now: line 2: expected an indented block" in result.output
    assert (tmp_path / "a.py").read_text() == "def f():\nreturn 2\n"


class Seen:
    """A session that knows what it saw."""

    def __init__(self) -> None:
        self.hashes: dict[str, str | None] = {}

    def seen(self, path: str) -> str | None:
        return self.hashes.get(path)

    def mark_seen(self, path: str, sha256: str | None) -> None:
        self.hashes[path] = sha256

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def file_edited(self, path: str) -> None:
        pass

    def progress(self, text: str) -> None:
        pass

    def save_output(self, text: str) -> str | None:
        return None

    async def ask(
        self, permission: str, patterns: list[str], title: str, reason: str
    ) -> str | None:
        return "nobody is there"
