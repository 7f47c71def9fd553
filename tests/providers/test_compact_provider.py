"""A model that is put to work in actions looks to everybody else like one that makes ordinary calls."""

from __future__ import annotations

from typing import Any

import pytest

from pycode.core.errors import NetworkError
from pycode.providers.base import StreamEvent
from pycode.providers.compact_data import COMPACT
from pycode.providers.compact_provider import CompactProvider
from pycode.testing import ScriptedProvider, call, fail, finish, say, usage

PATH = {"file_path": {"type": "string", "enum": ["a.py", "b.py"]}}
TOOLS: list[dict[str, Any]] = [
    {"name": name, "description": "", "parameters": {"type": "object", "properties": PATH}}
    for name in ("read", "edit", "write", "grep", "bash")
]
ASK = {"role": "user", "content": [{"type": "text", "text": "Say it."}]}


def step(name: str, arguments: dict[str, Any], result: str) -> list[dict[str, Any]]:
    """Return the messages of one call and its result."""
    made = {"type": "tool_call", "id": name, "name": name, "arguments": arguments}
    back = {"type": "tool_result", "id": name, "name": name, "content": result, "is_error": False}
    return [{"role": "assistant", "content": [made]}, {"role": "user", "content": [back]}]


READ = step("read", {"file_path": "a.py"}, "1\tdef f():\n2\t    return 1")


async def asked(
    script: Any, *messages: dict[str, Any], grammar: bool = True, **options: Any
) -> tuple[list[StreamEvent], ScriptedProvider]:
    inner = ScriptedProvider(script)
    provider = CompactProvider(inner, COMPACT, grammar=grammar)
    stream = provider.stream("m", [ASK, *messages], system="Tests: t", tools=TOOLS, **options)
    return [event async for event in stream], inner


def calls(events: list[StreamEvent]) -> list[tuple[str, Any]]:
    ends = [event.data for event in events if event.type == "tool_call_end"]
    return [(data["name"], data.get("arguments", data.get("arguments_raw"))) for data in ends]


def text_of(events: list[StreamEvent]) -> list[str]:
    return [event.data["text"] for event in events if event.type == "text_delta"]


async def test_an_action_becomes_a_call() -> None:
    events, inner = await asked([say('{"action":"read",', '"path":"a.py"}')])
    assert calls(events) == [("read", {"file_path": "a.py"})]
    assert events[-1].type == "finish"
    assert events[-1].data["reason"] == "tool_calls"
    assert text_of(events) == []
    [request] = inner.requests
    assert request.tools == []
    assert request.options["temperature"] == 0
    assert 'path ::= "\\"a.py\\"" | "\\"b.py\\""' in request.options["grammar"]
    assert request.system is not None
    assert '{"action":"read","path":"FILE"}' in request.system
    assert request.messages[-1]["content"] == "Files:\na.py\nb.py\nTests: t\n\nTask: Say it."


async def test_the_beginning_is_the_same_in_every_project() -> None:
    _, first = await asked([say("{}")])
    _, second = await asked([say("{}")], *READ)
    count = len(first.requests[0].messages) - 1
    assert first.requests[0].messages[:count] == second.requests[0].messages[:count]
    assert first.requests[0].system == second.requests[0].system


async def test_an_answer_comes_as_it_is_written() -> None:
    pieces = ('{"action":"ans', 'wer","text":"a\\', "n\\u00e", '9b\\"c', '"}')
    events, _ = await asked([say(*pieces)], *READ)
    assert text_of(events) == ["a", "\n", 'éb"c']
    assert events[-1].data["reason"] == "stop"
    assert calls(events) == []


async def test_code_is_asked_for_in_a_second_question() -> None:
    action = say('{"action":"edit","path":"a.py","old":"def f():"}')
    code = say("```python\ndef f():\n    return 2\n```")
    events, inner = await asked(
        [[action, usage(input=10, output=5)], [code, usage(input=20, output=7)]], *READ
    )
    edit = {
        "file_path": "a.py",
        "old_string": "def f():\n    return 1",
        "new_string": "def f():\n    return 2",
    }
    assert calls(events) == [("edit", edit)]
    assert events[-1].data["usage"]["input"] == 30
    assert events[-1].data["usage"]["output"] == 12
    [question] = inner.requests[1].messages
    assert "def f():\n    return 1" in question["content"]
    assert '"def f"' in inner.requests[1].options["grammar"]


async def test_what_failed_is_run_again_behind_a_change() -> None:
    ask = {"role": "user", "content": [{"type": "text", "text": "Fix the bug."}]}
    ran = step("bash", {"command": "t"}, "Traceback (most recent call last):\n[exit code 1]")
    script = [
        say('{"action":"edit","path":"a.py","old":"def f():"}'),
        say("```python\ndef f():\n    return 2\n```"),
    ]
    events, _ = await asked(script, ask, *ran, *READ)
    assert [name for name, _ in calls(events)] == ["edit", "bash"]
    assert calls(events)[1][1] == {"command": "t"}


async def test_another_try_is_another_sample() -> None:
    refused = step("edit", {"file_path": "a.py"}, "[not done]")
    _, inner = await asked([say("{}")], *READ, *refused, *refused)
    options = inner.requests[0].options
    assert (options["temperature"], options["seed"]) == (COMPACT.temperature, 2)


async def test_code_that_was_cut_is_not_run() -> None:
    script = [
        say('{"action":"write","path":"c.py"}'),
        [say("```python\nx = "), finish("length")],
    ]
    events, _ = await asked(script, *READ)
    assert calls(events) == [("write", "```python\nx = ")]
    assert events[-1].data["reason"] == "length"


async def test_words_without_an_action_are_the_answer() -> None:
    events, inner = await asked([say("It is 4.")], *READ, grammar=False)
    assert text_of(events) == ["It is 4."]
    assert "grammar" not in inner.requests[0].options


async def test_a_broken_action_never_runs() -> None:
    events, _ = await asked([say('{"action":"run","command":"rm ')], grammar=False)
    [(name, raw)] = calls(events)
    assert (name, raw) == ("bash", '{"action":"run","command":"rm ')
    assert events[-1].data["reason"] == "tool_calls"


async def test_actions_of_tools_that_are_not_there_are_not_offered() -> None:
    inner = ScriptedProvider([say("{}")])
    provider = CompactProvider(inner, COMPACT, grammar=True)
    stream = provider.stream("m", [ASK], tools=[tool for tool in TOOLS if tool["name"] == "read"])
    assert [event async for event in stream]
    assert inner.requests[0].system is not None
    assert '"run"' not in inner.requests[0].system
    assert "run ::=" not in inner.requests[0].options["grammar"]


async def test_a_failure_comes_through() -> None:
    error = NetworkError("gone")
    with pytest.raises(NetworkError, match="gone"):
        await asked([fail(error)])


async def test_a_call_in_the_form_of_the_protocol_is_passed_on() -> None:
    events, _ = await asked([call("read", {"file_path": "a.py"})], grammar=False)
    assert calls(events)[0] == ("read", {"file_path": "a.py"})
