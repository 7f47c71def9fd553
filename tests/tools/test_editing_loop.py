"""The editing tools through the loop: a model calls them, permissions and results included."""

from __future__ import annotations

from pathlib import Path

from pycode import AgentRunner
from pycode.agents import BuildAgent
from pycode.core import Session
from pycode.testing import ScriptedProvider, call, say
from pycode.testing.script import Call
from pycode.tools import ApplyPatchTool, EditTool, MultiEditTool, ReadTool, ToolRegistry, WriteTool


async def results(folder: Path, *calls: Call) -> list[str]:
    """Let a model make these calls one after the other; return what it reads of each."""
    registry = ToolRegistry()
    for tool in (ReadTool(), WriteTool(), EditTool(), MultiEditTool(), ApplyPatchTool()):
        registry.register(tool)
    provider = ScriptedProvider([*calls, say("Done.")])
    session = Session(project_id="p", directory=str(folder), title="T", model="scripted/m")
    runner = AgentRunner(session, BuildAgent(), provider, registry)
    try:
        assert "".join([piece async for piece in runner.run("go")]) == "Done."
    finally:
        await runner.close()
    return [text for request in provider.requests[1:] for text in request.results()]


def patch(sections: str) -> Call:
    return call("apply_patch", {"patch": f"*** Begin Patch\n{sections}*** End Patch\n"})


async def test_each_tool_knows_what_the_others_have_seen_and_written(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_text("class A:\n    def f(self):\n        return 1\n")
    edit = {"old_string": "def f(self):\n    return 1", "new_string": "def f(self):\n    return 2"}
    edits = [{"old_string": "return 2", "new_string": "return 3"}]
    told = await results(
        project,
        patch("*** Add File: a.py\n+unseen\n"),
        call("edit", {"file_path": "a.py", **edit}),
        call("multiedit", {"filePath": "a.py", "edits": edits}),
        patch("*** Update File: a.py\n@@ class A:\n-        return 3\n+        return (\n"),
        call("write", {"file_path": "a.py", "content": "x = 1\n"}),
    )
    assert "Nothing was changed: a.py exists with content that this session has not seen" in told[0]
    assert "1\tclass A:" in told[0]
    assert "new_string was indented as the file is." in told[1]
    assert "Edited a.py at line 3 (+1 -1)." in told[2]
    assert "M a.py (+1 -1)\na.py is broken now: line 3: '(' was never closed" in told[3]
    assert "Wrote a.py (+1 -3)." in told[4]
    assert (project / "a.py").read_text() == "x = 1\n"


async def test_a_patch_that_leaves_the_project_is_refused_whole(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    sections = f"*** Add File: in\n+x\n*** Add File: {tmp_path / 'out'}\n+x\n"
    (told,) = await results(project, patch(sections))
    assert "nobody is there to ask" in told
    (told,) = await results(project, patch("*** Add File: in\n+x\n*** Add File: .git/config\n+x\n"))
    assert "protected" in told
    assert list(project.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["project"]
