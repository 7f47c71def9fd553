"""The `job_input` tool: writes to the standard input of a background job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pycode.tools.base import PermissionRequest, ToolContext, ToolResult
from pycode.tools.jobs import INPUT_SECONDS, JobError, find_job
from pycode.tools.schema import BuiltinTool

MAX_CHARACTERS = 100_000
"""The longest text of one call."""


@dataclass(slots=True)
class JobInputParameters:
    """What `job_input` takes."""

    job: str
    """The job's id."""
    text: str = field(metadata={"doc": "Written as it is: end a line with a newline"})
    """What is written."""
    end: bool = field(default=False, metadata={"doc": "Close its input after the text"})
    """Whether the job reads the end of its input after it."""


class JobInputTool(BuiltinTool[JobInputParameters]):
    """Writes to a job."""

    name = "job_input"
    parameters_type = JobInputParameters
    deferred = True
    # To a shell every line of input is a command, so it is judged as one.
    permission = "bash"
    bounds = f"{MAX_CHARACTERS:,} characters; {INPUT_SECONDS} seconds until the job reads"

    def permission_request(
        self, parameters: dict[str, Any], context: ToolContext
    ) -> PermissionRequest:
        """Return the text, judged as the command that it may be."""
        # A text without words does what an empty line does.
        return PermissionRequest("bash", [parameters["text"].strip() or ":"])

    async def run(self, parameters: JobInputParameters, context: ToolContext) -> ToolResult:
        """Write it."""
        title = f"input to {parameters.job[:64]}"
        if len(parameters.text) > MAX_CHARACTERS:
            error = f"The text has {len(parameters.text)} characters; write at most {MAX_CHARACTERS} in a call."
            return ToolResult(title, "", error=error)
        data = parameters.text.encode("utf-8", "surrogatepass")
        try:
            await find_job(parameters.job, context).write(data, end=parameters.end)
        except JobError as error:
            return ToolResult(title, "", error=str(error))
        closed = " and closed its input" if parameters.end else ""
        return ToolResult(title, f"[wrote {len(data)} bytes{closed}]", {"job": parameters.job})
