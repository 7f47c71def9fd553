"""Reading Responses: the recorded streams, and what goes wrong with them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pycode.core.errors import (
    BadRequestError,
    ContextOverflowError,
    NetworkError,
    OverloadedError,
    ProtocolError,
    QuotaError,
    RateLimitError,
)
from pycode.providers.failures import Service
from pycode.providers.openai_responses_stream import ResponsesReader
from pycode.providers.reading import Reader

Read = Callable[[Reader, Iterable[bytes]], Any]

USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 6,
    "output_tokens_details": {"reasoning_tokens": 2},
    "total_tokens": 15,
}


def sse(*payloads: dict[str, Any]) -> bytes:
    """Return a stream of these events."""
    return b"".join(b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in payloads)


def event(kind: str, place: int | None = 0, **fields: Any) -> dict[str, Any]:
    where = {} if place is None else {"output_index": place}
    return {"type": f"response.{kind}", **where, **fields}


def added(place: int, **item: Any) -> dict[str, Any]:
    return event("output_item.added", place, item=item)


def done(place: int, **item: Any) -> dict[str, Any]:
    return event("output_item.done", place, item=item)


def ending(status: str = "completed", **fields: Any) -> dict[str, Any]:
    response = {"status": status, "output": [], "usage": USAGE, **fields}
    return {"type": f"response.{status}", "response": response}


BEGIN = {"type": "response.created", "response": {"status": "in_progress", "output": []}}
CALL: dict[str, Any] = {"type": "function_call", "call_id": "c1", "name": "bash", "arguments": ""}
BASH = {"id": "c1", "name": "bash", "arguments": {"a": 1}}
KINDS = ("apply_patch_call", "local_shell_call", "custom_tool_call")


def arguments(text: str, place: int | None = 0) -> dict[str, Any]:
    return event("function_call_arguments.delta", place, delta=text)


class TestRecorded:
    """The recorded streams give what their notes say."""

    def test_whole(self, responses_recording: Any, read: Read, service: Service) -> None:
        want = responses_recording.expected
        got = read(ResponsesReader(service, "m"), [responses_recording.body])
        assert got.joined("text") == want["text"]
        assert got.joined("reasoning") == want["reasoning"]
        assert [_neutral(call) for call in want["tool_calls"]] == got.calls()
        values = [data["value"] for data in got.data("opaque") if "id" not in data]
        items = [value["item"] for value in values]
        thoughts = [item["encrypted_content"][:48] for item in items if item["type"] == "reasoning"]
        assert thoughts == want["encrypted_reasoning"]
        others = [item["type"] for item in items if item["type"] != "reasoning"]
        assert others == [item["type"] for item in want["other_items"]]
        if want["error"] is not None:
            assert isinstance(got.error, QuotaError)
            return
        assert got.error is None
        assert got.finish()["raw_reason"] == want["stop_reason"]
        assert got.finish()["reason"] == ("tool_calls" if want["tool_calls"] else "stop")
        usage = got.finish()["usage"]
        assert usage["input"] + usage["cache_read"] == want["usage"]["input"]
        for key in ("output", "cache_read", "reasoning"):
            assert usage[key] == want["usage"][key]

    def test_byte_by_byte_with_other_line_ends(
        self, responses_recording: Any, read: Read, service: Service
    ) -> None:
        body = responses_recording.body[:40_000]
        whole = read(ResponsesReader(service, "m"), [body])
        crlf = b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n")
        for stream in (body, crlf):
            pieces = [stream[i : i + 1] for i in range(len(stream))]
            assert read(ResponsesReader(service, "m"), pieces).events == whole.events

    def test_cut_anywhere(self, responses_recording: Any, read: Read, service: Service) -> None:
        body = responses_recording.body
        whole = read(ResponsesReader(service, "m"), [body])
        complete = [call["arguments"] for call in whole.calls()]
        later = random.Random(1).sample(range(1024, max(len(body), 1100)), 40)
        for place in [*range(0, min(len(body), 1024), 7), *later]:
            got = read(ResponsesReader(service, "m"), [body[:place]])
            assert whole.joined("text").startswith(got.joined("text"))
            for number, cut_call in enumerate(got.calls()):
                assert "arguments_raw" in cut_call or cut_call["arguments"] == complete[number]
            assert got.error is not None or got.finish() is not None


def _neutral(call: dict[str, Any]) -> dict[str, Any]:
    found = {"input": call["input"]} if "input" in call else call["arguments"]
    return {"id": call["id"], "name": call["name"], "arguments": found}


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(
            [added(0, **CALL), arguments('{"a"'), arguments(": 1}"), done(0, **CALL)],
            id="deltas alone",
        ),
        pytest.param([done(0, **CALL | {"arguments": '{"a": 1}'})], id="the end alone"),
        pytest.param(
            [arguments('{"a"'), arguments(": 1}"), done(0, **CALL | {"arguments": '{"a": 1}'})],
            id="no beginning",
        ),
        pytest.param([added(0, **CALL), arguments('{"a": 1}')], id="no end"),
        pytest.param(
            [
                added(1, **CALL),
                arguments('{"a"', None),
                arguments(": 1}", None),
                event("output_item.done", None, item=CALL),
            ],
            id="no places",
        ),
        pytest.param(
            [added(0, **CALL, id="x"), arguments('{"a": 1}'), done(0, **CALL, id="y")],
            id="ids that change",
        ),
    ],
)
def test_tool_calls(events: list[dict[str, Any]], read: Read, service: Service) -> None:
    got = read(ResponsesReader(service, "m"), [sse(BEGIN, *events, ending())])
    assert got.calls() == [BASH]
    assert "".join(d["text"] for d in got.data("tool_call_delta")) == '{"a": 1}'
    assert got.finish()["reason"] == "tool_calls"


def test_calls_that_are_written_at_the_same_time(read: Read, service: Service) -> None:
    second = CALL | {"call_id": "c2"}
    stream = sse(
        BEGIN,
        added(0, **CALL),
        added(1, **second),
        arguments('{"b"', 1),
        arguments('{"a"', 0),
        arguments(": 2}", 1),
        done(1, **second),
        arguments(": 1}", 0),
        done(0, **CALL),
        ending(),
    )
    got = read(ResponsesReader(service, "m"), [stream])
    assert got.calls() == [{"id": "c2", "name": "bash", "arguments": {"b": 2}}, BASH]


@pytest.mark.parametrize(
    ("events", "raw"),
    [
        ([added(0, **CALL), arguments('{"a": 1')], '{"a": 1'),
        ([added(0, **CALL), arguments('{"a": 1}')], '{"a": 1}'),
        ([done(0, **CALL | {"arguments": '{"a": 1}', "status": "incomplete"})], '{"a": 1}'),
    ],
)
@pytest.mark.parametrize("end", ["incomplete", "nothing"])
def test_calls_that_were_cut_stay_raw(
    events: list[dict[str, Any]], raw: str, end: str, read: Read, service: Service
) -> None:
    details = {"incomplete_details": {"reason": "max_output_tokens"}}
    last = [ending("incomplete", **details)] if end == "incomplete" else []
    got = read(ResponsesReader(service, "m"), [sse(BEGIN, *events, *last)])
    assert got.calls() == [{"id": "c1", "name": "bash", "arguments_raw": raw}]
    if last:
        assert got.finish()["reason"] == "length"
        assert got.finish()["raw_reason"] == "max_output_tokens"
    else:
        assert isinstance(got.error, NetworkError)


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_of_another_kind_that_was_cut(kind: str, read: Read, service: Service) -> None:
    got = read(
        ResponsesReader(service, "m"),
        [sse(BEGIN, added(0, type=kind, call_id="c1"), ending())],
    )
    assert [call.get("arguments") for call in got.calls()] == [None]


def test_thoughts_keep_what_must_go_back(read: Read, service: Service) -> None:
    item = {
        "id": "rs_1",
        "type": "reasoning",
        "summary": [
            {"type": "summary_text", "text": "Hm."},
            {"type": "summary_text", "text": "O."},
        ],
        "encrypted_content": "xyz",
        "status": None,
    }
    stream = sse(
        BEGIN,
        added(0, id="rs_1", type="reasoning", summary=[]),
        event("reasoning_summary_part.added", part={}),
        event("reasoning_summary_text.delta", delta="Hm."),
        event("reasoning_summary_part.added", part={}),
        event("reasoning_summary_text.delta", delta="O."),
        done(0, **item),
        ending(),
    )
    for pieces in ([stream], [sse(BEGIN, done(0, **item), ending())]):
        got = read(ResponsesReader(service, "m"), pieces)
        deltas = [data["text"] for data in got.data("reasoning_delta")]
        assert deltas == ["Hm.", "O."]
        assert got.types().count("reasoning_start") >= 2
        (opaque,) = got.data("opaque")
        kept = {key: item[key] for key in ("type", "summary", "encrypted_content")}
        assert opaque["value"]["item"] == kept
        assert opaque["value"]["model"] == "m"


def test_thoughts_that_cannot_go_back(read: Read, service: Service) -> None:
    stream = sse(BEGIN, done(0, id="rs_1", type="reasoning", summary=[]), ending())
    assert read(ResponsesReader(service, "m"), [stream]).data("opaque") == []


def test_refusals_and_phases(read: Read, service: Service) -> None:
    message = {"type": "message", "role": "assistant", "phase": "commentary", "content": []}
    stream = sse(
        BEGIN,
        added(0, **message),
        event("output_text.delta", delta="I look."),
        done(0, **message),
        added(1, type="message", content=[]),
        event("refusal.delta", 1, delta="No."),
        done(1, type="message", content=[{"type": "refusal", "refusal": "No."}]),
        ending(),
    )
    got = read(ResponsesReader(service, "m"), [stream])
    assert got.joined("text") == "I look.No."
    assert [data["value"]["phase"] for data in got.data("opaque")] == ["commentary"]
    assert got.types().index("opaque") < got.types().index("text_start")
    assert got.finish()["reason"] == "content_filter"


def test_a_whole_answer_at_once(read: Read, service: Service) -> None:
    output = [
        {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]},
        {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
        CALL | {"arguments": '{"a": 1}'},
    ]
    whole = {"object": "response", "status": "completed", "output": output, "usage": USAGE}
    for stream in (sse(whole), sse(BEGIN, {"type": "response.completed", "response": whole})):
        got = read(ResponsesReader(service, "m"), [stream])
        assert got.joined("reasoning") == "Hm"
        assert got.joined("text") == "Hi"
        assert got.calls() == [BASH]
        counts = {"input": 5, "cache_read": 4, "cache_write": 0, "output": 6, "reasoning": 2}
        assert got.finish()["usage"] == counts


def test_what_comes_after_the_end_and_what_is_unknown(read: Read, service: Service) -> None:
    stream = sse(
        {"type": "keepalive"},
        BEGIN,
        event("brand_new.thing", 7, x=1),
        event("output_text.delta", delta="Hi", obfuscation="abc"),
        event("output_text.annotation.added", annotation={}),
        ending(),
        {"type": "error", "code": "server_error"},
    )
    got = read(ResponsesReader(service, "m"), [stream + b"data: [DONE]\n\n"])
    assert got.error is None
    assert got.joined("text") == "Hi"


def test_a_second_beginning_starts_over(read: Read, service: Service) -> None:
    stream = sse(
        BEGIN,
        added(0, **CALL),
        arguments('{"x": '),
        BEGIN,
        event("output_text.delta", delta="Hi"),
        ending(),
    )
    got = read(ResponsesReader(service, "m"), [stream])
    assert got.types().count("start") == 2
    assert "arguments" not in got.calls()[0]
    assert got.finish()["reason"] == "stop"


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"type": "error", "code": "rate_limit_exceeded", "message": "slow"}, RateLimitError),
        ({"type": "error", "code": "server_error", "message": "x"}, OverloadedError),
        ({"type": "error", "error": {"code": "invalid_prompt", "message": "x"}}, BadRequestError),
        ({"error": {"message": "x", "code": 502}}, OverloadedError),
        (
            ending("failed", error={"code": "context_length_exceeded", "message": "x"}),
            ContextOverflowError,
        ),
        (ending("cancelled"), OverloadedError),
        ({"type": "response.completed"}, ProtocolError),
        ({"type": "response.output_item.done", "output_index": "x", "item": {}}, ProtocolError),
    ],
)
def test_errors(payload: dict[str, Any], kind: type, read: Read, service: Service) -> None:
    begun = [BEGIN, event("output_text.delta", delta="Hi"), added(1, **CALL), arguments("{}", 1)]
    got = read(ResponsesReader(service, "m"), [sse(*begun, payload)])
    assert type(got.error) is kind
    assert got.joined("text") == "Hi"
    assert [call.get("arguments_raw") for call in got.calls()] == ["{}"]
