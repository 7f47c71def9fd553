"""Background jobs: commands that run on while the model does something else, until they end or the session does."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pycode.system import spawn
from pycode.system.files import pinned
from pycode.system.spawn import Ended, Running
from pycode.tools.base import ToolContext
from pycode.tools.command_output import CommandOutput
from pycode.tools.job_guard import guard

MAX_RUNNING = 16
"""The most jobs that run at once in a session."""
MAX_ENDED = 32
"""How many jobs that have ended are remembered."""

INPUT_SECONDS = 5
"""How long a job may take to read what is written to it."""
_BURST_BYTES = 2_000_000
_PAUSE_SECONDS = 0.05
_MESSAGE_LINES = 20
_MESSAGE_CHARACTERS = 2000
_MESSAGE_COMMAND = 200


class JobError(Exception):
    """What cannot be done with a job; the message is one sentence for the model."""


@dataclass(slots=True, frozen=True)
class JobSummary:
    """A job as faces show it."""

    id: str
    """What the tools call it."""
    command: str
    """Its command line."""
    directory: str
    """Where it runs."""
    description: str
    """What it does, in the model's words."""
    pid: int
    """The number of its process group."""
    started: int
    """When it began, UTC milliseconds."""
    seconds: float
    """How long it has run, or ran."""
    exit_code: int | None
    """How it ended; None while it runs."""
    signal: str | None
    """The signal that ended it, if one did."""


