"""Builds request bodies for OpenAI Responses.

Nothing is stored at the service: each request carries the whole conversation, and what the model thought goes back encrypted,
right before what it led to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pycode.providers.conversation import MISSING_RESULT, Piece, arrange, clean_id, clean_name
from pycode.providers.encoded import EncodedList, dump
from pycode.providers.hosts import OPENAI_RESPONSES as OPAQUE
from pycode.providers.hosts import Host
from pycode.providers.question import Question, blocks_of, replayed
from pycode.providers.schemas import is_strict

BODY_OPTIONS = ("metadata", "parallel_tool_calls", "service_tier", "tool_choice", "top_p")
"""The options that go into the body as they are."""
OUTPUTS = {
    "custom_tool_call": "custom_tool_call_output",
    "local_shell_call": "local_shell_call_output",
    "shell_call": "shell_call_output",
    "apply_patch_call": "apply_patch_call_output",
}
"""The calls that are not of functions, and the types of their results."""


class ResponsesRequests:
    """Makes bodies; remembers what it made of each message for one model at a time."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._messages: dict[str, EncodedList[Piece]] = {}
        self._tools: EncodedList[bytes] = EncodedList()
        self._outputs: dict[str, str] = {}

    def body(self, question: Question) -> bytes:
        """Return the JSON of a request."""
        fields: dict[str, Any] = {"model": question.model, "stream": True, "store": False}
        if question.profile.reasoning:
            fields["include"] = ["reasoning.encrypted_content"]
            reasoning: dict[str, Any] = {"summary": "auto"}
            if isinstance(question.effort, str):
                reasoning["effort"] = question.effort
            fields["reasoning"] = reasoning
        if question.max_tokens is not None:
            fields["max_output_tokens"] = question.max_tokens
        if question.temperature is not None:
            fields["temperature"] = question.temperature
        if question.schema is not None:
            fields["text"] = {"format": _answer_format(question.schema)}
        if self._host.prompt_cache_key and question.options.get("session_id"):
            fields["prompt_cache_key"] = question.options["session_id"]
        fields |= question.taken(BODY_OPTIONS)
        parts = [dump(fields)[:-1]]
        if question.tools:
            parts += [b',"tools":[', b",".join(self._tools.encode(question.tools, _tool)), b"]"]
        items = list(self._render(question))
        if question.system:
            items.insert(0, dump({"role": "system", "content": question.system}))
        parts += [b',"input":[', b",".join(items), b"]}"]
        return b"".join(parts)

    def _render(self, question: Question) -> Iterator[bytes]:
        model = question.model
        known = self._messages.setdefault(model, EncodedList())
        pieces = known.encode(question.messages, lambda message: self._piece(message, model))
        for piece in arrange(pieces, self._missing):
            yield from piece.results.values()
            yield from piece.blocks

    def _piece(self, message: dict[str, Any], model: str) -> Piece:
        if message["role"] == "assistant":
            return self._assistant(blocks_of(message), model)
        piece, content = Piece("user"), []
        for block in blocks_of(message):
            if block["type"] == "tool_result":
                ident = clean_id(block["id"])
                piece.results[ident] = self._result(ident, block["content"], block["is_error"])
            else:
                content.append(_content(block))
        if content:
            piece.blocks.append(dump({"role": "user", "content": content}))
        return piece

    def _assistant(self, blocks: list[dict[str, Any]], model: str) -> Piece:
        piece = Piece("assistant")
        phase: dict[str, str] = {}
        for block in blocks:
            match block["type"]:
                case "text" if block["text"]:
                    content = [{"type": "output_text", "text": block["text"]}]
                    said = {"type": "message", "role": "assistant", "content": content, **phase}
                    piece.blocks.append(dump(said))
                    phase = {}
                case "reasoning":
                    for value in replayed(block, OPAQUE, model):
                        if "phase" in value:
                            phase = {"phase": value["phase"]}
                        else:
                            piece.blocks.append(dump(value["item"]))
                case "tool_call":
                    call = self._call(block, model)
                    piece.calls.append(call["call_id"])
                    piece.blocks.append(dump(call))
        # Thoughts that led to nothing, in an answer that was cut, are refused.
        while piece.blocks and piece.blocks[-1].startswith(b'{"type":"reasoning"'):
            piece.blocks.pop()
        return piece

    def _call(self, block: dict[str, Any], model: str) -> dict[str, Any]:
        ident = clean_id(block["id"])
        for value in replayed(block, OPAQUE, model):
            item: dict[str, Any] = value["item"]
            self._outputs[ident] = OUTPUTS[item["type"]]
            return item | {"call_id": ident}
        arguments = dump(block["arguments"]).decode()
        return {
            "type": "function_call",
            "call_id": ident,
            "name": clean_name(block["name"]),
            "arguments": arguments,
        }

    def _result(self, ident: str, content: str, is_error: bool) -> bytes:
        kind = self._outputs.get(ident, "function_call_output")
        result: dict[str, Any] = {"type": kind, "call_id": ident, "output": content}
        if kind == "apply_patch_call_output":
            result["status"] = "failed" if is_error else "completed"
        elif kind == "shell_call_output":
            outcome = {"type": "exit", "exit_code": int(is_error)}
            result["output"] = [{"stdout": content, "stderr": "", "outcome": outcome}]
        elif kind == "local_shell_call_output":
            result |= {"id": result.pop("call_id")}
        return dump(result)

    def _missing(self, ident: str) -> bytes:
        return self._result(ident, MISSING_RESULT, is_error=True)


def _tool(tool: dict[str, Any]) -> bytes:
    named = {**tool, "name": clean_name(tool["name"])}
    return dump({"type": "function", **named, "strict": False})


def _answer_format(schema: dict[str, Any]) -> dict[str, Any]:
    strict = is_strict(schema)
    return {"type": "json_schema", "name": "answer", "schema": schema, "strict": strict}


def _content(block: dict[str, Any]) -> dict[str, Any]:
    match block["type"]:
        case "text":
            return {"type": "input_text", "text": block["text"]}
        case "image":
            url = f"data:{block['media_type']};base64,{block['data']}"
            return {"type": "input_image", "image_url": url, "detail": "auto"}
    raise ValueError(f"a message has a block of unknown type {block['type']!r}")
