"""Background jobs: started, waited for, spoken to, ended."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import shlex
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.commands import Commands, CommandSession, is_alive, until_dead

from pycode.system import spawn
from pycode.tools import Tool, ToolContext, job_watch, jobs
from pycode.tools.job_input import JobInputTool
from pycode.tools.job_kill import JobKillTool
from pycode.tools.job_list import JobListTool
from pycode.tools.job_output import JobOutputTool

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs bash")


@pytest.fixture
async def commands(tmp_path: Path) -> AsyncIterator[Commands]:
    """The tools of the shell in a session."""
    session = CommandSession(tmp_path)
    yield Commands(tmp_path, session)
    await session.table.close()


async def ended(commands: Commands, job: str) -> None:
    """Wait until a job has ended, as nobody of the session does."""
    async with asyncio.timeout(30):
        await commands.session.table.get(job).wait()


async def test_a_job_returns_at_once_and_says_how_to_go_on(commands: Commands) -> None:
    begin = time.monotonic()
    result = await commands.bash("echo ready; sleep 60", background=True, description="Serve")
    assert time.monotonic() - begin < 10
    job = result.metadata["job"]
    assert re.fullmatch(r"job_[0-9a-f]{4}", job)
    assert result.title == "$ echo ready; sleep 60 &"
    assert result.metadata == {"job": job, "truncated": False, "description": "Serve"}
    assert result.output == (
        f"[{job} runs in the background; go on with more_tools "
        f'{{"name": "job_output", "arguments": {{"job": "{job}"}}}}, or job_input, job_kill, job_list]'
    )


async def test_a_job_that_ends_at_once_says_so_and_sends_no_message(commands: Commands) -> None:
    result = await commands.bash("echo no such thing; exit 127", background=True)
    assert re.fullmatch(
        r"no such thing\n\[job_\w{4} ended after 0\.\d s: exit code 127\]", result.output
    )
    assert commands.session.messages == []


async def test_what_came_before_the_first_call_can_be_waited_for(commands: Commands) -> None:
    job = await commands.start("echo ready; read x")
    result = await commands.output(job, pattern="ready")
    assert result.output.startswith("ready\n[the pattern came; ")


async def test_output_is_told_once(commands: Commands) -> None:
    job = await commands.start("echo one; read x; echo two; read x; echo three; exit 3")
    result = await commands.output(job)
    assert result.output.startswith(f"one\n[{job} runs for ")
    assert (await commands.output(job)).output.startswith(f"[no new output]\n[{job} runs for ")
    await commands.input(job, "\n")
    result = await commands.output(job, pattern="two")
    assert result.output.startswith("two\n[the pattern came; ")
    await commands.input(job, "\n")
    result = await commands.output(job, timeout=30)
    assert re.fullmatch(rf"three\n\[{job} ended after [0-9.]+ s: exit code 3\]", result.output)
    assert result.metadata == {"job": job, "exit_code": 3, "signal": None, "truncated": False}
    assert (await commands.output(job)).output.startswith("[no new output]\n")
    assert commands.session.messages == []  # the model was there


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("echo; echo '  Local:   http://localhost:3000/'", r"http://localhost:\d+"),
        ("printf 'Continue? [y/n] '", r"\[y/n\] $"),
        ("printf '\\033[32mLis\\033[0mtening\\n'", "^Listening$"),
        ("printf 'half '; sleep 0.2; echo line", "half line"),
        ("printf '\\377\\376 binary ready\\n'", "ready"),
        ("seq 1 200000; echo ready", "^150000$"),
    ],
)
async def test_waiting_for_a_pattern(commands: Commands, written: str, pattern: str) -> None:
    job = await commands.start(f"read x; {written}; sleep 60")
    await commands.input(job, "\n")
    result = await commands.output(job, pattern=pattern, timeout=60)
    assert "the pattern came" in result.output
    assert "runs for" in result.output


async def test_the_line_that_matched_is_told_when_it_is_left_out(commands: Commands) -> None:
    job = await commands.start("seq 1 100000; echo end; read x")
    await commands.input(job, "\n")
    await ended(commands, job)
    # All of it is there, and the line in the middle is not.
    result = await commands.output(job, pattern="^end$")
    assert "the pattern came; " in result.output
    job = await commands.start("read x; seq 1 100000; read x")
    waiting = asyncio.create_task(commands.output(job, pattern="^50000$", timeout=60))
    await asyncio.wait((waiting,), timeout=0.1)
    await commands.input(job, "\n")
    output = (await waiting).output
    assert "[the pattern came: 50000; " in output or "\n50000\n" in output


async def test_a_pattern_that_does_not_come(commands: Commands) -> None:
    job = await commands.start("echo begun; read x; exit 1")
    result = await commands.output(job, pattern="never", timeout=0.2)
    assert "[the pattern did not come within 0.2 seconds; " in result.output
    waiting = asyncio.create_task(commands.output(job, pattern="never"))
    await commands.input(job, "\n")
    assert f"[the pattern did not come; {job} ended after " in (await waiting).output


async def test_a_pattern_that_explodes_elsewhere(commands: Commands) -> None:
    job = await commands.start(f"read x; echo {'a' * 5000}!; echo done; read x")
    await commands.input(job, "\n")
    begin = time.monotonic()
    result = await commands.output(job, pattern=r"^(a+)+$|done", timeout=30)
    assert "the pattern came" in result.output
    assert time.monotonic() - begin < 10


async def test_a_pattern_that_is_none(commands: Commands) -> None:
    job = await commands.start("read x")
    result = await commands.output(job, pattern="(a")
    assert result.error is not None
    assert result.error.startswith("This pattern cannot be searched for: ")
    assert "unclosed group" in result.error
    result = await commands.output(job, pattern="--pre=evil", timeout=0.1)
    assert result.error is None


async def test_waiting_for_a_port(commands: Commands) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = "import socket,sys; s = socket.socket(); s.bind(('127.0.0.1', int(sys.argv[1]))); input(); s.listen(); input()"
    job = await commands.start(f'{sys.executable} -c "{server}" {port}')
    result = await commands.output(job, port=port, timeout=0.2)
    assert f"[port {port} did not come within 0.2 seconds; " in result.output
    await commands.input(job, "\n")
    result = await commands.output(job, port=port)
    assert f"[port {port} accepts connections; {job} runs for " in result.output
    await commands.kill(job)
    result = await commands.output(job, port=port)
    assert f"[port {port} does not accept connections; {job} ended after " in result.output


async def test_pattern_and_port_both_have_to_come(commands: Commands) -> None:
    job = await commands.start("read x; echo ready; read x")
    await commands.input(job, "\n")
    result = await commands.output(job, pattern="ready", port=1, timeout=0.5)
    assert "[the pattern came; port 1 did not come within 0.5 seconds; " in result.output


async def test_input_and_its_end(commands: Commands) -> None:
    job = await commands.start("cat; echo over")
    result = await commands.input(job, "größe\n")
    assert result.output == "[wrote 8 bytes]"
    result = await commands.input(job, "last", end=True)
    assert result.output == "[wrote 4 bytes and closed its input]"
    assert (await commands.output(job, timeout=30)).output.startswith("größe\nlastover\n")
    assert f"{job} ended after" in ((await commands.input(job, "x")).error or "")


async def test_input_that_nobody_reads(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "INPUT_SECONDS", 0.2)
    monkeypatch.setattr(spawn, "TERMINATE_SECONDS", 0.2)
    job = await commands.start("echo $$; kill -STOP $$")
    result = await commands.input(job, "x" * 100_000)
    assert result.error is not None
    assert re.fullmatch(
        rf"{job} does not read: \d+ of 100000 bytes wait until it does\.", result.error
    )
    result = await commands.input(job, "y")
    assert result.error == f"{job} has not read its earlier input; nothing was written."
    await commands.kill(job)
    assert (await commands.input(job, "x" * 100_001)).error == (
        "The text has 100001 characters; write at most 100000 in a call."
    )


async def test_input_to_a_job_that_closed_it(commands: Commands) -> None:
    job = await commands.start("exec <&-; echo closed; sleep 60")
    await commands.output(job, pattern="closed", timeout=5)
    result = await commands.input(job, "x")
    assert result.error == f"{job} has closed its input; nothing was written."


async def test_a_job_has_no_terminal(commands: Commands) -> None:
    result = await commands.bash("test -t 0 || echo none; test -t 1 || echo none", background=True)
    assert result.output.startswith("none\nnone\n")


async def test_ending_a_job_ends_its_group(commands: Commands) -> None:
    job = await commands.start("sleep 60 & echo $!; echo last; wait")
    await commands.output(job, pattern="last")
    pid = commands.session.table.get(job).summary.pid
    result = await commands.kill(job)
    assert re.fullmatch(rf"\[{job} ended after [0-9.]+ s: SIGTERM\]", result.output)
    await until_dead(pid)
    assert (await commands.kill(job)).output == result.output
    assert commands.session.messages == []


async def test_what_a_job_wrote_last_is_told_when_it_is_ended(commands: Commands) -> None:
    job = await commands.start("sleep 60 & echo $!; wait")
    child, state = (await commands.kill(job)).output.split("\n")
    assert "SIGTERM" in state
    await until_dead(int(child))


async def test_a_job_that_ignores_sigterm_is_killed(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawn, "TERMINATE_SECONDS", 0.2)
    job = await commands.start("trap '' TERM; echo deaf; while :; do read x || sleep 60; done")
    await commands.output(job, pattern="deaf", timeout=5)
    result = await commands.kill(job)
    assert f"{job} ended after" in result.output
    assert "SIGKILL" in result.output


async def test_a_job_lasts_as_long_as_what_it_started(commands: Commands) -> None:
    job = await commands.start("exec 3<&0; (read x; echo late) <&3 & echo early")
    result = await commands.output(job)
    assert "; its command has ended, what it started has not]" in result.output
    await commands.input(job, "\n")
    result = await commands.output(job, timeout=30)
    assert result.output.startswith("late\n")
    assert "exit code 0" in result.output


async def test_a_daemon_that_left_its_group_does_not_keep_a_job_from_ending(
    commands: Commands, tmp_path: Path
) -> None:
    code = f"import os; os.setsid(); open('{tmp_path}/pid', 'w').write(str(os.getpid())); print('up', flush=True); os.execvp('sleep', ['sleep', '60'])"
    job = await commands.start(f'{sys.executable} -c "{code}" & read x')
    await commands.output(job, pattern="up", timeout=30)
    daemon = int((tmp_path / "pid").read_text())
    try:
        async with asyncio.timeout(30):
            result = await commands.kill(job)
        assert f"{job} ended after" in result.output
        assert is_alive(daemon)
    finally:
        os.kill(daemon, 9)


async def test_the_end_of_a_job_is_told(commands: Commands) -> None:
    job = await commands.start("echo a; read x; echo b; echo c; exit 4")
    await commands.output(job)
    await commands.input(job, "\n")
    await ended(commands, job)
    (message,) = commands.session.messages
    assert re.fullmatch(
        rf"The background job {job} \(echo a; read x; echo b; echo c; exit 4\) ended after [0-9.]+ s: "
        r"exit code 4\. Its last output:\nb\nc",
        message,
    )
    # What the message tells in part is still to be had in full.
    assert (await commands.output(job)).output.startswith("b\nc\n")


async def test_the_message_about_an_end_is_short(commands: Commands) -> None:
    job = await commands.start(f"read x; seq 1 100000; kill -9 $$ # {'x' * 1000}\nignored")
    await commands.input(job, "\n")
    await ended(commands, job)
    (message,) = commands.session.messages
    assert len(message) < 3000
    assert "SIGKILL" in message
    assert message.endswith("\n99999\n100000")
    silent = await commands.start("read x")
    await commands.input(silent, "\n")
    await ended(commands, silent)
    assert commands.session.messages[1].endswith("exit code 0. It wrote nothing new.")


async def test_jobs_end_with_the_session(commands: Commands, tmp_path: Path) -> None:
    first = await commands.start("sleep 60 & echo $!; wait")
    second = await commands.start(
        f"sleep 60 >/dev/null 2>&1 & echo $! > {tmp_path}/left; echo started"
    )
    pids = [commands.session.table.get(job).summary.pid for job in (first, second)]
    left = int((tmp_path / "left").read_text())
    assert is_alive(left)
    await commands.session.table.close()
    for pid in (*pids, left):
        await until_dead(pid)
    assert commands.session.messages == []
    assert (await commands.list()).output == "[no jobs]"


async def test_the_list(commands: Commands) -> None:
    assert (await commands.list()).output == "[no jobs]"
    first = await commands.start("echo x; exit 2")
    second = await commands.start("read x; echo news; read x")
    result = await commands.list()
    lines = result.output.split("\n")
    assert lines[0].startswith(f"{first} ended after 0.")
    assert lines[0].endswith("s: exit code 2: echo x; exit 2")
    assert lines[1].startswith(f"{second} runs for 0.")
    assert lines[1].endswith("s: read x; echo news; read x")
    await commands.input(second, "\n")
    job = commands.session.table.get(second)
    async with asyncio.timeout(30):
        while not job.output.has_more:
            await asyncio.sleep(0.01)
    assert "; has new output: " in (await commands.list()).output
    summary = result.metadata["jobs"][1]
    assert (summary["command"], summary["exit_code"]) == ("read x; echo news; read x", None)
    assert summary["pid"] > 0


async def test_a_job_that_is_not_there(commands: Commands) -> None:
    assert (await commands.output("job_x")).error == (
        "There is no job 'job_x'; no job was started in this session."
    )
    job = await commands.start("read x")
    assert (await commands.kill("job_x")).error == f"There is no job 'job_x'; the jobs are: {job}."
    assert "There is no job" in ((await commands.input("job_x", "a")).error or "")


async def test_too_many_jobs(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MAX_RUNNING", 2)
    monkeypatch.setattr(jobs, "MAX_ENDED", 3)
    first = await commands.start("read x")
    await commands.start("read x")
    result = await commands.bash("read x", background=True)
    assert result.error == "2 jobs run already: end one with job_kill."
    await commands.kill(first)
    ended_jobs = [await commands.start("exit 0") for _ in range(4)]
    known = [job.id for job in commands.session.table.all()]
    assert first not in known
    assert known[1:] == ended_jobs[1:]
    gc.collect()  # what was forgotten without being closed would warn now


async def test_a_job_that_does_not_start(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    result = await commands.bash("true", background=True, workdir="nowhere")
    assert result.error == (
        "The command did not start. nowhere: there is no such file or directory."
    )
    assert (await commands.list()).output == "[no jobs]"


async def test_a_job_that_floods_its_output(commands: Commands, tmp_path: Path) -> None:
    job = await commands.start("echo begin; yes")
    before = time.process_time()
    result = await commands.output(job, timeout=1)
    assert time.process_time() - before < 0.7  # reading all that `yes` can write takes all of it
    assert result.metadata["truncated"] is True
    assert f"; all until now is in {tmp_path / 'output1.txt'}" in result.output
    assert (tmp_path / "output1.txt").read_bytes().startswith(b"begin\ny\n")
    result = await commands.output(job, pattern="never", timeout=0.5)
    assert "did not come" in result.output
    await commands.kill(job)


async def test_a_job_waits_for_a_slow_search(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "rg"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(job_watch, "find_beside_python", lambda name: str(slow))
    job = await commands.start("read x; yes")
    waiting = asyncio.create_task(commands.output(job, pattern="never", timeout=1))
    await asyncio.wait((waiting,), timeout=0.1)
    await commands.input(job, "\n")
    await waiting
    size = (tmp_path / "output1.txt").stat().st_size
    assert 1_000_000 < size < 6_000_000


async def test_without_ripgrep_no_pattern_can_be_waited_for(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_watch, "find_beside_python", lambda name: None)
    monkeypatch.setattr(job_watch, "find_program", lambda name: None)
    job = await commands.start("read x")
    assert (await commands.output(job, pattern="x")).error == (
        "ripgrep (rg) is not installed, so no pattern can be waited for."
    )


async def test_waiting_can_be_cancelled(commands: Commands) -> None:
    job = await commands.start("read x")
    for arguments in ({"pattern": "x"}, {"port": 1}, {}):
        waiting = asyncio.create_task(commands.output(job, timeout=60, **arguments))
        await asyncio.wait((waiting,), timeout=0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert not commands.session.table.get(job).is_watched
    await commands.input(job, "\n")
    await ended(commands, job)
    assert len(commands.session.messages) == 1


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("rm -rf /\n", "rm -rf /"), ("\n", ":"), ("", ":")],
)
def test_input_is_judged_as_a_command(context: ToolContext, text: str, pattern: str) -> None:
    tool = JobInputTool()
    request = tool.permission_request({"job": "job_1", "text": text}, context)
    assert (request.permission, request.patterns) == ("bash", [pattern])
    assert tool.permission == "bash"


def test_what_changes_nothing() -> None:
    tools: list[Tool] = [JobOutputTool(), JobListTool(), JobInputTool(), JobKillTool()]
    assert [tool.read_only for tool in tools] == [True, True, False, False]
    assert all(tool.deferred for tool in tools)
    assert all(tool.description for tool in tools)


_KILLED = """
import asyncio, os, signal, sys
from pycode.tools.command_output import CommandOutput
from pycode.tools.jobs import JobTable

async def main() -> None:
    command = sys.argv[1]
    await JobTable().start(
        ["/bin/bash", "-c", command], command=command, cwd="/", env={"PATH": os.defpath}, output=CommandOutput(None)
    )
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_jobs_end_when_pycode_is_killed(tmp_path: Path) -> None:
    held = tmp_path / "held"
    os.mkfifo(held)
    command = f"exec 3>{shlex.quote(str(held))}; trap '' TERM; sleep 600 & exec sleep 600"
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _KILLED, command, cwd=tmp_path
    )
    # The end comes when nobody of the job is left who could write.
    async with asyncio.timeout(30):
        assert await asyncio.to_thread(held.read_bytes) == b""
    assert await killed.wait() == -signal.SIGKILL
