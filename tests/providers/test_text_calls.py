"""Calls that a model printed as text: read where there is one reading, else left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.providers.text_calls import TextCall, calls_in_text

TOOLS: list[dict[str, Any]] = [
    {
        "name": "read",
        "description": "",
        "parameters": {
            "type": "object",
            "properties": {
                "path": {"type": "string"},
                "limit": {"type": "integer"},
                "mode": {"type": ["string", "null"], "enum": ["text", "hex", None]},
                "lines": {"type": "array"},
            },
            "required": ["path"],
        },
    },
    {"name": "todo", "description": "", "parameters": {"type": "object", "properties": {}}},
]
READ = TextCall("read", {"path": "a.py"})


def call(**arguments: Any) -> str:
    return json.dumps({"name": "read", "arguments": arguments})


@pytest.mark.parametrize(
    "text",
    [
        call(path="a.py"),
        f"\n{call(path='a.py')}\n",
        f"[{call(path='a.py')}]",
        f"```json\n{call(path='a.py')}\n```",
        f"```\n{call(path='a.py')}\n```",
        f"<tool_call>\n{call(path='a.py')}\n</tool_call>",
        f"[TOOL_CALLS][{call(path='a.py')}]",
        f"[TOOL_CALLS] {call(path='a.py')}",
        '[TOOL_CALLS]read[ARGS]{"path": "a.py"}',
        '[TOOL_CALLS]read{"path": "a.py"}',
        '<|python_tag|>{"name": "read", "parameters": {"path": "a.py"}}',
        '{"name": "read", "arguments": "{\\"path\\": \\"a.py\\"}"}',
        '{"type": "function", "function": {"name": "read", "parameters": {"path": "a.py"}}}',
        '{"id": "1", "type": "function", "name": "read", "parameters": {"path": "a.py"}}',
        '<function=read>{"path": "a.py"}</function>',
        "<function=read>\n<parameter=path>\na.py\n</parameter>\n</function>",
        "<tool_call>\n<function=read>\n<parameter=path>\na.py\n</parameter>\n</function>\n</tool_call>",
    ],
)
def test_what_local_models_print(text: str) -> None:
    assert calls_in_text(text, TOOLS) == ("", [READ])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Done.",
        "{}",
        "[]",
        "[1]",
        '{"name": "read"}',
        '{"name": ["read"], "arguments": {"path": "a.py"}}',
        '{"name": "read", "arguments": {"path": "a.py"}, "why": "x"}',
        '{"path": "a.py"}',
        '{"name": "write", "arguments": {"path": "a.py"}}',
        '{"name": "read", "arguments": {}}',
        '{"name": "read", "arguments": {"path": 3}}',
        '{"name": "read", "arguments": {"path": "a.py", "limit": true}}',
        '{"name": "read", "arguments": {"path": "a.py", "mode": "octal"}}',
        '{"name": "read", "arguments": {"path": "a.py", "colour": "red"}}',
        '{"name": "read", "arguments": ["a.py"]}',
        '{"name": "read", "arguments": "a.py"}',
        '{"name": "read", "arguments": {"path": "a.py"',
        f"You could write {call(path='a.py')}",
        f"For example:\n```json\n{call(path='a.py')}\n```",
        f"{call(path='a.py')} reads the file.",
        f"<tool_call>{call(path='a.py')}</tool_call> reads the file.",
        f"<tool_call>{call(path='a.py')}",
        f"<tool_call>{call(path='a.py')} or so</tool_call>",
        f"{call(path='a.py')}{call(paht='a.py')}",
        "<function=read>a.py</function>",
        "<function=read><parameter=path>a</parameter><parameter=path>b</parameter></function>",
        "<function=read><parameter=path>a</parameter><parameter=limit>many</parameter></function>",
        "[TOOL_CALLS]",
    ],
)
def test_what_is_not_to_be_read_as_calls(text: str) -> None:
    assert calls_in_text(text, TOOLS) is None


def test_words_before_a_mark_stay_words() -> None:
    text = f"I look into it.\n\n<tool_call>{call(path='a.py')}</tool_call>"
    assert calls_in_text(text, TOOLS) == ("I look into it.", [READ])


def test_several_calls() -> None:
    other = TextCall("todo", {})
    wrapped = f'<tool_call>{call(path="a.py")}</tool_call>\n<tool_call>{{"name": "todo", "arguments": {{}}}}</tool_call>'
    assert calls_in_text(wrapped, TOOLS) == ("", [READ, other])
    listed = f'[{call(path="a.py")}, {{"name": "todo", "arguments": {{}}}}]'
    assert calls_in_text(listed, TOOLS) == ("", [READ, other])


def test_the_schema_says_what_a_text_means() -> None:
    text = (
        "<function=read><parameter=path>12</parameter><parameter=limit>12</parameter>"
        "<parameter=lines>[1, 2]</parameter><parameter=mode>hex</parameter></function>"
    )
    arguments = {"path": "12", "limit": 12, "lines": [1, 2], "mode": "hex"}
    assert calls_in_text(text, TOOLS) == ("", [TextCall("read", arguments)])


def test_text_of_a_parameter_stays_as_it_is() -> None:
    code = "if a < b:\n    print('</b>')\n"
    text = f"<function=read><parameter=path>\n{code}\n</parameter></function>"
    found = calls_in_text(text, TOOLS)
    assert found is not None
    assert found[1][0].arguments == {"path": code}


@given(
    st.dictionaries(
        st.sampled_from(["path", "limit"]), st.one_of(st.text(), st.integers()), min_size=1
    )
)
def test_arguments_come_out_as_they_went_in(arguments: dict[str, Any]) -> None:
    fits = isinstance(arguments.get("path"), str) and isinstance(arguments.get("limit", 1), int)
    expected = ("", [TextCall("read", arguments)]) if fits else None
    assert calls_in_text(call(**arguments), TOOLS) == expected


@given(
    st.text(
        st.sampled_from('<>{}[]"/=|: \n`' + "abc"),
        max_size=60,
    ),
    st.sampled_from(
        ["", "<tool_call>", "[TOOL_CALLS]", "<function=read>", "```json\n", call(path="a")]
    ),
)
def test_any_text_is_read_or_left_alone(text: str, start: str) -> None:
    found = calls_in_text(start + text, TOOLS)
    if found is not None:
        assert all(item.name in {"read", "todo"} for item in found[1])


def test_long_nonsense_takes_no_time() -> None:
    for text in (
        "<tool_call>" * 20_000,
        "[" * 100_000,
        "<function=read>" + "<parameter=a>" * 50_000 + "</function>",
    ):
        assert calls_in_text(text, TOOLS) is None
