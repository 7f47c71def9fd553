"""Builds request bodies for Anthropic Messages.

Everything that stays the same comes first (options, tools, system prompt), then the messages, each serialised once. What
changes from step to step is appended, and the two marks that tell the service what to cache move with the last two user
messages, so that a request finds what the one before it wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pycode.providers.conversation import MISSING_RESULT, Piece, arrange, clean_id, clean_name
from pycode.providers.encoded import EncodedList, dump
from pycode.providers.hosts import ANTHROPIC_MESSAGES as OPAQUE
from pycode.providers.question import Question, blocks_of, replayed

DEFAULT_MAX_TOKENS = 32_000
"""The most tokens of an answer where nothing else is asked for and the model allows as many."""
BODY_OPTIONS = ("metadata", "stop_sequences", "tool_choice", "top_p")
"""The options that go into the body as they are."""

BETA_HEADER = "anthropic-beta"
"""The header that names the betas a request takes part in, with commas between."""

_INTERLEAVED = "interleaved-thinking-2025-05-14"
_LEAST_BUDGET = 1024
_MARK = b',"cache_control":{"type":"ephemeral"}}'


class AnthropicRequests:
    """Makes bodies; remembers what it made of each message for one model at a time."""

    def __init__(self) -> None:
        self._messages: dict[str, EncodedList[Piece]] = {}
        self._tools: EncodedList[bytes] = EncodedList()

    def body(self, question: Question) -> bytes:
        """Return the JSON of a request."""
        limit = question.max_tokens or min(question.profile.output, DEFAULT_MAX_TOKENS)
        fields: dict[str, Any] = {"model": question.model, "max_tokens": limit, "stream": True}
        fields |= _thinking(question, limit)
        if question.temperature is not None and "thinking" not in fields:
            fields["temperature"] = question.temperature
        if question.schema is not None:
            answer = {"format": {"type": "json_schema", "schema": question.schema}}
            fields["output_config"] = fields.get("output_config", {}) | answer
        fields |= question.taken(BODY_OPTIONS)
        parts = [dump(fields)[:-1]]
        if question.tools:
            encoded = self._tools.encode(question.tools, _tool)
            parts += [b',"tools":[', b",".join([*encoded[:-1], _marked(encoded[-1])]), b"]"]
        if question.system:
            system = dump({"type": "text", "text": question.system})
            parts += [b',"system":[', _marked(system), b"]"]
        parts += [b',"messages":[', self._render(question.model, question.messages), b"]}"]
        return b"".join(parts)

    def _render(self, model: str, messages: Sequence[dict[str, Any]]) -> bytes:
        known = self._messages.setdefault(model, EncodedList())
        pieces = known.encode(messages, lambda message: _piece(message, model))
        pieces = arrange(_trimmed(pieces, messages, model), _missing)
        if not pieces or pieces[0].role == "assistant":
            pieces.insert(0, Piece("user", [dump({"type": "text", "text": "Continue."})]))
        users = [i for i, piece in enumerate(pieces) if piece.role == "user"]
        marks = set(users[-2:])
        return b",".join(_message(piece, marked=i in marks) for i, piece in enumerate(pieces))


def beta_headers(question: Question, given: str | None) -> dict[str, str]:
    """Return the header that lets a model think between its calls, where that does not come by itself.

    Adaptive thinking needs none; a fixed budget does, and models that cannot do it ignore it.

    Args:
        question: What is asked.
        given: The betas that the user asks for, which are kept.
    """
    limit = question.max_tokens or min(question.profile.output, DEFAULT_MAX_TOKENS)
    if not question.tools or "max_tokens" not in _thinking(question, limit):
        return {}
    return {BETA_HEADER: f"{given},{_INTERLEAVED}" if given else _INTERLEAVED}


def _thinking(question: Question, limit: int) -> dict[str, Any]:
    """Return the fields that say how much to think; these models do not think unless asked."""
    effort = question.effort
    if question.thinking == "off":
        return {}
    if question.profile.adaptive_thinking:
        # What they think, and what they say between calls, is hidden unless asked for.
        adaptive = {"thinking": {"type": "adaptive", "display": "summarized"}}
        return adaptive if effort is None else {**adaptive, "output_config": {"effort": effort}}
    if not isinstance(effort, int):
        return {}
    if question.max_tokens is None:
        limit = min(question.profile.output, DEFAULT_MAX_TOKENS + effort)
    # Thinking counts as output: half of it is left to the answer.
    budget = min(effort, limit // 2)
    if budget < _LEAST_BUDGET:
        return {}
    return {"max_tokens": limit, "thinking": {"type": "enabled", "budget_tokens": budget}}


def _message(piece: Piece, *, marked: bool) -> bytes:
    blocks = [*piece.results.values(), *piece.blocks]
    if marked:
        blocks[-1] = _marked(blocks[-1])
    return b'{"role":"%s","content":[%s]}' % (piece.role.encode(), b",".join(blocks))


def _marked(block: bytes) -> bytes:
    return block[:-1] + _MARK


def _tool(tool: dict[str, Any]) -> bytes:
    return dump(
        {
            "name": clean_name(tool["name"]),
            "description": tool["description"],
            "input_schema": tool["parameters"],
        }
    )


def _trimmed(pieces: list[Piece], messages: Sequence[dict[str, Any]], model: str) -> list[Piece]:
    """Cut the white space at the end of an answer that the model is to go on with; it is refused."""
    if not messages or messages[-1]["role"] != "assistant":
        return pieces
    content = blocks_of(messages[-1])
    if not content or content[-1]["type"] != "text":
        return pieces
    last = {**content[-1], "text": content[-1]["text"].rstrip()}
    return [*pieces[:-1], _piece({"role": "assistant", "content": [*content[:-1], last]}, model)]


def _piece(message: dict[str, Any], model: str) -> Piece:
    piece = Piece(message["role"])
    for block in blocks_of(message):
        if block["type"] == "tool_result":
            ident = clean_id(block["id"])
            piece.results[ident] = _result(ident, block)
            continue
        if block["type"] == "tool_call":
            piece.calls.append(clean_id(block["id"]))
        piece.blocks += _wire_blocks(block, model)
    return piece


def _wire_blocks(block: dict[str, Any], model: str) -> list[bytes]:
    match block["type"]:
        case "text":
            # The service refuses text without a visible character.
            text = block["text"]
            return [dump({"type": "text", "text": text})] if text.strip() else []
        case "image":
            source = {
                "type": "base64",
                "media_type": block["media_type"],
                "data": block["data"],
            }
            return [dump({"type": "image", "source": source})]
        case "reasoning":
            values = replayed(block, OPAQUE, model)
            return [dump(_reasoning(value, block["text"])) for value in values]
        case "tool_call":
            call = {
                "type": "tool_use",
                "id": clean_id(block["id"]),
                "name": clean_name(block["name"]),
                "input": block["arguments"],
            }
            for value in replayed(block, OPAQUE, model):
                call |= value["fields"]
            return [dump(call)]
    raise ValueError(f"a message has a block of unknown type {block['type']!r}")


def _reasoning(value: dict[str, Any], text: str) -> dict[str, Any]:
    if "block" in value:
        block: dict[str, Any] = value["block"]
        return block
    return {"type": "thinking", "thinking": text, "signature": value["signature"]}


def _result(ident: str, block: dict[str, Any]) -> bytes:
    result: dict[str, Any] = {"type": "tool_result", "tool_use_id": ident}
    if block["content"]:
        result["content"] = block["content"]
    if block.get("is_error"):
        result["is_error"] = True
    return dump(result)


def _missing(ident: str) -> bytes:
    return _result(ident, {"content": MISSING_RESULT, "is_error": True})
