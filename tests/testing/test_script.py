"""The short form of scripts."""

from __future__ import annotations

from typing import Any

import pytest

from pycode.testing import (
    call,
    cut,
    hang,
    html,
    load_script,
    one_byte,
    raw,
    say,
    status,
    think,
    usage,
    wait,
)
from pycode.testing.script import Request, finish, finish_reason, items_of, turn_for


def test_scripts_as_json() -> None:
    text = """[
        [{"think": "Hm"}, {"say": ["a", "b"]}, {"call": "bash", "arguments": {"command": "ls"}, "id": "c1"}],
        {"status": 429, "body": {"a": 1}, "headers": {"retry-after": "1"}},
        [{"usage": {"input": 3}}, {"finish": "length"}, {"wait": 0.5}, {"hang": true}, {"html": true}],
        [{"cut": true}, {"raw": "x"}, {"one_byte": true}, {"call": "read"}]
    ]"""
    assert load_script(text) == [
        [think("Hm"), say("a", "b"), call("bash", {"command": "ls"}, ident="c1")],
        [status(429, {"a": 1}, {"retry-after": "1"})],
        [usage(input=3), finish("length"), wait(0.5), hang(), html()],
        [cut(), raw("x"), one_byte(), call("read", {})],
    ]


@pytest.mark.parametrize(
    "text", ["{}", "[[{}]]", "[3]", '[{"shout": "x"}]', "nonsense", '[{"usage": {"x": 1}}]']
)
def test_what_is_no_script(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        load_script(text)


def test_turns() -> None:
    request = Request(1, "m", [])
    assert items_of(say("x"), request) == [say("x")]
    assert items_of(lambda r: [say(r.model)], request) == [say("m")]
    assert turn_for([say("a"), say("b")], 2) == say("b")
    assert turn_for([say("a")], 2) is None
    assert finish_reason([say("a"), call("x", {})]) == "tool_calls"
    assert finish_reason([call("x", {}), finish("pause")]) == "pause"


def test_what_a_request_tells_in_each_form() -> None:
    neutral: list[dict[str, Any]] = [
        {"role": "user", "content": "first"},
        {
            "role": "assistant",
            "content": [{"type": "tool_call", "id": "a", "name": "x", "arguments": {}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "id": "a", "name": "x", "content": "out"}],
        },
    ]
    anthropic: list[dict[str, Any]] = [
        *neutral[:2],
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "a", "content": "out"}],
        },
    ]
    openai: list[dict[str, Any]] = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "a", "content": "one"},
        {"role": "tool", "tool_call_id": "b", "content": "two"},
    ]
    assert Request(1, "m", neutral).results() == ["out"]
    assert Request(1, "m", anthropic).results() == ["out"]
    assert Request(1, "m", openai).results() == ["one", "two"]
    for messages in (neutral, anthropic, openai):
        assert Request(1, "m", messages).prompt() == "first"
    assert Request(1, "m", neutral[:1]).results() == []
    assert Request(1, "m", []).prompt() == ""