class JobTable:
    """The background jobs of one session. Its owner closes it with the session.

    Args:
        on_end: Called when a job has ended by itself and no call of the model was there to see it.
    """

    def __init__(self, on_end: Callable[[Job], None] | None = None) -> None:
        self._jobs: dict[str, Job] = {}
        self._on_end = on_end

    async def start(
        self,
        argv: Sequence[str],
        *,
        command: str,
        description: str = "",
        cwd: str | Path,
        env: Mapping[str, str],
        output: CommandOutput,
    ) -> Job:
        """Start a job.

        Args:
            argv: The program and its arguments.
            command: The command line, for people.
            description: What it does, for people.
            cwd: Where it runs.
            env: Its whole environment.
            output: Takes what it writes.

        Raises:
            JobError: Too many run.
            OSError: It cannot be started.
            ValueError: An argument holds a NUL or cannot be encoded.
        """
        if len(self.running()) >= MAX_RUNNING:
            raise JobError(f"{MAX_RUNNING} jobs run already: end one with job_kill.")
        job = Job(self._new_id(), command, description, str(cwd), output, self._ended)
        await job.start(argv, env)
        self._jobs[job.id] = job
        return job

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            JobError: There is none of this id.
        """
        job = self._jobs.get(job_id)
        if job is None:
            known = ", ".join(self._jobs)
            there_are = f"the jobs are: {known}" if known else "no job was started in this session"
            raise JobError(f"There is no job {job_id[:64]!r}; {there_are}.")
        return job

    def all(self) -> list[Job]:
        """Return the jobs in the order of their starts: those that run, and the latest that ended."""
        return list(self._jobs.values())

    def running(self) -> list[Job]:
        """Return the jobs that run."""
        return [job for job in self._jobs.values() if job.ended is None]

    async def close(self) -> None:
        """End all jobs and what they left behind."""
        self._on_end = None
        await asyncio.gather(*(job.stop() for job in self._jobs.values()))
        self._jobs.clear()

    def _ended(self, job: Job) -> None:
        over = [other for other in self._jobs.values() if other.ended is not None]
        for other in over[:-MAX_ENDED]:
            other.forget()
            del self._jobs[other.id]
        if self._on_end is not None and not job.is_watched:
            self._on_end(job)

    def _new_id(self) -> str:
        # Not counted from 1: a model that goes on with an old session must not take a new job for one of then.
        while (job_id := f"job_{os.urandom(2).hex()}") in self._jobs:
            pass
        return job_id


class Job:
    """One background job; it has ended when its command has, and nobody of its group holds its output any more."""

    def __init__(
        self,
        job_id: str,
        command: str,
        description: str,
        directory: str,
        output: CommandOutput,
        on_end: Callable[[Job], None],
    ) -> None:
        self.id = job_id
        self.command = command
        self.description = description
        self.directory = directory
        self.output = output
        self.ended: Ended | None = None
        self._on_end = on_end
        self._running: Running | None = None
        self._guard: Running | None = None
        self._begin = time.monotonic()
        self._started = time.time_ns() // 1_000_000
        self._seconds: float | None = None
        self._watchers = 0
        self._burst = 0
        self._taps: list[Callable[[bytes], None]] = []
        self._end = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Start the process; see `JobTable.start`."""
        with pinned(Path(self.directory)) as cwd:
            self._running = await spawn.start(
                argv, cwd=cwd, env=env, on_output=self._take, has_input=True
            )
        try:
            self._guard = await guard(self._running.pid)
        except (OSError, asyncio.CancelledError):
            self._running.close()
            raise
        self._task = asyncio.create_task(self._follow(self._running))

    @property
    def seconds(self) -> float:
        """How long it has run, or ran."""
        return time.monotonic() - self._begin if self._seconds is None else self._seconds

    @property
    def state(self) -> str:
        """How it stands, for the model."""
        if self.ended is None:
            half = self._process.ended
            rest = "" if half is None else "; its command has ended, what it started has not"
            return f"runs for {self.seconds:.1f} s{rest}"
        how = self.ended.signal or f"exit code {self.ended.exit_code}"
        return f"ended after {self.seconds:.1f} s: {how}"

    @property
    def summary(self) -> JobSummary:
        """The job as faces show it."""
        return JobSummary(
            id=self.id,
            command=self.command,
            directory=self.directory,
            description=self.description,
            pid=self._process.pid,
            started=self._started,
            seconds=round(self.seconds, 1),
            exit_code=None if self.ended is None else self.ended.exit_code,
            signal=None if self.ended is None else self.ended.signal,
        )

    @property
    def is_watched(self) -> bool:
        """Whether a call waits for it, or ends it, and so will tell of its end."""
        return self._watchers > 0

    @contextmanager
    def watched(self, tap: Callable[[bytes], None] | None = None) -> Iterator[None]:
        """Watch the job, and see what it writes from now on, as it is written.

        Args:
            tap: Called with each piece of output.
        """
        self._watchers += 1
        if tap is not None:
            self._taps.append(tap)
        try:
            yield
        finally:
            self._watchers -= 1
            if tap is not None:
                self._taps.remove(tap)
                self.hold(held=False)

    async def wait(self) -> None:
        """Wait until it has ended."""
        await self._end.wait()

    def hold(self, *, held: bool) -> None:
        """Let it wait with more output, or go on."""
        self._process.hold_output(held=held)

    async def write(self, data: bytes, *, end: bool) -> None:
        """Write to its input.

        Args:
            data: What.
            end: Whether it reads the end of its input after it.

        Raises:
            JobError: It does not read.
        """
        process = self._process
        if self.ended is not None:
            raise JobError(f"{self.id} {self.state}.")
        if process.unread:
            raise JobError(f"{self.id} has not read its earlier input; nothing was written.")
        try:
            if data:
                async with asyncio.timeout(INPUT_SECONDS):
                    await process.write(data)
        except TimeoutError as error:
            raise JobError(
                f"{self.id} does not read: {process.unread} of {len(data)} bytes wait until it does."
            ) from error
        except BrokenPipeError as error:
            raise JobError(f"{self.id} has closed its input; nothing was written.") from error
        if end:
            process.close_input()

    async def stop(self) -> None:
        """End it with its whole group, and what it left there when it ended: SIGTERM, then SIGKILL."""
        with self.watched():
            await self._process.stop()
            self._finish()
        self.forget()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
        await self._dismiss_guard()

    def forget(self) -> None:
        """Let go of the process; its output can still be read."""
        self._process.close()

    def end_message(self) -> str:
        """Return what the model is told when the job has ended by itself."""
        text, _ = self.output.peek()
        lines = text.rstrip("\n").split("\n")[-_MESSAGE_LINES:]
        last = "\n".join(lines)[-_MESSAGE_CHARACTERS:]
        told = f"Its last output:\n{last}" if last else "It wrote nothing new."
        command = self.command.strip().split("\n", 1)[0][:_MESSAGE_COMMAND]
        return f"The background job {self.id} ({command}) {self.state}. {told}"

    @property
    def _process(self) -> Running:
        if self._running is None:
            raise AssertionError("a job is used after it was started")
        return self._running

    def _take(self, data: bytes) -> None:
        self._pace(len(data))
        self.output.feed(data)
        for tap in self._taps:
            tap(data)

    def _pace(self, size: int) -> None:
        """Make a job that floods its output wait now and then: reading all that it can write takes PyCode a whole core."""
        self._burst += size
        if self._burst > _BURST_BYTES:
            self._burst = 0
            self.hold(held=True)
            asyncio.get_running_loop().call_later(_PAUSE_SECONDS, lambda: self.hold(held=False))

    async def _follow(self, running: Running) -> None:
        await running.wait_for_all()
        self._finish()
        await self._dismiss_guard()

    async def _dismiss_guard(self) -> None:
        if self._guard is not None:
            await self._guard.stop()
            self._guard.close()

    def _finish(self) -> None:
        if self.ended is not None:
            return
        self.ended = self._process.ended or spawn.KILLED
        self._seconds = time.monotonic() - self._begin
        self.output.finish()
        self._process.close_input()
        self._end.set()
        self._on_end(self)


def job_table(context: ToolContext) -> JobTable:
    """Return the jobs of the session of a call.

    Raises:
        JobError: The tool is called by hand, outside a session.
    """
    runtime = context.command_runtime
    if runtime is None:
        raise JobError("Background jobs need a session, and this call has none.")
    return runtime.jobs()


def find_job(job_id: str, context: ToolContext) -> Job:
    """Return a job of the session of a call.

    Raises:
        JobError: There is none.
    """
    return job_table(context).get(job_id)
