"""Request bodies for Gemini."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pycode.providers.conversation import MISSING_RESULT, clean_name
from pycode.providers.failures import Service
from pycode.providers.gemini_request import UNSIGNED, GeminiRequests
from pycode.providers.gemini_stream import GeminiReader
from pycode.providers.profiles import Profile
from pycode.providers.question import Question

BUDGET = Profile(reasoning=True, reasoning_budget=(0, 24_576))
LEVELS = Profile(reasoning=True, reasoning_levels=("low", "high"))
CALL = {"type": "tool_call", "id": "c1", "name": "bash", "arguments": {"command": "ls"}}
RESULT = {
    "type": "tool_result",
    "id": "c1",
    "name": "bash",
    "content": "a.py",
    "is_error": False,
}
WIRE_CALL = {"functionCall": {"id": "c1", "name": "bash", "args": {"command": "ls"}}}
SAID = {"type": "text", "text": "Hello world"}


def build(messages: list[dict[str, Any]], profile: Profile = BUDGET, **more: Any) -> dict[str, Any]:
    question = Question.of("m", profile, messages, **more)
    body: dict[str, Any] = json.loads(GeminiRequests().body(question))
    return body


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def kept(model: str = "m", **value: Any) -> list[dict[str, Any]]:
    return [{"protocol": "gemini", "model": model, **value}]


def parts(*blocks: dict[str, Any], profile: Profile = BUDGET) -> Any:
    """Return the parts of an assistant message."""
    return build([user(SAID), assistant(*blocks)], profile)["contents"][1]["parts"]


def test_a_whole_request() -> None:
    parameters = {"type": "object", "properties": {"n": {"type": "integer", "default": 1}}}
    tools = [
        {"name": "bash", "description": "Runs.", "parameters": parameters},
        {"name": "now", "description": "Tells.", "parameters": {"type": "object"}},
    ]
    png = {"type": "image", "media_type": "image/png", "data": "aGk="}
    body = build(
        [user(SAID, png), assistant(CALL), user({"type": "text", "text": "Now!"}, RESULT)],
        system="Be short.",
        tools=tools,
        temperature=0.5,
        max_tokens=99,
        options={"thinking": "low", "unknown": 1, "labels": {"a": "b"}},
    )
    assert body == {
        "labels": {"a": "b"},
        "generationConfig": {
            "maxOutputTokens": 99,
            "temperature": 0.5,
            "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 4096},
        },
        "systemInstruction": {"parts": [{"text": "Be short."}]},
        "tools": [
            {
                "functionDeclarations": [
                    {
                        "name": "bash",
                        "description": "Runs.",
                        "parametersJsonSchema": {
                            "type": "object",
                            "properties": {"n": {"type": "integer"}},
                        },
                    },
                    {"name": "now", "description": "Tells."},
                ]
            }
        ],
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"text": "Hello world"},
                    {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
                ],
            },
            {"role": "model", "parts": [WIRE_CALL]},
            {
                "role": "user",
                "parts": [
                    {
                        "functionResponse": {
                            "id": "c1",
                            "name": "bash",
                            "response": {"output": "a.py"},
                        }
                    },
                    {"text": "Now!"},
                ],
            },
        ],
    }


def test_levels_of_thinking() -> None:
    def config(profile: Profile, level: str | None) -> Any:
        body = build([], profile, options={"thinking": level})
        return body.get("generationConfig", {}).get("thinkingConfig")

    assert config(LEVELS, "max") == {"includeThoughts": True, "thinkingLevel": "high"}
    assert config(LEVELS, None) == {"includeThoughts": True}
    assert config(BUDGET, "off") == {"includeThoughts": False, "thinkingBudget": 0}
    assert config(Profile(), "high") is None


def test_an_answer_that_follows_a_schema() -> None:
    schema = {"type": "object", "properties": {"a": {"const": "x"}}}
    config = build([], options={"schema": schema})["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    found = {"type": "object", "properties": {"a": {"enum": ["x"]}}}
    assert config["responseJsonSchema"] == found


def test_signatures_go_back_on_their_parts() -> None:
    signed = {
        "type": "reasoning",
        "text": "",
        "opaque": kept(signed=[[6, 11, "S1"], [11, 11, "S2"]]),
    }
    thought = {"type": "reasoning", "text": "Hm.", "opaque": kept(signature="S0")}
    alone = {"type": "reasoning", "text": "", "opaque": kept(part={"text": "", "x": 1})}
    call = CALL | {"opaque": kept(signature="S3")}
    assert parts(thought, SAID, signed, call, alone) == [
        {"text": "Hm.", "thought": True, "thoughtSignature": "S0"},
        {"text": "Hello "},
        {"text": "world", "thoughtSignature": "S1"},
        {"text": "", "thoughtSignature": "S2"},
        {**WIRE_CALL, "thoughtSignature": "S3"},
        {"text": "", "x": 1},
    ]


def test_what_was_read_goes_back_as_it_came(
    read: Callable[[GeminiReader, Iterable[bytes]], Any], service: Service
) -> None:
    came = [
        {"text": "Hm", "thought": True, "thoughtSignature": "S0"},
        {"text": "I look"},
        {"text": " now.", "thoughtSignature": "S1"},
        {**WIRE_CALL, "thoughtSignature": "S2"},
        {"text": "", "thoughtSignature": "S3"},
    ]
    events: list[dict[str, Any]] = [
        {"candidates": [{"content": {"parts": [part]}}]} for part in came
    ]
    events.append({"candidates": [{"finishReason": "STOP"}]})
    stream = [b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in events]
    assert parts(*_blocks(read(GeminiReader(service, "m"), stream))) == came


def _blocks(reading: Any) -> list[dict[str, Any]]:
    """Put events together to an assistant message, as the engine does."""
    blocks: list[dict[str, Any]] = []
    for event in reading.events:
        kind, _, step = event.type.rpartition("_")
        if kind in ("text", "reasoning") and step == "start":
            blocks.append({"type": kind, "text": ""})
        elif kind in ("text", "reasoning") and step == "delta":
            blocks[-1]["text"] += event.data["text"]
        elif event.type == "tool_call_start":
            blocks.append({"type": "tool_call", **event.data})
        elif event.type == "tool_call_end":
            blocks[-1]["arguments"] = event.data["arguments"]
        elif event.type == "opaque":
            blocks[-1].setdefault("opaque", []).append(event.data["value"])
    return blocks


def test_the_first_call_of_a_step_has_a_signature_since_gemini_3() -> None:
    foreign = CALL | {"opaque": kept("another", signature="S")}
    second = CALL | {"id": "c2"}
    found = parts(foreign, second, profile=LEVELS)
    assert [part.get("thoughtSignature") for part in found] == [UNSIGNED, None]
    assert [part.get("thoughtSignature") for part in parts(foreign)] == [None]


def test_calls_without_results_and_results_without_calls() -> None:
    body = build([user(SAID), assistant(CALL), user(RESULT | {"id": "other"})])
    (answer,) = body["contents"][2]["parts"]
    assert answer["functionResponse"]["response"] == {"error": MISSING_RESULT}
    assert answer["functionResponse"]["name"] == "bash"


def test_the_user_begins_and_roles_take_turns() -> None:
    body = build([assistant(SAID), assistant(SAID), user(SAID), user(SAID)])
    assert [content["role"] for content in body["contents"]] == ["user", "model", "user"]
    assert [content["role"] for content in build([])["contents"]] == ["user"]


@pytest.mark.parametrize("name", ["git.log", "7up", "größe", "x" * 90])
def test_names_are_cleaned_everywhere(name: str) -> None:
    tool = {"name": name, "description": "", "parameters": {}}
    body = build(
        [user(SAID), assistant(CALL | {"name": name}), user(RESULT | {"name": name})], tools=[tool]
    )
    clean = clean_name(name)
    assert body["tools"][0]["functionDeclarations"][0]["name"] == clean
    assert body["contents"][1]["parts"][0]["functionCall"]["name"] == clean
    assert body["contents"][2]["parts"][0]["functionResponse"]["name"] == clean
