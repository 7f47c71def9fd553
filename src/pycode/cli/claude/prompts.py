"""Turns a `user` line into the parts of a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycode.core.parts import AnyPart, FilePart, TextPart


def parts_of(line: Mapping[str, Any]) -> list[AnyPart]:
    """Return what a `user` line says; blocks that no prompt can hold are named in it."""
    message = line.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return [TextPart(text=content)]
    return [_part(block) for block in content or [] if isinstance(block, dict)]


def _part(block: dict[str, Any]) -> AnyPart:
    kind, source = block.get("type"), block.get("source")
    if kind == "text" and isinstance(block.get("text"), str):
        return TextPart(text=block["text"])
    if kind == "image" and isinstance(source, dict) and source.get("type") == "base64":
        media_type = str(source.get("media_type") or "image/png")
        return FilePart(path="image", media_type=media_type, content=str(source.get("data") or ""))
    return TextPart(text=f"[a block of type {kind!r} was left out: PyCode cannot read it]")
