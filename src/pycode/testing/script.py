"""What a scripted model answers: turns made of short items, the same for the provider and for the server.

A turn is one answer: an item, a list of items, or a function that looks at the request and returns one of these.

    [say("I look. "), call("read", {"file_path": "a.py"})]
    say("Done.")
    lambda request: say(request.results()[-1])
    [status(429, headers={"retry-after": "1"})]
    [say("half a sent"), cut()]
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pycode.core.errors import (
    AuthenticationError,
    BadRequestError,
    ContextOverflowError,
    ModelNotFoundError,
    OverloadedError,
    ProviderError,
    RateLimitError,
)
from pycode.providers.base import USAGE_KEYS, StreamEvent


class Item:
    """One thing that an answer does."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Say(Item):
    """Text, one delta a piece."""

    pieces: tuple[str, ...]
    """The deltas."""


@dataclass(frozen=True, slots=True)
class Think(Item):
    """Reasoning, one delta a piece."""

    pieces: tuple[str, ...]
    """The deltas."""
    signature: str
    """What must be replayed with it."""


@dataclass(frozen=True, slots=True)
class Call(Item):
    """A tool call."""

    name: str
    """The tool."""
    arguments: Mapping[str, Any] | str
    """The arguments, or the text to send in their place (malformed on purpose)."""
    ident: str | None
    """The call's id; None makes one up."""


@dataclass(frozen=True, slots=True)
class Usage(Item):
    """The tokens to report, in the neutral keys of `StreamEvent`."""

    counts: Mapping[str, int]
    """Tokens by key."""


@dataclass(frozen=True, slots=True)
class Finish(Item):
    """Why the answer ends, where that does not follow from its items."""

    reason: str
    """One of the neutral finish reasons."""


@dataclass(frozen=True, slots=True)
class Wait(Item):
    """Nothing is sent for a while."""

    seconds: float | None
    """How long; None is until the client or the server goes away."""


@dataclass(frozen=True, slots=True)
class Fail(Item):
    """The request fails before anything was sent, or in the stream when something was."""

    error: ProviderError
    """What the provider raises; the server sends its status and message."""


@dataclass(frozen=True, slots=True)
class Status(Item):
    """The whole answer is this HTTP response (server only)."""

    code: int
    """The HTTP status."""
    body: bytes
    """The body."""
    headers: Mapping[str, str]
    """Headers to add or replace."""


@dataclass(frozen=True, slots=True)
class Cut(Item):
    """The connection ends here without a goodbye."""


@dataclass(frozen=True, slots=True)
class Raw(Item):
    """Bytes that stand in the stream as they are (server only)."""

    data: bytes
    """The bytes."""


@dataclass(frozen=True, slots=True)
class OneByte(Item):
    """From here on each byte is sent by itself (server only)."""


Answer: TypeAlias = Item | StreamEvent | Sequence[Item | StreamEvent]
Turn: TypeAlias = "Answer | Callable[[Request], Answer]"
Script: TypeAlias = "Sequence[Turn] | Callable[[Request], Answer]"


@dataclass(slots=True)
class Request:
    """What the model was asked, as a turn's function and a test see it."""

    number: int
    """Counts the requests, from 1."""
    model: str
    """The model's name."""
    messages: list[dict[str, Any]]
    """The conversation: neutral at the provider, as it came over the wire at the server."""
    system: str | None = None
    """The system prompt."""
    tools: list[dict[str, Any]] = field(default_factory=list)
    """The tools, in the same form as the messages."""
    options: dict[str, Any] = field(default_factory=dict)
    """What else the provider was given (provider only)."""
    path: str = ""
    """The path that was asked for (server only)."""
    headers: dict[str, str] = field(default_factory=dict)
    """The HTTP headers, names in lower case (server only)."""
    body: dict[str, Any] = field(default_factory=dict)
    """The body (server only)."""
    raw: bytes = b""
    """The body's bytes (server only)."""

    def prompt(self) -> str:
        """Return the text of the last user message that has some."""
        for message in reversed(self.messages):
            if message.get("role") == "user" and (text := _text(_content(message))):
                return text
        return ""

    def results(self) -> list[str]:
        """Return the outputs of the tool calls that the last step made, in order."""
        outputs: list[str] = []
        for message in reversed(self.messages):
            found = _results(message)
            outputs = found + outputs
            # Some protocols put all results into one user message, others have one message each.
            if not found or message.get("role") == "user":
                break
        return outputs


def say(*pieces: str) -> Say:
    """Answer with text; each piece is one delta."""
    return Say(pieces)


def think(*pieces: str, signature: str = "sig_scripted") -> Think:
    """Reason; each piece is one delta."""
    return Think(pieces, signature)


def call(name: str, arguments: Mapping[str, Any] | str, *, ident: str | None = None) -> Call:
    """Call a tool. Arguments given as text are sent as they are, malformed or not."""
    return Call(name, arguments, ident)


def usage(**counts: int) -> Usage:
    """Report these tokens (`input`, `output`, `cache_read`, …) instead of an estimate; the others are 0."""
    unknown = counts.keys() - set(USAGE_KEYS)
    if unknown:
        raise ValueError(f"usage counts {', '.join(USAGE_KEYS)}, not {', '.join(sorted(unknown))}")
    return Usage({key: counts.get(key, 0) for key in USAGE_KEYS})


def finish(reason: str) -> Finish:
    """End the answer for this reason."""
    return Finish(reason)


def wait(seconds: float) -> Wait:
    """Send nothing for so many seconds."""
    return Wait(seconds)


def hang() -> Wait:
    """Send nothing more and keep the connection open."""
    return Wait(None)


def fail(error: ProviderError) -> Fail:
    """Fail with this error."""
    return Fail(error)


