"""The order in which the calls of one response run."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.engine import MakeBench, NoteTool

from pycode.core.events import PartUpdated
from pycode.testing import call, hang, say


async def test_reads_start_while_the_model_still_streams(bench: MakeBench) -> None:
    look = NoteTool("look", read_only=True)
    b = bench([[call("look", {"text": "a"}), call("look", {"text": "b"}), hang()]], [look])
    await b.engine.submit(b.session_id, "go")
    while len(look.notes) < 4:
        await asyncio.sleep(0)
    await b.engine.cancel(b.session_id)
    assert sorted(look.notes) == ["begin a", "begin b", "end a", "end b"]


async def test_reads_run_side_by_side(bench: MakeBench) -> None:
    look = NoteTool("look", read_only=True)
    look.gate = asyncio.Event()
    b = bench([[call("look", {"text": "a"}), call("look", {"text": "b"})], say("ok")], [look])
    await b.engine.submit(b.session_id, "go")
    while len(look.notes) < 2:
        await asyncio.sleep(0)
    assert look.notes == ["begin a", "begin b"]
    look.gate.set()
    await b.engine.wait(b.session_id)


async def test_from_the_first_effect_on_calls_run_in_the_order_they_were_made(
    bench: MakeBench,
) -> None:
    log: list[str] = []
    look, change = NoteTool("look", read_only=True), NoteTool("change")
    look.notes = change.notes = log
    made = [
        call("look", {"text": "1"}),
        call("change", {"text": "2"}),
        call("look", {"text": "3"}),
        call("change", {"text": "4"}),
    ]
    b = bench([made, say("ok")], [look, change])
    await b.ask("go")
    assert log == [f"{what} {n}" for n in "1234" for what in ("begin", "end")]


async def test_an_id_that_an_earlier_step_had_becomes_another(bench: MakeBench) -> None:
    look = NoteTool("look", read_only=True)
    steps = [call("look", {"text": str(number)}, ident="call_0") for number in range(3)]
    b = bench([*steps, say("ok")], [look])
    await b.ask("go")
    ids = [p.call_id for m in b.engine.messages(b.session_id) for p in m.get_tool_parts()]
    assert ids == ["call_0", "call_0_2", "call_0_3"]
    sent = b.provider.requests[-1].messages
    blocks = [block for m in sent for block in m["content"] if isinstance(block, dict)]
    assert [x["id"] for x in blocks if x["type"] == "tool_call"] == ids
    assert [x["id"] for x in blocks if x["type"] == "tool_result"] == ids


async def test_an_effect_waits_for_the_end_of_the_response(bench: MakeBench) -> None:
    change = NoteTool("change")
    b = bench([[call("change", {"text": "a"}), say("and"), hang()]], [change])
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, "go")
    async for event in subscription:
        if isinstance(event, PartUpdated) and getattr(event.part, "text", "") == "and":
            break
    assert change.notes == []
    await b.engine.cancel(b.session_id)
    assert change.notes == []
    [call_part] = b.engine.messages(b.session_id)[-1].get_tool_parts()
    assert call_part.status == "error"
    assert "cancelled" in str(call_part.error)


PRINTED = 'I note it. <tool_call>{"name": "note", "arguments": {"text": "a"}}</tool_call>'


@pytest.mark.parametrize(("prints", "ran"), [(True, ["begin a", "end a"]), (False, [])])
async def test_calls_that_a_local_server_handed_through_as_text_run(
    bench: MakeBench, prints: bool, ran: list[str]
) -> None:
    tool = NoteTool("note")
    b = bench([say(PRINTED[:20], PRINTED[20:]), say("ok")], [tool], prints_calls=prints)
    await b.ask("go")
    assert tool.notes == ran
    first = b.engine.messages(b.session_id)[1]
    assert first.get_text_content() == ("I note it." if prints else PRINTED)
