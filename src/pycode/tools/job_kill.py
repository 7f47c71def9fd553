"""The `job_kill` tool: ends a background job."""

from __future__ import annotations

from dataclasses import dataclass

from pycode.system.spawn import TERMINATE_SECONDS
from pycode.tools.base import ToolContext, ToolResult
from pycode.tools.jobs import JobError, find_job
from pycode.tools.schema import BuiltinTool


@dataclass(slots=True)
class JobKillParameters:
    """What `job_kill` takes."""

    job: str
    """The job's id."""


class JobKillTool(BuiltinTool[JobKillParameters]):
    """Ends a job."""

    name = "job_kill"
    parameters_type = JobKillParameters
    deferred = True
    bounds = f"SIGKILL after {TERMINATE_SECONDS:g} seconds"

    async def run(self, parameters: JobKillParameters, context: ToolContext) -> ToolResult:
        """End it and return what it wrote last."""
        title = f"end {parameters.job[:64]}"
        try:
            job = find_job(parameters.job, context)
        except JobError as error:
            return ToolResult(title, "", error=str(error))
        await job.stop()
        text, truncated = job.output.take()
        output = "\n".join(
            piece for piece in (text.rstrip("\n"), f"[{job.id} {job.state}]") if piece
        )
        return ToolResult(title, output, {"job": job.id, "truncated": truncated})
