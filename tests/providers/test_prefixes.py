"""Each step's request begins with what the one before said, over every protocol: services charge a tenth for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pycode.providers.anthropic_request import AnthropicRequests
from pycode.providers.gemini_request import GeminiRequests
from pycode.providers.hosts import Host, find_host
from pycode.providers.openai_chat_request import ChatRequests
from pycode.providers.openai_responses_request import ResponsesRequests
from pycode.providers.profiles import profile_for
from pycode.providers.question import Question, Requests

MARK = b',"cache_control":{"type":"ephemeral"}'
TOOLS = [{"name": "bash", "description": "Runs.", "parameters": {"type": "object"}}]


def opaque(protocol: str, model: str) -> dict[str, Any]:
    made: dict[str, dict[str, Any]] = {
        "anthropic-messages": {"signature": "s"},
        "openai-responses": {
            "item": {"type": "reasoning", "summary": [], "encrypted_content": "s"}
        },
        "openai-chat": {"field": "reasoning_content"},
        "gemini": {"signature": "s"},
    }
    return {"protocol": protocol, "model": model, **made[protocol]}


def conversation(protocol: str, model: str, steps: int) -> list[dict[str, Any]]:
    """Return the messages of a turn of several steps, with thoughts, two calls each."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Fix it."}]
    for number in range(steps):
        kept = [opaque(protocol, model)]
        calls = [
            {"type": "tool_call", "id": f"c{number}{i}", "name": "bash", "arguments": {"n": number}}
            for i in range(2)
        ]
        results = [
            {
                "type": "tool_result",
                "id": call["id"],
                "name": "bash",
                "content": f"out {number}",
                "is_error": False,
            }
            for call in calls
        ]
        thought = {"type": "reasoning", "text": f"Hm {number}.", "opaque": kept}
        said = {"type": "text", "text": f"Step {number}."}
        messages.append({"role": "assistant", "content": [thought, said, *calls]})
        messages.append({"role": "user", "content": results})
    return messages


def requests_of(protocol: str) -> tuple[Requests, Host, str]:
    """Return a request builder, its host and a model there that reasons."""
    name, model = {
        "anthropic-messages": ("anthropic", "claude-opus-4-5"),
        "openai-responses": ("openai", "gpt-5.2"),
        "openai-chat": ("deepseek", "deepseek-reasoner"),
        "gemini": ("google", "gemini-3-pro"),
    }[protocol]
    host = find_host(name)
    assert host is not None
    made: Requests
    match protocol:
        case "anthropic-messages":
            made = AnthropicRequests()
        case "openai-responses":
            made = ResponsesRequests(host)
        case "openai-chat":
            made = ChatRequests(host)
        case _:
            made = GeminiRequests()
    return made, host, model


@pytest.mark.parametrize(
    "protocol", ["anthropic-messages", "openai-responses", "openai-chat", "gemini"]
)
def test_each_step_begins_with_the_one_before(protocol: str) -> None:
    requests, host, model = requests_of(protocol)
    profile = profile_for(host.name, model)
    messages = conversation(protocol, model, 6)
    options = {"session_id": "ses_1", "thinking": "high"}

    def body(requests: Requests, count: int) -> bytes:
        question = Question.of(
            model,
            profile,
            messages[:count],
            system="Be short.",
            tools=TOOLS,
            max_tokens=1000,
            options=options,
        )
        made = requests.body(question)
        assert json.loads(made)
        # The one thing that moves: Anthropic's marks of what to cache.
        return made.replace(MARK, b"")

    before = body(requests, 1)
    for count in range(3, len(messages) + 1, 2):
        after = body(requests, count)
        assert after.startswith(before.removesuffix(b"]}") + b",")
        # What is remembered makes the same bytes as what is made anew, as after a restart.
        assert body(requests_of(protocol)[0], count) == after
        before = after
    assert b"Hm 0." in before or b'"encrypted_content"' in before


@pytest.mark.parametrize(
    "protocol", ["anthropic-messages", "openai-responses", "openai-chat", "gemini"]
)
def test_thoughts_of_another_model_stay_behind(protocol: str) -> None:
    requests, host, model = requests_of(protocol)
    messages = conversation(protocol, "another-model", 2)
    question = Question.of(model, profile_for(host.name, model), messages)
    made = requests.body(question)
    assert b"Hm" not in made
    assert b'ignature":"s"' not in made
    assert b'encrypted_content":' not in made
    assert b"Step 1." in made
