"""How turns end when something comes in between: a cancel, a bug, a crash, a limit, a service that begins anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.support.engine import Bench, MakeBench, NoteTool

from pycode.core.bus import Bus
from pycode.core.errors import StorageError, UsageError
from pycode.core.events import Event, SessionIdle
from pycode.core.parts import TextPart
from pycode.core.records import MessageInfo, SessionInfo
from pycode.engine.journal import Journal
from pycode.engine.state import SessionState
from pycode.providers.base import StreamEvent
from pycode.storage.record import Record
from pycode.storage.sessions import DiskStore
from pycode.storage.transcript import MemoryTranscript
from pycode.testing import Request, call, hang, say
from pycode.tools import ToolContext, ToolResult

Disk = Callable[[], DiskStore]


class BrokenTool(NoteTool):
    """A tool with a bug."""

    async def execute(self, parameters: dict[str, Any], context: ToolContext) -> ToolResult:
        raise RuntimeError("a bug")


class FullTranscript(MemoryTranscript):
    """A log that takes no streamed text while it is full."""

    full = True

    def append(self, kind: str, id: str, data: dict[str, Any]) -> Record:  # noqa: A002
        if kind == "append" and self.full:
            raise StorageError("the disk is full")
        return super().append(kind, id, data)


async def until_idle(b: Bench) -> SessionIdle:
    """Return the next end of a turn."""
    async for event in b.engine.bus.subscribe(b.session_id):
        if isinstance(event, SessionIdle):
            return event
    raise AssertionError("the bus was closed")


async def test_a_turn_that_is_cancelled_before_it_began_ends_all_the_same(bench: MakeBench) -> None:
    b = bench([hang()])
    idle = asyncio.ensure_future(until_idle(b))
    await asyncio.sleep(0)
    await b.engine.submit(b.session_id, "go")
    assert await b.engine.cancel(b.session_id)
    assert (await asyncio.wait_for(idle, 10)).reason == "cancelled"


async def test_who_waits_for_a_cancelled_turn_gets_what_there_is(bench: MakeBench) -> None:
    b = bench([[say("half"), hang()]])
    answer = asyncio.ensure_future(b.engine.prompt(b.session_id, "go"))
    while not b.provider.requests:
        await asyncio.sleep(0)
    await b.engine.cancel(b.session_id)
    assert (await answer).get_text_content() == "half"


async def test_prompts_that_a_cancelled_turn_left_are_answered_in_their_order(
    bench: MakeBench,
) -> None:
    b = bench([hang(), say("one"), say("two")])
    await b.engine.submit(b.session_id, "go")
    while not b.provider.requests:
        await asyncio.sleep(0)
    await b.engine.submit(b.session_id, "older", delivery="queue")
    await b.engine.cancel(b.session_id)
    await b.engine.submit(b.session_id, "newer", delivery="queue")
    await b.engine.wait(b.session_id)
    texts = [m.get_text_content() for m in b.engine.messages(b.session_id)]
    assert texts[-4:] == ["older", "one", "newer", "two"]


@pytest.mark.parametrize("read_only", [True, False])
async def test_a_bug_of_a_tool_is_raised_and_leaves_a_whole_message(
    bench: MakeBench, disk: Disk, read_only: bool
) -> None:
    tool = BrokenTool("broken", read_only=read_only)
    calls = [call("broken", {"text": "a"}), call("broken", {"text": "b"})]
    b = bench([calls, say("on")], [tool], store=disk())
    with pytest.raises(RuntimeError, match="a bug"):
        await b.ask("go")
    await b.ask("and now?")
    sent = b.provider.requests[-1].messages
    results = sent[2]["content"]
    assert [result["id"] for result in results] == [block["id"] for block in sent[1]["content"]]
    assert all(result["is_error"] for result in results)
    assert "RuntimeError" in results[0]["content"]
    await b.engine.close()
    again = bench([say("on")], [tool], store=disk(), session_id=b.session_id)
    await again.ask("and later?")
    assert again.provider.requests[0].messages[: len(sent)] == sent
    await again.engine.close()


async def test_a_bug_of_a_provider_is_raised(bench: MakeBench) -> None:
    def broken(request: Request) -> Any:
        raise ZeroDivisionError

    b = bench(broken)
    with pytest.raises(ZeroDivisionError):
        await b.ask("go")
    assert b.reason == "error"


async def test_a_prompt_that_comes_at_the_limit_is_answered_in_a_turn_of_its_own(
    bench: MakeBench,
) -> None:
    tool = NoteTool("note")
    tool.gate = asyncio.Event()
    b = bench([call("note", {"text": "a"}), say("answered")], [tool], max_steps=1)
    await b.engine.submit(b.session_id, "go")
    while not tool.notes:
        await asyncio.sleep(0)
    await b.engine.submit(b.session_id, "and this?")
    tool.gate.set()
    assert (await b.engine.wait(b.session_id)).get_text_content() == "answered"


async def test_an_answer_that_begins_anew_is_asked_for_again(bench: MakeBench, disk: Disk) -> None:
    anew = [
        StreamEvent("start", {}),
        StreamEvent("text_delta", {"text": "first"}),
        StreamEvent("text_end", {}),
        StreamEvent("tool_call_end", {"id": "c", "name": "note", "arguments": {"text": "a"}}),
        StreamEvent("start", {}),
        StreamEvent("text_delta", {"text": "second"}),
        StreamEvent("finish", {"reason": "stop"}),
    ]
    tool = NoteTool("note")
    b = bench([anew, say("third"), say("fourth")], [tool], store=disk())
    await b.ask("go")
    await b.ask("on")
    assert tool.notes == []
    sent = b.provider.requests[-1].messages
    await b.engine.close()
    again = bench([say("fifth")], [tool], store=disk(), session_id=b.session_id)
    await again.ask("later")
    assert again.provider.requests[0].messages[: len(sent)] == sent
    await again.engine.close()


async def test_calls_of_one_id_are_told_apart(bench: MakeBench) -> None:
    tool = NoteTool("note")
    twice = [
        call("note", {"text": "a"}, ident="c"),
        call("note", {"text": "b"}, ident="c"),
        call("note", {"text": "c"}, ident="c_2"),
    ]
    b = bench([twice, say("ok")], [tool])
    await b.ask("go")
    assert tool.notes[::2] == ["begin a", "begin b", "begin c"]
    _, answer, results = b.provider.requests[1].messages
    ids = [block["id"] for block in answer["content"]]
    assert ids == [result["id"] for result in results["content"]]
    assert len(set(ids)) == 3


async def test_an_id_that_cannot_be_one_leaves_nothing_in_the_log(bench: MakeBench) -> None:
    b = bench([])
    with pytest.raises(UsageError, match="a/b"):
        await b.engine.submit(b.session_id, "go", message_id="a/b")
    assert b.engine.messages(b.session_id) == []


async def test_who_follows_a_session_hears_that_its_owner_died(
    bench: MakeBench, disk: Disk
) -> None:
    store, tool = disk(), NoteTool("note")
    tool.gate = asyncio.Event()
    owner = bench([[say("I start"), call("note", {"text": "a"})]], [tool], store=store)
    await owner.engine.submit(owner.session_id, "go")
    while not tool.notes:
        await asyncio.sleep(0)
    guest = bench([], store=disk(), session_id=owner.session_id)
    waiting = asyncio.ensure_future(guest.engine.wait(owner.session_id))
    await asyncio.sleep(0)
    store.disown(owner.session_id)
    assert (await asyncio.wait_for(waiting, 10)).get_text_content() == "I start"
    ends = [event async for event in first_turn(guest) if isinstance(event, SessionIdle)]
    assert [end.reason for end in ends] == ["interrupted"]
    await owner.engine.cancel(owner.session_id)
    await guest.engine.close()


async def first_turn(b: Bench) -> AsyncIterator[Event]:
    """Yield the events of the log up to the end of the first turn."""
    async for event in b.engine.events(b.session_id, after=0):
        yield event
        if isinstance(event, SessionIdle):
            return


async def test_a_log_that_takes_no_streamed_text_does_not_disturb_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pycode.engine.journal.FLUSH_SECONDS", 0)
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: complaints.append(about))
    log = FullTranscript()
    journal = Journal(log, SessionState(), Bus())
    info = SessionInfo(project_id="p", directory="/")
    journal.session(info)
    message = MessageInfo(session_id=info.id, role="assistant")
    journal.message(message)
    part = TextPart().placed(info.id, message.id)
    journal.delta(part, "half")
    await asyncio.sleep(0.01)
    assert complaints == []
    log.full = False
    journal.flush()
    assert list(log.read())[-1].data["text"] == "half"
