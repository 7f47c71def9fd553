"""The bus: every subscriber gets everything in order, a slow one gets deltas merged, nobody is waited for."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from pycode.core import Bus, TextPart
from pycode.core.events import Event, PartDelta, PartUpdated, PermissionAsked, SessionIdle


def delta(text: str, part: str = "p1", session: str = "s") -> PartDelta:
    return PartDelta(session_id=session, message_id="m", part_id=part, part_type="text", text=text)


def texts(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.part_id, event.text) for event in events if isinstance(event, PartDelta)]


def test_waiting_deltas_of_one_part_are_merged() -> None:
    bus = Bus()
    subscription = bus.subscribe()
    for piece in "abc":
        bus.publish(delta(piece))
    bus.publish(delta("x", part="p2"))
    bus.publish(delta("d"))
    assert texts(subscription.pending()) == [("p1", "abc"), ("p2", "x"), ("p1", "d")]
    assert subscription.pending() == []


@given(st.lists(st.tuples(st.sampled_from(["p1", "p2"]), st.text(max_size=3)), max_size=60))
def test_no_text_is_lost_whatever_is_merged(pieces: list[tuple[str, str]]) -> None:
    bus = Bus()
    subscription = bus.subscribe(limit=5)
    for part, text in pieces:
        bus.publish(delta(text, part))
    got = texts(subscription.pending())
    for part in ("p1", "p2"):
        assert "".join(t for p, t in got if p == part) == "".join(t for p, t in pieces if p == part)


def test_merging_does_not_change_what_another_subscriber_gets() -> None:
    bus = Bus()
    slow, quick = bus.subscribe(), bus.subscribe()
    bus.publish(delta("a"))
    [first] = quick.pending()
    bus.publish(delta("b"))
    assert isinstance(first, PartDelta)
    assert first.text == "a"
    assert texts(slow.pending()) == [("p1", "ab")]
    assert texts(quick.pending()) == [("p1", "b")]


def test_a_subscriber_of_one_session_gets_only_that() -> None:
    bus = Bus()
    subscription = bus.subscribe("s1")
    bus.publish(delta("no", session="s2"))
    bus.publish(SessionIdle(session_id="s1"))
    assert [event.session_id for event in subscription.pending()] == ["s1"]


def test_past_the_limit_durable_events_are_given_up_and_questions_are_kept() -> None:
    bus = Bus()
    subscription = bus.subscribe(limit=3)
    bus.publish(
        PermissionAsked(
            session_id="s",
            request_id="r",
            tool="bash",
            call_id="c",
            permission="bash",
            patterns=[],
            title="",
            reason="",
        )
    )
    for number in range(10):
        bus.publish(PartUpdated(session_id="s", seq=number, part=TextPart(text=str(number))))
    waiting = subscription.pending()
    assert subscription.missed
    assert len(waiting) <= 3
    assert isinstance(waiting[0], PermissionAsked)


async def test_iteration_waits_for_events_and_ends_at_close() -> None:
    bus = Bus()
    subscription = bus.subscribe()
    got: list[Event] = []

    async def read() -> None:
        async for event in subscription:
            got.append(event)

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    bus.publish(delta("a"))
    bus.publish(delta("b"))
    while not got:
        await asyncio.sleep(0)
    subscription.close()
    await reader
    assert "".join(text for _, text in texts(got)) == "ab"
    bus.publish(delta("late"))
    assert subscription.pending() == []


def test_events_are_json_data() -> None:
    event = PartUpdated(session_id="s", seq=4, time=5, part=TextPart(id="prt_1", text="hi"))
    assert event.to_dict() == {
        "type": "part.updated",
        "session_id": "s",
        "seq": 4,
        "time": 5,
        "part": {
            "id": "prt_1",
            "session_id": "",
            "message_id": "",
            "type": "text",
            "text": "hi",
            "synthetic": False,
        },
    }
