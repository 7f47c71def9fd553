"""`pycode run --format`: what programs read, on every path, checked against the shipped schemas."""

from __future__ import annotations

import json
import sys

import pytest
from tests.support.e2e import Place, Serve, finished
from tests.support.programs import checked, kinds, lines_of, prompt, result_of, written

from pycode.testing import call, say, status, think, usage

EDIT = {"file_path": "calc.py", "old_string": "return a - b", "new_string": "return a + b"}
TASK = [
    [think("Where is it?"), say("I look. "), call("read", {"file_path": "calc.py"})],
    [call("edit", EDIT)],
    [say("Fixed ", "it."), usage(input=1200, cache_read=800, output=30)],
]


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_stream_json_is_claude_codes_shape(place: Place, serve: Serve, protocol: str) -> None:
    await serve(TASK, protocol)
    result = await place.run("run", "--format", "stream-json", "fix it")
    assert result.code == 0, result.err
    lines = lines_of(result.out)
    assert [kind for kind in kinds(lines) if kind != "assistant thinking"] == [
        "system",
        "assistant text",
        "assistant tool_use",
        "user tool_result",
        "assistant tool_use",
        "user tool_result",
        "assistant text",
        "result",
    ]
    assert ("assistant thinking" in kinds(lines)) or protocol == "openai"
    names = [b["name"] for line in lines for b in _blocks(line) if b["type"] == "tool_use"]
    assert names == ["Read", "Edit"]
    assert lines[0]["permissionMode"] == "acceptEdits"
    assert lines[-1]["result"] == "Fixed it."
    assert lines[-1]["usage"]["cache_read_input_tokens"] >= 800
    assert lines[-1]["num_turns"] == 3
    # The last line of each message has its usage.
    last = {line["message"]["id"]: line["message"] for line in lines if line["type"] == "assistant"}
    for name, total in lines[-1]["usage"].items():
        assert sum(message["usage"][name] for message in last.values()) == total
    stops = [message["stop_reason"] for message in last.values()]
    assert stops == ["tool_use", "tool_use", "end_turn"]
    assert {line["session_id"] for line in lines} == {place.logs()[0].stem}
    [edited] = [line for line in lines if "diff" in line.get("pycode", {}).get("metadata", {})]
    assert "+    return a + b" in edited["pycode"]["metadata"]["diff"]


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_partial_lines_add_up_to_the_whole_ones(
    place: Place, serve: Serve, protocol: str
) -> None:
    await serve(TASK, protocol)
    result = await place.run("run", "--format", "stream-json", "--partial", "fix it")
    lines = lines_of(result.out)
    events = [line["event"] for line in lines if line["type"] == "stream_event"]
    grown: dict[tuple[str, int], str] = {}
    message = ""
    for event in events:
        if event["type"] == "message_start":
            message = event["message"]["id"]
        if event["type"] == "content_block_delta":
            delta = event["delta"]
            text = delta.get("text") or delta.get("partial_json") or delta.get("thinking", "")
            key = (message, event["index"])
            grown[key] = grown.get(key, "") + text
    whole = [block for line in lines if line["type"] == "assistant" for block in _blocks(line)]
    assert len(grown) == len(whole)
    for text, block in zip(grown.values(), whole, strict=True):
        if block["type"] == "tool_use":
            assert json.loads(text) == block["input"]
        else:
            assert text == block[block["type"]]
    starts = [event["type"] for event in events].count("content_block_start")
    assert starts == [event["type"] for event in events].count("content_block_stop") == len(whole)
    assert [event["type"] for event in events].count("message_stop") == 3
    stops = [e["delta"]["stop_reason"] for e in events if e["type"] == "message_delta"]
    assert stops == ["tool_use", "tool_use", "end_turn"]


async def test_json_is_the_result_alone(place: Place, serve: Serve) -> None:
    await serve(TASK)
    result = await place.run("run", "--format", "json", "fix it")
    assert result.out.count("\n") == 1
    assert result_of(result.out)["result"] == "Fixed it."


async def test_events_are_the_bus(place: Place, serve: Serve) -> None:
    await serve(TASK)
    result = await place.run("run", "--format", "events", "fix it")
    assert result.code == 0, result.err
    events = lines_of(result.out, "event")
    numbers = [event["seq"] for event in events if "seq" in event]
    assert numbers == sorted(set(numbers))
    assert events[0]["type"] == "message.updated"
    assert events[-1]["type"] == "session.idle"
    assert events[-1]["seq"] == place.records()[-1]["seq"]
    deltas = [e["text"] for e in events if e["type"] == "part.delta" and e["part_type"] == "text"]
    assert "".join(deltas) == "I look. Fixed it."


async def test_a_structured_answer_is_in_the_result(place: Place, serve: Serve) -> None:
    schema = place.project / "schema.json"
    schema.write_text(
        '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}', encoding="utf-8"
    )
    await serve([say('{"n": 3}'), call("answer", {"n": 3}), say("ok")])
    result = await place.run("run", "--format", "json", "--output-schema", "schema.json", "count")
    assert result.code == 0, result.err
    assert result_of(result.out)["structured_output"] == {"n": 3}


