"""The scripted server, seen by a plain socket and as a program."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from pycode.testing import ScriptedServer, call, cut, say, status, think, usage

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})


def post(path: str, body: str = BODY, more: str = "") -> bytes:
    size = len(body.encode())
    return f"POST {path} HTTP/1.1\r\nhost: x\r\n{more}content-length: {size}\r\n\r\n{body}".encode()


async def exchange(server: ScriptedServer, *requests: bytes) -> str:
    """Send requests over one connection and return everything that comes back."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for request in requests:
        writer.write(request)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer.decode()


def payloads(answer: str) -> list[dict[str, object]]:
    lines = [
        line.removeprefix("data: ") for line in answer.splitlines() if line.startswith("data: {")
    ]
    return [json.loads(line) for line in lines]


async def test_the_sequence_of_anthropic() -> None:
    turn = [think("a"), say("b", "c"), call("x", {"k": 1}), usage(input=3, output=2)]
    async with ScriptedServer([turn]) as server:
        answer = await exchange(server, post("/v1/messages"))
    assert [payload["type"] for payload in payloads(answer)] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    names = [
        line.removeprefix("event: ") for line in answer.splitlines() if line.startswith("event")
    ]
    assert names == [payload["type"] for payload in payloads(answer)]
    assert payloads(answer)[-2] == {
        "type": "message_delta",
        "delta": {"stop_reason": "tool_use", "stop_sequence": None},
        "usage": {
            "input_tokens": 3,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 2,
        },
    }


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions"])
async def test_the_sequence_of_chat_completions(path: str) -> None:
    body = json.dumps({**json.loads(BODY), "stream_options": {"include_usage": True}})
    async with ScriptedServer([[say("b"), usage(input=3, cache_read=4, output=2)]]) as server:
        answer = await exchange(server, post(path, body))
    first, second, third, last = payloads(answer)
    assert [p["choices"][0]["delta"] for p in (first, second, third)] == [  # type: ignore[index]
        {"role": "assistant", "content": ""},
        {"content": "b"},
        {},
    ]
    assert third["choices"][0]["finish_reason"] == "stop"  # type: ignore[index]
    assert last["choices"] == []
    assert last["usage"] == {
        "prompt_tokens": 7,
        "completion_tokens": 2,
        "total_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    assert answer.endswith("data: [DONE]\n\n\r\n0\r\n\r\n")


async def test_keep_alive_and_records() -> None:
    async with ScriptedServer([say("a"), say("b")]) as server:
        answer = await exchange(
            server,
            post("/messages", more="X-Test: yes\r\n"),
            b"GET /v1/models HTTP/1.1\r\n\r\n",
            post("/v1/messages"),
        )
        assert answer.count("HTTP/1.1 200 OK") == 3
        assert '"id": "scripted-model"' in answer
        assert server.connections == 1
        first, second = server.requests
        assert (first.path, second.path, second.number) == ("/messages", "/v1/messages", 2)
        assert first.headers["x-test"] == "yes"
        assert (first.raw.decode(), first.body) == (BODY, json.loads(BODY))


async def test_a_chunked_request() -> None:
    head = b"POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
    body = BODY.encode()
    chunks = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (9, body[:9], len(body) - 9, body[9:])
    async with ScriptedServer([say("a"), say("b")]) as server:
        await exchange(server, head + chunks, post("/v1/messages"))
        assert [request.raw for request in server.requests] == [body, body]


@pytest.mark.parametrize(
    ("request_bytes", "line"),
    [
        (post("/v1/unknown"), "404 Not Found"),
        (b"GET / HTTP/1.1\r\n\r\n", "404 Not Found"),
        (post("/v1/messages", "{"), "400 Bad Request"),
        (post("/v1/messages", "[]"), "400 Bad Request"),
        (
            post("/v1/messages", more="x: " + "y" * 70_000 + "\r\n"),
            "431 Request Header Fields Too Large",
        ),
    ],
)
async def test_requests_that_it_does_not_know(request_bytes: bytes, line: str) -> None:
    async with ScriptedServer([say("a")]) as server:
        assert (await exchange(server, request_bytes)).startswith(f"HTTP/1.1 {line}")
        assert server.requests == []


async def test_the_end_of_the_script() -> None:
    async with ScriptedServer([say("a")]) as server:
        answer = await exchange(server, post("/v1/messages"), post("/v1/messages"))
        assert "the script has no turn 2" in answer


async def test_statuses_and_cuts() -> None:
    async with ScriptedServer(
        [status(529, {"a": 1}, {"retry-after": "3"}), [say("x"), cut()]]
    ) as server:
        answer = await exchange(server, post("/v1/messages"), post("/v1/messages"))
    assert answer.startswith("HTTP/1.1 529 Overloaded\r\n")
    assert "retry-after: 3\r\n" in answer
    assert answer.endswith("\r\n")
    assert not answer.endswith("0\r\n\r\n")
    assert "message_stop" not in answer


def test_as_a_program(tmp_path: Path) -> None:
    script, log = tmp_path / "script.json", tmp_path / "log.jsonl"
    script.write_text('[{"say": "one"}, {"say": "two"}]', encoding="utf-8")
    arguments = ["--script", str(script), "--log", str(log), "--repeat"]
    with subprocess.Popen(
        [sys.executable, "-m", "pycode.testing.server", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        url = program.stdout.readline().strip()
        for word in ("one", "two", "one"):
            request = urllib.request.Request(
                f"{url}/v1/messages", BODY.encode(), {"x-api-key": "secret-key"}
            )
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                request
            ) as answer:
                assert word in answer.read().decode()
        program.send_signal(signal.SIGINT)
        assert program.wait(10) == 130
        assert program.stderr.read() == ""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3]
    assert lines[0]["body"] == json.loads(BODY)
    assert "secret-key" not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [None, "nonsense"])
def test_a_script_that_cannot_be_read(text: str | None, tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    if text is not None:
        script.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pycode.testing.server", "--script", str(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(str(script))
    assert "Traceback" not in done.stderr
