"""Answers that say more than yes or no: another input, words of their own, the end of the turn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.engine import Bench, MakeBench, NoteTool

from pycode.core.events import Event, PermissionAsked, SessionIdle
from pycode.testing import call, say
from pycode.tools import ReadTool, WriteTool


async def replied(b: Bench, *replies: dict[str, Any]) -> list[Event]:
    """Submit a prompt and answer its questions in order."""
    left = list(replies)
    events: list[Event] = []
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, "go")
    async for event in subscription:
        events.append(event)
        if isinstance(event, PermissionAsked):
            assert b.engine.reply(event.request_id, **left.pop(0))
        if isinstance(event, SessionIdle):
            break
    assert not left
    return events


def outside(tmp_path: Path, name: str) -> str:
    path = tmp_path / "elsewhere" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"this is {name}", encoding="utf-8")
    return str(path)


async def test_another_input_is_what_runs_and_what_the_log_has(
    bench: MakeBench, tmp_path: Path
) -> None:
    first, other = outside(tmp_path, "first"), outside(tmp_path, "other")
    b = bench([call("read", {"file_path": first}), say("ok")], [ReadTool()], attended=True)
    await replied(b, {"answer": "once", "new_input": {"file_path": other}})
    [result] = b.provider.requests[1].results()
    assert "this is other" in result
    [part] = b.engine.messages(b.session_id)[1].get_tool_parts()
    assert part.input == {"file_path": other}
    assert part.status == "completed"


async def test_the_same_input_changes_nothing(bench: MakeBench, tmp_path: Path) -> None:
    first = outside(tmp_path, "first")
    b = bench([call("read", {"file_path": first}), say("ok")], [ReadTool()], attended=True)
    await replied(b, {"answer": "once", "new_input": {"file_path": first}})
    assert "this is first" in b.provider.requests[1].results()[0]


async def test_another_input_does_not_pass_a_hard_limit(
    bench: MakeBench, tmp_path: Path, project: Path
) -> None:
    first = outside(tmp_path, "first")
    write = call("write", {"file_path": first, "content": "x"})
    b = bench([write, say("ok")], [WriteTool()], attended=True)
    changed = {"file_path": ".git/config", "content": "x"}
    await replied(b, {"answer": "once", "new_input": changed})
    assert "denied" in b.provider.requests[1].results()[0]
    assert not (project / ".git" / "config").exists()
    assert "this is first" in Path(first).read_text(encoding="utf-8")
    [part] = b.engine.messages(b.session_id)[1].get_tool_parts()
    assert (part.status, part.metadata["refusal"]) == ("rejected", "rule")


async def test_another_input_is_checked_like_any(bench: MakeBench, tmp_path: Path) -> None:
    first = outside(tmp_path, "first")
    b = bench([call("read", {"file_path": first}), say("ok")], [ReadTool()], attended=True)
    await replied(b, {"answer": "once", "new_input": {"offset": 1}})
    assert "file_path" in b.provider.requests[1].results()[0]
    [part] = b.engine.messages(b.session_id)[1].get_tool_parts()
    assert part.status == "error"


async def test_a_no_in_the_persons_own_words(bench: MakeBench, tmp_path: Path) -> None:
    first = outside(tmp_path, "first")
    b = bench([call("read", {"file_path": first}), say("ok")], [ReadTool()], attended=True)
    await replied(b, {"answer": "no", "reason": "not on a Friday", "verbatim": True})
    assert b.provider.requests[1].results() == ["not on a Friday"]


async def test_a_no_can_end_the_turn(bench: MakeBench, tmp_path: Path) -> None:
    first = outside(tmp_path, "first")
    later = NoteTool("later")
    script = [[call("read", {"file_path": first}), call("later", {"text": "x"})], say("on")]
    b = bench(script, [ReadTool(), later], attended=True)
    events = await replied(b, {"answer": "no", "reason": "stop", "stops_turn": True})
    assert isinstance(events[-1], SessionIdle)
    assert events[-1].reason == "cancelled"
    assert len(b.provider.requests) == 1
    assert later.notes == []
    await b.ask("go on")
    assert b.reason == "done"
    told = json.dumps(b.provider.requests[1].messages)
    assert "refused by the user: stop" in told
    assert "the turn was stopped before it" in told
