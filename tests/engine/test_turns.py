"""Turns through the engine's front door: what the model is sent, what is logged, how a turn ends."""

from __future__ import annotations

import itertools

import pytest
from dirty_equals import IsPositiveInt, IsStr
from tests.support.engine import MakeBench, NoteTool

from pycode.core import StepFinishPart, TextPart, ToolPart
from pycode.core.errors import (
    BadRequestError,
    NetworkError,
    OverloadedError,
    StorageError,
    UsageError,
)
from pycode.core.events import PartDelta, PartUpdated, SessionError, SessionIdle
from pycode.providers.base import StreamEvent
from pycode.providers.profiles import Prices
from pycode.testing import call, cut, fail, finish, hang, say, think, usage


async def test_a_question_gets_its_answer(bench: MakeBench) -> None:
    b = bench([[say("Hel", "lo"), usage(input=10, output=2)]])
    answer = await b.ask("hi")
    assert answer.get_text_content() == "Hello"
    assert b.reason == "done"
    assert "".join(e.text for e in b.seen(PartDelta)) == "Hello"
    [request] = b.provider.requests
    assert request.messages == [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]
    assert request.system is not None
    assert "PyCode" in request.system
    finish_part = next(p for p in answer.parts if isinstance(p, StepFinishPart))
    assert finish_part.usage["input"] == 10
    assert finish_part.reason == "stop"


async def test_a_provider_that_yields_only_text_is_enough(bench: MakeBench) -> None:
    b = bench(
        [[StreamEvent("text_delta", {"text": "a"}), StreamEvent("text_delta", {"text": "b"})]]
    )
    answer = await b.ask("hi")
    assert answer.get_text_content() == "ab"
    assert [p.type for p in answer.parts] == ["step-start", "text", "step-finish"]


async def test_calls_run_and_their_results_go_back(bench: MakeBench) -> None:
    tool = NoteTool("note")
    tool.result.output = "noted"
    b = bench([[say("First."), call("note", {"text": "a"}, ident="c1")], say("Done.")], [tool])
    answer = await b.ask("go")
    assert answer.get_text_content() == "Done."
    assert tool.notes == ["begin a", "end a"]
    assert b.provider.requests[1].messages[1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "First."},
                {"type": "tool_call", "id": "c1", "name": "note", "arguments": {"text": "a"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "id": "c1",
                    "name": "note",
                    "content": "noted",
                    "is_error": False,
                }
            ],
        },
    ]
    statuses = [e.part.status for e in b.seen(PartUpdated) if isinstance(e.part, ToolPart)]
    assert statuses == ["pending", "pending", "running", "completed"]


async def test_the_prefix_of_every_request_is_the_same_objects(bench: MakeBench) -> None:
    tool = NoteTool("note")
    steps = [call("note", {"text": str(n)}) for n in range(5)]
    b = bench([*steps, say("ok")], [tool])
    await b.ask("go")
    requests = b.provider.requests
    for earlier, later in itertools.pairwise(requests):
        assert later.system == earlier.system
        assert later.tools == earlier.tools
        kept = later.messages[: len(earlier.messages)]
        assert all(a is b for a, b in zip(earlier.messages, kept, strict=True))


async def test_reasoning_goes_back_to_its_model_with_what_must_be_replayed(
    bench: MakeBench,
) -> None:
    b = bench(
        [[think("hm", signature="s1"), call("note", {"text": "a"})], say("ok")], [NoteTool("note")]
    )
    await b.ask("go")
    block = b.provider.requests[1].messages[1]["content"][0]
    assert block == {"type": "reasoning", "text": "hm", "opaque": [{"signature": "s1"}]}


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (call("nte", {"text": "a"}), "note"),
        (call("note", '{"text": "a'), "not a JSON object"),
        (call("note", "[1]"), "not a JSON object"),
        (call("note", {}), "text"),
        (call("note", {"text": ["a", 1]}), "text"),
    ],
)
async def test_a_wrong_call_is_a_result_that_says_what_was_wrong(
    bench: MakeBench, made: object, told: str
) -> None:
    tool = NoteTool("note")
    b = bench([made, say("ok")], [tool])
    await b.ask("go")
    [result] = b.provider.requests[1].messages[-1]["content"]
    assert result["is_error"]
    assert told in result["content"]
    assert tool.notes == []
    assert b.reason == "done"


