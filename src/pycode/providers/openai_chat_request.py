"""Builds request bodies for OpenAI Chat Completions and what is compatible with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pycode.providers.conversation import MISSING_RESULT, Piece, arrange, clean_id, short_id
from pycode.providers.encoded import EncodedList, dump
from pycode.providers.hosts import Host
from pycode.providers.profiles import Profile

OPAQUE = "openai-chat"
"""Marks the opaque values that this protocol made."""
BODY_OPTIONS = (
    "parallel_tool_calls",
    "prompt_cache_key",
    "reasoning_effort",
    "response_format",
    "seed",
    "stop",
    "tool_choice",
    "top_p",
)
"""The options that go into the body as they are."""

_LONGEST_ID = 40
_BETWEEN = dump({"role": "assistant", "content": "Done."})


class ChatRequests:
    """Makes bodies; remembers what it made of each message for one model at a time."""

    def __init__(self, host: Host) -> None:
        self._host = host
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
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if max_tokens is not None:
            fields[profile.limit_field] = max_tokens
        if temperature is not None and profile.temperature:
            fields["temperature"] = temperature
        fields |= {name: options[name] for name in BODY_OPTIONS if name in options}
        parts = [dump(fields)[:-1]]
        if tools:
            parts += [b',"tools":[', b",".join(self._tools.encode(tools, _tool)), b"]"]
        rendered = list(self._render(model, messages))
        if system and system.strip():
            rendered.insert(0, dump({"role": "system", "content": system}))
        parts += [b',"messages":[', b",".join(rendered), b"]}"]
        return b"".join(parts)

    def _render(self, model: str, messages: Sequence[dict[str, Any]]) -> Iterator[bytes]:
        known = self._messages.setdefault(model, EncodedList())
        pieces = known.encode(messages, lambda message: self._piece(message, model))
        for piece in arrange(pieces, self._missing):
            yield from piece.results.values()
            if piece.results and piece.blocks and self._host.assistant_after_tool:
                yield _BETWEEN
            yield from piece.blocks

    def _piece(self, message: dict[str, Any], model: str) -> Piece:
        content = message["content"]
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        if message["role"] == "assistant":
            return self._assistant(content, model)
        piece = Piece("user")
        for block in content:
            if block["type"] == "tool_result":
                ident = self._id(block["id"])
                piece.results[ident] = _result(ident, block["content"])
        said = _user_content([block for block in content if block["type"] != "tool_result"])
        if said:
            piece.blocks.append(dump({"role": "user", "content": said}))
        return piece

    def _assistant(self, content: list[dict[str, Any]], model: str) -> Piece:
        text = "".join(block["text"] for block in content if block["type"] == "text")
        message: dict[str, Any] = {"role": "assistant", "content": text or None}
        reasoning = [block for block in content if block["type"] == "reasoning"]
        message |= self._replayed(reasoning, model)
        calls: list[dict[str, Any]] = [
            {
                "id": self._id(block["id"]),
                "type": "function",
                "function": {
                    "name": block["name"],
                    "arguments": dump(block["arguments"]).decode(),
                },
            }
            for block in content
            if block["type"] == "tool_call"
        ]
        if calls:
            message["tool_calls"] = calls
        if not text and not calls:
            return Piece("assistant")
        return Piece("assistant", [dump(message)], {}, [call["id"] for call in calls])

    def _replayed(self, reasoning: list[dict[str, Any]], model: str) -> dict[str, Any]:
        """Return the fields that give a message's reasoning back to the model that made it."""
        fields: dict[str, Any] = {}
        for block in reasoning:
            for value in block.get("opaque") or []:
                if value.get("protocol") != OPAQUE or value["model"] != model:
                    continue
                if "reasoning_details" in value:
                    fields.setdefault("reasoning_details", []).extend(value["reasoning_details"])
                elif self._host.replay_reasoning:
                    field = value["field"]
                    fields[field] = fields.get(field, "") + block["text"]
        return fields

    def _id(self, ident: str) -> str:
        return short_id(ident) if self._host.short_call_ids else clean_id(ident, _LONGEST_ID)

    def _missing(self, ident: str) -> bytes:
        return _result(ident, MISSING_RESULT)


def _tool(tool: dict[str, Any]) -> bytes:
    return dump({"type": "function", "function": tool})


def _result(ident: str, content: str) -> bytes:
    return dump({"role": "tool", "tool_call_id": ident, "content": content})


def _user_content(blocks: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    texts = [block["text"] for block in blocks if block["type"] == "text"]
    if len(texts) == len(blocks):
        # One string: small servers know nothing else.
        return "\n\n".join(texts)
    return [_part(block) for block in blocks]


def _part(block: dict[str, Any]) -> dict[str, Any]:
    match block["type"]:
        case "text":
            return {"type": "text", "text": block["text"]}
        case "image":
            url = f"data:{block['media_type']};base64,{block['data']}"
            return {"type": "image_url", "image_url": {"url": url}}
    raise ValueError(f"a message has a block of unknown type {block['type']!r}")
