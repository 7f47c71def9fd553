"""Reading Anthropic Messages: the recorded streams, and what goes wrong with them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pycode.core.errors import BadRequestError, NetworkError, OverloadedError, ProtocolError
from pycode.providers.anthropic_stream import AnthropicReader
from pycode.providers.failures import Service
from pycode.providers.reading import Reader

Read = Callable[[Reader, Iterable[bytes]], Any]

_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "refusal": "content_filter",
    "pause_turn": "pause",
}


def sse(*payloads: dict[str, Any]) -> bytes:
    """Return a stream of these events."""
    return b"".join(b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in payloads)


def start(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": fields}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def ending(reason: str | None) -> list[dict[str, Any]]:
    closing = {
        "type": "message_delta",
        "delta": {"stop_reason": reason},
        "usage": {"output_tokens": 5},
    }
    return [closing, {"type": "message_stop"}]


BEGIN: dict[str, Any] = {
    "type": "message_start",
    "message": {"content": [], "usage": {"input_tokens": 3, "cache_read_input_tokens": 2}},
}
TOOL = start(0, type="tool_use", id="t1", name="bash", input={})


class TestRecorded:
    """The recorded streams give what their notes say."""

    def test_whole(self, anthropic_recording: Any, read: Read, service: Service) -> None:
        want = anthropic_recording.expected
        got = read(AnthropicReader(service, "m"), [anthropic_recording.body])
        assert got.error is None
        assert got.joined("text") == want["text"]
        assert got.joined("reasoning") == want["reasoning"]
        assert got.calls() == want["tool_calls"]
        assert got.finish()["raw_reason"] == want["stop_reason"]
        assert got.finish()["reason"] == _REASONS[want["stop_reason"]]
        usage = got.finish()["usage"]
        for key in ("input", "output", "cache_read", "cache_write"):
            assert usage[key] == (want["usage"][key] or 0)
        assert got.data("usage")[-1] == usage
        values = [data["value"] for data in got.data("opaque")]
        signatures = [value["signature"] for value in values if "signature" in value]
        assert signatures == want["reasoning_signatures"]
        blocks = [value["block"] for value in values if "block" in value]
        redacted = [block["data"] for block in blocks if block["type"] == "redacted_thinking"]
        assert redacted == want["redacted_thinking"]
        own = [b for b in blocks if b["type"] in ("server_tool_use", "mcp_tool_use")]
        assert [{"id": b["id"], "name": b["name"], "arguments": b["input"]} for b in own] == (
            want["server_tool_calls"]
        )
        if want["compaction"]:
            assert [b["content"] for b in blocks if b["type"] == "compaction"] == want["compaction"]

    def test_byte_by_byte_with_other_line_ends(
        self, anthropic_recording: Any, read: Read, service: Service
    ) -> None:
        body = anthropic_recording.body[:40_000]
        whole = read(AnthropicReader(service, "m"), [body])
        crlf = b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n")
        for stream in (body, crlf):
            pieces = [stream[i : i + 1] for i in range(len(stream))]
            assert read(AnthropicReader(service, "m"), pieces).events == whole.events

    def test_cut_anywhere(self, anthropic_recording: Any, read: Read, service: Service) -> None:
        body, want = anthropic_recording.body, anthropic_recording.expected
        whole = read(AnthropicReader(service, "m"), [body])
        complete = {call["id"]: call.get("arguments") for call in whole.calls()}
        later = random.Random(1).sample(range(1024, max(len(body), 1100)), 40)
        for place in [*range(0, min(len(body), 1024), 7), *later]:
            got = read(AnthropicReader(service, "m"), [body[:place]])
            if place < len(body.rstrip()) - 100:
                assert isinstance(got.error, NetworkError)
            assert whole.joined("text").startswith(got.joined("text"))
            for call in got.calls():
                assert "arguments_raw" in call or call["arguments"] == complete[call["id"]]
        assert want["complete"]


def test_usage_grows_and_nulls_change_nothing(read: Read, service: Service) -> None:
    late = {
        "input_tokens": 9,
        "output_tokens": 7,
        "cache_read_input_tokens": None,
        "cache_creation_input_tokens": 4,
        "output_tokens_details": {"thinking_tokens": 6},
    }
    closing = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": late}
    got = read(AnthropicReader(service, "m"), [sse(BEGIN, closing, {"type": "message_stop"})])
    counts = {"input": 9, "cache_read": 2, "cache_write": 4, "output": 7, "reasoning": 6}
    assert got.finish()["usage"] == counts


@pytest.mark.parametrize(
    ("pieces", "end"),
    [
        ([], {"arguments": {}}),
        (["", ' {"a": ', '"b"}'], {"arguments": {"a": "b"}}),
        (['{"a": '], {"arguments_raw": '{"a": '}),
        (["[1]"], {"arguments_raw": "[1]"}),
        (['{"a": NaN}'], {"arguments_raw": '{"a": NaN}'}),
        (["[" * 100_000], {"arguments_raw": "[" * 100_000}),
        (['{"a": "\\ud800b"}'], {"arguments": {"a": "?b"}}),
        (['{"a": "x\ny"}'], {"arguments": {"a": "x\ny"}}),
    ],
)
def test_arguments(pieces: list[str], end: dict[str, Any], read: Read, service: Service) -> None:
    deltas = [delta(0, type="input_json_delta", partial_json=piece) for piece in pieces]
    stream = sse(BEGIN, TOOL, *deltas, stop(0), *ending("tool_use"))
    got = read(AnthropicReader(service, "m"), [stream])
    assert got.calls() == [{"id": "t1", "name": "bash", **end}]
    assert got.finish()["reason"] == "tool_calls"


def test_a_cut_call_never_has_arguments(read: Read, service: Service) -> None:
    stream = sse(BEGIN, TOOL, delta(0, type="input_json_delta", partial_json='{"command": "rm"}'))
    got = read(AnthropicReader(service, "m"), [stream])
    assert got.calls() == [{"id": "t1", "name": "bash", "arguments_raw": '{"command": "rm"}'}]
    assert (
        str(got.error)
        == "The stream from tester was cut before the answer was complete: try again."
    )


def test_arguments_cut_by_the_token_limit(read: Read, service: Service) -> None:
    piece = delta(0, type="input_json_delta", partial_json='{"command": "r')
    got = read(
        AnthropicReader(service, "m"), [sse(BEGIN, TOOL, piece, stop(0), *ending("max_tokens"))]
    )
    assert got.calls() == [{"id": "t1", "name": "bash", "arguments_raw": '{"command": "r'}]
    assert got.finish()["reason"] == "length"


def test_a_second_beginning_starts_again(read: Read, service: Service) -> None:
    text = start(0, type="text", text="")
    first = [BEGIN, text, delta(0, type="text_delta", text="half"), TOOL | {"index": 1}]
    second = [BEGIN, text, delta(0, type="text_delta", text="whole"), stop(0), *ending("end_turn")]
    got = read(AnthropicReader(service, "m"), [sse(*first, *second)])
    assert got.types().count("start") == 2
    assert got.calls() == [{"id": "t1", "name": "bash", "arguments_raw": ""}]
    after = got.events[max(i for i, kind in enumerate(got.types()) if kind == "start") :]
    assert "".join(e.data["text"] for e in after if e.type == "text_delta") == "whole"
    assert got.finish()["reason"] == "stop"


def test_blocks_that_the_first_event_brings(read: Read, service: Service) -> None:
    call = {"type": "tool_use", "id": "t9", "name": "read", "input": {"file_path": "a"}}
    message = {"content": [{"type": "text", "text": "Look."}, call], "usage": {"input_tokens": 1}}
    got = read(
        AnthropicReader(service, "m"),
        [sse({"type": "message_start", "message": message}, *ending("tool_use"))],
    )
    assert got.joined("text") == "Look."
    assert got.calls() == [{"id": "t9", "name": "read", "arguments": {"file_path": "a"}}]


def test_a_whole_message_from_a_gateway_that_does_not_stream(read: Read, service: Service) -> None:
    whole = {
        "type": "message",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "text", "text": "Hi"},
        ],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }
    got = read(AnthropicReader(service, "m"), [sse(whole)])
    assert (got.joined("reasoning"), got.joined("text")) == ("hm", "Hi")
    assert got.finish()["usage"]["output"] == 2
    assert got.error is None


def test_what_must_be_replayed(read: Read, service: Service) -> None:
    stream = sse(
        BEGIN,
        start(0, type="thinking", thinking="", signature=""),
        delta(0, type="signature_delta", signature="ab"),
        delta(0, type="signature_delta", signature="cd"),
        stop(0),
        start(1, type="redacted_thinking", data="secret"),
        stop(1),
        start(2, type="new_kind", value=1, input={}),
        delta(2, type="input_json_delta", partial_json='{"q": 1}'),
        delta(2, type="unknown_delta"),
        stop(2),
        start(3, type="tool_use", id="t", name="x", input={}, caller={"type": "code", "id": "c"}),
        stop(3),
        {"type": "unheard_of"},
        *ending("end_turn"),
    )
    got = read(AnthropicReader(service, "m"), [stream])
    mine = {"protocol": "anthropic-messages", "model": "m"}
    assert got.data("opaque") == [
        {"value": {**mine, "signature": "abcd"}},
        {"value": {**mine, "block": {"type": "redacted_thinking", "data": "secret"}}},
        {"value": {**mine, "block": {"type": "new_kind", "value": 1, "input": {"q": 1}}}},
        {"value": {**mine, "fields": {"caller": {"type": "code", "id": "c"}}}, "id": "t"},
    ]


def test_gateways_that_leave_out_starts_and_stops(read: Read, service: Service) -> None:
    text = delta(0, type="text_delta", text="Hi")
    got = read(
        AnthropicReader(service, "m"), [sse(BEGIN, text, TOOL | {"index": 1}, *ending(None))]
    )
    assert got.joined("text") == "Hi"
    assert got.calls() == [{"id": "t1", "name": "bash", "arguments": {}}]
    assert got.finish() == {
        "reason": "tool_calls",
        "raw_reason": None,
        "usage": {"input": 3, "cache_read": 2, "cache_write": 0, "output": 5, "reasoning": 0},
    }


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (
            {"type": "overloaded_error", "message": "Overloaded"},
            OverloadedError,
            "tester is overloaded or broken (overloaded_error: Overloaded): wait and try again.",
        ),
        (
            {"type": "invalid_request_error", "message": "no"},
            BadRequestError,
            "tester does not accept the request (400: no).",
        ),
    ],
)
def test_errors_inside_the_stream(
    error: dict[str, str], kind: type, sentence: str, read: Read, service: Service
) -> None:
    text = [start(0, type="text", text=""), delta(0, type="text_delta", text="Hel")]
    got = read(
        AnthropicReader(service, "m"), [sse(BEGIN, *text, {"type": "error", "error": error})]
    )
    assert got.joined("text") == "Hel"
    assert type(got.error) is kind
    assert str(got.error) == sentence


@pytest.mark.parametrize("data", [b"nonsense", b"[1]", b"[" * 100_000])
def test_garbage(data: bytes, read: Read, service: Service) -> None:
    got = read(AnthropicReader(service, "m"), [sse(BEGIN), b"data: " + data + b"\n\n"])
    assert isinstance(got.error, ProtocolError)


def test_half_characters_cannot_reach_files_and_terminals(read: Read, service: Service) -> None:
    text = delta(0, type="text_delta", text="a\ud83db")
    got = read(AnthropicReader(service, "m"), [sse(BEGIN, text, *ending("end_turn"))])
    assert got.joined("text") == "a?b"