async def test_a_tools_failure_is_a_result(bench: MakeBench) -> None:
    tool = NoteTool("note")
    tool.result.error = "it broke"
    tool.result.output = "so far: 1"
    b = bench([call("note", {"text": "a"}), say("ok")], [tool])
    await b.ask("go")
    [result] = b.provider.requests[1].messages[-1]["content"]
    assert result["content"] == "it broke\nso far: 1"
    assert result["is_error"]


async def test_the_step_limit_stops_the_turn_after_its_calls(bench: MakeBench) -> None:
    tool = NoteTool("note")
    b = bench(lambda r: call("note", {"text": str(r.number)}), [tool], max_steps=3)
    await b.ask("go")
    assert b.reason == "limit"
    assert len(b.provider.requests) == 3
    assert len(tool.notes) == 6


async def test_a_limit_given_with_the_prompt_wins(bench: MakeBench) -> None:
    b = bench(lambda r: call("note", {"text": str(r.number)}), [NoteTool("note")], max_steps=9)
    await b.ask("go", limits={"max_steps": 2})
    assert len(b.provider.requests) == 2


async def test_the_same_call_again_and_again_stops_an_unattended_turn(bench: MakeBench) -> None:
    tool = NoteTool("note")
    b = bench(lambda r: call("note", {"text": "a"}), [tool])
    await b.ask("go")
    assert b.reason == "repeated"
    assert tool.notes == ["begin a", "end a"] * 2
    assert len(b.provider.requests) == 3


async def test_equal_calls_with_others_between_are_no_repetition(bench: MakeBench) -> None:
    script = [call("note", {"text": "ab"[n % 2]}) for n in range(8)]
    b = bench([*script, say("ok")], [NoteTool("note")])
    await b.ask("go")
    assert b.reason == "done"


async def test_a_response_cut_in_a_call_runs_nothing_and_is_asked_for_again(
    bench: MakeBench,
) -> None:
    tool = NoteTool("note")
    script = [
        [say("I try"), call("note", {"text": "a"}), cut()],
        [call("note", {"text": "b"})],
        say("ok"),
    ]
    b = bench(script, [tool])
    answer = await b.ask("go")
    assert tool.notes == ["begin b", "end b"]
    assert answer.get_text_content() == "ok"
    [result] = b.provider.requests[1].messages[-1]["content"]
    assert "broke before its end" in result["content"]


async def test_text_that_was_cut_is_asked_for_again_and_not_sent_back(bench: MakeBench) -> None:
    b = bench([[say("half an ans"), cut()], say("The answer.")])
    answer = await b.ask("go")
    assert answer.get_text_content() == "The answer."
    assert b.provider.requests[1].messages == b.provider.requests[0].messages
    broken = b.engine.messages(b.session_id)[1]
    assert broken.get_text_content() == "half an ans"
    assert broken.error == IsStr(regex=".*cut.*")


async def test_a_stream_that_always_breaks_ends_the_turn_and_keeps_the_text(
    bench: MakeBench,
) -> None:
    b = bench(lambda r: [say(f"try {r.number}"), cut()])
    await b.ask("go")
    assert b.reason == "error"
    assert len(b.provider.requests) == 3
    [error] = b.seen(SessionError)
    assert error.code == "network"
    texts = [m.get_text_content() for m in b.engine.messages(b.session_id)]
    assert texts == ["go", "try 1", "try 2", "try 3"]


