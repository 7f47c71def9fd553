"""What the scripted server answers at: the address, the body and the wire format of each protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pycode.testing.script import Request
from pycode.testing.wire import AnthropicWire, OpenAIChatWire, Wire
from pycode.testing.wire_gemini import GeminiWire
from pycode.testing.wire_responses import ResponsesWire

_GEMINI = re.compile(r"/models/([^/:]+):streamGenerateContent")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one protocol is spoken."""

    wire: Callable[[Request], Wire]
    """How answers look."""
    messages: str
    """The field of a body that holds the conversation."""
    model: str | None = None
    """The model, where the address names it."""

    def read(self, body: bytes) -> Request:
        """Return what a body asks, without a number.

        Raises:
            ValueError: The body is none of this protocol.
        """
        data = json.loads(body)
        if not isinstance(data, dict) or not isinstance(data.get(self.messages), list):
            raise ValueError(f"no object with {self.messages}")
        tools = data.get("tools", [])
        if self.messages == "contents":
            tools = [declared for tool in tools for declared in tool["functionDeclarations"]]
        return Request(
            number=0,
            model=self.model or str(data.get("model", "")),
            messages=data[self.messages],
            system=_system(data, data[self.messages]),
            tools=tools,
            body=data,
            raw=body,
        )


def find_endpoint(path: str) -> Endpoint | None:
    """Return what is spoken at a path, with or without a version and a query, or None."""
    path = re.sub("^/v1(beta)?(?=/)", "", path.partition("?")[0]).rstrip("/")
    if match := _GEMINI.fullmatch(path):
        return Endpoint(GeminiWire, "contents", match[1])
    return {
        "/messages": Endpoint(AnthropicWire, "messages"),
        "/responses": Endpoint(ResponsesWire, "input"),
        "/chat/completions": Endpoint(OpenAIChatWire, "messages"),
    }.get(path)


def model_list(names: Sequence[str]) -> dict[str, Any]:
    """Return a list of models that every protocol's client can read."""
    models = [{"id": n, "type": "model", "object": "model", "display_name": n} for n in names]
    google = [{"name": f"models/{name}"} for name in names]
    return {"object": "list", "data": models, "has_more": False, "models": google}


def _system(body: dict[str, Any], messages: list[dict[str, Any]]) -> str | None:
    system = body.get("system") or body.get("instructions")
    if "systemInstruction" in body:
        system = body["systemInstruction"]["parts"]
    elif system is None and messages and messages[0].get("role") in ("system", "developer"):
        system = messages[0]["content"]
    if isinstance(system, list):
        return "".join(block.get("text", "") for block in system)
    return system
