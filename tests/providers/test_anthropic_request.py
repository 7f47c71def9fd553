"""Request bodies for Anthropic Messages."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from pycode.providers.anthropic_request import AnthropicRequests
from pycode.providers.profiles import profile_for
from pycode.providers.question import Question

MODEL = "claude-haiku-4-5"
MARK = {"cache_control": {"type": "ephemeral"}}
PNG = {"type": "image", "media_type": "image/png", "data": "aGk="}


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(ident: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": ident, "name": "bash", "arguments": arguments}


def result(ident: str, content: str, *, is_error: bool = False) -> dict[str, Any]:
    block = {"type": "tool_result", "id": ident, "name": "bash", "content": content}
    return {**block, "is_error": is_error}


def build(messages: list[dict[str, Any]], model: str = MODEL, **more: Any) -> dict[str, Any]:
    raw = build_raw(AnthropicRequests(), messages, model, **more)
    body: dict[str, Any] = json.loads(raw)
    return body


def build_raw(
    requests: AnthropicRequests, messages: list[dict[str, Any]], model: str = MODEL, **more: Any
) -> bytes:
    return requests.body(Question.of(model, profile_for("anthropic", model), messages, **more))


def rendered(messages: list[dict[str, Any]], model: str = MODEL) -> list[tuple[str, list[Any]]]:
    """Return role and blocks of the messages, without the cache marks."""
    found = build(messages, model)["messages"]
    plain = [[{k: v for k, v in b.items() if k not in MARK} for b in m["content"]] for m in found]
    return [(m["role"], blocks) for m, blocks in zip(found, plain, strict=True)]


def test_a_whole_request() -> None:
    tools = [
        {"name": "a", "description": "A", "parameters": {"type": "object"}},
        {"name": "b", "description": "B", "parameters": {"type": "object"}},
    ]
    body = build(
        [user(text("Hi"), PNG)],
        system="Be short.",
        tools=tools,
        temperature=0.5,
        max_tokens=99,
        options={"tool_choice": {"type": "auto"}, "unknown": 1},
    )
    assert body == {
        "model": MODEL,
        "max_tokens": 99,
        "stream": True,
        "temperature": 0.5,
        "tool_choice": {"type": "auto"},
        "tools": [
            {"name": "a", "description": "A", "input_schema": {"type": "object"}},
            {"name": "b", "description": "B", "input_schema": {"type": "object"}, **MARK},
        ],
        "system": [{"type": "text", "text": "Be short.", **MARK}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Hi"},
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
                        **MARK,
                    },
                ],
            }
        ],
    }


def test_the_least_request() -> None:
    assert build([{"role": "user", "content": "Hi"}], "unheard-of") == {
        "model": "unheard-of",
        "max_tokens": 8192,
        "stream": True,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi", **MARK}]}],
    }


def test_limits_and_sampling_follow_the_profile() -> None:
    new = build([user(text("Hi"))], "claude-sonnet-5-5", temperature=0.5)
    assert new["max_tokens"] == 32_000
    assert new["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert "temperature" not in new
    assert build([user(text("Hi"))], "claude-3-5-haiku-latest")["max_tokens"] == 8192


@pytest.mark.parametrize(
    ("model", "level", "wanted"),
    [
        ("claude-sonnet-5-5", "off", {}),
        ("claude-sonnet-5-5", "max", {"effort": "max"}),
        ("claude-opus-4-5", None, {}),
        ("claude-opus-4-5", "off", {}),
        ("claude-opus-4-5", "low", {"budget": 4_096, "limit": 36_096}),
        ("claude-opus-4-5", "max", {"budget": 32_000, "limit": 64_000}),
        ("claude-3-5-haiku-latest", "high", {"limit": 8_192}),
    ],
)
def test_how_much_to_think(model: str, level: str | None, wanted: dict[str, Any]) -> None:
    body = build([user(text("Hi"))], model, temperature=0.5, options={"thinking": level})
    thinking = body.get("thinking", {})
    found = {
        "effort": body.get("output_config", {}).get("effort"),
        "budget": thinking.get("budget_tokens"),
    }
    assert {key: value for key, value in found.items() if value} == {
        key: value for key, value in wanted.items() if key != "limit"
    }
    assert body["max_tokens"] == wanted.get("limit", 32_000)
    # Sampling may not be changed while a model thinks.
    assert not (thinking and "temperature" in body)


def test_a_budget_that_the_limit_leaves_no_room_for() -> None:
    asked: dict[str, Any] = {"options": {"thinking": "high"}}
    body = build([user(text("Hi"))], "claude-opus-4-5", max_tokens=8_000, **asked)
    assert (body["max_tokens"], body["thinking"]["budget_tokens"]) == (8_000, 4_000)
    assert "thinking" not in build([user(text("Hi"))], "claude-opus-4-5", max_tokens=2_000, **asked)


def test_an_answer_that_follows_a_schema() -> None:
    options = {"schema": {"type": "object"}, "thinking": "low"}
    body = build([user(text("Hi"))], "claude-sonnet-5-5", options=options)
    wanted = {"type": "json_schema", "schema": {"type": "object"}}
    assert body["output_config"] == {"effort": "low", "format": wanted}


def test_results_come_first_and_together() -> None:
    messages: list[dict[str, Any]] = [
        user(text("Go.")),
        assistant(text("Sure."), call("a", x=1), call("b")),
        user(text("Wait!"), result("b", "two", is_error=True)),
        user(result("a", "one"), text("Really.")),
    ]
    assert rendered(messages) == [
        ("user", [{"type": "text", "text": "Go."}]),
        (
            "assistant",
            [
                {"type": "text", "text": "Sure."},
                {"type": "tool_use", "id": "a", "name": "bash", "input": {"x": 1}},
                {"type": "tool_use", "id": "b", "name": "bash", "input": {}},
            ],
        ),
        (
            "user",
            [
                {"type": "tool_result", "tool_use_id": "a", "content": "one"},
                {"type": "tool_result", "tool_use_id": "b", "content": "two", "is_error": True},
                {"type": "text", "text": "Wait!"},
                {"type": "text", "text": "Really."},
            ],
        ),
    ]


def test_calls_without_results_and_results_without_calls() -> None:
    lost = {
        "type": "tool_result",
        "tool_use_id": "a",
        "content": "This call was interrupted; its result is not known.",
        "is_error": True,
    }
    messages = [user(text("Go."), result("z", "?")), assistant(call("a")), user(text("Well?"))]
    roles = rendered(messages)
    assert roles[0] == ("user", [{"type": "text", "text": "Go."}])
    assert roles[2] == ("user", [lost, {"type": "text", "text": "Well?"}])
    assert rendered(messages[:2])[2] == ("user", [lost])


def test_empty_text_is_dropped_and_neighbours_are_merged() -> None:
    messages: list[dict[str, Any]] = [
        user(text("a")),
        assistant(text(" \n")),
        user(text("b")),
        assistant(text("c")),
        assistant(text("d"), text("")),
        user(text("e")),
    ]
    assert [(role, [b["text"] for b in blocks]) for role, blocks in rendered(messages)] == [
        ("user", ["a", "b"]),
        ("assistant", ["c", "d"]),
        ("user", ["e"]),
    ]


def test_the_user_begins() -> None:
    assert rendered([assistant(text("a")), user(text("b"))])[0][0] == "user"
    assert rendered([])[0][0] == "user"


def test_white_space_at_the_end_of_a_last_answer_is_cut() -> None:
    messages = [user(text("a")), assistant(text("b"), text("c \n"))]
    assert rendered(messages)[-1] == ("assistant", [text("b"), text("c")])
    assert rendered([*messages, user(text("d"))])[1] == ("assistant", [text("b"), text("c \n")])
    only_space = [user(text("a")), assistant(text(" "))]
    assert rendered(only_space) == [("user", [text("a")])]


def test_ids_of_other_services_are_cleaned_on_both_sides() -> None:
    roles = rendered([user(text("a")), assistant(call("f:0/é")), user(result("f:0/é", "x"))])
    assert roles[1][1][0]["id"] == roles[2][1][0]["tool_use_id"] == "f_0__"
    long = "x" * 100
    roles = rendered([user(text("a")), assistant(call(long)), user(result(long, "x"))])
    assert roles[1][1][0]["id"] == roles[2][1][0]["tool_use_id"]
    assert len(roles[1][1][0]["id"]) <= 64


def test_only_its_own_reasoning_is_replayed() -> None:
    mine = {"protocol": "anthropic-messages", "model": MODEL}
    raw = {"type": "redacted_thinking", "data": "xyz"}
    reasoning = {
        "type": "reasoning",
        "text": "hm",
        "opaque": [
            {**mine, "signature": "s"},
            {**mine, "block": raw},
            {**mine, "model": "claude-other", "signature": "t"},
            {"protocol": "openai-chat", "model": MODEL, "field": "reasoning_content"},
            "strange",
        ],
    }
    tagged = {**call("a"), "opaque": [{**mine, "fields": {"caller": {"type": "code"}}}]}
    messages: list[dict[str, Any]] = [
        user(text("a")),
        assistant(reasoning, {"type": "reasoning", "text": "cut"}, tagged),
        user(result("a", "")),
    ]
    assert rendered(messages)[1][1] == [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        raw,
        {"type": "tool_use", "id": "a", "name": "bash", "input": {}, "caller": {"type": "code"}},
    ]
    assert rendered(messages)[2][1] == [{"type": "tool_result", "tool_use_id": "a"}]


def test_at_most_four_marks_that_move_with_the_last_user_messages() -> None:
    messages = [user(text("0"))]
    for number in range(5):
        messages += [assistant(call(f"c{number}")), user(result(f"c{number}", str(number)))]
    tool = {"name": "a", "description": "A", "parameters": {}}
    body = build(messages, system="S", tools=[tool])
    assert json.dumps(body).count('"cache_control"') == 4
    marked = [i for i, m in enumerate(body["messages"]) if "cache_control" in m["content"][-1]]
    assert marked == [8, 10]


def test_each_step_begins_with_the_one_before() -> None:
    requests, tools = AnthropicRequests(), [{"name": "a", "description": "A", "parameters": {}}]
    messages = [user(text("Go, grüezi."))]
    bodies = [build_raw(requests, messages, system="S", tools=tools)]
    for number in range(6):
        messages += [
            assistant(text("x"), call(f"c{number}")),
            user(result(f"c{number}", "out" * 50)),
        ]
        bodies.append(build_raw(requests, messages, system="S", tools=tools))
    mark = b',"cache_control":{"type":"ephemeral"}'
    for before, after in pairwise(bodies):
        # Byte for byte up to the first mark that moved, and all of it but for the marks.
        first = before.index(mark, before.index(b'"messages"'))
        assert after.startswith(before[:first])
        assert after.replace(mark, b"").startswith(before.replace(mark, b"").removesuffix(b"]}"))
    assert build_raw(AnthropicRequests(), messages, system="S", tools=tools) == bodies[-1]


def test_messages_are_serialised_once() -> None:
    requests = AnthropicRequests()
    messages = [user(text("first")), assistant(text("x")), user(text("second"))]
    build_raw(requests, messages)
    messages[0]["content"][0]["text"] = "changed against the contract"
    assert b"first" in build_raw(requests, messages)


def test_half_characters_are_sent_as_question_marks() -> None:
    assert rendered([user(text("a\ud800b"))]) == [("user", [text("a?b")])]
