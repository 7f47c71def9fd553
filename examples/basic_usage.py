"""Sessions, agents, tools and storage from Python; needs no key: `python examples/basic_usage.py`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from pycode.agents import BuildAgent, PlanAgent
from pycode.core import Message, Session, TextPart
from pycode.storage import Storage
from pycode.tools import BashTool, EditTool, GrepTool, ReadTool, ToolContext, ToolRegistry


def make_session(directory: Path) -> Session:
    """Make a session with one message, and turn it into JSON and back."""
    session = Session(project_id="my-project", directory=str(directory), title="My Coding Session")
    message = Message(session_id=session.id, role="user", parts=[TextPart(text="Hello!")])
    copy = Message.model_validate_json(message.model_dump_json())
    print(f"session {session.id} says: {copy.get_text_content()}")
    return session


def compare_agents() -> None:
    """Show what the two built-in agents may do."""
    for agent in (BuildAgent(), PlanAgent()):
        commands = ("git status", "rm -rf build")
        verdicts = [f"{text}: {agent.config.check_bash_permission(text)}" for text in commands]
        print(f"{agent.name}: edit: {agent.config.edit_permission}, {', '.join(verdicts)}")


async def use_tools(session: Session) -> None:
    """Read, search, edit and run commands as a model would."""
    registry = ToolRegistry()
    for tool in (BashTool(), ReadTool(), EditTool(), GrepTool()):
        registry.register(tool)
    context = ToolContext(
        session_id=session.id,
        message_id="msg_001",
        agent_name=BuildAgent().name,
        working_directory=session.directory,
    )
    calls = [
        ("read", {"file_path": "greeting.py"}),
        ("edit", {"file_path": "greeting.py", "old_string": "Hello", "new_string": "Good day"}),
        ("grep", {"pattern": "print"}),
        ("bash", {"command": "cat greeting.py", "description": "Show the file"}),
        ("read", {"file_path": "no_such_file.py"}),
    ]
    for name, arguments in calls:
        result = await registry.execute(name, arguments, context)
        # A tool that fails says so in its result; it raises nothing.
        print(f"\n--- {result.title}\n{result.error or result.output}")


async def store(session: Session, folder: Path) -> None:
    """Keep a session as JSON and find it again."""
    storage = Storage(base_path=folder)
    key = ["sessions", session.project_id, session.id]
    await storage.write(key, session)
    names = await storage.list_keys(["sessions", session.project_id])
    kept = await storage.read(key)
    print(f"\nstored {names}, title {kept['title'] if kept else None!r}")
    await storage.delete(key)


async def main() -> None:
    """Run all of it in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        project.mkdir()
        (project / "greeting.py").write_text('print("Hello, world")\n', encoding="utf-8")
        session = make_session(project)
        compare_agents()
        await use_tools(session)
        await store(session, Path(folder) / "storage")


if __name__ == "__main__":
    asyncio.run(main())
