"""What single vendors and gateways do in their streams that their protocol does not say, and what a right reader makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from tests.support.streams import READERS

from pycode.core.errors import OverloadedError, ProviderError
from pycode.providers.failures import Service
from pycode.providers.reading import Reader

Read = Callable[[Reader, Iterable[bytes]], Any]
Payload = dict[str, Any]

DONE = b"data: [DONE]\n\n"


def stream(*payloads: Payload) -> bytes:
    """Return the events of a stream."""
    return b"".join(b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in payloads)


def delta(finish: str | None = None, /, **fields: Any) -> Payload:
    """Return a chunk of Chat Completions."""
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def piece(name: str | None, arguments: str, ident: str = "") -> Payload:
    """Return a chunk of Chat Completions with a piece of the one call."""
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    return delta(tool_calls=[{"index": 0, "id": ident, "function": function}])


class TestChat:
    """Chat Completions."""

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            ("model_length", "length"),
            ("model_context_window_exceeded", "length"),
            ("sensitive", "content_filter"),
            ("content_filter: PROHIBITED_CONTENT", "content_filter"),
        ],
    )
    def test_other_words_for_a_reason(
        self, raw: str, reason: str, read: Read, service: Service
    ) -> None:
        got = _chat(read, service, delta(content="Half"), delta(raw))
        assert got.error is None
        assert got.finish()["reason"] == reason

    @pytest.mark.parametrize(
        "raw",
        [
            "insufficient_system_resource",
            "network_error",
            "abort",
            "function_call_filter: MALFORMED_FUNCTION_CALL",
        ],
    )
    def test_half_an_answer_is_none(self, raw: str, read: Read, service: Service) -> None:
        got = _chat(read, service, delta(content="Half"), delta(raw))
        assert isinstance(got.error, OverloadedError)
        assert got.joined("text") == "Half"
        assert got.data("finish") == []

    @pytest.mark.parametrize(
        "failing",
        [
            {"object": "error", "message": "it died", "type": "InternalServerError", "code": 500},
            {"choices": [{"finish_reason": "error", "error": {"code": 502, "message": "it died"}}]},
            {"choices": [], "error": {"message": "it died", "code": "server_error"}},
        ],
    )
    def test_errors_in_other_places(self, failing: Payload, read: Read, service: Service) -> None:
        got = _chat(read, service, delta(content="Half"), failing)
        assert isinstance(got.error, OverloadedError)
        assert "it died" in str(got.error)

    def test_a_call_that_groq_cannot_read(self, read: Read, service: Service) -> None:
        message = "Failed to call a function. See 'failed_generation' for more details."
        error = {"message": message, "type": "invalid_request_error", "code": "tool_use_failed"}
        got = _chat(read, service, {"error": {**error, "status_code": 400}})
        assert got.error is not None
        assert got.error.retryable

    def test_usage_beside_the_finish_reason(self, read: Read, service: Service) -> None:
        usage = {"prompt_tokens": 10, "completion_tokens": 2, "cached_tokens": 4}
        ending = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": usage}]}
        got = _chat(read, service, delta(content="Hi"), ending)
        counted = {"input": 6, "cache_read": 4, "cache_write": 0, "output": 2, "reasoning": 0}
        assert got.finish()["usage"] == counted

    def test_a_name_that_comes_again_at_the_end(self, read: Read, service: Service) -> None:
        pieces = [piece("bash", '{"a"'), piece("bash", ": 1}"), piece("bash", "")]
        got = _chat(read, service, *pieces, delta("tool_calls"))
        assert [call["arguments"] for call in got.calls()] == [{"a": 1}]

    def test_thought_as_text_in_a_part(self, read: Read, service: Service) -> None:
        content = [{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Hi"}]
        got = _chat(read, service, delta(content=content), delta("stop"))
        assert (got.joined("reasoning"), got.joined("text")) == ("Hm", "Hi")

    def test_comments_that_keep_the_connection(self, read: Read, service: Service) -> None:
        comment = b": OPENROUTER PROCESSING\n\n"
        body = comment * 3 + stream(delta(content="Hi")) + comment + stream(delta("stop")) + DONE
        got = read(READERS["openai-chat"](service, "m"), [body])
        assert (got.joined("text"), got.error) == ("Hi", None)


def _chat(read: Read, service: Service, *payloads: Payload) -> Any:
    return read(READERS["openai-chat"](service, "m"), [stream(*payloads) + DONE])


class TestAnthropic:
    """Messages, from services that are compatible."""

    def test_calls_that_grow_side_by_side(self, read: Read, service: Service) -> None:
        got = self._read(
            read,
            service,
            _begin(0, id="a"),
            _begin(1, id="b"),
            _input(0, '{"x":'),
            _input(1, '{"y":'),
            _input(0, "1}"),
            _input(1, "2}"),
            {"type": "content_block_stop", "index": 0},
            {"type": "content_block_stop", "index": 1},
        )
        calls = {call["id"]: call["arguments"] for call in got.calls()}
        assert calls == {"a": {"x": 1}, "b": {"y": 2}}

    def test_one_index_for_all_and_no_ends(self, read: Read, service: Service) -> None:
        got = self._read(
            read,
            service,
            _begin(0, id="a"),
            _input(0, '{"x":1}'),
            _begin(0, id="b"),
            _input(0, '{"y":2}'),
        )
        assert [call["arguments"] for call in got.calls()] == [{"x": 1}, {"y": 2}]

    def test_calls_without_ids(self, read: Read, service: Service) -> None:
        got = self._read(read, service, _begin(0), _begin(1))
        first, second = (call["id"] for call in got.calls())
        assert first
        assert second
        assert first != second

    @pytest.mark.parametrize("whole", [{"x": 1}, '{"x":1}'])
    @pytest.mark.parametrize("again", [True, False])
    def test_arguments_that_come_whole(
        self, whole: Any, again: bool, read: Read, service: Service
    ) -> None:
        pieces = [_input(0, '{"x":1}')] if again else []
        got = self._read(read, service, _begin(0, id="a", input=whole), *pieces)
        assert got.calls() == [{"id": "a", "name": "bash", "arguments": {"x": 1}}]

    def _read(self, read: Read, service: Service, *blocks: Payload) -> Any:
        body = stream(
            {"type": "message_start", "message": {"content": []}},
            *blocks,
            {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
            {"type": "message_stop"},
        )
        got = read(READERS["anthropic-messages"](service, "m"), [body])
        assert got.error is None
        assert got.finish()["reason"] == "tool_calls"
        return got


def _begin(index: int, **fields: Any) -> Payload:
    block = {"type": "tool_use", "name": "bash", "input": {}, **fields}
    return {"type": "content_block_start", "index": index, "content_block": block}


def _input(index: int, text: str) -> Payload:
    piece = {"type": "input_json_delta", "partial_json": text}
    return {"type": "content_block_delta", "index": index, "delta": piece}


class TestGemini:
    """Gemini."""

    def test_a_call_that_begins_in_another(self, read: Read, service: Service) -> None:
        value = {"jsonPath": "$.x", "stringValue": "1"}
        first = {"name": "a", "willContinue": True, "partialArgs": [value]}
        second = {"name": "b", "args": {"y": 2}}
        got = self._read(read, service, [first], [second])
        assert [{**call, "id": ""} for call in got.calls()] == [
            {"id": "", "name": "a", "arguments_raw": '{"x":"1"}'},
            {"id": "", "name": "b", "arguments": {"y": 2}},
        ]

    def test_the_same_call_twice_without_ids(self, read: Read, service: Service) -> None:
        call = {"name": "a", "args": {"y": 2}}
        first, second = self._read(read, service, [call, call]).calls()
        assert first["id"] != second["id"]
        assert first["arguments"] == second["arguments"] == {"y": 2}

    def _read(self, read: Read, service: Service, *batches: list[Payload]) -> Any:
        batched = [[{"functionCall": call} for call in batch] for batch in batches]
        payloads: list[Payload] = [{"candidates": [{"content": {"parts": p}}]} for p in batched]
        payloads[-1]["candidates"][0]["finishReason"] = "STOP"
        return read(READERS["gemini"](service, "m"), [stream(*payloads)])


CALL = {"type": "function_call", "call_id": "c1", "name": "bash", "arguments": ""}
ADDED = {"type": "response.output_item.added", "output_index": 0, "item": CALL}
WHOLE = {**CALL, "arguments": '{"x":1}'}


class TestResponses:
    """Responses, from services that leave out events."""

    @pytest.mark.parametrize(
        ("before", "output"),
        [
            pytest.param([], [WHOLE], id="told at the end"),
            pytest.param(
                [
                    {
                        "type": "response.function_call_arguments.done",
                        "output_index": 0,
                        "arguments": '{"x":1}',
                    }
                ],
                [],
                id="told when done",
            ),
            pytest.param(
                [
                    {
                        "type": "response.function_call_arguments.delta",
                        "output_index": 0,
                        "delta": '{"x":1}',
                    },
                    {
                        "type": "response.function_call_arguments.done",
                        "output_index": 0,
                        "arguments": '{"x":1}',
                    },
                ],
                [WHOLE],
                id="told in every way",
            ),
        ],
    )
    def test_a_call_without_its_end(
        self, before: list[Payload], output: list[Payload], read: Read, service: Service
    ) -> None:
        got = self._read(read, service, ADDED, *before, _ended("completed", output=output))
        assert got.calls() == [{"id": "c1", "name": "bash", "arguments": {"x": 1}}]
        assert "".join(piece["text"] for piece in got.data("tool_call_delta")) == '{"x":1}'

    def test_a_call_of_which_nothing_is_told_does_not_run(
        self, read: Read, service: Service
    ) -> None:
        got = self._read(read, service, ADDED, _ended("completed", output=[]))
        assert got.calls() == [{"id": "c1", "name": "bash", "arguments_raw": ""}]

    def test_the_end_lists_other_items_at_its_place(self, read: Read, service: Service) -> None:
        said = {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}
        other = {**WHOLE, "call_id": "c2"}
        got = self._read(read, service, ADDED, _ended("completed", output=[said, other]))
        assert got.calls() == [{"id": "c1", "name": "bash", "arguments_raw": ""}]

    @pytest.mark.parametrize("kind", ["failed", "cancelled"])
    def test_a_bad_end_without_a_status(self, kind: str, read: Read, service: Service) -> None:
        said = {"type": "response.output_text.delta", "output_index": 0, "delta": "Half"}
        ending = {"type": f"response.{kind}", "response": {"error": {"message": "it died"}}}
        got = self._read(read, service, said, ending)
        assert isinstance(got.error, ProviderError)
        assert got.joined("text") == "Half"

    def _read(self, read: Read, service: Service, *payloads: Payload) -> Any:
        begin = {"type": "response.created", "response": {}}
        return read(READERS["openai-responses"](service, "m"), [stream(begin, *payloads)])


def _ended(status: str, **fields: Any) -> Payload:
    return {"type": f"response.{status}", "response": {"status": status, **fields}}
