"""Commands and background jobs through the loop."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import until_dead
from tests.support.engine import MakeBench

from pycode.core import ToolPart
from pycode.core.events import SessionIdle
from pycode.storage.sessions import DiskStore
from pycode.testing import call, say
from pycode.tools import BashTool, Tool
from pycode.tools.job_input import JobInputTool
from pycode.tools.job_kill import JobKillTool
from pycode.tools.job_list import JobListTool
from pycode.tools.job_output import JobOutputTool

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs bash")


def shell() -> list[Tool]:
    """The tools that a model works with jobs with."""
    return [BashTool(), JobOutputTool(), JobInputTool()]


async def test_a_job_from_start_to_end(bench: MakeBench) -> None:
    def script(request: Any) -> Any:
        told = str(request.messages[-1])
        job = f"job_{str(request.messages).partition('[job_')[2][:4]}"
        match request.number:
            case 1:
                command = "echo ready; read x; echo got $x"
                return [call("bash", {"command": command, "background": True})]
            case 2:
                return [call("job_output", {"job": job, "pattern": "ready"})]
            case 3:
                assert "the pattern came" in told
                return [call("job_input", {"job": job, "text": "it\n"})]
            case 4:
                return [call("job_output", {"job": job, "timeout": 30})]
        return say(told)

    b = bench(script, shell())
    answer = (await b.ask("go")).get_text_content()
    assert "got it" in answer
    assert "exit code 0" in answer
    await b.engine.close()


async def test_the_model_is_told_of_an_end_and_jobs_end_with_the_session(
    bench: MakeBench, project: Path
) -> None:
    os.mkfifo(project / "gate")
    commands = ("echo $$ > pid; read x", "read x < gate; exit 3")
    calls = [call("bash", {"command": text, "background": True}) for text in commands]
    b = bench([calls, say("They run."), say("One ended.")], shell())
    assert (await b.ask("go")).get_text_content() == "They run."
    assert [job.command for job in b.engine.jobs(b.session_id)] == list(commands)
    subscription = b.engine.bus.subscribe(b.session_id)
    with (project / "gate").open("w", encoding="utf-8") as gate:
        gate.write("\n")
    async for event in subscription:
        if isinstance(event, SessionIdle):
            break
    subscription.close()
    assert "read x < gate; exit 3) ended after" in str(b.provider.requests[-1].messages[-1])
    await b.engine.close()
    await until_dead(int((project / "pid").read_text()))


async def test_a_long_output_has_its_file(bench: MakeBench, tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "store")
    b = bench([[call("bash", {"command": "seq 1 100000"})], say("ok")], shell(), store=store)
    await b.ask("go")
    parts = [part for message in b.engine.messages(b.session_id) for part in message.parts]
    (part,) = [part for part in parts if isinstance(part, ToolPart)]
    path = (part.output or "").partition("all of it is in ")[2].partition(":")[0]
    assert path.endswith(f"outputs/{b.session_id}/{part.id}.txt")
    assert Path(path).read_text() == "".join(f"{number}\n" for number in range(1, 100_001))
    await b.engine.close()


async def test_jobs_are_listed_and_ended(bench: MakeBench, project: Path) -> None:
    def script(request: Any) -> Any:
        job = f"job_{str(request.messages).partition('[job_')[2][:4]}"
        match request.number:
            case 1:
                return [call("bash", {"command": "echo $$ > pid; read x", "background": True})]
            case 2:
                return [call("job_list", {})]
            case 3:
                assert job in request.results()[0]
                assert "read x" in request.results()[0]
                return [call("job_kill", {"job": job})]
        return say(request.results()[0])

    b = bench(script, [BashTool(), JobListTool(), JobKillTool()])
    answer = (await b.ask("go")).get_text_content()
    assert "ended" in answer
    assert "SIG" in answer
    await until_dead(int((project / "pid").read_text()))
    await b.engine.close()
