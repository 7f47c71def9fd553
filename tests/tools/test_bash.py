"""Running commands."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import BashTool, ToolContext, ToolResult

Call = Callable[..., Awaitable[ToolResult]]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs bash")


async def test_output_exit_code_and_title(call: Call) -> None:
    result = await call("bash", command="echo out; echo err >&2; exit 3", description="Try it")
    assert result.output == "out\nerr\n[exit code 3]"
    assert result.title == "$ echo out; echo err >&2; exit 3"
    assert result.error is None
    assert result.metadata.pop("duration") >= 0
    assert result.metadata == {
        "exit_code": 3,
        "signal": None,
        "timed_out": False,
        "truncated": False,
        "description": "Try it",
    }


async def test_how_it_ended_is_told(call: Call) -> None:
    assert (await call("bash", command="echo fine")).output == "fine"
    assert (await call("bash", command="true")).output == "[no output, exit code 0]"
    assert (await call("bash", command="false")).output == "[exit code 1]"
    assert (await call("bash", command="kill -KILL $$")).output == "[ended by SIGKILL]"


async def test_a_timeout_is_told(call: Call) -> None:
    result = await call("bash", command="echo begun; sleep 60", timeout=1)
    assert result.output == "begun\n[stopped: it did not end within 1 seconds]"
    assert result.metadata["timed_out"] is True


async def test_no_command_may_ask_for_more_time_than_there_is(context: ToolContext) -> None:
    tool = BashTool(max_timeout=1)
    result = await tool.execute({"command": "sleep 60", "timeout": 120_000}, context)
    assert result.output == "[stopped: it did not end within 1 seconds]"


async def test_where_it_runs(call: Call, work: Path) -> None:
    (work / "sub").mkdir()
    assert (await call("bash", command="pwd -P")).output == str(work)
    result = await call("bash", command="pwd -P", workdir="sub")
    assert (result.output, result.title) == (str(work / "sub"), "$ pwd -P in sub")
    (work / "file").touch()
    assert (await call("bash", command="pwd", workdir="nope")).error == (
        "The command did not start. nope: there is no such file or directory."
    )
    assert (await call("bash", command="pwd", workdir="file")).error == (
        "The command did not start. file: a part of the path is not a directory."
    )


@pytest.mark.parametrize("command", ["-c", "--version", "-i; echo x"])
async def test_a_command_is_never_an_option_of_the_shell(call: Call, command: str) -> None:
    assert "command not found" in (await call("bash", command=command)).output


@pytest.mark.parametrize("command", ["", "  \n", "a\0b", "a\ud800"])
async def test_what_is_no_command_is_refused(call: Call, command: str) -> None:
    assert (await call("bash", command=command)).error is not None


async def test_secrets_stay_out_by_hand(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    start_up = tmp_path / "start_up"
    start_up.write_text("echo sourced\n")
    monkeypatch.setenv("MY_API_KEY", "secret")
    monkeypatch.setenv("HARMLESS", "here")
    monkeypatch.setenv("BASH_ENV", str(start_up))
    result = await call("bash", command="echo $MY_API_KEY $HARMLESS $PAGER")
    assert result.output == "here cat"


async def test_in_a_session_the_environment_is_the_engines(session_call: Call) -> None:
    assert (await session_call("bash", command="echo $FROM")).output == "session"


async def test_output_is_shown_while_it_runs(session_call: Call, session: Any) -> None:
    await session_call("bash", command="printf 'a\\033[31mb\\n\\303\\251'")
    assert "".join(session.shown) == "ab\né"


async def test_progress_is_bounded(session_call: Call, session: Any) -> None:
    await session_call("bash", command="head -c 1000000 /dev/zero | tr '\\0' x")
    assert 0 < len("".join(session.shown)) <= 200_000


async def test_long_output_keeps_both_ends_and_all_of_it_in_a_file(
    session_call: Call, tmp_path: Path
) -> None:
    result = await session_call("bash", command="seq 1 30000; exit 1")
    lines = result.output.split("\n")
    assert len(result.output) <= 50_000
    assert lines[:2] == ["1", "2"]
    assert lines[-2:] == ["30000", "[exit code 1]"]
    saved = tmp_path / "outputs/output.txt"
    assert any(str(saved) in line for line in lines)
    assert saved.read_text() == "".join(f"{n}\n" for n in range(1, 30001))
    assert result.metadata["truncated"] is True


async def test_five_megabytes_on_one_line(call: Call) -> None:
    result = await call("bash", command="head -c 5000000 /dev/zero | tr '\\0' x")
    assert len(result.output) <= 50_000
    assert result.metadata["truncated"] is True


async def test_bytes_that_are_no_text(call: Call) -> None:
    assert (await call("bash", command="printf 'a\\377\\000b'")).output == "a\ufffd\u2400b"


def test_what_it_would_touch(context: ToolContext) -> None:
    request = BashTool().permission_request({"command": "git push", "workdir": "sub"}, context)
    assert (request.permission, request.patterns) == ("bash", ["git push"])
    assert (request.paths, request.always) == (["sub"], ["git push *"])


def test_the_shell_is_named() -> None:
    assert (
        "Run a command with bash" in BashTool().description or "with sh" in BashTool().description
    )
