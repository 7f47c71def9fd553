"""When a line is written: a block's at once when another begins, the last one's with what the request used."""

from __future__ import annotations

from typing import Any

from pycode.cli.formats.claude_lines import ClaudeLines
from pycode.cli.formats.tally import Totals
from pycode.core.events import Event, MessageUpdated, PartDelta, PartUpdated
from pycode.core.parts import AnyPart, StepFinishPart, TextPart, ToolPart
from pycode.core.records import MessageInfo

SESSION, MESSAGE = "ses_1", "msg_1"


def whole(part: AnyPart) -> Event:
    return PartUpdated(session_id=SESSION, part=part.placed(SESSION, MESSAGE), seq=1)


def test_only_the_last_block_waits_for_the_usage() -> None:
    written: list[dict[str, Any]] = []
    lines = ClaudeLines(written.append, SESSION, Totals())
    message = MessageInfo(id=MESSAGE, session_id=SESSION, role="assistant", model="openai/m")
    lines.show(MessageUpdated(session_id=SESSION, message=message))
    lines.show(whole(TextPart(text="I will read it.")))
    assert written == []
    lines.show(
        PartDelta(
            session_id=SESSION, message_id=MESSAGE, part_id="prt_2", part_type="tool", text="{"
        )
    )
    assert [line["message"]["content"][0]["type"] for line in written] == ["text"]
    call = ToolPart(tool="read", call_id="c1", input={"file_path": "a"})
    lines.show(whole(call))
    assert len(written) == 1
    lines.show(whole(StepFinishPart(reason="tool_calls", usage={"input": 7, "output": 3})))
    assert written[0]["message"]["usage"]["output_tokens"] == 0
    assert written[1]["message"]["usage"]["input_tokens"] == 7
    assert written[1]["message"]["usage"]["output_tokens"] == 3
    assert written[1]["message"]["stop_reason"] == "tool_use"
    # Asking about a call, or its result, does not wait.
    assert lines.call("c1") is call


def test_a_call_that_is_asked_about_is_written_before() -> None:
    written: list[dict[str, Any]] = []
    lines = ClaudeLines(written.append, SESSION, Totals())
    message = MessageInfo(id=MESSAGE, session_id=SESSION, role="assistant", model="openai/m")
    lines.show(MessageUpdated(session_id=SESSION, message=message))
    lines.show(whole(ToolPart(tool="read", call_id="c1", input={"file_path": "a"})))
    assert written == []
    assert lines.call("c1") is not None
    assert len(written) == 1
