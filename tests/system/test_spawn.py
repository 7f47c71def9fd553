"""Running programs: real ones, with everything that a command can do wrong."""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from tests.support.commands import is_alive, until_dead

import pycode
from pycode.system import spawn
from pycode.system._processes_posix import Group
from pycode.system.spawn import Completed, Ended, Running, run, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and shell")


async def sh(
    command: str, directory: Path, timeout: float | None = 30, limit: int = 100_000
) -> Completed:
    return await run(
        ["/bin/sh", "-c", command],
        cwd=directory,
        env={"PATH": os.environ["PATH"]},
        timeout=timeout,
        limit_bytes=limit,
    )


async def test_output_and_errors_come_in_order(tmp_path: Path) -> None:
    done = await sh("echo a; echo b >&2; echo c; exit 3", tmp_path)
    assert (done.output, done.exit_code, done.signal) == (b"a\nb\nc\n", 3, None)
    assert not done.truncated
    assert not done.timed_out
    assert 0 < done.duration < 30


async def test_it_runs_where_and_with_what_it_was_told(tmp_path: Path) -> None:
    done = await run(["/usr/bin/env"], cwd=tmp_path, env={"A": "1"}, timeout=30)
    assert done.output == b"A=1\n"
    assert (await sh("pwd -P", tmp_path)).output.decode().strip() == os.path.realpath(tmp_path)


async def test_there_is_no_input_and_no_terminal(tmp_path: Path) -> None:
    assert (await sh("cat; test -t 0 || echo none", tmp_path)).output == b"none\n"
    assert (await sh("(: </dev/tty) 2>/dev/null || echo none", tmp_path)).output == b"none\n"


async def test_no_shell_looks_at_the_arguments(tmp_path: Path) -> None:
    done = await run(["/bin/echo", "$HOME; `id`", "*"], cwd=tmp_path, env={}, timeout=30)
    assert done.output == b"$HOME; `id` *\n"


async def test_a_signal_is_named(tmp_path: Path) -> None:
    done = await sh("kill -9 $$", tmp_path)
    assert (done.exit_code, done.signal) == (137, "SIGKILL")


async def test_it_ends_with_the_command_though_a_child_holds_the_pipe(tmp_path: Path) -> None:
    done = await sh("sleep 60 & echo $!", tmp_path)
    child = int(done.output)
    try:
        assert done.duration < 10
        assert is_alive(child)
    finally:
        os.kill(child, signal.SIGKILL)


async def test_output_written_before_the_end_is_not_lost(tmp_path: Path) -> None:
    done = await sh(
        "sleep 60 & echo $!; i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done", tmp_path
    )
    lines = done.output.decode().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    assert lines[-1] == "line 499"


async def test_a_timeout_ends_the_whole_group(tmp_path: Path) -> None:
    done = await sh("sleep 60 & echo $!; wait", tmp_path, timeout=1)
    assert done.timed_out
    assert done.signal == "SIGTERM"
    await until_dead(int(done.output))


async def test_what_ignores_sigterm_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawn, "TERMINATE_SECONDS", 0.2)
    command = "trap '' TERM; sleep 60 & echo $!; while :; do wait; done"
    done = await sh(command, tmp_path, timeout=1)
    assert done.timed_out
    assert (done.exit_code, done.signal) == (137, "SIGKILL")
    await until_dead(int(done.output))


async def test_a_command_may_clean_up_after_sigterm(tmp_path: Path) -> None:
    command = (
        "trap 'echo cleaned; exit 5' TERM; echo ready; while :; do sleep 0.02; done 2>/dev/null"
    )
    done = await sh(command, tmp_path, timeout=1)
    assert done.output == b"ready\ncleaned\n"
    assert (done.exit_code, done.timed_out) == (5, True)


