"""Sessions on disk without an engine: their logs written record by record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pycode.core.identifier import Identifier
from pycode.core.parts import AnyPart, StepFinishPart, TextPart, ToolPart
from pycode.core.records import MessageInfo, Role, SessionInfo
from pycode.storage.sessions import DiskStore

MODEL = "openai/gpt-test"


def asked_and_answered(question: str, answer: str, *, cost: float | None = 0.25) -> list[Turn]:
    """Return a question, and an answer that took one tool call."""
    call = ToolPart(tool="bash", call_id="c1", title="$ ls", input={"command": "ls"})
    call.advance("running")
    call.advance("completed")
    call.output = "calc.py"
    usage = {"input": 100, "output": 10}
    done = StepFinishPart(usage=usage, cost=cost)
    return [
        Turn("user", [TextPart(text=question)]),
        Turn("assistant", [TextPart(text=answer), call, done]),
    ]


@dataclass
class Turn:
    """One message to write."""

    role: Role
    parts: list[AnyPart]
    id: str = field(default_factory=lambda: Identifier.ascending("msg"))


def write(
    store: DiskStore,
    turns: Iterable[Turn] = (),
    *,
    title: str = "Some work",
    directory: Path | str = "/nowhere",
    project: str = "project1",
    parent: str | None = None,
) -> SessionInfo:
    """Write a session and return its facts."""
    info = SessionInfo(
        project_id=project, directory=str(directory), title=title, parent_id=parent, model=MODEL
    )
    log = store.create(info.id)
    log.append("session", info.id, info.to_dict())
    log.append("prefix", info.id, {"system": "You are PyCode.", "tools": []})
    store.save_facts(info)
    log.close()
    add(store, info.id, turns)
    return info


def add(store: DiskStore, session_id: str, turns: Iterable[Turn]) -> None:
    """Go on with a session."""
    log = store.open(session_id, write=True)
    head = None
    for record in log.read():
        if record.kind == "message":
            head = record.id
    for turn in turns:
        model = MODEL if turn.role == "assistant" else None
        info = MessageInfo(
            id=turn.id, session_id=session_id, role=turn.role, parent=head, model=model
        )
        log.append("message", info.id, info.to_dict())
        for part in turn.parts:
            part.placed(session_id, info.id)
            log.append("part", part.id, part.to_dict())
        head = info.id
    if head is not None:
        log.append("idle", session_id, {"message_id": head, "reason": "done"})
    log.close()


def damage(store: DiskStore, session_id: str, *lines: str) -> None:
    """Append lines to a session's log, whatever they are."""
    path = store.root / "transcripts" / f"{session_id}.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
