"""A log that somebody else wrote into: what can be read is gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.engine import MakeBench, NoteTool

from pycode.core.errors import StorageError
from pycode.core.events import SessionIdle
from pycode.storage.sessions import DiskStore
from pycode.testing import call, say, think

Disk = Callable[[], DiskStore]

JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, 1, -5, 2**70, 1.5, "x", "", "\x00", "\ud800", [], {}, [[]], {"a": 1}, True]
)


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """Return JSON with something in it replaced or missing."""
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        name = draw(st.sampled_from(sorted(value)))
        rest = {key: item for key, item in value.items() if key != name}
        if not draw(st.integers(0, 4)):
            return rest
        return {**rest, name: draw(changed(value[name]))}
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(changed(value[place])), *value[place + 1 :]]
    return draw(JUNK)


@pytest.fixture
async def log(bench: MakeBench, disk: Disk) -> Path:
    """The log of a session with everything in it."""
    script = [[think("hm"), say("I look"), call("note", {"text": "a"})], say("one"), say("two")]
    b = bench(script, [NoteTool("note")], store=disk())
    for text in ("first", "second"):
        await b.ask(text)
    await b.engine.close()
    [path] = disk().root.glob("transcripts/*.jsonl")
    return path


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_a_session_goes_on_or_says_that_its_log_is_broken(
    bench: MakeBench, disk: Disk, log: Path, data: st.DataObject
) -> None:
    whole = log.read_bytes()
    records = [json.loads(line) for line in whole.splitlines()]
    place = data.draw(st.integers(0, len(records) - 1))
    records[place] = {**records[place], "data": data.draw(changed(records[place]["data"]))}
    if data.draw(st.booleans()):
        del records[data.draw(st.integers(0, len(records) - 1))]
    log.write_text("".join(json.dumps(item) + "\n" for item in records), encoding="utf-8")
    b = bench([say("again")], store=disk(), session_id=log.stem)
    try:
        assert (await b.engine.prompt(log.stem, "go on")).get_text_content() == "again"
        assert b.engine.messages(log.stem)[-1].get_text_content() == "again"
        last = disk().open(log.stem, write=False).last_seq
        async for event in b.engine.events(log.stem, after=0):
            event.to_dict()
            if isinstance(event, SessionIdle) and event.seq == last:
                break
    except StorageError as error:
        if "is broken" not in str(error):
            raise
    finally:
        await b.engine.close()
        log.write_bytes(whole)


async def test_messages_in_a_circle_are_a_chain(bench: MakeBench, disk: Disk, log: Path) -> None:
    records = [json.loads(line) for line in log.read_bytes().splitlines()]
    messages = [item for item in records if item["kind"] == "message"]
    messages[0]["data"]["parent"] = messages[-1]["id"]
    log.write_text("".join(json.dumps(item) + "\n" for item in records), encoding="utf-8")
    b = bench([say("again")], store=disk(), session_id=log.stem)
    await b.ask("go on")
    texts = [message.get_text_content() for message in b.engine.messages(log.stem)]
    assert texts == ["first", "I look", "one", "second", "two", "go on", "again"]
    await b.engine.close()


async def test_a_project_that_there_cannot_be_keeps_nobody_from_the_session(
    bench: MakeBench, disk: Disk, log: Path
) -> None:
    first, *others = log.read_bytes().splitlines()
    record = json.loads(first)
    record["data"]["project_id"] = "../x"
    kept = [line for line in others if b'"kind":"session"' not in line]
    log.write_bytes(b"\n".join([json.dumps(record).encode(), *kept, b""]))
    for number in range(2):
        b = bench([say(f"answer {number}")], store=disk(), session_id=log.stem)
        assert (await b.ask("go on")).get_text_content() == f"answer {number}"
        await b.engine.close()
