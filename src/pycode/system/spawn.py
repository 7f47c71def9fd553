"""The only place where PyCode starts a process.

A process gets no standard input and a group of its own, so that stopping it stops all that it started. Its output and its
errors come through one pipe, in the order in which they were written. The call ends when the process itself has ended: a
child that it left behind and that still holds the pipe is not waited for.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

if sys.platform == "win32":
    from pycode.system._processes_windows import START_OPTIONS, kill_group, terminate_group
else:
    from pycode.system._processes_posix import START_OPTIONS, kill_group, terminate_group

TERMINATE_SECONDS = 2.0
"""How long a process group may take to end after SIGTERM, before SIGKILL."""

_DRAIN_SECONDS = 0.1
"""How long the pipe is still read after the process has ended, when a child holds it open."""


@dataclass(slots=True, frozen=True)
class Completed:
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
    loop = asyncio.get_running_loop()
    begin = time.monotonic()
    kept = _HeadAndTail(limit_bytes)
    transport, process = await loop.subprocess_exec(
        lambda: _Process(loop, kept, on_output),
        *argv,
        cwd=cwd,
        env=dict(env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        **START_OPTIONS,
    )
    group = transport.get_pid()
    try:
        ended, _ = await asyncio.wait((process.exited,), timeout=timeout)
        timed_out = not ended
        if timed_out:
            await _stop(group, process)
        await asyncio.wait((process.drained,), timeout=_DRAIN_SECONDS)
    except asyncio.CancelledError:
        await _stop(group, process)
        raise
    finally:
        if not process.exited.done():
            kill_group(group)
        transport.close()
    code = transport.get_returncode()
    return Completed(
        exit_code=_exit_code(code),
        signal=_signal_name(code),
        output=kept.content(),
        truncated=kept.omitted > 0,
        omitted=kept.omitted,
        timed_out=timed_out,
        duration=time.monotonic() - begin,
    )


async def _stop(group: int, process: _Process) -> None:
    """End the process and all of its group: politely, and after `TERMINATE_SECONDS` for certain."""
    try:
        if not process.exited.done():
            await terminate_group(group)
        # The pipe closes when the last one that writes to it has ended: they get the same time as their parent.
        both = (process.exited, process.drained)
        await asyncio.wait(both, timeout=TERMINATE_SECONDS)
    finally:
        kill_group(group)
    await asyncio.wait((process.exited,), timeout=TERMINATE_SECONDS)


def _exit_code(code: int | None) -> int:
    if code is None:  # SIGKILL was sent and the system has not ended it yet
        return 128 + 9
    return code if code >= 0 else 128 - code


def _signal_name(code: int | None) -> str | None:
    if code is None:
        return "SIGKILL"
    if code >= 0:
        return None
    try:
        return signal.Signals(-code).name
    except ValueError:  # a real-time signal has no name
        return f"signal {-code}"


class _Process(asyncio.SubprocessProtocol):
    """Hears what the event loop reports about one process."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        kept: _HeadAndTail,
        on_output: Callable[[bytes], None] | None,
    ) -> None:
        self._kept = kept
        self._on_output = on_output
        self.exited: asyncio.Future[None] = loop.create_future()
        self.drained: asyncio.Future[None] = loop.create_future()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._kept.add(data)
        if self._on_output is not None:
            self._on_output(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if not self.drained.done():
            self.drained.set_result(None)

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)


class _HeadAndTail:
    """Keeps the beginning and the end of a stream within a bound."""

    def __init__(self, limit: int) -> None:
        self._head_limit = limit // 2
        self._tail_limit = limit - self._head_limit
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self.omitted = 0

    def add(self, data: bytes) -> None:
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if not data:
            return
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size - len(self._tail[0]) >= self._tail_limit:
            dropped = self._tail.popleft()
            self._tail_size -= len(dropped)
            self.omitted += len(dropped)

    def content(self) -> bytes:
        tail = b"".join(self._tail)
        surplus = len(tail) - self._tail_limit
        if surplus > 0:
            self.omitted += surplus
            tail = tail[surplus:]
            self._tail, self._tail_size = deque([tail]), len(tail)
        if not self.omitted:
            return bytes(self._head) + tail
        return bytes(self._head) + b"\n[%d bytes left out]\n" % self.omitted + tail