async def test_a_failing_service_is_a_result(place: Place, serve: Serve) -> None:
    await serve(lambda r: status(400, {"error": {"message": "field x is wrong"}}))
    result = await place.run("run", "--format", "stream-json", "go")
    assert result.code == 5
    lines = lines_of(result.out)
    assert lines[-1]["subtype"] == "success"
    assert lines[-1]["is_error"]
    assert lines[-1]["api_error_status"] == 400
    assert "field x is wrong" in lines[-1]["result"]
    assert lines[-2]["error"] == "invalid_request"
    assert lines[-2]["message"]["content"][0]["text"] == lines[-1]["result"]


async def test_a_limit_is_a_result(place: Place, serve: Serve) -> None:
    await serve(lambda r: call("bash", {"command": f"echo {r.number}"}))
    result = await place.run("run", "--format", "json", "--max-steps", "2", "go")
    assert result.code == 4
    found = result_of(result.out)
    assert found["subtype"] == "error_max_turns"
    assert found["errors"] == ["Reached maximum number of turns (2)"]


async def test_a_refusal_is_listed(place: Place, serve: Serve) -> None:
    await serve([call("read", {"file_path": "/etc/hostname"}), say("No.")])
    result = await place.run("run", "--format", "json", "go")
    assert result.code == 3
    [denial] = result_of(result.out)["permission_denials"]
    assert denial["tool_name"] == "Read"
    assert denial["tool_input"] == {"file_path": "/etc/hostname"}


async def test_no_line_is_too_long_and_none_is_broken(place: Place, serve: Serve) -> None:
    content = "ü\u2028\x85\n" * 500_000
    await serve([call("write", {"file_path": "big.txt", "content": content}), say("ok")])
    for form, name in (("stream-json", "stream_json"), ("events", "event")):
        (place.project / "big.txt").unlink(missing_ok=True)
        await serve([call("write", {"file_path": "big.txt", "content": content}), say("ok")])
        result = await place.run("run", "--format", form, "go")
        assert result.code == 0, result.err
        lines = lines_of(result.out, name)
        assert "[cut here: " in json.dumps(lines)
        assert len(result.out.splitlines()) == len(lines)
    assert (place.project / "big.txt").read_text(encoding="utf-8") == content.replace("\r", "\n")


async def test_nothing_else_is_on_stdout_whatever_the_encoding(place: Place, serve: Serve) -> None:
    await serve([say("äöü 日本")])
    environ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    result = await place.run("run", "--format", "json", "go", environ=environ)
    assert result_of(result.out)["result"] == "äöü 日本"


@pytest.mark.skipif(sys.platform == "win32", reason="these are shells' pipes")
async def test_whoever_reads_no_further_ends_the_run(place: Place, serve: Serve) -> None:
    await serve([*[call("bash", {"command": f"echo {n}"}) for n in range(50)], say("ok")])
    process = await place.start("run", "--format", "events", "go")
    assert process.stdout is not None
    await process.stdout.readline()
    transport = process._transport  # type: ignore[attr-defined]
    transport.get_pipe_transport(1).close()
    assert (await finished(process)).code == 141


@pytest.mark.parametrize(
    "arguments",
    [
        ["--partial", "go"],
        ["--format", "json", "--partial", "go"],
        ["--format", "stream-json", "--input-format", "stream-json", "go"],
        ["--input-format", "stream-json"],
        ["--format", "xml", "go"],
    ],
)
async def test_options_that_do_not_fit(place: Place, serve: Serve, arguments: list[str]) -> None:
    server = await serve([say("no")])
    result = await place.run("run", *arguments)
    assert result.code == 2
    assert result.out == ""
    assert not server.requests


async def test_prompts_come_in_lines(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two")])
    text = written(prompt("first"), {"type": "keep_alive"}, prompt("second"))
    result = await place.run(
        "run", "--format", "stream-json", "--input-format", "stream-json", text=text
    )
    assert result.code == 0, result.err
    results = [line["result"] for line in lines_of(result.out) if line["type"] == "result"]
    assert results == ["one", "two"]
    assert "first" in json.dumps(server.requests[1].messages)
    assert len(place.logs()) == 1


def test_a_wrong_line_does_not_fit() -> None:
    with pytest.raises(AssertionError):
        checked({"type": "result", "subtype": "success"}, "result")
    with pytest.raises(AssertionError):
        checked({"type": "assistant"}, "stream_json")
    with pytest.raises(AssertionError):
        checked({"type": "session.idle", "session_id": "s", "time": 1}, "event")


def _blocks(line: dict[str, object]) -> list[dict[str, str]]:
    message = line.get("message")
    return list(message["content"]) if isinstance(message, dict) else []
