"""Sessions over time: steering, cancelling, crashing, resuming, several processes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.support.engine import Bench, MakeBench, NoteTool

from pycode.core.errors import OverloadedError, SessionNotFoundError, UsageError
from pycode.core.events import Event, MessageUpdated, PartUpdated, SessionError, SessionIdle
from pycode.engine.active import ModelChoice
from pycode.storage.sessions import DiskStore
from pycode.testing import call, fail, hang, say

Disk = Callable[[], DiskStore]


async def until(b: Bench, condition: Callable[[], bool]) -> None:
    """Let the engine work until something is true."""
    while not condition():
        await asyncio.sleep(0)


async def test_a_prompt_during_a_turn_steers_it(bench: MakeBench) -> None:
    tool = NoteTool("note")
    tool.gate = asyncio.Event()
    b = bench([call("note", {"text": "a"}), say("ok")], [tool])
    await b.engine.submit(b.session_id, "go")
    await until(b, lambda: bool(tool.notes))
    await b.engine.submit(b.session_id, "but left")
    tool.gate.set()
    await b.engine.wait(b.session_id)
    assert b.provider.requests[1].messages[-1]["content"][0]["text"] == "but left"


async def test_a_prompt_that_comes_with_the_last_answer_is_answered(bench: MakeBench) -> None:
    b = bench([])

    def first(request: object) -> object:
        b.engine._store.inbox(b.session_id).put(  # as another process would
            "msg_01M00000000000000000000000", {"parts": [{"type": "text", "text": "and?"}]}
        )
        return say("one")

    b.provider._script = [first, say("two")]  # type: ignore[list-item]  # returns an item
    answer = await b.ask("go")
    assert answer.get_text_content() == "two"


async def test_a_queued_prompt_waits_for_the_turns_end(bench: MakeBench) -> None:
    tool = NoteTool("note")
    tool.gate = asyncio.Event()
    b = bench([call("note", {"text": "a"}), say("one"), say("two")], [tool])
    await b.engine.submit(b.session_id, "go")
    await until(b, lambda: bool(tool.notes))
    await b.engine.submit(b.session_id, "later", delivery="queue")
    tool.gate.set()
    answer = await b.engine.wait(b.session_id)
    assert answer.get_text_content() == "two"
    assert "later" not in json.dumps(b.provider.requests[1].messages)
    assert "later" in json.dumps(b.provider.requests[2].messages)


async def test_cancelling_keeps_what_was_done_and_the_session_goes_on(bench: MakeBench) -> None:
    b = bench([[say("so far"), hang()], say("again")])
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, "go")
    async for event in subscription:
        if isinstance(event, PartUpdated) and getattr(event.part, "text", "") == "so far":
            break
    assert await b.engine.cancel(b.session_id)
    assert not await b.engine.cancel(b.session_id)
    assert b.engine.messages(b.session_id)[-1].get_text_content() == "so far"
    await b.ask("go on")
    assert b.reason == "done"
    assert [m["role"] for m in b.provider.requests[1].messages] == ["user", "assistant", "user"]


async def test_cancelling_a_running_tool_marks_it_interrupted(bench: MakeBench) -> None:
    tool = NoteTool("note")
    tool.gate = asyncio.Event()
    b = bench([[call("note", {"text": "a"}), call("note", {"text": "b"})]], [tool])
    await b.engine.submit(b.session_id, "go")
    await until(b, lambda: bool(tool.notes))
    await b.engine.cancel(b.session_id)
    first, second = b.engine.messages(b.session_id)[-1].get_tool_parts()
    assert first.status == second.status == "error"
    assert "interrupted" in str(first.error)
    assert "before it ran" in str(second.error)
    assert tool.notes == ["begin a"]


async def test_a_resumed_session_sends_the_same_bytes(bench: MakeBench, disk: Disk) -> None:
    script = [
        [say("x"), call("note", {"text": "é\u2028"})],
        call("gone", {"text": "a"}),
        say("done"),
        say("more"),
    ]
    tool = NoteTool("note")
    b = bench(script, [tool], store=disk())
    await b.ask("go")
    sent = b.provider.requests[-1]
    await b.engine.close()
    again = bench([say("more")], [tool], store=disk(), session_id=b.session_id)
    await again.ask("on")
    resent = again.provider.requests[0]
    assert resent.system == sent.system
    assert json.dumps(resent.tools) == json.dumps(sent.tools)
    kept = resent.messages[: len(sent.messages)]
    assert json.dumps(kept) == json.dumps(sent.messages)
    assert len(resent.messages) == len(sent.messages) + 2


async def test_the_beginning_does_not_change_when_instructions_do(
    bench: MakeBench, disk: Disk, project: Path
) -> None:
    (project / "AGENTS.md").write_text("Use tabs.", encoding="utf-8")
    b = bench([say("a")], store=disk())
    await b.ask("go")
    await b.engine.close()
    (project / "AGENTS.md").write_text("Use spaces.", encoding="utf-8")
    again = bench([say("b")], store=disk(), session_id=b.session_id)
    await again.ask("on")
    assert "Use tabs." in str(again.provider.requests[0].system)


async def crash(b: Bench, store: DiskStore) -> None:
    """Leave the session as SIGKILL would: nothing more is written, the lock is gone."""
    b.engine._turns._tasks[b.session_id].get_coro()
    store.disown(b.session_id)


async def test_a_crash_leaves_calls_that_are_shown_as_interrupted_and_never_replayed(
    bench: MakeBench, disk: Disk
) -> None:
    store = disk()
    tool = NoteTool("note")
    tool.gate = asyncio.Event()
    b = bench([[say("I start"), call("note", {"text": "a"}, ident="c1")]], [tool], store=store)
    await b.engine.submit(b.session_id, "go")
    await until(b, lambda: bool(tool.notes))
    await crash(b, store)
    other = NoteTool("note")
    again = bench([say("ok")], [other], store=disk(), session_id=b.session_id)
    await again.ask("what happened?")
    results = again.provider.requests[0].messages[2]["content"]
    assert results[0]["is_error"]
    assert "interrupted" in results[0]["content"]
    assert other.notes == []
    await b.engine.cancel(b.session_id)


async def test_an_unknown_session_is_named_with_the_nearest(bench: MakeBench, disk: Disk) -> None:
    b = bench([say("a")], store=disk())
    with pytest.raises(SessionNotFoundError, match=b.session_id):
        await b.engine.submit(b.session_id[:-1], "hi")


async def test_events_are_replayed_from_the_log_and_then_live(bench: MakeBench) -> None:
    b = bench([say("one"), say("two")])
    await b.ask("first")
    events = b.engine.events(b.session_id, after=0)
    replayed: list[Event] = []
    async for event in events:
        replayed.append(event)
        if isinstance(event, SessionIdle):
            break
    texts = [e.part.text for e in replayed if isinstance(e, PartUpdated) and e.part.type == "text"]
    assert texts == ["first", "one"]
    assert [e.seq for e in replayed if e.seq is not None] == sorted(
        {e.seq for e in replayed if e.seq is not None}
    )
    await b.engine.submit(b.session_id, "second")
    rest: list[Event] = []
    async for event in events:
        rest.append(event)
        if isinstance(event, SessionIdle):
            break
    last = max(e.seq for e in replayed if e.seq is not None)
    assert all(e.seq is None or e.seq > last for e in rest)
    assert any(isinstance(e, MessageUpdated) for e in rest)


async def test_a_prompt_for_a_session_of_another_process_is_answered_there(
    bench: MakeBench, disk: Disk
) -> None:
    tool = NoteTool("note")
    tool.gate = asyncio.Event()
    owner = bench([call("note", {"text": "a"}), say("yes")], [tool], store=disk())
    await owner.engine.submit(owner.session_id, "go")
    await until(owner, lambda: bool(tool.notes))
    guest = bench([], store=disk(), session_id=owner.session_id)
    assert guest.engine.owned_elsewhere(owner.session_id)
    await guest.engine.submit(owner.session_id, "and this?")
    tool.gate.set()
    answer = await guest.engine.wait(owner.session_id)
    assert answer.get_text_content() == "yes"
    assert "and this?" in json.dumps(owner.provider.requests[1].messages)
    assert guest.provider.requests == []
    await owner.engine.close()
    await guest.engine.close()


async def test_with_no_live_owner_whoever_adds_becomes_it(bench: MakeBench, disk: Disk) -> None:
    first = bench([say("a")], store=disk())
    await first.ask("go")
    await first.engine.close()
    second = bench([say("b")], store=disk(), session_id=first.session_id)
    answer = await second.ask("on")
    assert answer.get_text_content() == "b"
    await second.engine.close()


async def test_who_hands_over_leaves_the_prompts_of_others_to_them(
    bench: MakeBench, disk: Disk
) -> None:
    tool = NoteTool("note")
    tool.gate = asyncio.Event()
    script = [call("note", {"text": "a"}), say("one")]
    owner = bench(script, [tool], store=disk(), hands_over=True)
    await owner.engine.submit(owner.session_id, "go")
    await until(owner, lambda: bool(tool.notes))
    session = owner.session_id
    guests = [
        bench([say("two")], store=disk(), session_id=session, hands_over=True) for _ in range(2)
    ]
    for guest in guests:
        await guest.engine.submit(session, "and?", delivery="queue")
    waiting = [asyncio.ensure_future(wait_and_close(guest)) for guest in guests]
    tool.gate.set()
    await owner.engine.wait(session)
    await owner.engine.close()
    await asyncio.gather(*waiting)
    texts = [message.get_text_content() for message in owner.engine.messages(session)]
    assert texts == ["go", "", "one", "and?", "two", "and?", "two"]
    assert len(owner.provider.requests) == 2


async def test_a_follower_and_a_later_reader_hear_why_a_turn_failed(
    bench: MakeBench, disk: Disk
) -> None:
    owner = bench(lambda r: fail(OverloadedError("too many ask")), store=disk())
    guest = bench([], store=disk(), session_id=owner.session_id)
    following = guest.engine.events(owner.session_id)
    await owner.ask("go")
    heard = [event async for event in until_idle(following)]
    await owner.engine.close()
    replayed = [event async for event in until_idle(guest.engine.events(owner.session_id, after=0))]
    await guest.engine.close()
    for events in (owner.events, heard, replayed):
        error, idle = events[-2:]
        assert isinstance(error, SessionError)
        assert (error.code, error.message) == ("overloaded", "too many ask")
        assert error.seq is not None
        assert idle.seq == error.seq + 1


async def test_a_turn_that_cannot_begin_is_replayed_with_its_reason(
    bench: MakeBench, disk: Disk
) -> None:
    b = bench([], store=disk())
    b.engine._turns._setup._rooms.models = refuse
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, "go")
    [live] = [
        event async for event in until_idle(aiter(subscription)) if isinstance(event, SessionError)
    ]
    [replayed] = [
        event
        async for event in until_idle(b.engine.events(b.session_id, after=0))
        if isinstance(event, SessionError)
    ]
    assert (replayed.code, replayed.message) == (live.code, live.message)
    assert (replayed.code, replayed.seq) == ("usage", live.seq)


async def wait_and_close(b: Bench) -> None:
    await b.engine.wait(b.session_id)
    await b.engine.close()


def refuse(name: str | None) -> ModelChoice:
    raise UsageError("there is no such model; take another")


async def until_idle(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    async for event in events:
        yield event
        if isinstance(event, SessionIdle):
            return
