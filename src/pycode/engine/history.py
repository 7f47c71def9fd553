"""Turns a session's messages into what a provider is sent: the same bytes for the same messages, every time.

Each message is turned once, when it is complete, and the result is never changed: a provider may keep its bytes.
"""

from __future__ import annotations

from typing import Any

from pycode.core.parts import AnyPart, FilePart, ReasoningPart, TextPart, ToolPart
from pycode.engine.state import Entry

NO_IMAGES = "this model does not read images"
"""What a model that reads none is told instead of an image."""
INTERRUPTED = "interrupted: PyCode stopped before this call ended; it may have had effects"
"""What the model reads of a call that a crash left open."""


class History:
    """The neutral messages of a session, for one model.

    Args:
        model: `provider/model` that reads them; reasoning of other models is left out, since only its maker can read it.
        images: Whether the model reads images.
    """

    def __init__(self, model: str, *, images: bool = False) -> None:
        self.model = model
        self._images = images
        self.messages: list[dict[str, Any]] = []

    def add(self, entry: Entry) -> None:
        """Append a complete message."""
        parts = list(entry.parts.values())
        if entry.info.role == "user":
            content = [block for part in parts if (block := self._user_block(part)) is not None]
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
            images = [image for part in calls for image in self._images_of(part)]
            self.messages.append({"role": "user", "content": [*results, *images]})

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

    def _user_block(self, part: AnyPart) -> dict[str, Any] | None:
        match part:
            case TextPart() if part.text:
                return {"type": "text", "text": part.text}
            case FilePart() if part.media_type.startswith("image/") and part.content is not None:
                if not self._images:
                    return {"type": "text", "text": f"Image {part.path}: {NO_IMAGES}"}
                return {"type": "image", "media_type": part.media_type, "data": part.content}
            case FilePart() if part.content is not None:
                return {"type": "text", "text": f"File {part.path}:\n{part.content}"}
            case _:
                return None

    def _images_of(self, part: ToolPart) -> list[dict[str, Any]]:
        """Return the images that a tool gave back; services take none inside a result, but beside it."""
        found = part.metadata.get("images") or []
        if found and not self._images:
            return [{"type": "text", "text": f"Image of {part.title}: {NO_IMAGES}"}]
        return [{"type": "image", **image} for image in found]


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
