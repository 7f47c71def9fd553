"""Request bodies for Responses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pycode.providers.conversation import MISSING_RESULT
from pycode.providers.hosts import OPENAI_RESPONSES, Host, find_host
from pycode.providers.openai_responses_request import ResponsesRequests
from pycode.providers.profiles import Profile
from pycode.providers.question import Question

PLAIN = Host("plain", OPENAI_RESPONSES, "https://plain.test/v1")
THINKS = Profile(reasoning=True, reasoning_levels=("none", "low", "high"), temperature=False)
CALL = {"type": "tool_call", "id": "c1", "name": "bash", "arguments": {"command": "ls"}}
RESULT = {
    "type": "tool_result",
    "id": "c1",
    "name": "bash",
    "content": "a.py",
    "is_error": False,
}
WIRE_CALL = {
    "type": "function_call",
    "call_id": "c1",
    "name": "bash",
    "arguments": '{"command":"ls"}',
}
WIRE_RESULT = {"type": "function_call_output", "call_id": "c1", "output": "a.py"}
ITEM = {"type": "reasoning", "summary": [], "encrypted_content": "xyz"}


def build(
    messages: list[dict[str, Any]],
    profile: Profile = THINKS,
    host: Host = PLAIN,
    **more: Any,
) -> dict[str, Any]:
    question = Question.of("m", profile, messages, **more)
    body: dict[str, Any] = json.loads(ResponsesRequests(host).body(question))
    return body


def thought(model: str = "m", **value: Any) -> dict[str, Any]:
    opaque = {"protocol": "openai-responses", "model": model, **(value or {"item": ITEM})}
    return {"type": "reasoning", "text": "Hm.", "opaque": [opaque]}


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def test_a_whole_request() -> None:
    tool = {"name": "bash", "description": "Runs.", "parameters": {"type": "object"}}
    png = {"type": "image", "media_type": "image/png", "data": "aGk="}
    body = build(
        [
            user({"type": "text", "text": "List."}, png),
            assistant(thought(), {"type": "text", "text": "Yes."}, CALL),
            user({"type": "text", "text": "Now!"}, RESULT),
        ],
        system="Be short.",
        tools=[tool],
        temperature=0.5,
        max_tokens=99,
        options={"thinking": "max", "tool_choice": "auto", "unknown": 1, "session_id": "s"},
    )
    assert body == {
        "model": "m",
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"summary": "auto", "effort": "high"},
        "max_output_tokens": 99,
        "tool_choice": "auto",
        "tools": [{"type": "function", **tool, "strict": False}],
        "input": [
            {"role": "system", "content": "Be short."},
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "List."},
                    {
                        "type": "input_image",
                        "image_url": "data:image/png;base64,aGk=",
                        "detail": "auto",
                    },
                ],
            },
            ITEM,
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "Yes."}],
            },
            WIRE_CALL,
            WIRE_RESULT,
            {"role": "user", "content": [{"type": "input_text", "text": "Now!"}]},
        ],
    }


def test_a_model_that_does_not_reason() -> None:
    body = build([user()], Profile(), temperature=0.5, options={"thinking": "high"})
    assert body["temperature"] == 0.5
    assert "reasoning" not in body
    assert "include" not in body


def test_the_session_is_the_cache_key_where_the_host_takes_one() -> None:
    openai = find_host("openai")
    assert openai is not None
    body = build([], host=openai, options={"session_id": "ses_1"})
    assert body["prompt_cache_key"] == "ses_1"
    assert "prompt_cache_key" not in build([], options={"session_id": "ses_1"})


@pytest.mark.parametrize("strict", [True, False])
def test_an_answer_that_follows_a_schema(strict: bool) -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": not strict}
    body = build([], options={"schema": schema})
    expected = {"type": "json_schema", "name": "answer", "schema": schema, "strict": strict}
    assert body["text"] == {"format": expected}


def test_thoughts_go_back_right_before_what_they_led_to() -> None:
    second = ITEM | {"encrypted_content": "2"}
    messages = [
        assistant(thought(), CALL),
        user(RESULT),
        assistant(thought(item=second), {"type": "text", "text": "Done."}, thought()),
        assistant(thought("another")),
    ]
    kinds = [item.get("encrypted_content", item.get("type")) for item in build(messages)["input"]]
    # The last thought led to nothing; the service refuses such a one.
    assert kinds == ["xyz", "function_call", "function_call_output", "2", "message"]


def test_phases_go_back_on_their_message() -> None:
    said = {"type": "text", "text": "I look."}
    body = build([assistant(thought(phase="commentary"), said, {"type": "text", "text": "So."})])
    assert [message.get("phase") for message in body["input"]] == ["commentary", None]


def test_calls_without_results_and_results_without_calls() -> None:
    other = RESULT | {"id": "other"}
    body = build([assistant(CALL), user(other)])
    assert body["input"] == [WIRE_CALL, WIRE_RESULT | {"output": MISSING_RESULT}]


@pytest.mark.parametrize(
    ("item", "result"),
    [
        (
            {"type": "custom_tool_call", "name": "sql", "input": "SELECT 1"},
            {"type": "custom_tool_call_output", "call_id": "c1", "output": "a.py"},
        ),
        (
            {"type": "apply_patch_call", "operation": {}, "status": "completed"},
            {
                "type": "apply_patch_call_output",
                "call_id": "c1",
                "output": "a.py",
                "status": "completed",
            },
        ),
        (
            {"type": "local_shell_call", "action": {}},
            {"type": "local_shell_call_output", "id": "c1", "output": "a.py"},
        ),
        (
            {"type": "shell_call", "action": {}},
            {
                "type": "shell_call_output",
                "call_id": "c1",
                "output": [
                    {
                        "stdout": "a.py",
                        "stderr": "",
                        "outcome": {"type": "exit", "exit_code": 0},
                    }
                ],
            },
        ),
    ],
)
def test_calls_of_other_kinds(item: dict[str, Any], result: dict[str, Any]) -> None:
    opaque = {"protocol": "openai-responses", "model": "m", "item": item}
    body = build([assistant(CALL | {"opaque": [opaque]}), user(RESULT)])
    assert body["input"] == [item | {"call_id": "c1"}, result]