@pytest.mark.parametrize("error", [BadRequestError("no such field"), OverloadedError("overloaded")])
async def test_a_failure_before_anything_arrived_ends_the_turn(
    bench: MakeBench, error: NetworkError
) -> None:
    b = bench([fail(error), say("again")])
    await b.ask("go")
    assert b.reason == "error"
    [event] = b.seen(SessionError)
    assert event.message == str(error)
    # The session is usable afterwards, and the failed answer is not sent back.
    answer = await b.ask("again")
    assert answer.get_text_content() == "again"
    assert [m["role"] for m in b.provider.requests[1].messages] == ["user", "user"]


async def test_an_answer_cut_by_the_output_limit_runs_no_call(bench: MakeBench) -> None:
    tool = NoteTool("note")
    b = bench([[call("note", {"text": "a"}), finish("length")], say("ok")], [tool])
    await b.ask("go")
    assert tool.notes == []
    [result] = b.provider.requests[1].messages[-1]["content"]
    assert "output limit" in result["content"]


@pytest.mark.parametrize(
    ("reason", "ends"), [("length", "length"), ("content_filter", "content_filter")]
)
async def test_how_the_last_answer_ended_is_how_the_turn_ended(
    bench: MakeBench, reason: str, ends: str
) -> None:
    b = bench([[say("so"), finish(reason)]])
    await b.ask("go")
    assert b.reason == ends


async def test_a_pause_goes_on_with_the_message_sent_back(bench: MakeBench) -> None:
    b = bench([[say("thinking"), finish("pause")], say("done")])
    answer = await b.ask("go")
    assert answer.get_text_content() == "done"
    assert b.provider.requests[1].messages[-1]["role"] == "assistant"


@pytest.mark.parametrize("empty", ["", "  \n", [TextPart(text=" ")], []])
async def test_an_empty_prompt_is_refused(bench: MakeBench, empty: object) -> None:
    b = bench([])
    with pytest.raises(UsageError, match="empty"):
        await b.engine.submit(b.session_id, empty)  # type: ignore[arg-type]


async def test_the_same_prompt_twice_is_one_message(bench: MakeBench) -> None:
    b = bench([say("one"), say("two")])
    await b.ask("hi", message_id="msg_00000000000000000000000001")
    await b.engine.submit(b.session_id, "hi", message_id="msg_00000000000000000000000001")
    assert len(b.provider.requests) == 1
    with pytest.raises(StorageError, match="other content"):
        await b.engine.submit(b.session_id, "ho", message_id="msg_00000000000000000000000001")


async def test_the_first_prompt_names_the_session(bench: MakeBench, tmp_path: object) -> None:
    b = bench([say("one")])
    await b.ask("  fix the\nfailing   test ")
    [info] = b.engine.sessions()
    assert info.title in {"fix the failing test", "New session"}
    await b.engine.release(b.session_id)
    [info] = b.engine.sessions()
    assert info.title == "fix the failing test"
    assert info.updated == IsPositiveInt


@pytest.mark.parametrize(
    ("limits", "requests", "told"),
    [
        ({"max_tokens": 25}, 3, "25 tokens"),
        ({"max_cost": 0.02}, 2, "$0.02"),
        ({"max_steps": 1}, 1, "1 steps"),
    ],
)
async def test_what_a_turn_may_use_is_counted(
    bench: MakeBench, limits: dict[str, float], requests: int, told: str
) -> None:
    def step(request: object) -> list[object]:
        return [call("note", {"text": str(request)}), usage(input=6, output=4)]

    b = bench(step, [NoteTool("note")], prices=Prices(1000, 1000, 0, 0))
    await b.ask("go", limits=limits)
    assert (b.reason, len(b.provider.requests)) == ("limit", requests)
    assert told in str(b.seen(SessionIdle)[-1].detail)


async def test_a_turn_that_takes_too_long_is_stopped_and_keeps_what_was_done(
    bench: MakeBench,
) -> None:
    b = bench([[say("so far"), hang()], say("on")])
    await b.ask("go", limits={"max_time": 0.05})
    assert b.reason == "limit"
    assert "0.05 seconds" in str(b.seen(SessionIdle)[-1].detail)
    assert b.engine.messages(b.session_id)[-1].get_text_content() == "so far"
    assert (await b.ask("go on")).get_text_content() == "on"
