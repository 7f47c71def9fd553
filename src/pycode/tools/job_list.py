"""The `job_list` tool: which background jobs there are."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pycode.tools.base import ToolContext, ToolResult
from pycode.tools.jobs import MAX_ENDED, MAX_RUNNING, JobError, job_table
from pycode.tools.schema import BuiltinTool

_COMMAND_CHARACTERS = 200


@dataclass(slots=True)
class JobListParameters:
    """`job_list` takes nothing."""


class JobListTool(BuiltinTool[JobListParameters]):
    """Lists jobs."""

    name = "job_list"
    parameters_type = JobListParameters
    read_only = True
    deferred = True
    bounds = f"{MAX_RUNNING} that run, {MAX_ENDED} that ended"

    async def run(self, parameters: JobListParameters, context: ToolContext) -> ToolResult:
        """List them."""
        try:
            jobs = job_table(context).all()
        except JobError as error:
            return ToolResult("jobs", "", error=str(error))
        lines = [
            f"{job.id} {job.state}{'; has new output' if job.output.has_more else ''}: "
            f"{job.command[:_COMMAND_CHARACTERS]}"
            for job in jobs
        ]
        output = "\n".join(lines) or "[no jobs]"
        return ToolResult("jobs", output, {"jobs": [asdict(job.summary) for job in jobs]})
