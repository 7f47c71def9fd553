"""A session as commands see it: a place for long outputs, background jobs and their ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pycode.tools import BashTool, Tool, ToolContext, ToolResult
from pycode.tools.job_input import JobInputTool
from pycode.tools.job_kill import JobKillTool
from pycode.tools.job_list import JobListTool
from pycode.tools.job_output import JobOutputTool
from pycode.tools.jobs import JobTable
from pycode.tools.output import bound_result


@dataclass
class CommandSession:
    """A runtime that keeps long outputs in a folder and has jobs."""

    folder: Path
    shown: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=lambda: {"PATH": os.environ["PATH"]})

    def __post_init__(self) -> None:
        self.table = JobTable(on_end=lambda job: self.messages.append(job.end_message()))
        self.files = 0

    def jobs(self) -> JobTable:
        return self.table

    def output_path(self) -> str | None:
        self.files += 1
        return str(self.folder / f"output{self.files}.txt")

    def progress(self, text: str) -> None:
        self.shown.append(text)

    async def ask(
        self, permission: str, patterns: list[str], title: str, reason: str
    ) -> str | None:
        return "nobody is there"

    def seen(self, path: str) -> str | None:
        return None

    def mark_seen(self, path: str, sha256: str | None) -> None:
        pass

    def save_output(self, text: str) -> str | None:
        raise AssertionError("a command bounds its own output")

    def environment(self) -> Mapping[str, str]:
        return self.variables

    def file_edited(self, path: str) -> None:
        pass


class Commands:
    """Calls the tools of the shell in one session."""

    def __init__(self, directory: Path, session: CommandSession) -> None:
        self.session = session
        self.context = ToolContext("ses_1", "msg_1", "build", str(directory), session)

    async def bash(self, command: str, **arguments: Any) -> ToolResult:
        """Run a command."""
        return await self._call(BashTool(), {"command": command, **arguments})

    async def start(self, command: str) -> str:
        """Start a job and return its id."""
        result = await self.bash(command, background=True)
        assert result.error is None
        return str(result.metadata["job"])

    async def output(self, job: str, **arguments: Any) -> ToolResult:
        """Call `job_output`."""
        return await self._call(JobOutputTool(), {"job": job, **arguments})

    async def input(self, job: str, text: str, **arguments: Any) -> ToolResult:
        """Call `job_input`."""
        return await self._call(JobInputTool(), {"job": job, "text": text, **arguments})

    async def kill(self, job: str) -> ToolResult:
        """Call `job_kill`."""
        return await self._call(JobKillTool(), {"job": job})

    async def list(self) -> ToolResult:
        """Call `job_list`."""
        return await self._call(JobListTool(), {})

    async def _call(self, tool: Tool, arguments: dict[str, Any]) -> ToolResult:
        result = await tool.execute(arguments, self.context)
        # Nothing is left for the engine to cut: it would cut away the note about how the command ended.
        assert bound_result(result) == result
        return result


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


async def until_dead(pid: int) -> None:
    """Wait until a process is gone; fail when it stays."""
    for _ in range(1000):
        if not is_alive(pid):
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"process {pid} still runs")