async def test_cancelling_ends_the_whole_group(tmp_path: Path) -> None:
    pids: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        run(
            ["/bin/sh", "-c", "sleep 60 & echo $!; wait"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            timeout=None,
            on_output=lambda data: pids.set_result(int(data)),
        )
    )
    child = await pids
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until_dead(child)


async def test_memory_is_bounded(tmp_path: Path) -> None:
    done = await sh("seq 1 200000", tmp_path, limit=1000)
    total = sum(len(str(n)) + 1 for n in range(1, 200_001))
    head, note, tail = done.output.partition(b"\n[%d bytes left out]\n" % done.omitted)
    assert done.truncated
    assert note
    assert head.startswith(b"1\n2\n3\n")
    assert tail.endswith(b"199999\n200000\n")
    assert len(head) + len(tail) == 1000
    assert done.omitted == total - 1000


@pytest.mark.parametrize("size", [999, 1000, 1001])
async def test_the_bound_is_exact(size: int, tmp_path: Path) -> None:
    done = await sh(f"head -c {size} /dev/zero", tmp_path, limit=1000)
    assert done.truncated == (size > 1000)
    assert done.omitted == max(size - 1000, 0)


async def test_output_that_never_ends_stops_with_the_time(tmp_path: Path) -> None:
    seen = 0

    def count(data: bytes) -> None:
        nonlocal seen
        seen += len(data)

    done = await run(
        ["/bin/sh", "-c", "yes"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        timeout=0.3,
        limit_bytes=100,
        on_output=count,
    )
    assert done.timed_out
    assert seen > 100
    assert len(done.output) < 200


async def test_what_cannot_start_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await run([str(tmp_path / "nothing")], cwd=tmp_path, env={}, timeout=1)
    with pytest.raises(FileNotFoundError):
        await run(["/bin/true"], cwd=tmp_path / "nothing", env={}, timeout=1)
    with pytest.raises(ValueError, match="null"):
        await run(["/bin/echo", "a\0b"], cwd=tmp_path, env={}, timeout=1)


async def test_the_event_loop_stays_free(tmp_path: Path) -> None:
    begin = time.monotonic()
    first, second = await asyncio.gather(sh("sleep 0.3", tmp_path), sh("sleep 0.3", tmp_path))
    assert first.exit_code == second.exit_code == 0
    assert time.monotonic() - begin < first.duration + second.duration


async def started(command: str, directory: Path, *, has_input: bool = False) -> Started:
    seen = bytearray()
    running = await start(
        ["/bin/sh", "-c", command],
        cwd=directory,
        env={"PATH": os.environ["PATH"]},
        on_output=seen.extend,
        has_input=has_input,
    )
    return Started(running, seen)


class Started:
    """A program and what it has written."""

    def __init__(self, running: Running, seen: bytearray) -> None:
        self.running = running
        self.seen = seen

    async def wrote(self, text: bytes) -> None:
        """Wait until it has written something."""
        for _ in range(1000):
            if text in self.seen:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{bytes(self.seen)!r} has no {text!r}")

    async def close(self) -> None:
        """Let go of it, and wait until the system has ended it."""
        self.running.close()
        await self.running.wait()


async def test_what_is_started_can_be_spoken_to(tmp_path: Path) -> None:
    it = await started("read a; echo got $a; cat; exit 7", tmp_path, has_input=True)
    assert not await it.running.wait(0)
    await it.running.write(b"one\n")
    await it.wrote(b"got one")
    await it.running.write(b"two\n")
    it.running.close_input()
    assert await it.running.wait(30)
    assert it.running.ended == Ended(7, None)
    assert bytes(it.seen) == b"got one\ntwo\n"
    with pytest.raises(BrokenPipeError):
        await it.running.write(b"three")
    await it.close()


async def test_nobody_to_write_to(tmp_path: Path) -> None:
    it = await started("kill -STOP $$", tmp_path)
    with pytest.raises(BrokenPipeError):
        await it.running.write(b"x")
    it.running.close_input()
    await it.close()
    it = await started("exec <&-; echo closed; kill -STOP $$", tmp_path, has_input=True)
    await it.wrote(b"closed")
    with pytest.raises(BrokenPipeError):
        await it.running.write(b"x")
    await it.close()


async def test_writing_waits_for_room(tmp_path: Path) -> None:
    it = await started("read a; wc -c", tmp_path, has_input=True)
    size = 1_000_000
    writing = asyncio.create_task(it.running.write(b"x" * size))
    await asyncio.wait((writing,), timeout=0.05)
    assert not writing.done() or it.running.unread == 0
    await writing
    await it.running.write(b"\nabc")
    it.running.close_input()
    await it.running.wait()
    assert it.seen.split() == [b"3"]
    await it.close()


async def test_output_that_is_held_waits_in_the_pipe(tmp_path: Path) -> None:
    it = await started("echo ready; read a; seq 1 100000; echo end", tmp_path, has_input=True)
    await it.wrote(b"ready")
    it.running.hold_output(held=True)
    it.running.hold_output(held=True)
    await it.running.write(b"\n")
    assert not await it.running.wait(0.1)
    assert len(it.seen) < 10
    it.running.hold_output(held=False)
    assert await it.running.wait()
    assert it.seen.endswith(b"100000\nend\n")
    it.running.hold_output(held=True)
    await it.close()


async def test_all_have_ended_when_nobody_holds_the_output(tmp_path: Path) -> None:
    it = await started("exec 3<&0; (read a; echo late) <&3 & echo early", tmp_path, has_input=True)
    assert await it.running.wait()
    assert it.running.ended == Ended(0, None)
    everything = asyncio.create_task(it.running.wait_for_all())
    await asyncio.wait((everything,), timeout=0.05)
    assert not everything.done()
    await it.running.write(b"\n")
    await everything
    assert bytes(it.seen) == b"early\nlate\n"
    await it.close()


async def test_stopping_ends_what_was_left_behind(tmp_path: Path) -> None:
    it = await started("sleep 60 >/dev/null 2>&1 & echo $!", tmp_path)
    assert await it.running.wait()
    child = int(it.seen)
    assert is_alive(child)
    await it.running.stop()
    await until_dead(child)
    await it.running.stop()
    await it.close()


async def test_a_stranger_with_the_number_of_an_ended_group_is_left_alone(tmp_path: Path) -> None:
    stranger = await started("exec sleep 60", tmp_path)

    class Reaped:
        pid = stranger.running.pid
        returncode: int | None = 0

    Group(Reaped()).kill()
    assert not await stranger.running.wait(0.05)
    await stranger.close()


_STARTERS = {
    "subprocess",
    "multiprocessing",
    "pty",
    "concurrent.futures.process",
}
_OF_OS = {
    "system",
    "popen",
    "fork",
    "forkpty",
    "posix_spawn",
    "posix_spawnp",
    "startfile",
    *(
        f"{verb}{ending}"
        for verb in ("exec", "spawn")
        for ending in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")
    ),
}
_OF_ANYTHING = {
    "create_subprocess_exec",
    "create_subprocess_shell",
    "subprocess_exec",
    "subprocess_shell",
    "Popen",
}


def _starts(source: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in _STARTERS]
        elif isinstance(node, ast.ImportFrom) and node.module in _STARTERS:
            found.append(node.module or "")
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            found += [alias.name for alias in node.names if alias.name in _OF_OS]
        elif isinstance(node, ast.Attribute):
            of_os = isinstance(node.value, ast.Name) and node.value.id == "os"
            names = _OF_ANYTHING | _OF_OS if of_os else _OF_ANYTHING
            found += [node.attr] if node.attr in names else []
    return found


def test_no_other_module_starts_a_process() -> None:
    package = Path(pycode.__file__).parent
    starts = {path: _starts(path) for path in sorted(package.rglob("*.py"))}
    assert {path for path, names in starts.items() if names} == {package / "system/spawn.py"}
