"""The only place where PyCode starts a process.

A process gets a group of its own, so that stopping it stops all that it started, and no terminal; it has no standard input
unless it was started with one. Its output and its errors come through one pipe, in the order in which they were written. A
process counts as ended when it has ended itself: a child that it left behind and that still holds the pipe is not waited for.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pycode.core.data import Data
from pycode.system.head_and_tail import HeadAndTail

if sys.platform == "win32":
    from pycode.system._processes_windows import START_OPTIONS, Group
else:
    from pycode.system._processes_posix import START_OPTIONS, Group

TERMINATE_SECONDS = 2.0
"""How long a process group may take to end after SIGTERM, before SIGKILL."""

_DRAIN_SECONDS = 0.1
"""How long the pipe is still read after the process has ended, when a child holds it open."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Ended(Data):
    """How a process ended."""

    exit_code: int
    """Its exit code; 128 plus the signal's number when a signal ended it."""
    signal: str | None
    """The name of the signal that ended it, for example `SIGKILL`."""


@dataclass(slots=True, frozen=True, eq=False, repr=False)
class Completed(Data):
    """What a process came to."""

    exit_code: int
    """Its exit code; 128 plus the signal's number when a signal ended it."""
    signal: str | None
    """The name of the signal that ended it, for example `SIGKILL`."""
    output: bytes
    """What it wrote; when that was too much, the beginning and the end with a line between them."""
    truncated: bool
    """Whether the middle of the output was left out."""
    omitted: int
    """How many bytes were left out."""
    timed_out: bool
    """Whether it was stopped because its time was over."""
    duration: float
    """How long it ran, in seconds."""


async def run(
    argv: Sequence[str],
    *,
    cwd: str | Path,
    env: Mapping[str, str],
    timeout: float | None,
    limit_bytes: int = 1_000_000,
    on_output: Callable[[bytes], None] | None = None,
) -> Completed:
    """Run a program to its end.

    Cancelling the task stops the process group in the same way as a timeout does: SIGTERM, then SIGKILL.

    Args:
        argv: The program and its arguments; no shell looks at them.
        cwd: Where it runs.
        env: Its whole environment.
        timeout: The most seconds that it may run; None for no limit.
        limit_bytes: The most output to keep, in bytes: half of it from the beginning, half from the end.
        on_output: Called with each piece of output as it arrives.

    Raises:
        OSError: It cannot be started: no such program or directory, or no permission.
        ValueError: An argument holds a NUL or cannot be encoded.
    """
    kept = HeadAndTail(limit_bytes)

    def take(data: bytes) -> None:
        kept.add(data)
        if on_output is not None:
            on_output(data)

    begin = time.monotonic()
    running = await start(argv, cwd=cwd, env=env, on_output=take)
    try:
        in_time = await running.wait(timeout)
        if not in_time:
            await running.stop()
    except asyncio.CancelledError:
        await running.stop()
        raise
    finally:
        running.close()
    ended = running.ended or KILLED
    note = b"\n[%d bytes left out]\n" % kept.omitted if kept.omitted else b""
    return Completed(
        exit_code=ended.exit_code,
        signal=ended.signal,
        output=kept.head + note + kept.tail,
        truncated=kept.omitted > 0,
        omitted=kept.omitted,
        timed_out=not in_time,
        duration=time.monotonic() - begin,
    )


async def start(
    argv: Sequence[str],
    *,
    cwd: str | Path,
    env: Mapping[str, str],
    on_output: Callable[[bytes], None],
    has_input: bool = False,
) -> Running:
    """Start a program; whoever does has to close it.

    Args:
        argv: The program and its arguments; no shell looks at them.
        cwd: Where it runs.
        env: Its whole environment.
        on_output: Called with each piece of output as it arrives.
        has_input: Whether it gets an input that `write` fills; without, it reads the end at once.

    Raises:
        OSError: It cannot be started: no such program or directory, or no permission.
        ValueError: An argument holds a NUL or cannot be encoded.
    """
    loop = asyncio.get_running_loop()
    transport, events = await loop.subprocess_exec(
        lambda: _Events(loop, on_output),
        *argv,
        cwd=cwd,
        env=dict(env),
        stdin=asyncio.subprocess.PIPE if has_input else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        **START_OPTIONS,
    )
    return Running(transport, events)


