"""Waiting for what a job writes, or for a port that it opens."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from pycode.system import spawn
from pycode.system.programs import find_beside_python, find_program
from pycode.system.spawn import Running
from pycode.tools.jobs import Job, JobError
from pycode.tools.output import clean

_RIPGREP_OPTIONS = (
    *("--no-config", "--color=never", "--no-filename", "--no-line-number"),
    *("--line-buffered", "--max-count=1", "--text"),
)
_HELD_BYTES = 1_000_000
_LONGEST_LINE = 10_000
_PORT_SECONDS = 0.05


async def wait_for_pattern(job: Job, pattern: str, env: dict[str, str]) -> str | None:
    """Wait until the job writes a line that matches; return the line, or None when it ended without.

    What it wrote since the model looked last counts. A line that has no end yet counts too: it may be a prompt. ripgrep does
    the matching, in linear time whatever the pattern.

    Raises:
        JobError: ripgrep is missing, or refuses the pattern.
    """
    program = find_beside_python("rg") or find_program("rg")
    if program is None:
        raise JobError("ripgrep (rg) is not installed, so no pattern can be waited for.")
    answer = bytearray()
    news = _News(job)
    with job.watched(news.add):
        news.add(job.output.peek()[0].encode())
        matcher = await spawn.start(
            [program, *_RIPGREP_OPTIONS, "-e", pattern, "-"],
            cwd=job.directory,
            env=env,
            on_output=answer.extend,
            has_input=True,
        )
        feeding = asyncio.create_task(_feed(matcher, news))
        try:
            await matcher.wait()
        finally:
            feeding.cancel()
            await asyncio.wait((feeding,))
            await matcher.stop()
            matcher.close()
    text = answer.decode("utf-8", "replace").strip()
    if matcher.ended is not None and matcher.ended.exit_code == 2:
        raise JobError(f"This pattern cannot be searched for: {text.removeprefix('rg: ')}")
    return text or None


async def wait_for_port(job: Job, port: int) -> bool:
    """Wait until something on this machine accepts connections on a port; return False when the job ended before."""
    with job.watched():
        while not await _accepts(port):
            if job.ended is not None:
                return False
            with suppress(TimeoutError):
                async with asyncio.timeout(_PORT_SECONDS):
                    await job.wait()
    return True


class _News:
    """What a job wrote and was not matched yet; the job has to wait when it is too much."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._data = bytearray()
        self._event = asyncio.Event()

    def add(self, data: bytes) -> None:
        if not data:
            return
        self._data += data
        self._event.set()
        if len(self._data) > _HELD_BYTES:
            self._job.hold(held=True)

    async def next(self) -> bytes:
        """Return what is new as soon as there is something; nothing when the job has ended."""
        end = asyncio.ensure_future(self._job.wait())
        more = asyncio.ensure_future(self._event.wait())
        try:
            await asyncio.wait((end, more), return_when=asyncio.FIRST_COMPLETED)
        finally:
            end.cancel()
            more.cancel()
        self._event.clear()
        data = bytes(self._data)
        self._data.clear()
        self._job.hold(held=False)
        return data


async def _feed(matcher: Running, news: _News) -> None:
    """Hand the matcher lines until it has found one or nothing follows."""
    rest = b""
    with suppress(BrokenPipeError):  # it has ended: it found something, or the pattern is wrong
        while data := await news.next():
            data = rest + data
            rest = data[data.rfind(b"\n") + 1 :][-_LONGEST_LINE:]
            lines = clean(data.decode("utf-8", "replace"))
            await matcher.write(lines.encode() + b"\n")
    matcher.close_input()


async def _accepts(port: int) -> bool:
    for host in ("127.0.0.1", "::1"):
        with suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return True
    return False
