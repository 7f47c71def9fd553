"""Reading Gemini: the recorded streams, and what goes wrong with them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pycode.core.errors import NetworkError, OverloadedError, ProtocolError, RateLimitError
from pycode.providers.failures import Service
from pycode.providers.gemini_arguments import StreamedArguments
from pycode.providers.gemini_stream import GeminiReader
from pycode.providers.reading import Reader

Read = Callable[[Reader, Iterable[bytes]], Any]


def chunk(*parts: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
    """Return one event of a stream."""
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}}
    if reason:
        candidate["finishReason"] = reason
    payload = {"candidates": [candidate], **more}
    return b"data: " + json.dumps(payload).encode() + b"\r\n\r\n"


def call(name: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"functionCall": fields if name is None else {"name": name, **fields}}


class TestRecorded:
    """The recorded streams give what their notes say."""

    def test_whole(self, gemini_recording: Any, read: Read, service: Service) -> None:
        want = gemini_recording.expected
        got = read(GeminiReader(service, "m"), [gemini_recording.body])
        assert got.error is None
        assert got.joined("text") == want["text"]
        assert got.joined("reasoning") == want["reasoning"]
        calls = [(call["name"], call["arguments"]) for call in got.calls()]
        assert calls == [(call["name"], call["arguments"]) for call in want["tool_calls"]]
        assert all(call["id"] for call in got.calls())
        assert [_signature(data)[:48] for data in got.data("opaque")] == [
            signature["sig"] for signature in want["thought_signatures"]
        ]
        assert got.finish()["raw_reason"] == want["stop_reason"]
        assert got.finish()["reason"] == ("tool_calls" if want["tool_calls"] else "stop")
        usage, counts = got.finish()["usage"], {k: v or 0 for k, v in want["usage"].items()}
        assert usage["cache_read"] == counts["cache_read"]
        assert usage["reasoning"] == counts["reasoning"]
        assert usage["output"] == counts["output"] + counts["reasoning"]
        prompt = counts["input"] + counts["tool_prompt"]
        assert usage["input"] + usage["cache_read"] == prompt
        assert prompt + usage["output"] == counts["total"]

    def test_byte_by_byte_with_other_line_ends(
        self, gemini_recording: Any, read: Read, service: Service
    ) -> None:
        body = gemini_recording.body
        whole = read(GeminiReader(service, "m"), [body])
        lf = b"\xef\xbb\xbf" + body.replace(b"\r\n", b"\n")
        for stream in (body, lf):
            pieces = [stream[i : i + 1] for i in range(len(stream))]
            got = read(GeminiReader(service, "m"), pieces)
            assert got.types() == whole.types()
            assert got.joined("text") == whole.joined("text")

    def test_cut_anywhere(self, gemini_recording: Any, read: Read, service: Service) -> None:
        body = gemini_recording.body
        whole = read(GeminiReader(service, "m"), [body])
        later = random.Random(1).sample(range(1024, max(len(body), 1100)), 40)
        for place in [*range(0, min(len(body), 1024), 7), *later]:
            got = read(GeminiReader(service, "m"), [body[:place]])
            assert whole.joined("text").startswith(got.joined("text"))
            for cut_call, complete in zip(got.calls(), whole.calls(), strict=False):
                assert cut_call["arguments"] == complete["arguments"]
            assert got.error is not None or got.finish() is not None


def _signature(data: dict[str, Any]) -> str:
    value = data["value"]
    if "signed" in value:
        ((_, _, signature),) = value["signed"]
        return str(signature)
    return str(value.get("signature") or value["part"]["thoughtSignature"])


def test_calls_with_and_without_ids(read: Read, service: Service) -> None:
    body = chunk(
        {"text": "Hm", "thought": True},
        {**call("a", id="i1", args={"x": 1}), "thoughtSignature": "S"},
        call("b"),
        reason="STOP",
    )
    got = read(GeminiReader(service, "m"), [body])
    first, second = got.calls()
    assert first == {"id": "i1", "name": "a", "arguments": {"x": 1}}
    assert second["arguments"] == {}
    assert second["id"] not in ("", "i1")
    assert got.data("opaque") == [
        {"id": "i1", "value": {"protocol": "gemini", "model": "m", "signature": "S"}}
    ]


def test_arguments_that_are_streamed(read: Read, service: Service) -> None:
    def piece(path: str, go_on: bool = True, **value: Any) -> bytes:
        return chunk(call(partialArgs=[{"jsonPath": path, **value}], willContinue=go_on))

    body = b"".join(
        [
            chunk(call("edit", willContinue=True)),
            piece("$.path", stringValue="a/", willContinue=True),
            piece("$.path", stringValue="b.py"),
            piece("$.edits[1].line", numberValue=7),
            piece("$.edits[0]['old text']", stringValue="x"),
            piece('$.edits[0]["new"]', boolValue=True),
            piece("$.none", nullValue="NULL_VALUE"),
            chunk(call()),
            chunk({"text": "Done"}, reason="STOP"),
        ]
    )
    got = read(GeminiReader(service, "m"), [body])
    (made,) = got.calls()
    assert made["arguments"] == {
        "path": "a/b.py",
        "edits": [{"old text": "x", "new": True}, {"line": 7}],
        "none": None,
    }
    assert got.joined("text") == "Done"
    assert got.finish()["reason"] == "tool_calls"


@pytest.mark.parametrize("reason", [None, "MAX_TOKENS", "STOP"])
def test_streamed_arguments_that_were_cut_stay_raw(
    reason: str | None, read: Read, service: Service
) -> None:
    part = call("edit", partialArgs=[{"jsonPath": "$.a", "stringValue": "b"}], willContinue=True)
    got = read(GeminiReader(service, "m"), [chunk(part, reason=reason)])
    (made,) = got.calls()
    assert made["name"] == "edit"
    assert made["arguments_raw"] == '{"a":"b"}'
    assert isinstance(got.error, NetworkError) is (reason is None)


@pytest.mark.parametrize(
    "path", ["", "$", "a.b", "$..a", "$.a[", "$.a[x]", "$.text.x", "$.text[0]", "$.list[1000000]"]
)
def test_paths_that_are_none(path: str) -> None:
    arguments = StreamedArguments()
    arguments.add({"jsonPath": "$.text", "stringValue": "x"})
    with pytest.raises(ValueError, match=r"path|there is no|value"):
        arguments.add({"jsonPath": path, "numberValue": 1})


def test_a_long_argument_takes_time_in_proportion() -> None:
    arguments = StreamedArguments()
    for _ in range(100_000):
        arguments.add({"jsonPath": "$.content", "stringValue": "x" * 100})
    assert len(arguments.result()["content"]) == 10_000_000


def test_signatures_stay_on_their_parts(read: Read, service: Service) -> None:
    body = b"".join(
        [
            chunk({"text": "Hm", "thought": True, "thoughtSignature": "S0"}),
            chunk({"text": "Hel"}),
            chunk({"text": "lo w", "thoughtSignature": "S1"}),
            chunk({"text": "orld"}),
            chunk({"text": "", "thoughtSignature": "S2"}, reason="STOP"),
        ]
    )
    got = read(GeminiReader(service, "m"), [body])
    assert got.joined("text") == "Hello world"
    assert got.types().count("text_start") == 1
    values = [data["value"] for data in got.data("opaque")]
    assert values[0]["signature"] == "S0"
    assert values[1]["signed"] == [[3, 7, "S1"], [11, 11, "S2"]]


def test_what_the_service_made_by_itself(read: Read, service: Service) -> None:
    part = {"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "S"}
    got = read(GeminiReader(service, "m"), [chunk(part, reason="STOP")])
    assert [data["value"]["part"] for data in got.data("opaque")] == [part]


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "PROHIBITED_CONTENT"])
def test_what_is_filtered(reason: str, read: Read, service: Service) -> None:
    got = read(GeminiReader(service, "m"), [chunk(reason=reason)])
    assert got.finish()["reason"] == "content_filter"
    assert got.finish()["raw_reason"] == reason


def test_a_prompt_that_is_blocked(read: Read, service: Service) -> None:
    body = b'data: {"promptFeedback": {"blockReason": "OTHER"}}\n\n'
    got = read(GeminiReader(service, "m"), [body])
    assert got.finish()["reason"] == "content_filter"


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "OTHER", "SOMETHING_NEW"])
def test_a_model_that_broke_down(reason: str, read: Read, service: Service) -> None:
    got = read(GeminiReader(service, "m"), [chunk({"text": "Hi"}, reason=reason)])
    assert isinstance(got.error, OverloadedError)
    assert reason in str(got.error)
    assert got.error.retryable


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'{"error": {"code": 503, "status": "UNAVAILABLE", "message": "x"}}', OverloadedError),
        (b'{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}', RateLimitError),
        (b'{"candidates": [{"content": {"parts": [3]}}]}', ProtocolError),
        (b'{"candidates": [{"content": {"parts": [{"functionCall": []}]}}]}', ProtocolError),
        (b"[]", ProtocolError),
    ],
)
def test_errors(data: bytes, kind: type, read: Read, service: Service) -> None:
    body = chunk({"text": "Hi"}) + b"data: " + data + b"\n\n"
    got = read(GeminiReader(service, "m"), [body])
    assert type(got.error) is kind
    assert got.joined("text") == "Hi"
