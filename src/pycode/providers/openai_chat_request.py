"""Builds request bodies for OpenAI Chat Completions and what is compatible with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pycode.providers.conversation import (
    MISSING_RESULT,
    Piece,
    arrange,
    clean_id,
    clean_name,
    short_id,
)
from pycode.providers.encoded import EncodedList, dump
from pycode.providers.hosts import OPENAI_CHAT as OPAQUE
from pycode.providers.hosts import Host
from pycode.providers.question import Question, blocks_of, replayed
from pycode.providers.schemas import is_strict

BODY_OPTIONS = (
    "grammar",
    "parallel_tool_calls",
    "reasoning_effort",
    "response_format",
    "return_progress",
    "seed",
    "stop",
    "tool_choice",
    "top_p",
)
"""The options that go into the body as they are."""

DEFAULT_MAX_TOKENS = 32_000
"""The most tokens of an answer where a host must be told, nothing else is asked for and the model allows as many."""

_LONGEST_ID = 40
_BETWEEN = dump({"role": "assistant", "content": "Done."})


class ChatRequests:
    """Makes bodies; remembers what it made of each message for one model at a time."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._messages: dict[str, EncodedList[Piece]] = {}
        self._tools: EncodedList[bytes] = EncodedList()
        self._numbered: dict[tuple[str, str], str] = {}

    def body(self, question: Question) -> bytes:
        """Return the JSON of a request."""
        fields: dict[str, Any] = {"model": question.model, "stream": True}
        if self._host.asks_for_usage:
            fields["stream_options"] = {"include_usage": True}
        if question.profile.asks_for_cache:
            fields["cache_control"] = {"type": "ephemeral"}
        limit = question.max_tokens
        if limit is None and self._host.short_answers:
            limit = min(question.profile.output, DEFAULT_MAX_TOKENS)
        if limit is not None:
            fields[question.profile.limit_field] = limit
        if question.temperature is not None:
            fields["temperature"] = question.temperature
        if question.schema is not None:
            fields["response_format"] = _answer_format(question.schema)
        fields |= _thinking(question)
        # Another service under OpenAI's name speaks this protocol, and may refuse what it does not know.
        takes_key = self._host.prompt_cache_key and self._host.protocol == OPAQUE
        if takes_key and question.options.get("session_id"):
            fields["prompt_cache_key"] = question.options["session_id"]
        fields |= question.taken(BODY_OPTIONS)
        parts = [dump(fields)[:-1]]
        if question.tools:
            parts += [b',"tools":[', b",".join(self._tools.encode(question.tools, _tool)), b"]"]
        rendered = list(self._render(question))
        if question.system:
            rendered.insert(0, dump({"role": _system_role(question), "content": question.system}))
        parts += [b',"messages":[', b",".join(rendered), b"]}"]
        return b"".join(parts)

    def _render(self, question: Question) -> Iterator[bytes]:
        known = self._messages.setdefault(question.model, EncodedList())
        pieces = known.encode(question.messages, lambda message: self._piece(message, question))
        for piece in arrange(pieces, self._missing):
            yield from piece.results.values()
            if piece.results and piece.blocks and self._host.assistant_after_tool:
                yield _BETWEEN
            yield from piece.blocks

    def _piece(self, message: dict[str, Any], question: Question) -> Piece:
        content = blocks_of(message)
        if message["role"] == "assistant":
            return self._assistant(content, question)
        piece = Piece("user")
        for block in content:
            if block["type"] == "tool_result":
                ident = self._id(block, question)
                piece.results[ident] = _result(ident, block["content"])
        said = _user_content([block for block in content if block["type"] != "tool_result"])
        if said:
            piece.blocks.append(dump({"role": "user", "content": said}))
        return piece

    def _assistant(self, content: list[dict[str, Any]], question: Question) -> Piece:
        text = "".join(block["text"] for block in content if block["type"] == "text")
        message: dict[str, Any] = {"role": "assistant", "content": text or None}
        reasoning = [block for block in content if block["type"] == "reasoning"]
        message |= self._replayed(reasoning, question)
        calls: list[dict[str, Any]] = [
            {
                "id": self._id(block, question),
                "type": "function",
                "function": {
                    "name": clean_name(block["name"]),
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

    def _replayed(self, reasoning: list[dict[str, Any]], question: Question) -> dict[str, Any]:
        """Return the fields that give a message's reasoning back to the model that made it."""
        fields: dict[str, Any] = {}
        for block in reasoning:
            for value in replayed(block, OPAQUE, question.model):
                if "reasoning_details" in value:
                    fields.setdefault("reasoning_details", []).extend(value["reasoning_details"])
                    continue
                field = value["field"]
                if self._host.replay_reasoning or question.profile.reasoning_field == field:
                    fields[field] = fields.get(field, "") + block["text"]
        if self._host.replay_reasoning and not any(fields.values()):
            # A message without is refused, also one that another model made; an empty text counts as none.
            fields["reasoning_content"] = " "
        return fields

    def _id(self, block: dict[str, Any], question: Question) -> str:
        """Return the id of a call, for the call and for its result."""
        ident = block["id"]
        if question.profile.numbered_call_ids:
            name = clean_name(block["name"])
            number = f"functions.{name}:{len(self._numbered)}"
            return self._numbered.setdefault((ident, name), number)
        return short_id(ident) if self._host.short_call_ids else clean_id(ident, _LONGEST_ID)

    def _missing(self, ident: str) -> bytes:
        return _result(ident, MISSING_RESULT)


def _system_role(question: Question) -> str:
    """Return who speaks in the system prompt; OpenAI's reasoning models take their limit and this under other names."""
    return "developer" if question.profile.limit_field == "max_completion_tokens" else "system"


def _thinking(question: Question) -> dict[str, Any]:
    """Return the fields that say how much to think, where the model has any."""
    level, effort = question.thinking, question.effort
    if level is None or (level == "off" and not question.profile.reasoning_unasked):
        return {}
    said = {"reasoning_effort": effort} if isinstance(effort, str) else {}
    match question.profile.reasoning_switch:
        case "thinking":
            kind = "disabled" if level == "off" else "enabled"
            return {"thinking": {"type": kind}, **({} if level == "off" else said)}
        case "enable_thinking":
            budget = {"thinking_budget": effort} if effort and isinstance(effort, int) else {}
            return {"enable_thinking": level != "off", **budget}
        case "reasoning" if question.profile.reasoning:
            if isinstance(effort, int):
                return {"reasoning": {"max_tokens": effort} if effort else {"enabled": False}}
            # OpenRouter knows no higher word than this, whatever the model's own service knows.
            word = "xhigh" if effort == "max" else effort
            return {"reasoning": {"effort": word} if word else {"enabled": level != "off"}}
    return said


def _answer_format(schema: dict[str, Any]) -> dict[str, Any]:
    fields = {"name": "answer", "schema": schema, "strict": is_strict(schema)}
    return {"type": "json_schema", "json_schema": fields}


def _tool(tool: dict[str, Any]) -> bytes:
    function = {**tool, "name": clean_name(tool["name"])}
    return dump({"type": "function", "function": function})


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
