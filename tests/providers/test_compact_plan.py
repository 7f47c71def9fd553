"""What is plain from a request is done without asking the model."""

from __future__ import annotations

from typing import Any

from pycode.providers.base import StreamEvent
from pycode.providers.compact_data import COMPACT
from pycode.providers.compact_provider import CompactProvider
from pycode.testing import ScriptedProvider, say

FILES = ["a.py", "b.py", "c.md", "tests/test_a.py"]
PATH = {"file_path": {"type": "string", "enum": FILES}}
TOOLS: list[dict[str, Any]] = [
    {"name": name, "description": "", "parameters": {"type": "object", "properties": PATH}}
    for name in ("read", "edit", "write", "grep", "bash")
]
READ = ("read", {"file_path": "a.py"}, "1\tdef f():\n2\t    return 1")
WHOLE = "def f():\n    return 1"
MORE = "```python\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n```"
EDITED = ("edit", {"file_path": "a.py", "old_string": "x", "new_string": "y"}, "Edited a.py.")


async def next_of(
    request: str, *done: tuple[str, dict[str, Any], str], script: Any = ()
) -> tuple[list[StreamEvent], ScriptedProvider]:
    """Return what comes after some calls, and who was asked for it."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": request}]
    for number, (name, arguments, result) in enumerate(done):
        made = {"type": "tool_call", "id": f"{number}", "name": name, "arguments": arguments}
        back = {
            "type": "tool_result",
            "id": f"{number}",
            "name": name,
            "content": result,
            "is_error": False,
        }
        messages += [
            {"role": "assistant", "content": [made]},
            {"role": "user", "content": [back]},
        ]
    inner = ScriptedProvider(script)
    provider = CompactProvider(inner, COMPACT, grammar=True)
    stream = provider.stream("m", messages, system="Tests: t", tools=TOOLS)
    return [event async for event in stream], inner


def calls(events: list[StreamEvent]) -> list[tuple[str, Any]]:
    ends = [event.data for event in events if event.type == "tool_call_end"]
    return [(data["name"], data["arguments"]) for data in ends]


async def test_a_file_that_is_named_is_read_at_once() -> None:
    events, inner = await next_of("Add a function g() to a.py.")
    assert calls(events) == [("read", {"file_path": "a.py"})]
    assert events[-1].data["reason"] == "tool_calls"
    assert not inner.requests


async def test_the_file_that_has_to_change_is_asked_for_without_an_action() -> None:
    events, inner = await next_of("Add a function g() to a.py.", READ, script=[say(MORE)])
    new = MORE.removeprefix("```python\n").removesuffix("\n```")
    assert calls(events) == [
        ("edit", {"file_path": "a.py", "old_string": WHOLE, "new_string": new})
    ]
    [request] = inner.requests
    assert WHOLE in request.messages[0]["content"]


async def test_code_with_something_wrong_is_made_better() -> None:
    wrong = MORE.replace("return 2", "return x")
    events, inner = await next_of(
        "Add a function g() to a.py.", READ, script=[say(wrong), say(MORE)]
    )
    assert "return 2" in calls(events)[0][1]["new_string"]
    second = inner.requests[1].messages[0]["content"]
    assert "x is neither defined nor imported" in second
    assert "return x" in second


async def test_the_best_is_taken_where_all_have_something_wrong() -> None:
    script = [
        say(f"```python\n{WHOLE}\n\nz = {text}\n```") for text in ("q + g()", "f()", "q + r + g()")
    ]
    events, _ = await next_of("Add a function g() to a.py.", READ, script=script)
    assert "z = f()" in calls(events)[0][1]["new_string"]


async def test_code_that_would_only_do_harm_is_not_written() -> None:
    events, inner = await next_of(
        "Add a function g() to a.py.", READ, script=[say("```python\ndef f(:\n```")] * 3
    )
    [(name, arguments)] = calls(events)
    assert (name, arguments["new_string"]) == ("edit", WHOLE)
    assert len(inner.requests) == COMPACT.samples


async def test_a_model_that_goes_round_is_stopped() -> None:
    round_ = "    self.check(g(1), 1)\n"
    script = [say("```python\n", *[round_] * 50), say(MORE)]
    events, _ = await next_of("Add a function g() to a.py.", READ, script=script)
    assert "return 2" in calls(events)[0][1]["new_string"]


async def test_tests_run_behind_a_change() -> None:
    events, inner = await next_of("Add a function g() to a.py.", READ, EDITED)
    assert calls(events) == [("bash", {"command": "t"})]
    assert not inner.requests


async def test_in_the_end_the_model_says_what_was_done() -> None:
    ran = ("bash", {"command": "t"}, "[no output, exit code 0]")
    events, inner = await next_of(
        "Add a function g() to a.py.", READ, EDITED, ran, script=[say("I added", " g.")]
    )
    text = "".join(event.data["text"] for event in events if event.type == "text_delta")
    assert text == "I added g."
    assert events[-1].data["reason"] == "stop"
    question = inner.requests[0].messages[0]["content"]
    assert "-x\n+y" in question


async def test_what_a_failing_command_points_to_is_asked_for() -> None:
    ran = ("bash", {"command": "t"}, 'File "a.py", line 2, in f\nValueError\n[exit code 1]')
    events, _ = await next_of("The tests fail. Fix it.")
    assert calls(events) == [("bash", {"command": "t"})]
    events, _ = await next_of("The tests fail. Fix it.", ran)
    assert calls(events) == [("read", {"file_path": "a.py"})]
    events, _ = await next_of(
        "The tests fail. Fix it.", ran, READ, script=[say("```python\ndef f():\n    return 2\n```")]
    )
    assert [name for name, _ in calls(events)] == ["edit", "bash"]


async def test_a_fix_is_done_when_what_failed_runs_well() -> None:
    failed = ("bash", {"command": "t"}, "ValueError\n1 failed\n[exit code 1]")
    passed = ("bash", {"command": "t"}, "1 passed")
    script = [say("I corrected f.")]
    events, inner = await next_of(
        "The tests fail. Fix it.", failed, READ, EDITED, passed, script=script
    )
    assert events[-1].data["reason"] == "stop"
    assert "1 passed" in inner.requests[0].messages[0]["content"]


async def test_a_name_is_searched_where_no_file_is_named() -> None:
    events, _ = await next_of("Give Shelf a method oldest().")
    assert calls(events) == [("grep", {"pattern": "oldest"})]
    none = ("grep", {"pattern": "oldest"}, "No matches.")
    events, _ = await next_of("Give Shelf a method oldest().", none)
    assert calls(events) == [("grep", {"pattern": "Shelf"})]
    found = ("grep", {"pattern": "Shelf"}, "b.py\n1: class Shelf:")
    events, _ = await next_of("Give Shelf a method oldest().", none, found)
    assert calls(events) == [("read", {"file_path": "b.py"})]


async def test_tests_that_were_written_and_fail_are_corrected_one_by_one() -> None:
    written = (
        "write",
        {
            "file_path": "tests/test_b.py",
            "content": "import b\n\ndef test_b():\n    assert b.f() == 2\n",
        },
        "Created.",
    )
    failed = (
        "bash",
        {"command": "pytest"},
        "tests/test_b.py:4: AssertionError\n1 failed\n[exit code 1]",
    )
    events, inner = await next_of(
        "Write tests for b.py in tests/test_b.py.",
        ("read", {"file_path": "b.py"}, "1\tdef f():\n2\t    return 1"),
        written,
        failed,
        script=[say("```python\ndef test_b():\n    assert b.f() == 1\n```")],
    )
    [(name, arguments)] = calls(events)
    assert name == "edit"
    assert arguments["new_string"] == "def test_b():\n    assert b.f() == 1"
    assert "return 1" in inner.requests[0].messages[0]["content"]


async def test_what_the_request_leaves_open_the_model_chooses() -> None:
    script = [say('{"action":"answer","text":"It is 4."}')]
    _, inner = await next_of("How many are there?", script=script)
    assert len(inner.requests) == 1
    assert inner.requests[0].system is not None
