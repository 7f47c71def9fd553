"""Reading Chat Completions: the recorded streams, and the dialects that services speak."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pycode.core.errors import (
    BadRequestError,
    NetworkError,
    OverloadedError,
    ProtocolError,
    RateLimitError,
)
from pycode.providers.failures import Service
from pycode.providers.openai_chat_stream import ChatReader
from pycode.providers.reading import Reader

Read = Callable[[Reader, Iterable[bytes]], Any]

OPENAI_USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 2,
    "total_tokens": 11,
    "prompt_tokens_details": {"cached_tokens": 4},
}
DONE = b"data: [DONE]\n\n"


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    """Return one chunk of a stream."""
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": finish}]
    return b"data: " + json.dumps({"choices": choices, **more}).encode() + b"\n\n"


def call(index: int | None, ident: str | None, name: str | None, arguments: Any) -> bytes:
    """Return a chunk with one piece of a tool call; None leaves a field out."""
    piece: dict[str, Any] = {"function": {"arguments": arguments}}
    if index is not None:
        piece["index"] = index
    if ident is not None:
        piece["id"] = ident
    if name is not None:
        piece["function"]["name"] = name
    return chunk({"tool_calls": [piece]})


class TestRecorded:
    """The recorded streams give what their notes say."""

    def test_whole(self, chat_recording: Any, read: Read, service: Service) -> None:
        want = chat_recording.expected
        got = read(ChatReader(service, "m"), [chat_recording.body])
        assert got.joined("text") == want["text"]
        details = want["reasoning_details"] or {}
        assert got.joined("reasoning") == (want["reasoning"] or details.get("text", ""))
        assert got.calls() == want["tool_calls"]
        assert (got.error is None) == (want["error"] is None)
        if details:
            kept = [d for data in got.data("opaque") for d in data["value"]["reasoning_details"]]
            assert sorted({detail["type"] for detail in kept}) == details["types"]
            assert "".join(detail.get("text", "") for detail in kept) == details["text"]
        if want["error"] is None:
            assert got.finish()["raw_reason"] == want["stop_reason"]
            assert got.finish()["reason"] == ("tool_calls" if want["tool_calls"] else "stop")
        if want["usage"]:
            self._check_usage(got.data("usage")[-1], want["usage"])

    def _check_usage(self, got: dict[str, int], want: dict[str, int | None]) -> None:
        read, written = want["cache_read"] or 0, want["cache_write"] or 0
        assert got["input"] == (want["input"] or 0) - read - written
        assert got["cache_read"] == read
        assert got["reasoning"] == (want["reasoning"] or 0)
        assert got["input"] + read + written + got["output"] == want["total"]

    def test_byte_by_byte_with_other_line_ends(
        self, chat_recording: Any, read: Read, service: Service
    ) -> None:
        body = chat_recording.body[:40_000]
        whole = read(ChatReader(service, "m"), [body])
        crlf = b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n")
        for stream in (body, crlf):
            pieces = [stream[i : i + 1] for i in range(len(stream))]
            assert read(ChatReader(service, "m"), pieces).events == whole.events

    def test_cut_anywhere(self, chat_recording: Any, read: Read, service: Service) -> None:
        body = chat_recording.body
        whole = read(ChatReader(service, "m"), [body])
        complete = [call.get("arguments") for call in whole.calls()]
        later = random.Random(1).sample(range(1024, max(len(body), 1100)), 40)
        for place in [*range(0, min(len(body), 1024), 7), *later]:
            got = read(ChatReader(service, "m"), [body[:place]])
            assert whole.joined("text").startswith(got.joined("text"))
            for number, cut_call in enumerate(got.calls()):
                assert "arguments_raw" in cut_call or cut_call["arguments"] == complete[number]
            assert got.error is not None or got.finish() is not None


BASH = {"name": "bash", "arguments": {"a": 1}}


@pytest.mark.parametrize(
    ("chunks", "want"),
    [
        pytest.param(
            [call(0, "x", "bash", ""), call(0, "", None, '{"a"'), call(0, "", None, ": 1}")],
            [{"id": "x", **BASH}],
            id="empty id later",
        ),
        pytest.param(
            [call(0, "x", "bash", '{"a"'), call(0, "x", "bash", ": 1}")],
            [{"id": "x", **BASH}],
            id="id and name repeated",
        ),
        pytest.param(
            [call(0, "x", "bash", None), call(0, None, None, '{"a": 1}')],
            [{"id": "x", **BASH}],
            id="null arguments",
        ),
        pytest.param(
            [call(None, "x", "bash", '{"a": 1}'), call(None, "y", "bash", '{"a": 1}')],
            [{"id": "x", **BASH}, {"id": "y", **BASH}],
            id="no index",
        ),
        pytest.param(
            [call(0, "x", "bash", '{"a": 1}'), call(0, "y", "bash", '{"a": 1}')],
            [{"id": "x", **BASH}, {"id": "y", **BASH}],
            id="index used again",
        ),
        pytest.param(
            [call(2, "x", "bash", '{"a"'), call(5, "y", "bash", "{}"), call(2, "x", None, ": 1}")],
            [{"id": "x", **BASH}, {"id": "y", "name": "bash", "arguments": {}}],
            id="gaps and interleaved",
        ),
        pytest.param([call(0, "x", "bash", {"a": 1})], [{"id": "x", **BASH}], id="an object"),
        pytest.param(
            [call(0, "x", "bash", "")], [{"id": "x", "name": "bash", "arguments": {}}], id="none"
        ),
        pytest.param(
            [call(0, "x", None, '{"a"'), call(0, "x", "bash", ": 1}")],
            [{"id": "x", **BASH}],
            id="late name",
        ),
        pytest.param(
            [call(0, "x", "bash", '{"a"'), call(0, "other", None, ": 1}")],
            [{"id": "x", **BASH}],
            id="another id with each piece",
        ),
        pytest.param(
            [call(0, "x", "bash", '{"a": ')],
            [{"id": "x", "name": "bash", "arguments_raw": '{"a": '}],
            id="malformed",
        ),
        pytest.param(
            [call(0, "x", "bash", '"text"')],
            [{"id": "x", "name": "bash", "arguments_raw": '"text"'}],
            id="no object",
        ),
        pytest.param(
            [call(0, "x", None, "{}")], [{"id": "x", "name": "", "arguments": {}}], id="no name"
        ),
    ],
)
@pytest.mark.parametrize("finish", ["tool_calls", "stop", None])
def test_tool_calls(
    chunks: list[bytes],
    want: list[dict[str, Any]],
    finish: str | None,
    read: Read,
    service: Service,
) -> None:
    got = read(ChatReader(service, "m"), [*chunks, chunk(finish=finish), DONE])
    assert sorted(got.calls(), key=lambda end: str(end["id"])) == want
    assert got.finish()["reason"] == "tool_calls"


def test_an_id_that_two_calls_have(read: Read, service: Service) -> None:
    pieces = [call(0, "x", "bash", '{"a": 1}'), call(1, "x", "read", "{}")]
    got = read(ChatReader(service, "m"), [b"".join([*pieces, chunk(finish="stop"), DONE])])
    first, second = got.calls()
    assert (first["id"], first["name"]) == ("x", "bash")
    assert second["id"] != "x"
    assert second["name"] == "read"


def test_calls_without_ids_get_some(read: Read, service: Service) -> None:
    chunks = [call(0, "", "bash", '{"a": 1}'), call(0, "", "bash", '{"a": 1}'), DONE]
    first, second = read(ChatReader(service, "m"), chunks).calls()
    assert first["arguments"] == second["arguments"] == {"a": 1}
    assert first["id"].startswith("call_")
    assert first["id"] != second["id"]


def test_a_call_ends_early_when_the_next_begins(read: Read, service: Service) -> None:
    chunks = [call(0, "x", "bash", '{"a": 1}'), call(1, "y", "bash", "{}"), chunk(finish="stop")]
    types = read(ChatReader(service, "m"), chunks).types()
    second_start = [i for i, kind in enumerate(types) if kind == "tool_call_start"][1]
    assert types.index("tool_call_end") < second_start


def test_a_cut_call_never_has_arguments(read: Read, service: Service) -> None:
    got = read(ChatReader(service, "m"), [call(0, "x", "bash", '{"command": "rm"}')])
    assert got.calls() == [{"id": "x", "name": "bash", "arguments_raw": '{"command": "rm"}'}]
    assert isinstance(got.error, NetworkError)


def test_length_wins_over_calls(read: Read, service: Service) -> None:
    got = read(
        ChatReader(service, "m"), [call(0, "x", "bash", '{"a'), chunk(finish="length"), DONE]
    )
    assert got.finish()["reason"] == "length"
    assert got.calls() == [{"id": "x", "name": "bash", "arguments_raw": '{"a'}]


@pytest.mark.parametrize(
    ("deltas", "reasoning", "text"),
    [
        ([{"reasoning_content": "hm"}, {"content": "Hi"}], "hm", "Hi"),
        ([{"reasoning": "hm"}, {"content": "Hi"}], "hm", "Hi"),
        ([{"reasoning_content": "h", "reasoning": "h"}, {"content": "Hi"}], "h", "Hi"),
        ([{"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]}], "hm", ""),
        (
            [
                {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
                {"content": [{"type": "text", "text": "Hi"}]},
            ],
            "hm",
            "Hi",
        ),
        ([{"content": "<think>hm</think>\n\nHi"}], "hm", "Hi"),
        (
            [{"content": piece} for piece in "\n<think>h<m</think>\nHi </think>"],
            "h<m",
            "Hi </think>",
        ),
        ([{"content": "<think>hm"}], "hm", ""),
        ([{"content": "<think>hm</thi"}], "hm</thi", ""),
        ([{"content": "<thin"}], "", "<thin"),
        ([{"content": "Use <think>"}, {"content": " tags"}], "", "Use <think> tags"),
        ([{"content": None}, {"content": ""}, {"content": "Hi"}], "", "Hi"),
    ],
)
def test_reasoning(
    deltas: list[dict[str, Any]], reasoning: str, text: str, read: Read, service: Service
) -> None:
    got = read(
        ChatReader(service, "m"), [*(chunk(delta) for delta in deltas), chunk(finish="stop"), DONE]
    )
    assert (got.joined("reasoning"), got.joined("text")) == (reasoning, text)
    assert got.finish()["reason"] == "stop"


def test_reasoning_details_become_whole_again(read: Read, service: Service) -> None:
    pieces: list[dict[str, Any]] = [
        {
            "reasoning": "a",
            "reasoning_details": [{"type": "reasoning.text", "text": "a", "index": 0}],
        },
        {
            "reasoning": "b",
            "reasoning_details": [{"type": "reasoning.text", "text": "b", "index": 0}],
        },
        {"reasoning_details": [{"type": "reasoning.text", "signature": "s", "index": 0}]},
        {"content": "Hi"},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "xyz", "index": 1}]},
    ]
    got = read(
        ChatReader(service, "m"), [*(chunk(piece) for piece in pieces), chunk(finish="stop"), DONE]
    )
    text = {"type": "reasoning.text", "text": "ab", "index": 0, "signature": "s"}
    hidden = {"type": "reasoning.encrypted", "data": "xyz", "index": 1}
    mine = {"protocol": "openai-chat", "model": "m"}
    assert got.data("opaque") == [
        {"value": {**mine, "reasoning_details": [text]}},
        {"value": {**mine, "reasoning_details": [hidden]}},
    ]


@pytest.mark.parametrize(
    ("chunks", "usage"),
    [
        pytest.param(
            [
                chunk(finish="stop"),
                b"data: " + json.dumps({"choices": [], "usage": OPENAI_USAGE}).encode() + b"\n\n",
            ],
            {"input": 5, "cache_read": 4, "cache_write": 0, "output": 2, "reasoning": 0},
            id="OpenAI",
        ),
        pytest.param(
            [
                chunk(
                    finish="stop",
                    usage={
                        "prompt_tokens": 9,
                        "completion_tokens": 2,
                        "prompt_cache_hit_tokens": 3,
                    },
                )
            ],
            {"input": 6, "cache_read": 3, "cache_write": 0, "output": 2, "reasoning": 0},
            id="DeepSeek",
        ),
        pytest.param(
            [chunk(finish="stop", x_groq={"usage": {"prompt_tokens": 9, "completion_tokens": 2}})],
            {"input": 9, "cache_read": 0, "cache_write": 0, "output": 2, "reasoning": 0},
            id="Groq",
        ),
        pytest.param(
            [
                chunk(
                    finish="stop",
                    usage={
                        "prompt_tokens": 9,
                        "completion_tokens": 2,
                        "total_tokens": 18,
                        "completion_tokens_details": {"reasoning_tokens": 7},
                        "prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2},
                    },
                ),
                chunk(usage=None),
            ],
            {"input": 6, "cache_read": 1, "cache_write": 2, "output": 9, "reasoning": 7},
            id="xAI, then a null",
        ),
    ],
)
def test_usage(chunks: list[bytes], usage: dict[str, int], read: Read, service: Service) -> None:
    assert read(ChatReader(service, "m"), [*chunks, DONE]).finish()["usage"] == usage


def test_the_end_without_done(read: Read, service: Service) -> None:
    good = read(ChatReader(service, "m"), [chunk({"content": "Hi"}), chunk(finish="stop")])
    assert good.finish()["reason"] == "stop"
    cut = read(ChatReader(service, "m"), [chunk({"content": "Hi"})])
    assert isinstance(cut.error, NetworkError)
    assert cut.joined("text") == "Hi"


def test_nothing_counts_after_done(read: Read, service: Service) -> None:
    got = read(
        ChatReader(service, "m"), [chunk({"content": "Hi"}, "stop"), DONE, chunk({"content": "x"})]
    )
    assert got.joined("text") == "Hi"


def test_refusals(read: Read, service: Service) -> None:
    got = read(
        ChatReader(service, "m"), [chunk({"refusal": "I cannot."}), chunk(finish="stop"), DONE]
    )
    assert got.joined("text") == "I cannot."
    assert got.finish()["reason"] == "content_filter"
    assert read(ChatReader(service, "m"), [chunk(finish="content_filter")]).finish()["reason"] == (
        "content_filter"
    )


def test_a_whole_answer_from_a_server_that_does_not_stream(read: Read, service: Service) -> None:
    message = {"role": "assistant", "content": "Hi"}
    whole = {
        "choices": [{"message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1},
    }
    got = read(ChatReader(service, "m"), [b"data: " + json.dumps(whole).encode() + b"\n\n"])
    assert got.joined("text") == "Hi"
    assert got.finish()["usage"]["input"] == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 429, "message": "slow down"}, RateLimitError),
        ({"code": "502", "message": "bad gateway"}, OverloadedError),
        ({"type": "invalid_request_error", "status_code": 400, "message": "no"}, BadRequestError),
        ("plain words", OverloadedError),
    ],
)
def test_errors_inside_the_stream(error: Any, kind: type, read: Read, service: Service) -> None:
    failing = b"data: " + json.dumps({"error": error}).encode() + b"\n\n"
    got = read(ChatReader(service, "m"), [chunk({"content": "Hel"}), failing])
    assert got.joined("text") == "Hel"
    assert type(got.error) is kind
    assert "finish" not in got.types()


def test_the_finish_reason_error(read: Read, service: Service) -> None:
    got = read(ChatReader(service, "m"), [chunk({"content": "x"}), chunk(finish="error"), DONE])
    assert isinstance(got.error, OverloadedError)


@pytest.mark.parametrize("data", [b"nonsense", b"[1]", b"<html>"])
def test_garbage(data: bytes, read: Read, service: Service) -> None:
    got = read(ChatReader(service, "m"), [b"data: " + data + b"\n\n"])
    assert isinstance(got.error, ProtocolError)
