"""Builds request bodies for Anthropic Messages.

Everything that stays the same comes first (options, tools, system prompt), then the messages, each serialised once. What
changes from step to step is appended, and the two marks that tell the service what to cache move with the last two user
messages, so that a request finds what the one before it wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pycode.providers.conversation import MISSING_RESULT, Piece, arrange, clean_id
from pycode.providers.encoded import EncodedList, dump
from pycode.providers.profiles import Profile

OPAQUE = "anthropic-messages"
"""Marks the opaque values that this protocol made."""
DEFAULT_MAX_TOKENS = 32_000
"""The most tokens of an answer where nothing else is asked for and the model allows as many."""
BODY_OPTIONS = ("metadata", "output_config", "stop_sequences", "thinking", "tool_choice", "top_p")
"""The options that go into the body as they are."""

_MARK = b',"cache_control":{"type":"ephemeral"}}'


class AnthropicRequests:
    """Makes bodies; remembers what it made of each message for one model at a time."""

    def __init__(self) -> None:
        self._messages: dict[str, EncodedList[Piece]] = {}
        self._tools: EncodedList[bytes] = EncodedList()

    def body(
        self,
        model: str,
        profile: Profile,
        messages: Sequence[dict[str, Any]],
        *,
        system: str | None,
        tools: Sequence[dict[str, Any]] | None,
        temperature: float | None,
        max_tokens: int | None,
        options: Mapping[str, Any],
    ) -> bytes:
        """Return the JSON of a request; see `Provider.stream` for the arguments."""
        fields: dict[str, Any] = {
            "model": model,
            "max_tokens": max_tokens or min(profile.output, DEFAULT_MAX_TOKENS),
            "stream": True,
        }
        if temperature is not None and profile.temperature:
            fields["temperature"] = temperature
        if profile.adaptive_thinking:
            # These models hide what they think, and what they say between calls, unless asked.
            fields["thinking"] = {"type": "adaptive", "display": "summarized"}
        fields |= {name: options[name] for name in BODY_OPTIONS if name in options}
        parts = [dump(fields)[:-1]]
        if tools:
            encoded = self._tools.encode(tools, _tool)
            parts += [b',"tools":[', b",".join([*encoded[:-1], _marked(encoded[-1])]), b"]"]
        if system and system.strip():
            parts += [b',"system":[', _marked(dump({"type": "text", "text": system})), b"]"]
        parts += [b',"messages":[', self._render(model, messages), b"]}"]
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
            "name": tool["name"],
            "description": tool["description"],
            "input_schema": tool["parameters"],
        }
    )


def _trimmed(pieces: list[Piece], messages: Sequence[dict[str, Any]], model: str) -> list[Piece]:
    """Cut the white space at the end of an answer that the model is to go on with; it is refused."""
    if not messages or messages[-1]["role"] != "assistant":
        return pieces
    content = _blocks(messages[-1])
    if not content or content[-1]["type"] != "text":
        return pieces
    last = {**content[-1], "text": content[-1]["text"].rstrip()}
    return [*pieces[:-1], _piece({"role": "assistant", "content": [*content[:-1], last]}, model)]


def _piece(message: dict[str, Any], model: str) -> Piece:
    piece = Piece(message["role"])
    for block in _blocks(message):
        if block["type"] == "tool_result":
            ident = clean_id(block["id"])
            piece.results[ident] = _result(ident, block)
            continue
        if block["type"] == "tool_call":
            piece.calls.append(clean_id(block["id"]))
        piece.blocks += _wire_blocks(block, model)
    return piece


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


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
            values = block.get("opaque") or []
            return [dump(_replayed(v, block["text"])) for v in values if _is_ours(v, model)]
        case "tool_call":
            call = {
                "type": "tool_use",
                "id": clean_id(block["id"]),
                "name": block["name"],
                "input": block["arguments"],
            }
            for value in block.get("opaque") or []:
                if _is_ours(value, model):
                    call |= value["fields"]
            return [dump(call)]
    raise ValueError(f"a message has a block of unknown type {block['type']!r}")


def _is_ours(value: Any, model: str) -> bool:
    """Return whether an opaque value came from this protocol and model; no other can read it."""
    return isinstance(value, dict) and value.get("protocol") == OPAQUE and value["model"] == model


def _replayed(value: dict[str, Any], text: str) -> dict[str, Any]:
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
