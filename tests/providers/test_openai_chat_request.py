"""Request bodies for Chat Completions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pycode.providers.hosts import OPENAI_CHAT, Host, find_host
from pycode.providers.openai_chat_request import ChatRequests
from pycode.providers.profiles import Profile, profile_for
from pycode.providers.question import Question

PLAIN = Host("test", OPENAI_CHAT, "http://test")
CALL = {"type": "tool_call", "id": "call_1", "name": "bash", "arguments": {"command": "ls"}}
RESULT = {
    "type": "tool_result",
    "id": "call_1",
    "name": "bash",
    "content": "a.py",
    "is_error": False,
}
WIRE_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "bash", "arguments": '{"command":"ls"}'},
}


def build_raw(
    requests: ChatRequests, messages: list[dict[str, Any]], model: str = "m", **more: Any
) -> bytes:
    return requests.body(Question.of(model, profile_for("openai", model), messages, **more))


def build(
    messages: list[dict[str, Any]], model: str = "m", host: Host = PLAIN, **more: Any
) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(build_raw(ChatRequests(host), messages, model, **more))
    return body


def test_a_whole_request() -> None:
    tool = {"name": "bash", "description": "Runs.", "parameters": {"type": "object"}}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "List."},
        {"role": "assistant", "content": [{"type": "text", "text": "Yes."}, CALL]},
        {"role": "user", "content": [{"type": "text", "text": "Now!"}, RESULT]},
    ]
    options = {"seed": 7, "unknown": 1}
    body = build(
        messages, system="Be short.", tools=[tool], temperature=0.5, max_tokens=99, options=options
    )
    assert body == {
        "model": "m",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 99,
        "temperature": 0.5,
        "seed": 7,
        "tools": [{"type": "function", "function": tool}],
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "List."},
            {"role": "assistant", "content": "Yes.", "tool_calls": [WIRE_CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": "a.py"},
            {"role": "user", "content": "Now!"},
        ],
    }


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5.2-2026-01-01", "o3", "o4-mini", "gpt-6.1-sol"])
def test_reasoning_models_of_openai(model: str) -> None:
    body = build([{"role": "user", "content": "Hi"}], model, max_tokens=5, temperature=1.0)
    assert body["max_completion_tokens"] == 5
    assert "max_tokens" not in body
    assert "temperature" not in body


def test_images_need_parts_and_text_alone_is_a_string() -> None:
    image = {"type": "image", "media_type": "image/png", "data": "aGk="}
    words = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert build([{"role": "user", "content": words}])["messages"][0]["content"] == "a\n\nb"
    mixed = build([{"role": "user", "content": [words[0], image]}])["messages"][0]["content"]
    assert mixed == [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
    ]


def test_an_answer_of_calls_alone_has_null_content() -> None:
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [CALL]},
        {"role": "user", "content": [RESULT]},
    ]
    assert build(messages)["messages"][1] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [WIRE_CALL],
    }


@pytest.mark.parametrize(
    ("fields", "level", "wanted"),
    [
        ({"reasoning_levels": ("low", "high")}, None, {}),
        ({"reasoning_levels": ("low", "high")}, "medium", {"reasoning_effort": "low"}),
        ({}, "high", {}),
        ({"reasoning_switch": "thinking"}, "off", {"thinking": {"type": "disabled"}}),
        ({"reasoning_switch": "thinking"}, "low", {"thinking": {"type": "enabled"}}),
        (
            {"reasoning_switch": "thinking", "reasoning_levels": ("high", "max")},
            "max",
            {"thinking": {"type": "enabled"}, "reasoning_effort": "max"},
        ),
        ({"reasoning_switch": "enable_thinking"}, "off", {"enable_thinking": False}),
        (
            {"reasoning_switch": "enable_thinking", "reasoning_budget": (0, 9_000)},
            "max",
            {"enable_thinking": True, "thinking_budget": 9_000},
        ),
        ({"reasoning_switch": "reasoning"}, "off", {"reasoning": {"enabled": False}}),
        (
            {"reasoning_switch": "reasoning", "reasoning_levels": ("low", "high")},
            "high",
            {"reasoning": {"effort": "high"}},
        ),
        (
            {"reasoning_switch": "reasoning", "reasoning_levels": ("low", "xhigh", "max")},
            "max",
            {"reasoning": {"effort": "xhigh"}},
        ),
        (
            {"reasoning_switch": "reasoning", "reasoning_budget": (0, 50_000)},
            "low",
            {"reasoning": {"max_tokens": 4_096}},
        ),
        (
            {"reasoning_switch": "reasoning", "reasoning_budget": (0, 50_000)},
            "off",
            {"reasoning": {"enabled": False}},
        ),
        (
            {
                "reasoning_switch": "reasoning",
                "reasoning_levels": ("low", "high"),
                "reasoning_unasked": False,
            },
            "off",
            {},
        ),
    ],
)
def test_how_much_to_think(
    fields: dict[str, Any], level: str | None, wanted: dict[str, Any]
) -> None:
    profile = Profile(reasoning=bool(fields), **fields)
    question = Question.of("m", profile, [], options={"thinking": level})
    body = json.loads(ChatRequests(PLAIN).body(question))
    always = {"model", "stream", "stream_options", "messages"}
    assert {key: value for key, value in body.items() if key not in always} == wanted


def test_an_answer_that_follows_a_schema() -> None:
    schema = {"type": "object"}
    named = {"name": "answer", "schema": schema, "strict": False}
    body = build([], options={"schema": schema})
    assert body["response_format"] == {"type": "json_schema", "json_schema": named}


def test_the_session_is_the_cache_key_where_the_host_takes_one() -> None:
    keyed = Host("keyed", OPENAI_CHAT, "https://keyed.test/v1", prompt_cache_key=True)
    options = {"session_id": "ses_1"}
    assert build([], host=keyed, options=options)["prompt_cache_key"] == "ses_1"
    assert "prompt_cache_key" not in build([], options=options)
    for name, there in (("azure-openai", True), ("openai", False)):
        host = find_host(name)
        assert host is not None
        assert ("prompt_cache_key" in build([], host=host, options=options)) is there


def test_usage_is_asked_for_where_that_is_not_refused() -> None:
    assert build([])["stream_options"] == {"include_usage": True}
    for name in ("mistral", "cohere"):
        host = find_host(name)
        assert host is not None
        assert "stream_options" not in build([], host=host)


def test_a_host_that_cuts_answers_is_told_how_long_they_may_be() -> None:
    fireworks = find_host("fireworks")
    assert fireworks is not None
    assert "max_tokens" not in build([])
    assert build([], "unheard-of", host=fireworks)["max_tokens"] == 8_192
    assert build([], "gpt-4.1", host=fireworks)["max_tokens"] == 32_000
    assert build([], host=fireworks, max_tokens=5)["max_tokens"] == 5


def test_claude_at_a_gateway_is_asked_to_keep_the_prefix() -> None:
    for model, there in (("anthropic/claude-sonnet-5.5", True), ("openai/gpt-5.2", False)):
        question = Question.of(model, profile_for("openrouter", model), [])
        body = json.loads(ChatRequests(PLAIN).body(question))
        assert (body.get("cache_control") == {"type": "ephemeral"}) is there


def test_who_speaks_in_the_system_prompt() -> None:
    assert build([], "gpt-5", system="S")["messages"] == [{"role": "developer", "content": "S"}]
    assert build([], "gpt-4o", system="S")["messages"] == [{"role": "system", "content": "S"}]


def test_reasoning_goes_back_where_the_model_wants_it() -> None:
    opaque = {"protocol": "openai-chat", "model": "m", "field": "reasoning_content"}
    blocks = [{"type": "reasoning", "text": "Hm.", "opaque": [opaque]}, CALL]
    messages = [{"role": "assistant", "content": blocks}]
    for wanted, there in (("reasoning_content", True), ("reasoning_details", False), (None, False)):
        question = Question.of("m", Profile(reasoning_field=wanted), messages)
        first = json.loads(ChatRequests(PLAIN).body(question))["messages"][0]
        assert (first.get("reasoning_content") == "Hm.") is there


def test_reasoning_that_is_missed_has_a_stand_in() -> None:
    other = {"protocol": "openai-chat", "model": "other", "field": "reasoning_content"}
    thought = {"type": "reasoning", "text": "Hm.", "opaque": [other]}
    messages = [{"role": "assistant", "content": blocks} for blocks in ([thought, CALL], [CALL])]
    moonshot = find_host("moonshot")
    assert moonshot is not None
    for message in build(messages, host=moonshot)["messages"]:
        stand_in = " " if message["role"] == "assistant" else None
        assert message.get("reasoning_content") == stand_in
    assert "reasoning_content" not in build(messages)["messages"][0]


def test_calls_without_results_and_results_without_calls() -> None:
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": [{**RESULT, "id": "gone"}, {"type": "text", "text": "x"}]},
        {"role": "assistant", "content": [CALL]},
        {"role": "assistant", "content": "Hm."},
    ]
    assert [m["role"] for m in build(messages)["messages"]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]


def test_ids_that_are_too_long() -> None:
    ident = "call_" + "x" * 60
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [{**CALL, "id": ident}]},
        {"role": "user", "content": [{**RESULT, "id": ident}]},
    ]
    made = build(messages)["messages"]
    assert made[1]["tool_calls"][0]["id"] == made[2]["tool_call_id"]
    assert len(made[2]["tool_call_id"]) <= 40


def test_what_mistral_insists_on() -> None:
    mistral = find_host("mistral")
    assert mistral is not None
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [CALL]},
        {"role": "user", "content": [RESULT, {"type": "text", "text": "y"}]},
    ]
    made = build(messages, host=mistral)["messages"]
    assert [m["role"] for m in made] == ["user", "assistant", "tool", "assistant", "user"]
    ident = made[2]["tool_call_id"]
    assert made[1]["tool_calls"][0]["id"] == ident
    assert len(ident) == 9
    assert ident.isalnum()
    own: list[dict[str, Any]] = [
        messages[0],
        {"role": "assistant", "content": [{**CALL, "id": "abcDEF123"}]},
    ]
    assert build(own, host=mistral)["messages"][1]["tool_calls"][0]["id"] == "abcDEF123"


def test_reasoning_goes_back_only_where_it_came_from() -> None:
    mine = {"protocol": "openai-chat", "model": "m"}
    detail = {"type": "reasoning.encrypted", "data": "xyz"}
    blocks: list[dict[str, Any]] = [
        {"type": "reasoning", "text": "hm", "opaque": [{**mine, "reasoning_details": [detail]}]},
        {"type": "reasoning", "text": "so", "opaque": [{**mine, "field": "reasoning_content"}]},
        {"type": "reasoning", "text": "other", "opaque": [{"protocol": "anthropic-messages"}]},
        {"type": "reasoning", "text": "bare"},
        {"type": "text", "text": "Hi"},
    ]
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": blocks},
    ]
    said = {"role": "assistant", "content": "Hi"}
    assert build(messages)["messages"][1] == {**said, "reasoning_details": [detail]}
    assert build(messages, "other")["messages"][1] == said
    deepseek = find_host("deepseek")
    assert deepseek is not None
    assert build(messages, host=deepseek)["messages"][1]["reasoning_content"] == "so"


def test_each_step_begins_with_the_one_before() -> None:
    requests, tools = ChatRequests(PLAIN), [{"name": "a", "description": "A", "parameters": {}}]
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Go, grüezi."}]
    before = build_raw(requests, messages, system="S", tools=tools)
    for number in range(5):
        ident = f"call_{number}"
        messages.append({"role": "assistant", "content": [{**CALL, "id": ident}]})
        messages.append({"role": "user", "content": [{**RESULT, "id": ident}]})
        after = build_raw(requests, messages, system="S", tools=tools)
        assert after.startswith(before.removesuffix(b"]}") + b",")
        assert build_raw(ChatRequests(PLAIN), messages, system="S", tools=tools) == after
        before = after


def test_ids_that_are_counted() -> None:
    def step(ident: str, name: str) -> list[dict[str, Any]]:
        call = {"type": "tool_call", "id": ident, "name": name, "arguments": {}}
        result = {"type": "tool_result", "id": ident, "name": name, "content": "x"}
        return [{"role": "assistant", "content": [call]}, {"role": "user", "content": [result]}]

    first = {"role": "user", "content": "Go."}
    messages = [first, *step("call_abc", "bash"), *step("functions.read:1", "read")]
    profile = profile_for("together", "moonshotai/Kimi-K2.6")
    requests = ChatRequests(PLAIN)
    for count in (3, 5):
        question = Question.of("m", profile, messages[:count])
        body = json.loads(requests.body(question))
    calls = [call["id"] for said in body["messages"] for call in said.get("tool_calls", ())]
    results = [said["tool_call_id"] for said in body["messages"] if said["role"] == "tool"]
    assert calls == results == ["functions.bash:0", "functions.read:1"]
