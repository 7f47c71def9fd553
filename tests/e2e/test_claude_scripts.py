"""Scripts for `claude -p`, with the name replaced."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from tests.support.e2e import Place, Serve, finished
from tests.support.programs import (
    checked,
    kinds,
    lines_of,
    prompt,
    request,
    result_of,
    written,
)

from pycode.testing import call, hang, say, status, usage

EDIT = call("edit", {"file_path": "calc.py", "old_string": "a - b", "new_string": "a + b"})
STREAM = ("--output-format", "stream-json", "--verbose")
LINES = (*STREAM, "--input-format", "stream-json")


async def test_text(place: Place, serve: Serve) -> None:
    await serve([say("the answer")])
    result = await place.run("-p", "the question")
    assert (result.code, result.out) == (0, "the answer\n")


async def test_stdin_is_the_prompt(place: Place, serve: Serve) -> None:
    server = await serve([say("ok"), say("ok")])
    assert (await place.run("-p", text="from stdin")).out == "ok\n"
    assert (await place.run("--print", "--model", "gpt-6", text="again")).code == 0
    assert "from stdin" in json.dumps(server.requests[0].messages)


async def test_stdin_is_context_beside_a_prompt(place: Place, serve: Serve) -> None:
    server = await serve([say("ok")])
    assert (await place.run("-p", "sum it up", text="a log")).code == 0
    asked = json.dumps(server.requests[0].messages)
    assert "sum it up" in asked
    assert "a log" in asked


async def test_a_stdin_that_stays_open_and_silent_does_not_hold_it(
    place: Place, serve: Serve
) -> None:
    await serve([say("ok")])
    process = await place.start("-p", "go", stdin=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.read(), 30) == b"ok\n"
    result = await finished(process)
    assert result.code == 0
    assert "stdin is open" in result.err


async def test_json_and_resume(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two"), say("three")])
    first = result_of((await place.run("-p", "first", "--output-format", "json")).out)
    again = await place.run("-p", "--resume", first["session_id"], "second", "--output-format=json")
    second = result_of(again.out)
    assert (second["result"], second["session_id"]) == ("two", first["session_id"])
    third = await place.run("-c", "-p", "third")
    assert third.out == "three\n"
    assert "first" in json.dumps(server.requests[2].messages)
    assert len(place.logs()) == 1


async def test_json_with_verbose_is_the_list_of_all_lines(place: Place, serve: Serve) -> None:
    await serve([say("ok")])
    result = await place.run("-p", "go", "--output-format", "json", "--verbose")
    lines = [checked(line, "stream_json") for line in json.loads(result.out)]
    assert kinds(lines) == ["system", "assistant text", "result"]


async def test_stream_json(place: Place, serve: Serve) -> None:
    await serve([[say("I look."), call("read", {"file_path": "calc.py"})], say("Seen.")])
    result = await place.run("-p", "go", *STREAM, "--include-partial-messages")
    lines = lines_of(result.out)
    whole = [line for line in lines if line["type"] != "stream_event"]
    assert len(lines) > len(whole)
    assert kinds(whole)[-1] == "result"
    assert lines[0]["subtype"] == "init"


async def test_a_uuid_is_a_second_name(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two"), say("three")])
    name = str(uuid.uuid4())
    first = await place.run("-p", "first", *STREAM, f"--session-id={name}")
    assert {line["session_id"] for line in lines_of(first.out)} == {name}
    for arguments in (["-p", f"--resume={name}", "second"], ["-p", "--continue", "third"]):
        result = await place.run(*arguments, "--output-format", "json")
        assert result_of(result.out)["session_id"] == name
    assert "first" in json.dumps(server.requests[2].messages)
    used = await place.run("-p", "go", "--session-id", name)
    assert used.code == 1
    assert "already in use" in used.err
    assert (await place.run("-p", "go", "--session-id", "no-uuid")).code == 1
    assert len(server.requests) == 3


async def test_a_second_name_is_one_everywhere(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two")])
    name = str(uuid.uuid4())
    await place.run("-p", "first", "--session-id", name)
    assert (await place.run("run", "-s", name, "second")).out == "two\n"
    assert "first" in str(server.requests[1].messages)
    shown = await place.run("sessions", "show", name)
    assert place.logs()[0].stem in shown.out
    assert (await place.run("sessions", "delete", "-y", name)).code == 0
    assert (await place.run("sessions", "show", name)).code == 2


async def test_a_fork_leaves_its_origin_alone(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two"), say("three")])
    first = result_of((await place.run("-p", "first", "--output-format", "json")).out)
    arguments = ("--resume", first["session_id"], "--fork-session", "--output-format", "json")
    fork = result_of((await place.run("-p", "second", *arguments)).out)
    assert fork["session_id"] != first["session_id"]
    await place.run("-p", "third", "--resume", first["session_id"])
    assert "first" in json.dumps(server.requests[1].messages)
    assert "second" not in json.dumps(server.requests[2].messages)


async def test_an_unknown_session(place: Place, serve: Serve) -> None:
    server = await serve([say("no")])
    text = await place.run("-p", "go", "--resume", "nothing")
    assert (text.code, text.out) == (1, "")
    assert "No conversation found with session ID: nothing" in text.err
    result = await place.run(*LINES, "--resume=nothing", text=written(request("initialize")))
    [line] = lines_of(result.out)
    assert result.code == 1
    assert line["subtype"] == "error_during_execution"
    assert line["errors"] == ["No conversation found with session ID: nothing"]
    assert line["session_id"] == "nothing"
    assert not server.requests


async def test_nothing_to_do_and_unknown_options(place: Place, serve: Serve) -> None:
    server = await serve([say("no")])
    for arguments, told in (
        (["-p"], "prompt is empty"),
        (["-p", "--modle", "x", "go"], "did you mean --model"),
        (["-p", "go", "--max-turns", "0"], "--max-turns"),
        (["-p", "go", "--permission-mode", "all"], "acceptEdits"),
        (["-p", "go", "--output-format", "xml"], "stream-json"),
        (["-p", "--input-format", "stream-json"], "--output-format"),
        (["-p", "go", "--model"], "needs a value"),
        (["-p", "go", "--add-dir", "/does/not/exist"], "no such directory"),
        (["-p", "go", "--json-schema", "[]"], "JSON"),
        (["-p", "go", "--resume", "x", "--continue"], "two sessions"),
    ):
        result = await place.run(*arguments)
        assert (result.code, result.out) == (1, ""), arguments
        assert told in result.err
        assert "Traceback" not in result.err
    assert not server.requests


async def test_known_options_without_effect_are_said(place: Place, serve: Serve) -> None:
    await serve([say("ok")])
    arguments = ("--settings", "{}", "--no-session-persistence", "--setting-sources=user")
    result = await place.run("-p", "go", *arguments)
    assert result.out == "ok\n"
    for name in ("--settings", "--no-session-persistence", "--setting-sources"):
        assert f"pycode: {name} has no effect" in result.err


async def test_failures_of_the_model(place: Place, serve: Serve) -> None:
    await serve(lambda r: status(400, {"error": {"message": "field x is wrong"}}))
    result = await place.run("-p", "go", "--output-format", "json")
    found = result_of(result.out)
    assert result.code == 1
    assert (found["subtype"], found["is_error"], found["api_error_status"]) == (
        "success",
        True,
        400,
    )
    assert found["result"].startswith("API Error: 400 ")


async def test_no_model_at_all(place: Place) -> None:
    result = await place.run("-p", "go", *STREAM)
    lines = lines_of(result.out)
    assert result.code == 1
    assert lines[-1]["is_error"]
    assert "pycode auth login" in lines[-1]["result"]
    assert lines[-2]["error"] == "authentication_failed"


async def test_limits(place: Place, serve: Serve) -> None:
    await serve(lambda r: [call("bash", {"command": f"echo {r.number}"}), usage(output=9000)])
    turns = await place.run("-p", "go", "--max-turns", "2", "--output-format", "json")
    assert turns.code == 1
    assert result_of(turns.out)["errors"] == ["Reached maximum number of turns (2)"]
    money = await place.run("-p", "go", "--max-budget-usd", "0.001", "--output-format", "json")
    assert result_of(money.out)["subtype"] == "error_max_budget_usd"
    lines = written(prompt("one"), prompt("two"))
    both = await place.run(*LINES, "--max-budget-usd", "0.001", text=lines)
    ends = [line["subtype"] for line in lines_of(both.out) if line["type"] == "result"]
    assert ends == ["error_max_budget_usd", "error_max_budget_usd"]


@pytest.mark.parametrize(
    ("mode", "edits", "commands"),
    [
        ("default", False, False),
        ("acceptEdits", True, True),
        ("plan", False, False),
        ("dontAsk", False, False),
        ("auto", True, True),
    ],
)
async def test_modes_mean_claude_codes_tables(
    place: Place, serve: Serve, mode: str, edits: bool, commands: bool
) -> None:
    server = await serve(
        [
            call("bash", {"command": "ls"}),
            EDIT,
            call("bash", {"command": "touch new.txt"}),
            say("That is all."),
        ]
    )
    result = await place.run("-p", "go", "--permission-mode", mode, "--output-format", "json")
    found = result_of(result.out)
    assert (result.code, found["result"]) == (0, "That is all.")
    assert "calc.py" in server.requests[1].results()[0]
    assert ("a + b" in (place.project / "calc.py").read_text(encoding="utf-8")) is edits
    assert (place.project / "new.txt").exists() is commands
    denied = [denial["tool_name"] for denial in found["permission_denials"]]
    assert denied == ([] if edits else ["Edit", "Bash"])


async def test_bypass_keeps_the_hard_limits(place: Place, serve: Serve) -> None:
    config = call("write", {"file_path": ".git/config", "content": "x"})
    await serve([EDIT, config, say("ok")])
    arguments = ("--dangerously-skip-permissions", "--output-format", "json")
    # Root may only do so in a container.
    result = await place.run("-p", "go", *arguments, environ={"container": "test"})
    [denial] = result_of(result.out)["permission_denials"]
    assert denial["tool_input"]["file_path"] == ".git/config"
    assert "a + b" in (place.project / "calc.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "ran"),
    [
        (["--allowedTools", "Bash(touch:*),Edit"], True),
        (["--allowed-tools", "Bash(touch:*)", "Edit", "--verbose"], True),
        (["--allowedTools", "Bash Edit"], True),
        (["--allowedTools", "Bash(git:*)", "mcp__github", "--"], False),
        (["--allowedTools=Bash,Edit", "--disallowedTools", "Bash(touch:*)", "--"], False),
    ],
)
async def test_tools_are_allowed_by_rules(
    place: Place, serve: Serve, arguments: list[str], ran: bool
) -> None:
    await serve([call("bash", {"command": "touch new.txt"}), say("ok")])
    result = await place.run("-p", *arguments, *([] if arguments[-1] == "--" else ["--"]), "go")
    assert result.code == 0, result.err
    assert (place.project / "new.txt").exists() is ran


async def test_tools_that_there_are(place: Place, serve: Serve) -> None:
    server = await serve([say("ok"), say("ok"), say("ok")])
    for arguments in (["--tools", "Read,Bash"], ["--tools", ""], ["--disallowedTools", "Bash"]):
        await place.run("-p", "go", *arguments)
    names = [sorted(tool["function"]["name"] for tool in r.tools) for r in server.requests]
    assert names[0] == ["bash", "read"]
    assert names[1] == []
    assert "bash" not in names[2]
    assert "read" in names[2]


async def test_a_tool_is_called_by_either_name(place: Place, serve: Serve) -> None:
    server = await serve([call("Read", {"file_path": "calc.py"}), say("ok")])
    result = await place.run("-p", "go", *STREAM)
    assert "return a - b" in server.requests[1].results()[0]
    assert '"name":"Read"' in result.out


async def test_system_prompts(place: Place, serve: Serve) -> None:
    (place.project / "AGENTS.md").write_text("Be nice.", encoding="utf-8")
    server = await serve([say("ok")] * 4)
    file = place.project / "prompt.txt"
    file.write_text("You are a pirate.", encoding="utf-8")
    for arguments in (
        [],
        ["--system-prompt", ""],
        ["--system-prompt-file", "prompt.txt", "--append-system-prompt", "Say arr."],
        ["--append-system-prompt", "Say arr."],
    ):
        await place.run("-p", "go", *arguments)
    usual, bare, pirate, more = (str(r.messages[0]["content"]) for r in server.requests)
    assert "Be nice." in usual
    assert len(bare) < 600
    assert str(place.project.resolve()) in bare
    assert pirate.startswith("You are a pirate.")
    assert pirate.endswith("Say arr.")
    assert "Be nice." not in bare + pirate
    assert more == f"{usual}\n\nSay arr."


async def test_another_folder(place: Place, serve: Serve, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("from the other folder", encoding="utf-8")
    read = call("read", {"file_path": str(other / "notes.txt")})
    write = call("write", {"file_path": str(other / "new.txt"), "content": "x"})
    server = await serve([read, write, say("ok"), read, say("ok")])
    mode = ("--permission-mode", "acceptEdits")
    assert (await place.run("-p", "--add-dir", str(other), *mode, "--", "go")).code == 0
    assert "from the other folder" in server.requests[1].results()[0]
    assert (other / "new.txt").exists()
    await place.run("-p", *mode, "go")
    assert "from the other folder" not in server.requests[4].results()[0]


async def test_structured_output(place: Place, serve: Serve) -> None:
    await serve([say('{"n": 3}'), call("answer", {"n": 3})])
    schema = '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}'
    result = await place.run("-p", "go", "--json-schema", schema, "--output-format", "json")
    found = result_of(result.out)
    assert found["structured_output"] == {"n": 3}
    assert json.loads(found["result"]) == {"n": 3}


async def test_a_command_of_pycodes_own_is_none_of_these(place: Place, serve: Serve) -> None:
    server = await serve([say("ok")])
    assert (await place.run("--model", "gpt-6", "run", "-p")).code == 2
    assert (await place.run("-p", "--model", "gpt-6", "run")).out == "ok\n"
    assert "run" in json.dumps(server.requests[0].messages)


# Lines on stdin


async def test_every_request_is_answered(place: Place, serve: Serve) -> None:
    server = await serve([say("one")])
    result = await place.run(
        *LINES,
        text=written(
            request("initialize", "a"),
            request("mcp_status", "b"),
            request("set_permission_mode", "c", mode="plan"),
            request("set_permission_mode", "d", mode="nonsense"),
            request("set_model", "e", model="openai/other"),
            request("get_weather", "f"),
            request("interrupt", "g"),
            {"type": "control_response", "response": {"request_id": "unknown"}},
            {"type": "something_new"},
            prompt("go"),
        ),
    )
    assert result.code == 0, result.err
    lines = lines_of(result.out)
    answers = [line["response"] for line in lines if line["type"] == "control_response"]
    assert {a["request_id"]: a["subtype"] for a in answers} == {
        "a": "success",
        "b": "success",
        "c": "success",
        "d": "error",
        "e": "success",
        "f": "error",
        "g": "success",
    }
    assert "pid" in answers[0]["response"]
    [init] = [line for line in lines if line["type"] == "system"]
    assert (init["permissionMode"], init["model"]) == ("plan", "other")
    assert server.requests[0].model == "other"
    assert lines[-1]["result"] == "one"


async def test_hooks_are_refused_and_not_left_out(place: Place, serve: Serve) -> None:
    await serve([say("one")])
    hooks: dict[str, Any] = {"PreToolUse": [{"matcher": "Bash", "hookCallbackIds": ["hook_0"]}]}
    result = await place.run(*LINES, text=written(request("initialize", hooks=hooks)))
    [line] = lines_of(result.out)
    assert line["response"]["subtype"] == "error"


async def test_a_line_that_is_not_json(place: Place, serve: Serve) -> None:
    await serve([say("one")])
    result = await place.run(*LINES, text="nonsense\n")
    assert result.code == 1
    [line] = lines_of(result.out)
    assert "not JSON" in line["errors"][0]


async def test_an_interrupt_ends_the_turn_and_not_the_process(place: Place, serve: Serve) -> None:
    server = await serve(
        [[say("so far"), call("bash", {"command": "touch on; sleep 100; touch late"})], say("on")]
    )
    arguments = ("--permission-mode", "acceptEdits")
    process = await place.start(*LINES, *arguments, stdin=asyncio.subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(written(prompt("go")).encode())
    while not (place.project / "on").exists():
        await asyncio.sleep(0.01)
    process.stdin.write(written(request("interrupt")).encode())
    seen = b""
    async with asyncio.timeout(5):
        while b'"type":"result"' not in seen:
            seen += await process.stdout.readline()
    result = await finished(process, written(prompt("go on")).encode())
    lines = lines_of(seen.decode() + result.out)
    stopped, last = (line for line in lines if line["type"] == "result")
    assert stopped["subtype"] == "error_during_execution"
    assert last["result"] == "on"
    assert result.code == 0
    texts = [line for line in lines if line["type"] == "user"]
    assert texts[0]["message"]["content"][0]["is_error"]
    assert texts[1]["message"]["content"][0]["text"] == "[Request interrupted by user]"
    assert not (place.project / "late").exists()
    assert len(server.requests) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_leaves_a_result(place: Place, serve: Serve, number: int) -> None:
    await serve([[say("so far"), hang()]])
    process = await place.start("-p", "go", *STREAM, "--include-partial-messages")
    assert process.stdout is not None
    seen = b""
    while b"so far" not in seen:
        seen += await process.stdout.readline()
    process.send_signal(number)
    result = await finished(process)
    assert result.code == 128 + number
    assert lines_of(seen.decode() + result.out)[-1]["type"] == "result"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
async def test_a_signal_ends_it_though_stdin_is_open(place: Place, serve: Serve) -> None:
    await serve([[say("so far"), hang()]])
    process = await place.start(*LINES, "--include-partial-messages", stdin=asyncio.subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(written(prompt("go"), prompt("never")).encode())
    seen = b""
    while b"so far" not in seen:
        seen += await process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    rest = await asyncio.wait_for(process.stdout.read(), 30)
    assert await asyncio.wait_for(process.wait(), 30) == 128 + signal.SIGTERM
    lines = lines_of((seen + rest).decode())
    assert [line["type"] for line in lines].count("result") == 1
    assert lines[-1]["type"] == "result"
    process.stdin.close()


async def test_the_end_of_stdin_denies_what_is_still_asked(place: Place, serve: Serve) -> None:
    await serve([EDIT, say("ok")])
    arguments = ("--permission-prompt-tool", "stdio")
    result = await place.run(*LINES, *arguments, text=written(prompt("go")))
    lines = lines_of(result.out)
    assert result.code == 0
    assert lines[-1]["permission_denials"][0]["tool_name"] == "Edit"
    assert "a - b" in (place.project / "calc.py").read_text(encoding="utf-8")
