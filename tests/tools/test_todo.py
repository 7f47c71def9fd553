"""The list of steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from pycode.tools import ToolResult

Call = Callable[..., Awaitable[ToolResult]]


async def test_the_whole_list_is_kept(call: Call) -> None:
    todos = [
        {"content": "Read  the\ncode", "status": "completed"},
        {"content": "Fix it\u202e", "status": "In_Progress", "id": "7"},
        {"content": "Dance", "status": "cancelled"},
    ]
    result = await call("todo", todos=todos)
    assert result.metadata == {
        "todos": [
            {"content": "Read the code", "status": "completed"},
            {"content": "Fix it<U+202E>", "status": "in_progress"},
            {"content": "Dance", "status": "cancelled"},
        ]
    }
    assert (result.title, result.output, result.error) == (
        "todo 1 of 2 done",
        "[todo 1 of 2 done]",
        None,
    )


async def test_an_empty_list_clears(call: Call) -> None:
    result = await call("todo", todos=[])
    assert (result.title, result.metadata) == ("todo cleared", {"todos": []})


@pytest.mark.parametrize(
    ("todos", "reason"),
    [
        ([{"content": "x", "status": "done"}], 'todos[0].status: expected one of "pending", '),
        ([{"content": "x"}], "todos[0].status: required"),
        ([{"content": " ", "status": "pending"}], "todos[0].content is empty"),
        ([{"content": "x" * 501, "status": "pending"}], "longer than 500 characters"),
        ([{"content": "x", "status": "pending"}] * 101, "has 101 steps; at most 100"),
        ("x", "todos: expected array"),
    ],
)
async def test_what_is_no_list_is_explained(call: Call, todos: object, reason: str) -> None:
    result = await call("todo", todos=todos)
    assert reason in (result.error or "")
    assert result.metadata == {}