class Running:
    """A program that was started."""

    def __init__(self, transport: asyncio.SubprocessTransport, events: _Events) -> None:
        self._transport = transport
        self._events = events
        self._group = Group(transport.get_extra_info("subprocess"))
        self._input = cast("asyncio.WriteTransport | None", transport.get_pipe_transport(0))
        if self._input is not None:
            self._input.set_write_buffer_limits(0)

    @property
    def pid(self) -> int:
        """The number of the process, and of its group."""
        return self._transport.get_pid()

    @property
    def ended(self) -> Ended | None:
        """How it ended; None while it runs."""
        code = self._transport.get_returncode()
        return _ended(code) if code is not None and self._events.exited.done() else None

    async def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended and its output is read; return False when that takes longer than `timeout` seconds."""
        await asyncio.wait((self._events.exited,), timeout=timeout)
        if not self._events.exited.done():
            return False
        await asyncio.wait((self._events.drained,), timeout=_DRAIN_SECONDS)
        return True

    async def wait_for_all(self) -> None:
        """Wait until it has ended and nobody holds its output any more."""
        await asyncio.wait((self._events.exited, self._events.drained))

    async def stop(self) -> None:
        """End it and all of its group: politely, and after `TERMINATE_SECONDS` for certain."""
        both = (self._events.exited, self._events.drained)
        try:
            self._group.terminate()
            # The pipe closes when the last one that writes to it has ended: they get the same time as their parent.
            await asyncio.wait(both, timeout=TERMINATE_SECONDS)
        finally:
            self._group.kill()
        await asyncio.wait((self._events.exited,), timeout=TERMINATE_SECONDS)
        await asyncio.wait((self._events.drained,), timeout=_DRAIN_SECONDS)

    async def write(self, data: bytes) -> None:
        """Write to its input, and wait until it has room for all of it.

        Raises:
            BrokenPipeError: It has closed its input, was started without one, or has ended.
        """
        if self._input is None or self._input.is_closing():
            raise BrokenPipeError
        self._input.write(data)
        await self._events.writable.wait()
        if self._input.is_closing():
            raise BrokenPipeError

    @property
    def unread(self) -> int:
        """How many bytes of its input it has no room for yet."""
        return 0 if self._input is None else self._input.get_write_buffer_size()

    def close_input(self) -> None:
        """Let it read the end of its input, after what was written."""
        if self._input is not None:
            self._input.close()

    def hold_output(self, *, held: bool) -> None:
        """Leave its output unread, so that it has to wait with more; or go on reading."""
        pipe = cast("asyncio.ReadTransport | None", self._transport.get_pipe_transport(1))
        if pipe is None or pipe.is_closing() or pipe.is_reading() is not held:
            return
        if held:
            pipe.pause_reading()
        else:
            pipe.resume_reading()

    def close(self) -> None:
        """Let go of it; when it still runs, it is killed with its group."""
        if not self._events.exited.done():
            self._group.kill()
        self._group.close()
        self._transport.close()


KILLED = Ended(128 + 9, "SIGKILL")
"""For a process that was sent SIGKILL and that the system has not ended yet."""


def _ended(code: int) -> Ended:
    if code >= 0:
        return Ended(code, None)
    try:
        return Ended(128 - code, signal.Signals(-code).name)
    except ValueError:  # a real-time signal has no name
        return Ended(128 - code, f"signal {-code}")


class _Events(asyncio.SubprocessProtocol):
    """Hears what the event loop reports about one process."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_output: Callable[[bytes], None]) -> None:
        self._on_output = on_output
        self.exited: asyncio.Future[None] = loop.create_future()
        self.drained: asyncio.Future[None] = loop.create_future()
        self.writable = asyncio.Event()
        self.writable.set()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._on_output(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 0:
            self.writable.set()
        elif not self.drained.done():
            self.drained.set_result(None)

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()
