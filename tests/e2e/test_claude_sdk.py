"""The Agent SDK of Claude Code, as it is published, with `cli_path` set to PyCode."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.e2e import PYCODE, Place, Serve

from pycode.testing import call, hang, say, status, think

sdk = pytest.importorskip("claude_agent_sdk", exc_type=ImportError)

ARGUMENTS = {"file_path": "calc.py", "old_string": "a - b", "new_string": "a + b"}
EDIT = call("edit", ARGUMENTS)


def options(place: Place, **more: Any) -> Any:
    """Options that start PyCode in the place."""
    return sdk.ClaudeAgentOptions(
        cli_path=str(PYCODE), cwd=str(place.project), env=place.environ, **more
    )


async def asked(prompt: str | AsyncIterator[dict[str, Any]], given: Any) -> list[Any]:
    """Everything that a one-shot query yields."""
    async with asyncio.timeout(60):
        return [message async for message in sdk.query(prompt=prompt, options=given)]


async def collected(messages: list[Any], given: Any) -> None:
    """Append what a one-shot query yields until it fails."""
    async for message in sdk.query(prompt="go", options=given):
        messages.append(message)


async def answered(client: Any, prompt: str) -> list[Any]:
    """Everything that a client hears of one prompt."""
    async with asyncio.timeout(60):
        await client.query(prompt)
        return [message async for message in client.receive_response()]


def blocks(messages: list[Any]) -> list[Any]:
    """The blocks of all messages."""
    return [
        block
        for message in messages
        if isinstance(message, sdk.AssistantMessage | sdk.UserMessage)
        and isinstance(message.content, list)
        for block in message.content
    ]


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_one_shot(place: Place, serve: Serve, protocol: str) -> None:
    script = [[think("Hm."), say("I look."), call("read", {"file_path": "calc.py"})], say("Seen.")]
    server = await serve(script, protocol)
    messages = await asked("look", options(place))
    kinds = [type(message).__name__ for message in messages]
    assert kinds[0] == "SystemMessage"
    assert kinds[-1] == "ResultMessage"
    [used] = [block for block in blocks(messages) if isinstance(block, sdk.ToolUseBlock)]
    [result] = [block for block in blocks(messages) if isinstance(block, sdk.ToolResultBlock)]
    assert (used.name, used.input) == ("Read", {"file_path": "calc.py"})
    assert result.tool_use_id == used.id
    assert "return a - b" in str(result.content)
    last = messages[-1]
    assert (last.subtype, last.result, last.is_error, last.num_turns) == (
        "success",
        "Seen.",
        False,
        2,
    )
    assert last.total_cost_usd is not None
    assert len(server.requests) == 2


async def test_a_stream_of_prompts(place: Place, serve: Serve) -> None:
    await serve([say("one"), say("two")])

    async def prompts() -> AsyncIterator[dict[str, Any]]:
        for text in ("first", "second"):
            yield {"type": "user", "message": {"role": "user", "content": text}}

    messages = await asked(prompts(), options(place))
    results = [message.result for message in messages if isinstance(message, sdk.ResultMessage)]
    assert results == ["one", "two"]


async def test_several_turns_with_a_client(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two"), say("three")])
    async with sdk.ClaudeSDKClient(options(place)) as client:
        assert (await answered(client, "first"))[-1].result == "one"
        await client.set_model("gpt-6")
        await client.set_permission_mode("plan")
        second = await answered(client, "second")
        assert (await answered(client, "third"))[-1].result == "three"
        assert await client.get_mcp_status() == {"mcpServers": []}
        assert "pid" in (await client.get_server_info() or {})
    assert second[-1].result == "two"
    assert second[0].data["permissionMode"] == "plan"
    assert server.requests[1].model == "gpt-6"
    assert "first" in json.dumps(server.requests[2].messages)


async def test_an_interrupt(place: Place, serve: Serve) -> None:
    await serve([[say("so far"), hang()], say("on")])
    given = options(place, include_partial_messages=True)
    async with asyncio.timeout(60), sdk.ClaudeSDKClient(given) as client:
        await client.query("go")
        result = None
        async for message in client.receive_response():
            if isinstance(message, sdk.StreamEvent) and "so far" in json.dumps(message.event):
                began = asyncio.get_running_loop().time()
                await client.interrupt()
            result = message
        assert isinstance(result, sdk.ResultMessage)
        assert asyncio.get_running_loop().time() - began < 1
        assert result.subtype == "error_during_execution"
        assert (await answered(client, "go on"))[-1].result == "on"


async def test_a_call_is_allowed(place: Place, serve: Serve) -> None:
    await serve([[call("read", {"file_path": "calc.py"}), EDIT], say("ok")])
    seen: list[tuple[str, dict[str, Any]]] = []

    async def allow(name: str, given: dict[str, Any], context: Any) -> Any:
        seen.append((name, given))
        return sdk.PermissionResultAllow()

    async with sdk.ClaudeSDKClient(options(place, can_use_tool=allow)) as client:
        messages = await answered(client, "go")
    # Reading is not asked about.
    assert seen == [("Edit", ARGUMENTS)]
    assert messages[-1].permission_denials == []
    assert "a + b" in (place.project / "calc.py").read_text(encoding="utf-8")


async def test_a_changed_input_replaces_the_input_and_is_judged_again(
    place: Place, serve: Serve
) -> None:
    server = await serve([[EDIT], [EDIT], [EDIT], say("ok")])
    changes: list[dict[str, Any]] = [
        {"new_string": "a * b"},
        {"file_path": ".git/config"},
        {"old_string": ["no text"]},
    ]

    async def change(name: str, given: dict[str, Any], context: Any) -> Any:
        return sdk.PermissionResultAllow(updated_input={**given, **changes.pop(0)})

    async with sdk.ClaudeSDKClient(options(place, can_use_tool=change)) as client:
        messages = await answered(client, "go")
    assert "a * b" in (place.project / "calc.py").read_text(encoding="utf-8")
    assert not (place.project / ".git" / "config").exists()
    results = [block for block in blocks(messages) if isinstance(block, sdk.ToolResultBlock)]
    assert [block.is_error for block in results] == [False, True, True]
    assert "protected" in str(results[1].content)
    assert "old_string" in str(results[2].content)
    # The model is told what ran.
    assert "a * b" in json.dumps(server.requests[1].messages)


async def test_an_answer_can_allow_what_comes_after_it(place: Place, serve: Serve) -> None:
    words = ("touch one", "touch two", "mkdir three", "mkdir four")
    commands = [call("bash", {"command": command}) for command in words]
    back = call("edit", {**ARGUMENTS, "old_string": "a + b", "new_string": "a - b"})
    await serve([*commands, EDIT, back, say("ok")])
    seen: list[str] = []
    rule = sdk.types.PermissionRuleValue(tool_name="Bash", rule_content="mkdir:*")
    answers: list[Any] = [
        # What PyCode suggests, a rule of one's own beside what is not served, and a mode.
        lambda context: context.suggestions,
        lambda context: [
            sdk.PermissionUpdate(type="addRules", behavior="allow", rules=[rule]),
            sdk.PermissionUpdate(type="addDirectories", directories=["/"]),
        ],
        lambda context: [sdk.PermissionUpdate(type="setMode", mode="acceptEdits")],
    ]

    async def allow(name: str, given: dict[str, Any], context: Any) -> Any:
        seen.append(name)
        return sdk.PermissionResultAllow(updated_permissions=answers.pop(0)(context))

    said: list[str] = []
    given = options(place, can_use_tool=allow, stderr=said.append)
    async with sdk.ClaudeSDKClient(given) as client:
        messages = await answered(client, "go")
    assert messages[-1].permission_denials == []
    # The second of each runs unasked.
    assert seen == ["Bash", "Bash", "Edit"]
    assert [line for line in said if "addDirectories" in line]
    assert (place.project / "four").exists()


async def test_a_call_is_denied(place: Place, serve: Serve) -> None:
    server = await serve([[EDIT], [EDIT], say("ok")])

    async def deny(name: str, given: dict[str, Any], context: Any) -> Any:
        return sdk.PermissionResultDeny(message="not on a Friday")

    async with sdk.ClaudeSDKClient(options(place, can_use_tool=deny)) as client:
        messages = await answered(client, "go")
    assert server.requests[1].results()[0] == "not on a Friday"
    assert messages[-1].result == "ok"
    assert [denial["tool_name"] for denial in messages[-1].permission_denials] == ["Edit", "Edit"]
    assert "a - b" in (place.project / "calc.py").read_text(encoding="utf-8")


async def test_a_deny_can_end_the_turn(place: Place, serve: Serve) -> None:
    server = await serve([[EDIT], say("ok")])

    async def deny(name: str, given: dict[str, Any], context: Any) -> Any:
        return sdk.PermissionResultDeny(message="stop", interrupt=True)

    async with sdk.ClaudeSDKClient(options(place, can_use_tool=deny)) as client:
        messages = await answered(client, "go")
        assert len(server.requests) == 1
        assert messages[-1].subtype == "error_during_execution"
        assert (await answered(client, "go on"))[-1].result == "ok"


async def test_a_callback_that_fails_denies(place: Place, serve: Serve) -> None:
    await serve([[EDIT], say("ok")])

    async def fail(name: str, given: dict[str, Any], context: Any) -> Any:
        raise ValueError("it is broken")

    async with sdk.ClaudeSDKClient(options(place, can_use_tool=fail)) as client:
        messages = await answered(client, "go")
    assert messages[-1].result == "ok"
    assert "a - b" in (place.project / "calc.py").read_text(encoding="utf-8")


async def test_without_a_callback_an_edit_is_denied(place: Place, serve: Serve) -> None:
    await serve([[EDIT], say("ok"), [EDIT], say("ok")])
    messages = await asked("go", options(place))
    assert messages[-1].permission_denials[0]["tool_name"] == "Edit"
    assert "a - b" in (place.project / "calc.py").read_text(encoding="utf-8")
    await asked("go", options(place, permission_mode="acceptEdits"))
    assert "a + b" in (place.project / "calc.py").read_text(encoding="utf-8")


async def test_resume_continue_and_fork(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two"), say("three"), say("four"), say("five")])
    name = str(uuid.uuid4())
    first = await asked("first", options(place, session_id=name))
    assert first[-1].session_id == name
    second = await asked("second", options(place, resume=name))
    assert second[-1].session_id == name
    fork = await asked("third", options(place, resume=name, fork_session=True))
    assert fork[-1].session_id != name
    await asked("fourth", options(place, resume=name))
    last = await asked("fifth", options(place, continue_conversation=True))
    assert last[-1].result == "five"
    texts = [json.dumps(request.messages) for request in server.requests]
    assert "first" in texts[1]
    assert "second" in texts[2]
    assert "third" not in texts[3]
    assert "first" in texts[4]


async def test_continue_without_an_earlier_session_begins_one(place: Place, serve: Serve) -> None:
    await serve([say("one")])
    messages = await asked("go", options(place, continue_conversation=True))
    assert messages[-1].result == "one"


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_partial_messages(place: Place, serve: Serve, protocol: str) -> None:
    await serve([say("one ", "two ", "three")], protocol)
    messages = await asked("go", options(place, include_partial_messages=True))
    events = [message.event for message in messages if isinstance(message, sdk.StreamEvent)]
    assert events[0]["type"] == "message_start"
    assert events[-1]["type"] == "message_stop"
    text = "".join(e["delta"]["text"] for e in events if e["type"] == "content_block_delta")
    assert text == "one two three"


async def test_a_failing_service(place: Place, serve: Serve) -> None:
    await serve(lambda r: status(400, {"error": {"message": "field x is wrong"}}))
    messages: list[Any] = []
    with pytest.raises(sdk.ProcessError):
        await collected(messages, options(place))
    assert messages[-1].is_error
    assert "field x is wrong" in messages[-1].result
    assert messages[-2].error == "invalid_request"


async def test_an_unknown_session(place: Place, serve: Serve) -> None:
    await serve([say("no")])
    with pytest.raises(sdk.ClaudeSDKError, match="No conversation found"):
        await asked("go", options(place, resume=str(uuid.uuid4())))


async def test_limits_and_tools(place: Place, serve: Serve) -> None:
    server = await serve(lambda r: [call("bash", {"command": f"echo {r.number}"})])
    messages: list[Any] = []
    given = options(place, max_turns=2, tools=["Bash"], allowed_tools=["Bash(echo:*)"])
    with pytest.raises(sdk.ProcessError):
        await collected(messages, given)
    assert messages[-1].subtype == "error_max_turns"
    assert [tool["function"]["name"] for tool in server.requests[0].tools] == ["bash"]


async def test_a_structured_answer(place: Place, serve: Serve) -> None:
    await serve([say('{"n": 3}'), call("answer", {"n": 3})])
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    given = options(place, output_format={"type": "json_schema", "schema": schema})
    assert (await asked("go", given))[-1].structured_output == {"n": 3}


async def test_system_prompts(place: Place, serve: Serve) -> None:
    server = await serve([say("ok"), say("ok")])
    await asked("go", options(place, system_prompt="You are a pirate."))
    preset = {"type": "preset", "preset": "claude_code", "append": "Say arr."}
    await asked("go", options(place, system_prompt=preset))
    pirate, more = (str(request.messages[0]["content"]) for request in server.requests)
    assert pirate.startswith("You are a pirate.")
    assert more.startswith("You are PyCode")
    assert more.endswith("Say arr.")


async def test_hooks_are_refused_and_not_left_out(place: Place, serve: Serve) -> None:
    await serve([say("no")])

    async def hook(given: Any, tool_use_id: str | None, context: Any) -> dict[str, Any]:
        return {}

    given = options(place, hooks={"PreToolUse": [sdk.HookMatcher(hooks=[hook])]})
    with pytest.raises(Exception, match="hooks"):
        await asked("go", given)
