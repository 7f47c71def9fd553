"""Answers that have to fit a JSON Schema: natively, and by a tool."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.engine import MakeBench, NoteTool

from pycode.core.events import SessionIdle
from pycode.testing import call, say

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}
GOOD = {"name": "Ada", "age": 36}


async def test_a_model_calls_the_answer_tool(bench: MakeBench) -> None:
    b = bench([call("note", {"text": "a"}), call("answer", GOOD)], [NoteTool("note")])
    await b.ask("who?", schema=SCHEMA)
    assert b.reason == "done"
    assert b.seen(SessionIdle)[-1].answer == GOOD
    [tool] = [t for t in b.provider.requests[0].tools if t["name"] == "answer"]
    assert tool["parameters"] == SCHEMA
    assert len(b.provider.requests) == 2


async def test_a_wrong_answer_is_told_and_made_again(bench: MakeBench) -> None:
    b = bench([call("answer", {"name": "Ada"}), call("answer", GOOD)])
    await b.ask("who?", schema=SCHEMA)
    assert "age" in b.provider.requests[1].results()[0]
    assert b.seen(SessionIdle)[-1].answer == GOOD


async def test_a_model_that_answers_in_text_is_reminded_and_then_given_up(bench: MakeBench) -> None:
    b = bench(lambda r: say("Ada, 36"))
    await b.ask("who?", schema=SCHEMA)
    assert (b.reason, len(b.provider.requests)) == ("no_answer", 3)
    assert "answer" in b.provider.requests[1].prompt()


@pytest.mark.parametrize(
    "schema", [{"type": "array", "items": {"type": "string"}}, {"enum": ["a"]}]
)
async def test_a_schema_that_is_no_object_is_wrapped(bench: MakeBench, schema: Any) -> None:
    value = ["a"] if schema.get("type") == "array" else "a"
    b = bench([call("answer", {"value": value})])
    await b.ask("which?", schema=schema)
    assert b.seen(SessionIdle)[-1].answer == value


async def test_a_model_that_can_be_held_to_a_schema_answers_in_json(bench: MakeBench) -> None:
    b = bench(
        [say('{"name": "Ada"'), say('{"name": "Ada"}'), say('{"name": "Ada", "age": 36}')],
        structured=True,
    )
    await b.ask("who?", schema=SCHEMA)
    assert b.seen(SessionIdle)[-1].answer == GOOD
    requests = b.provider.requests
    assert requests[0].options["schema"] == SCHEMA
    assert "not JSON" in requests[1].prompt()
    assert "age" in requests[2].prompt()
    assert "answer" not in [tool["name"] for tool in requests[0].tools]


async def test_the_beginning_changes_only_when_the_form_does(bench: MakeBench) -> None:
    b = bench([say("a"), call("answer", GOOD), call("answer", GOOD), say("b")])
    await b.ask("one")
    await b.ask("two", schema=SCHEMA)
    await b.ask("three", schema=SCHEMA)
    await b.ask("four")
    tools = [request.tools for request in b.provider.requests]
    assert tools[1] == tools[2] != tools[0] == tools[3]
