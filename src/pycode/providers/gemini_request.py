"""Builds request bodies for Gemini."""

from __future__ import annotations

from typing import Any

from pycode.providers.conversation import MISSING_RESULT, Piece, arrange, clean_id, clean_name
from pycode.providers.encoded import EncodedList, dump
from pycode.providers.hosts import GEMINI as OPAQUE
from pycode.providers.question import Question, blocks_of, replayed
from pycode.providers.schemas import for_gemini

BODY_OPTIONS = ("cachedContent", "labels", "safetySettings", "toolConfig")
"""The options that go into the body as they are."""
UNSIGNED = "skip_thought_signature_validator"
"""What stands in for the signature of a call that another model made."""


class GeminiRequests:
    """Makes bodies; remembers what it made of each message for one model at a time."""

    def __init__(self) -> None:
        self._messages: dict[str, EncodedList[Piece]] = {}
        self._tools: EncodedList[bytes] = EncodedList()
        self._names: dict[str, str] = {}

    def body(self, question: Question) -> bytes:
        """Return the JSON of a request; the model stands in its address."""
        fields: dict[str, Any] = question.taken(BODY_OPTIONS)
        if config := _generation_config(question):
            fields["generationConfig"] = config
        if question.system:
            fields["systemInstruction"] = {"parts": [{"text": question.system}]}
        parts = [b"{", dump(fields)[1:-1], b"," if fields else b""]
        if question.tools:
            declared = b",".join(self._tools.encode(question.tools, _tool))
            parts += [b'"tools":[{"functionDeclarations":[', declared, b"]}],"]
        parts += [b'"contents":[', self._render(question), b"]}"]
        return b"".join(parts)

    def _render(self, question: Question) -> bytes:
        known = self._messages.setdefault(question.model, EncodedList())
        pieces = known.encode(question.messages, lambda message: self._piece(message, question))
        pieces = arrange(pieces, self._missing)
        if not pieces or pieces[0].role == "assistant":
            pieces.insert(0, Piece("user", [dump({"text": "Continue."})]))
        return b",".join(_content(piece) for piece in pieces)

    def _piece(self, message: dict[str, Any], question: Question) -> Piece:
        if message["role"] == "assistant":
            return self._assistant(blocks_of(message), question)
        piece = Piece("user")
        for block in blocks_of(message):
            if block["type"] == "tool_result":
                ident = clean_id(block["id"])
                said = {"error" if block.get("is_error") else "output": block["content"]}
                piece.results[ident] = _result(ident, block["name"], said)
            else:
                piece.blocks.append(dump(_user_part(block)))
        return piece

    def _assistant(self, blocks: list[dict[str, Any]], question: Question) -> Piece:
        parts: list[dict[str, Any]] = []
        piece = Piece("assistant")
        for block in blocks:
            values = list(replayed(block, OPAQUE, question.model))
            match block["type"]:
                case "text" if block["text"]:
                    parts.append({"text": block["text"]})
                case "reasoning":
                    for value in values:
                        _replay(parts, value, block["text"])
                case "tool_call":
                    part = self._call(block)
                    if values:
                        part["thoughtSignature"] = values[0]["signature"]
                    elif not piece.calls and question.profile.reasoning_levels:
                        # Since Gemini 3 the first call of a step has a signature, or the request is refused.
                        part["thoughtSignature"] = UNSIGNED
                    piece.calls.append(part["functionCall"]["id"])
                    parts.append(part)
        piece.blocks = [dump(part) for part in parts]
        return piece

    def _call(self, block: dict[str, Any]) -> dict[str, Any]:
        ident = clean_id(block["id"])
        self._names[ident] = block["name"]
        name = clean_name(block["name"])
        return {"functionCall": {"id": ident, "name": name, "args": block["arguments"]}}

    def _missing(self, ident: str) -> bytes:
        return _result(ident, self._names[ident], {"error": MISSING_RESULT})


def _generation_config(question: Question) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if question.max_tokens is not None:
        config["maxOutputTokens"] = question.max_tokens
    if question.temperature is not None:
        config["temperature"] = question.temperature
    if question.profile.reasoning:
        thinking: dict[str, Any] = {"includeThoughts": question.thinking != "off"}
        effort = question.effort
        if isinstance(effort, int):
            thinking["thinkingBudget"] = effort
        elif effort is not None:
            thinking["thinkingLevel"] = effort
        config["thinkingConfig"] = thinking
    if question.schema is not None:
        config["responseMimeType"] = "application/json"
        config["responseJsonSchema"] = for_gemini(question.schema)
    return config


def _replay(parts: list[dict[str, Any]], value: dict[str, Any], text: str) -> None:
    """Put back what came with a thought, a text or by itself, each on the very part that it was on."""
    if "part" in value:
        parts.append(value["part"])
    elif "signed" not in value:
        thought = {"text": text, "thought": True, "thoughtSignature": value["signature"]}
        parts.append(thought)
    elif parts and "text" in parts[-1]:
        whole = parts.pop()["text"]
        parts += _signed_parts(whole, value["signed"])


def _signed_parts(whole: str, signed: list[list[Any]]) -> list[dict[str, Any]]:
    """Cut a text into the parts that had a signature and what is between them."""
    parts, place = [], 0
    for start, end, signature in signed:
        if start > place:
            parts.append({"text": whole[place:start]})
        parts.append({"text": whole[start:end], "thoughtSignature": signature})
        place = end
    return [*parts, {"text": whole[place:]}] if place < len(whole) else parts


def _content(piece: Piece) -> bytes:
    role = b"user" if piece.role == "user" else b"model"
    parts = b",".join([*piece.results.values(), *piece.blocks])
    return b'{"role":"%s","parts":[%s]}' % (role, parts)


def _user_part(block: dict[str, Any]) -> dict[str, Any]:
    match block["type"]:
        case "text":
            return {"text": block["text"]}
        case "image":
            return {"inlineData": {"mimeType": block["media_type"], "data": block["data"]}}
    raise ValueError(f"a message has a block of unknown type {block['type']!r}")


def _result(ident: str, name: str, said: dict[str, Any]) -> bytes:
    answer = {"id": ident, "name": clean_name(name), "response": said}
    return dump({"functionResponse": answer})


def _tool(tool: dict[str, Any]) -> bytes:
    declared = {"name": clean_name(tool["name"]), "description": tool["description"]}
    if tool["parameters"].get("properties"):
        declared["parametersJsonSchema"] = for_gemini(tool["parameters"])
    return dump(declared)
