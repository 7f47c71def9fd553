"""Running commands."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import Commands, CommandSession, until_dead

from pycode.system import spawn
from pycode.system.shells import Shell
from pycode.tools import BashTool, ToolContext, ToolResult

Call = Callable[..., Awaitable[ToolResult]]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs bash")


@pytest.fixture
async def commands(work: Path, tmp_path: Path) -> AsyncIterator[Commands]:
    """The tools of the shell in a session."""
    (tmp_path / "outputs").mkdir(exist_ok=True)
    session = CommandSession(tmp_path / "outputs")
    yield Commands(work, session)
    await session.table.close()


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
    commands: Commands, tmp_path: Path
) -> None:
    result = await commands.bash("seq 1 30000; exit 1")
    lines = result.output.split("\n")
    assert lines[:2] == ["1", "2"]
    assert lines[-2:] == ["30000", "[exit code 1]"]
    saved = tmp_path / "outputs/output1.txt"
    assert any(str(saved) in line for line in lines)
    assert saved.read_text() == "".join(f"{n}\n" for n in range(1, 30001))
    assert result.metadata["truncated"] is True


async def test_five_megabytes_on_one_line(call: Call) -> None:
    result = await call("bash", command="head -c 5000000 /dev/zero | tr '\\0' x")
    assert len(result.output) <= 50_000
    assert result.metadata["truncated"] is True


async def test_bytes_that_are_no_text(call: Call) -> None:
    assert (await call("bash", command="printf 'a\\377\\000b'")).output == "a\ufffd\u2400b"


async def test_a_command_that_deletes_its_directory(commands: Commands, work: Path) -> None:
    (work / "sub").mkdir()
    result = await commands.bash('rm -rf "$PWD"; echo gone', workdir="sub")
    assert result.output.splitlines()[0] == "gone"
    assert (await commands.bash("pwd", workdir="sub")).error == (
        "The command did not start. sub: there is no such file or directory."
    )
    await commands.bash('rm -rf "$PWD"')
    assert (await commands.bash("pwd")).error == (
        f"The command did not start. {work}: there is no such file or directory."
    )


async def test_a_command_that_is_too_long_for_the_system(commands: Commands) -> None:
    result = await commands.bash(f": {'x' * 10_000_000}")
    assert result.error == (
        "The command did not start: its 10000002 bytes are more than the system takes. "
        "Write them to a file and run that."
    )


async def test_a_long_command_with_many_lines(commands: Commands) -> None:
    command = "cat <<'END'\n" + "a line of text\n" * 5000 + "END"
    result = await commands.bash(command)
    assert result.output.startswith("a line of text\n")
    assert (result.error, result.metadata["exit_code"]) == (None, 0)


async def test_a_daemon_is_not_waited_for(commands: Commands) -> None:
    code = "import os; os.setsid(); print(os.getpid(), flush=True); os.execvp('sleep', ['sleep', '60'])"
    result = await commands.bash(f'{sys.executable} -c "{code}" & sleep 0.5; echo $!', timeout=30)
    daemon = int(result.output.splitlines()[-1])
    try:
        assert result.metadata["timed_out"] is False
        assert result.metadata["duration"] < 20
    finally:
        os.kill(daemon, 9)
    await until_dead(daemon)


async def test_output_through_another_process_is_waited_for(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawn, "_DRAIN_SECONDS", 20)
    result = await commands.bash("exec > >(sleep 0.1; cat); echo late")
    assert result.output == "late"


async def test_what_ignores_sigterm_and_floods_ends_with_its_time(commands: Commands) -> None:
    result = await commands.bash("trap '' TERM; yes; yes; yes", timeout=1)
    assert result.output.endswith("[stopped: it did not end within 1 seconds]")
    assert (result.metadata["timed_out"], result.metadata["signal"]) == (True, "SIGKILL")
    assert result.metadata["duration"] < 20


@pytest.mark.parametrize(
    "command",
    [
        "head -c 100000000 /dev/zero | tr '\\0' x",
        "head -c 100000000 /dev/zero",
        "head -c 30000000 /dev/urandom",
        "yes | head -c 100000000",
        "yes '' | head -c 100000000",
    ],
)
def test_memory_is_bounded(command: str, tmp_path: Path) -> None:
    program = """
        import asyncio, json, resource, sys
        from pathlib import Path
        from tests.support.commands import Commands, CommandSession

        async def main(command, folder):
            commands = Commands(folder, CommandSession(folder))
            await commands.bash("seq 1 100000")
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            result = await commands.bash(command, timeout=60)
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            size = (folder / "output2.txt").stat().st_size
            print(json.dumps([after - before, size, result.metadata]))

        asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), command, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    growth, size, metadata = json.loads(done.stdout)
    unit = 1 if sys.platform == "darwin" else 1024
    assert growth * unit < 8_000_000
    assert 1_000_000 < size <= 50_000_000
    assert metadata["exit_code"] == 0
    assert metadata["truncated"] is True


async def test_open_files_are_given_back(commands: Commands) -> None:
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    before = os.listdir("/dev/fd")
    assert soft > len(before)
    for _ in range(20):
        await commands.bash("seq 1 30000")
    assert len(os.listdir("/dev/fd")) <= len(before) + 1


async def test_a_job_needs_a_session(call: Call) -> None:
    result = await call("bash", command="true", background=True)
    assert result.error == "Background jobs need a session, and this call has none."


async def test_what_the_shell_cannot_be_told(context: ToolContext) -> None:
    tool = BashTool(shell=Shell("cmd", "cmd.exe", "cmd"))
    result = await tool.execute({"command": "dir\ndir"}, context)
    assert result.error == "cmd takes one line: join the commands with &&."
    assert "Run a command with cmd in" in tool.description


async def test_a_shell_that_is_not_there(context: ToolContext, tmp_path: Path) -> None:
    missing = str(tmp_path / "bash")
    result = await BashTool(shell=Shell("posix", missing, "bash")).execute(
        {"command": "true"}, context
    )
    assert result.error == f"The shell {missing} cannot be started: no such file or directory."


def test_what_it_would_touch(context: ToolContext) -> None:
    request = BashTool().permission_request({"command": "git push", "workdir": "sub"}, context)
    assert (request.permission, request.patterns) == ("bash", ["git push"])
    assert (request.paths, request.always) == (["sub"], ["git push *"])


def test_the_shell_is_named() -> None:
    assert (
        "Run a command with bash" in BashTool().description or "with sh" in BashTool().description
    )
