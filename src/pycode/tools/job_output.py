"""The `job_output` tool: what a background job wrote, at once or after waiting for something."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from pycode.tools.base import ToolContext, ToolResult
from pycode.tools.environment import command_environment
from pycode.tools.job_watch import wait_for_pattern, wait_for_port
from pycode.tools.jobs import Job, JobError, find_job
from pycode.tools.output import MAX_BYTES
from pycode.tools.schema import BuiltinTool

MAX_WAIT = 600
"""The most seconds that a call waits."""

_DEFAULT_WAIT = 30
_LINE = 500


@dataclass(slots=True)
class JobOutputParameters:
    """What `job_output` takes."""

    job: str
    """The job's id."""
    pattern: str | None = field(
        default=None, metadata={"doc": "Regex: wait for a line of new output that matches"}
    )
    """What to wait for in its output."""
    port: int | None = field(
        default=None,
        metadata={"doc": "Wait until this local port accepts", "minimum": 1, "maximum": 65535},
    )
    """The port to wait for."""
    timeout: float | None = field(
        default=None,
        metadata={"doc": "Seconds to wait, default 30; without pattern and port: for its end"},
    )
    """The most seconds to wait; None is 30 when there is something to wait for, else 0."""


class JobOutputTool(BuiltinTool[JobOutputParameters]):
    """Returns what a job wrote."""

    name = "job_output"
    parameters_type = JobOutputParameters
    read_only = True
    deferred = True
    bounds = f"{MAX_BYTES:,} bytes, both ends of what is new; waits at most {MAX_WAIT} s"

    async def run(self, parameters: JobOutputParameters, context: ToolContext) -> ToolResult:
        """Wait as long as was asked, then return what is new."""
        title = f"output of {parameters.job[:64]}"
        try:
            job = find_job(parameters.job, context)
            met = await _wait(job, parameters, context)
        except JobError as error:
            return ToolResult(title, "", error=str(error))
        text, truncated = job.output.take()
        text = text.rstrip("\n") or "[no new output]"
        note = "; ".join(piece for piece in (met, f"{job.id} {job.state}") if piece)
        summary = job.summary
        return ToolResult(
            title,
            f"{text}\n[{note}]",
            {
                "job": job.id,
                "exit_code": summary.exit_code,
                "signal": summary.signal,
                "truncated": truncated,
            },
        )


async def _wait(job: Job, wanted: JobOutputParameters, context: ToolContext) -> str:
    """Wait for what is wanted; return what came of it, nothing when nothing was wanted."""
    has_aim = wanted.pattern is not None or wanted.port is not None
    default = _DEFAULT_WAIT if has_aim else 0
    seconds = min(max(default if wanted.timeout is None else wanted.timeout, 0), MAX_WAIT)
    told: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            if wanted.pattern is not None:
                line = await wait_for_pattern(job, wanted.pattern, command_environment(context))
                if line is None:
                    return "the pattern did not come"
                seen = line in job.output.peek()[0]
                told.append("the pattern came" if seen else f"the pattern came: {line[:_LINE]}")
            if wanted.port is not None:
                if not await wait_for_port(job, wanted.port):
                    return "; ".join([*told, f"port {wanted.port} does not accept connections"])
                told.append(f"port {wanted.port} accepts connections")
            if not has_aim and seconds:
                with job.watched():
                    await job.wait()
    except TimeoutError:
        if has_aim:
            aim = f"port {wanted.port}" if told or wanted.pattern is None else "the pattern"
            told.append(f"{aim} did not come within {seconds:g} seconds")
    return "; ".join(told)