def status(
    code: int, body: bytes | str | Mapping[str, Any] = b"", headers: Mapping[str, str] | None = None
) -> Status:
    """Answer with a bare HTTP response; a mapping is sent as JSON."""
    if isinstance(body, Mapping):
        body = json.dumps(body)
        headers = {"content-type": "application/json", **(headers or {})}
    return Status(code, body.encode() if isinstance(body, str) else body, headers or {})


def html(code: int = 200) -> Status:
    """Answer with a web page, as a wrong base URL does."""
    page = "<!doctype html><html><head><title>Welcome</title></head><body>Hello</body></html>"
    return status(code, page, {"content-type": "text/html; charset=utf-8"})


def cut() -> Cut:
    """Break the connection here."""
    return Cut()


def raw(data: bytes | str) -> Raw:
    """Put these bytes into the stream."""
    return Raw(data.encode() if isinstance(data, str) else data)


def one_byte() -> OneByte:
    """Send one byte at a time from here on."""
    return OneByte()


def items_of(turn: Turn, request: Request) -> list[Item | StreamEvent]:
    """Return the items of a turn, having asked its function."""
    answer = turn(request) if callable(turn) else turn
    return list(answer) if isinstance(answer, Sequence) else [answer]


def turn_for(script: Script, number: int) -> Turn | None:
    """Return the turn that answers request `number` (from 1), or None after the script's end."""
    if callable(script):
        return script
    return script[number - 1] if number <= len(script) else None


def finish_reason(items: Sequence[Item | StreamEvent]) -> str:
    """Return the neutral reason for which these items end."""
    for item in items:
        if isinstance(item, Finish):
            return item.reason
    return "tool_calls" if any(isinstance(item, Call) for item in items) else "stop"


def usage_of(items: Sequence[Item | StreamEvent], request: Request) -> dict[str, int]:
    """Return the tokens to report: those said, or four characters a token."""
    for item in items:
        if isinstance(item, Usage):
            return dict(item.counts)
    sent = len(request.raw) or sum(len(str(message)) for message in request.messages)
    thought = sum(len(piece) for item in items if isinstance(item, Think) for piece in item.pieces)
    said = sum(len(piece) for item in items if isinstance(item, Say) for piece in item.pieces)
    called = sum(len(arguments_text(item)) for item in items if isinstance(item, Call))
    return {
        "input": sent // 4 + 1,
        "cache_read": 0,
        "cache_write": 0,
        "output": (thought + said + called) // 4 + 1,
        "reasoning": thought // 4,
    }


def arguments_text(item: Call) -> str:
    """Return a call's arguments as the model writes them."""
    return item.arguments if isinstance(item.arguments, str) else json.dumps(item.arguments)


def call_id(item: Call, request: Request, position: int) -> str:
    """Return a call's id; `position` counts the answer's items."""
    return item.ident or f"call_{request.number}_{position}"


def error_status(error: ProviderError) -> int:
    """Return the HTTP status that stands for an error."""
    if error.status is not None:
        return error.status
    kinds = {
        AuthenticationError: 401,
        BadRequestError: 400,
        ContextOverflowError: 400,
        ModelNotFoundError: 404,
        OverloadedError: 529,
        RateLimitError: 429,
    }
    return kinds.get(type(error), 500)


def load_script(text: str) -> list[Turn]:
    """Read a script from JSON: a list of turns, each a list of items.

    An item is an object with one of the keys `say`, `think` (a text or a list of pieces), `call` (with `arguments` and
    perhaps `id`), `usage`, `finish`, `wait` (seconds), `hang`, `status` (with `body` and `headers`), `html`, `cut`, `raw`,
    `one_byte`.

    Raises:
        ValueError: The text is no script; says which item is wrong.
    """
    turns = json.loads(text)
    if not isinstance(turns, list):
        raise ValueError("no list of turns")
    return [[_item(item) for item in (t if isinstance(t, list) else [t])] for t in turns]


def _item(item: Any) -> Item:
    makers: dict[str, Callable[[Any], Item]] = {
        "say": lambda value: say(*_pieces(value)),
        "think": lambda value: think(*_pieces(value)),
        "call": lambda value: call(value, item.get("arguments", {}), ident=item.get("id")),
        "usage": lambda value: usage(**value),
        "finish": finish,
        "wait": wait,
        "hang": lambda _: hang(),
        "status": lambda value: status(value, item.get("body", b""), item.get("headers")),
        "html": lambda _: html(),
        "cut": lambda _: cut(),
        "raw": raw,
        "one_byte": lambda _: one_byte(),
    }
    kind = next((key for key in makers if isinstance(item, dict) and key in item), None)
    if kind is None:
        raise ValueError(
            f"no item of a script: {json.dumps(item)}; one has a key of {', '.join(makers)}"
        )
    return makers[kind](item[kind])


def _pieces(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _content(message: dict[str, Any]) -> Any:
    return message.get("content", message.get("parts"))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    # Tool results hold their texts inside, in a field of another name.
    return "".join(block["text"] for block in content if "text" in block)


def _results(message: dict[str, Any]) -> list[str]:
    """Return the tool results that a message holds, in whichever protocol it is written."""
    if message.get("role") == "tool":
        return [_text(message.get("content"))]
    if str(message.get("type")).endswith("_output"):
        return [_text(message["output"])]
    content = _content(message)
    blocks = content if isinstance(content, list) else []
    found = [_text(b.get("content")) for b in blocks if b.get("type") == "tool_result"]
    answers = [b["functionResponse"]["response"] for b in blocks if "functionResponse" in b]
    return found + [str(answer.get("output", answer.get("error"))) for answer in answers]
