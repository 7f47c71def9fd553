"""What `pycode run` makes of stdin, stdout and stderr that are closed, full or of another encoding, and of early signals."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from tests.support.e2e import PYCODE, Place, Result, Serve, finished, patched

from pycode.testing import call, say

if sys.platform == "win32":
    pytest.skip("these are shells' redirections", allow_module_level=True)


async def shell(place: Place, line: str) -> Result:
    """Run a line of shell in the project; `$PYCODE` is the program."""
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        line,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**place.environ, "PYCODE": str(PYCODE)},
        cwd=place.project,
    )
    return await finished(process)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
async def test_a_closed_stream_is_like_an_empty_one(
    place: Place, serve: Serve, closed: str
) -> None:
    await serve([call("bash", {"command": "echo one; echo two >&2"}), say("done")])
    result = await shell(place, f'"$PYCODE" run go {closed}')
    assert result.code == 0, result.err
    assert result.out == ("" if " >&-" in f" {closed}" else "done\n")
    assert [record["seq"] for record in place.records()] == list(range(1, len(place.records()) + 1))


async def test_a_stdin_that_cannot_be_read_is_said(place: Place, serve: Serve) -> None:
    await serve([say("done")])
    result = await shell(place, '"$PYCODE" run go 0>written')
    assert result.code == 2
    assert "stdin cannot be read" in result.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
async def test_a_stdout_that_takes_nothing_is_said(place: Place, serve: Serve) -> None:
    await serve([say("done")])
    result = await shell(place, '"$PYCODE" run go >/dev/full')
    assert result.code == 1
    assert result.err.startswith("pycode: the answer cannot be written to stdout")
    assert len(result.err.splitlines()) == 2


@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>gone"])
async def test_a_stderr_that_takes_nothing_is_no_reason_to_stop(
    place: Place, serve: Serve, stderr: str
) -> None:
    await serve([call("bash", {"command": "echo one > written"}), say("done")])
    # A pipe without a reader: the one that opened it has gone.
    line = f'mkfifo gone; {{ "$PYCODE" run go {stderr}; echo $?; }} & exec 3<gone; exec 3<&-; wait'
    result = await shell(place, line if "gone" in stderr else f'"$PYCODE" run go {stderr}; echo $?')
    assert result.out.splitlines() == ["done", "0"]
    assert (place.project / "written").exists()


async def test_whoever_reads_no_further_ends_the_run(place: Place, serve: Serve) -> None:
    await serve([say(*["line\n"] * 20_000)])
    result = await shell(place, '{ "$PYCODE" run go; echo $? >code; } | head -n 1')
    assert result.out == "line\n"
    assert result.err == ""
    assert (place.project / "code").read_text(encoding="utf-8") == "141\n"


async def test_what_the_encoding_cannot_say_is_spelled_out(place: Place, serve: Serve) -> None:
    await serve([say("caf\u00e9")])
    result = await place.run("run", "go", environ={"PYTHONIOENCODING": "ascii"})
    assert result.code == 0, result.err
    assert result.out == "caf\\xe9\n"
    assert result.err.startswith("1 step - ")


@pytest.mark.parametrize("command", ["run go", "models"])
async def test_a_working_directory_that_was_removed(
    place: Place, serve: Serve, command: str
) -> None:
    await serve([say("done")])
    result = await shell(place, f'mkdir gone; cd gone; rmdir ../gone; "$PYCODE" {command}')
    assert result.code == 2
    assert "was removed" in result.err
    assert result.err.splitlines()[1:] == ["        usage · docs/errors.md#usage"]


async def test_ctrl_c_while_modules_load(place: Place) -> None:
    code = (
        "import sys\nclass Interrupt:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': raise KeyboardInterrupt\nsys.meta_path.insert(0, Interrupt())\n"
    )
    result = await place.run("run", "go", environ=patched(place, code))
    assert (result.code, result.err) == (130, "")


async def test_a_bug_is_shown(place: Place, serve: Serve) -> None:
    await serve([call("read", {"file_path": "calc.py"}), say("done")])
    code = (
        "from pycode.tools.read import ReadTool\nasync def broken(*_):\n"
        "    raise RuntimeError('a bug')\nReadTool.execute = broken\n"
    )
    result = await place.run("run", "go", environ=patched(place, code))
    assert result.code == 1
    assert result.err.rstrip().endswith("RuntimeError: a bug")
