"""Turns a session's messages into what a provider is sent: the same bytes for the same messages, every time.

Each message is turned once, when it is complete, and the result is never changed: a provider may keep its bytes.
"""

from __future__ import annotations

from typing import Any

from pycode.core.parts import AnyPart, FilePart, ReasoningPart, TextPart, ToolPart
from pycode.engine.state import Entry

INTERRUPTED = "interrupted: PyCode stopped before this call ended; it may have had effects"
"""What the model reads of a call that a crash left open."""


class History:
    """The neutral messages of a session, for one model.

    Args:
        model: `provider/model` that reads them; reasoning of other models is left out, since only its maker can read it.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self.messages: list[dict[str, Any]] = []

    def add(self, entry: Entry) -> None:
        """Append a complete message."""
        parts = list(entry.parts.values())
        if entry.info.role == "user":
            content = [block for part in parts if (block := _user_block(part)) is not None]
            if content:
                self.messages.append({"role": "user", "content": content})
            return
        calls = [part for part in parts if isinstance(part, ToolPart)]
        if entry.info.error is not None and not calls:
            return
        content = [block for part in parts if (block := self._assistant_block(part)) is not None]
        if content:
            self.messages.append({"role": "assistant", "content": content})
        if calls:
            results = [_tool_result(part) for part in calls]
            self.messages.append({"role": "user", "content": results})

    def _assistant_block(self, part: AnyPart) -> dict[str, Any] | None:
        block: dict[str, Any]
        match part:
            case TextPart() if part.text:
                return {"type": "text", "text": part.text}
            case ReasoningPart() if part.model == self.model:
                block = {"type": "reasoning", "text": part.text}
            case ToolPart():
                block = {
                    "type": "tool_call",
                    "id": part.call_id,
                    "name": part.tool,
                    "arguments": part.input,
                }
            case _:
                return None
        if part.opaque is not None:
            block["opaque"] = part.opaque
        return block


def _user_block(part: AnyPart) -> dict[str, Any] | None:
    match part:
        case TextPart() if part.text:
            return {"type": "text", "text": part.text}
        case FilePart() if part.media_type.startswith("image/") and part.content is not None:
            return {"type": "image", "media_type": part.media_type, "data": part.content}
        case FilePart() if part.content is not None:
            return {"type": "text", "text": f"File {part.path}:\n{part.content}"}
        case _:
            return None


def _tool_result(part: ToolPart) -> dict[str, Any]:
    failed = part.status in {"error", "rejected"} or not part.finished
    if failed:
        content = part.error or INTERRUPTED
        if part.output:
            content = f"{content}\n{part.output}"
    else:
        content = part.output or ""
    return {
        "type": "tool_result",
        "id": part.call_id,
        "name": part.tool,
        "content": content,
        "is_error": failed,
    }
