"""Messages and parts: public construction, JSON round trips, the life of a tool call."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from pycode.core import (
    AgentPart,
    FilePart,
    Message,
    PatchPart,
    ReasoningPart,
    RetryPart,
    StepFinishPart,
    StepStartPart,
    TextPart,
    ToolPart,
)
from pycode.core.message import MessagePart
from pycode.core.parts import PART_CLASSES, AnyPart, part_from_dict

EVERY_PART: list[AnyPart] = [
    TextPart(text="hello"),
    ReasoningPart(text="hm", opaque=[{"signature": "abc"}], model="anthropic/x"),
    ToolPart(tool="bash", call_id="c1", input={"command": "ls"}, metadata={"exit_code": 0}),
    FilePart(path="a.py", content="x = 1"),
    AgentPart(name="plan"),
    StepStartPart(step=2, model="openai/y"),
    StepFinishPart(reason="stop", usage={"input": 3}, cost=0.5),
    PatchPart(files={"a.py": [None, "ff"]}),
    RetryPart(attempt=2, error="overloaded", wait=1.5),
]


def test_every_part_class_is_tried_here() -> None:
    assert {type(part) for part in EVERY_PART} == set(PART_CLASSES.values())


@pytest.mark.parametrize("part", EVERY_PART, ids=lambda part: str(part.type))
def test_a_part_survives_json_as_its_own_class(part: AnyPart) -> None:
    message = Message(session_id="ses_1", role="assistant", parts=[part])
    again = Message.model_validate_json(message.model_dump_json())
    assert type(again.parts[0]) is type(part)
    assert again == message
    assert part_from_dict(part.to_dict()) == part
    assert type(part).model_validate_json(part.model_dump_json()) == part
    assert type(part).model_validate(part.model_dump()) == part


TEXT = st.text(st.characters(codec="utf-8"))


@given(TEXT, st.dictionaries(TEXT, st.integers() | TEXT | st.none()))
def test_any_text_and_input_survives(text: str, arguments: dict[str, Any]) -> None:
    parts: list[AnyPart] = [TextPart(text=text), ToolPart(tool="t", input=arguments)]
    message = Message(session_id="s", role="user", parts=parts)
    assert Message.model_validate_json(message.model_dump_json()) == message


def test_a_message_is_a_pydantic_model_and_checks() -> None:
    assert issubclass(Message, BaseModel)
    for wrong in ({"role": "system"}, {"role": "user", "parts": [{"type": "nonsense"}]}, {}):
        with pytest.raises(ValidationError):
            Message.model_validate({"session_id": "s", **wrong})


def test_parts_get_the_ids_of_their_message() -> None:
    message = Message(session_id="ses_1", role="user", parts=[TextPart(text="a")])
    message.add_part(TextPart(text="b", session_id="other"))
    assert [part.message_id for part in message.parts] == [message.id, message.id]
    assert [part.session_id for part in message.parts] == ["ses_1", "other"]
    assert len({part.id for part in message.parts}) == 2


def test_text_and_tool_parts_are_picked_out() -> None:
    message = Message(session_id="s", role="assistant")
    message.add_part(TextPart(text="one"))
    message.add_part(ToolPart(tool="read"))
    message.add_part(TextPart(text="two"))
    assert message.get_text_content() == "one\ntwo"
    assert [part.text for part in message.get_text_parts()] == ["one", "two"]
    assert [part.tool for part in message.get_tool_parts()] == ["read"]


@pytest.mark.parametrize("end", ["completed", "error", "rejected"])
def test_a_call_goes_forward_only(end: Any) -> None:
    assert ToolPart(tool="bash").finished is False
    part = ToolPart(tool="bash")
    part.advance("running")
    part.advance(end)
    assert part.finished
    assert part.started is not None
    assert part.ended is not None
    assert part.ended >= part.started
    for status in ("pending", "running", "completed", "error", "rejected"):
        with pytest.raises(ValueError, match="cannot go from"):
            part.advance(status)


def test_a_call_may_be_rejected_before_it_runs_but_not_completed() -> None:
    part = ToolPart(tool="bash")
    with pytest.raises(ValueError, match="from pending to completed"):
        part.advance("completed")
    part.advance("rejected")
    assert part.started is None


def test_an_unknown_part_of_a_newer_version_is_none_and_unknown_fields_are_left_out() -> None:
    assert part_from_dict({"type": "hologram"}) is None
    assert part_from_dict({"type": "text", "text": "a", "id": "prt_1", "shine": 3}) == TextPart(
        id="prt_1", text="a"
    )


def test_the_json_schema_can_be_made() -> None:
    schema = TypeAdapter(MessagePart).json_schema()
    assert schema["discriminator"]["propertyName"] == "type"
    assert Message.model_json_schema()["properties"]["role"]["enum"] == ["user", "assistant"]
