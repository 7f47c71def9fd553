"""Images as the model can take them: as they are where they are small enough, else made smaller with pillow."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pycode.tools.base import ToolResult
from pycode.tools.read_child import ConversionError, convert
from pycode.tools.read_window import failed

MAX_IMAGE_BYTES = 3_750_000
"""The most bytes of an image; as base64 the 5 MB that every service takes."""
MAX_SIDE = 1568
"""The longer side, in pixels, to which a large image is made smaller: services look at no more."""
MAX_PLAIN_SIDE = 7999
"""The longer side that services still take."""
MAX_SOURCE_BYTES = 50_000_000
"""The largest file that is converted."""

_NOT_SENT = {b"BM": "BMP", b"II*\0": "TIFF", b"MM\0*": "TIFF", b"\0\0\1\0": "ICO"}


@dataclass(slots=True, frozen=True)
class ImageFacts:
    """What the first bytes of an image say."""

    media_type: str
    """For example `image/png`."""
    width: int
    """In pixels."""
    height: int
    """In pixels."""
    whole: bool
    """Whether it has its end."""


def is_image(head: bytes) -> bool:
    """Return whether a file that begins with these bytes is an image that can be shown or converted."""
    sent = head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"))
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    return sent or webp or (head.startswith(tuple(_NOT_SENT)) and b"\0" in head)


async def show_image(data: bytes, path: Path, name: str) -> ToolResult:
    """Return an image in `metadata["images"]`, as media type and base64.

    Args:
        data: The file's content.
        path: The file.
        name: How it is shown.
    """
    facts = image_facts(data)
    if facts is not None and _fits(facts, data):
        image = {"media_type": facts.media_type, "data": base64.b64encode(data).decode()}
        return _shown(name, f"{facts.width}x{facts.height}", len(data), image)
    if find_spec("PIL") is None:
        return failed(
            name,
            f"{_refusal(facts, data, name)} To convert it: pip install 'pycode-agent[images]'.",
        )
    try:
        found = await convert("pycode.tools.read_image_child", [str(path)])
    except ConversionError as error:
        return failed(name, f"{name} cannot be read as an image: {error}.")
    size = f"{found['width']}x{found['height']}"
    made = f", made smaller to {found['new_width']}x{found['new_height']}"
    if (found["width"], found["height"]) != (found["new_width"], found["new_height"]):
        size += made
    return _shown(name, size, len(data), found["image"])


def image_facts(data: bytes) -> ImageFacts | None:
    """Return what an image says of itself, None when it says nothing or is of a kind that no service takes."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return ImageFacts("image/png", *_sizes(data[16:24], "big"), b"IEND\xaeB`\x82" in data[-64:])
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        end = data.rstrip(b"\0")[-1:] == b";"
        return ImageFacts("image/gif", *_sizes(data[6:10], "little"), end)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def _fits(facts: ImageFacts, data: bytes) -> bool:
    side = max(facts.width, facts.height)
    return facts.whole and 0 < side <= MAX_PLAIN_SIDE and len(data) <= MAX_IMAGE_BYTES


def _refusal(facts: ImageFacts | None, data: bytes, name: str) -> str:
    if facts is None:
        kind = next((kind for magic, kind in _NOT_SENT.items() if data.startswith(magic)), None)
        return f"{name} is {f'a {kind} image' if kind else 'a damaged image'}, which the model cannot be sent."
    if not facts.whole:
        return f"{name} is an image that is cut off."
    return (
        f"{name} is an image of {facts.width}x{facts.height} pixels and {len(data)} bytes; at most "
        f"{MAX_PLAIN_SIDE} pixels a side and {MAX_IMAGE_BYTES} bytes can be sent."
    )


def _shown(name: str, size: str, count: int, image: dict[str, Any]) -> ToolResult:
    output = f"[{image['media_type']}, {size}, {count} bytes]"
    return ToolResult(f"read {name}", output, {"images": [image]})


def _sizes(data: bytes, order: Any) -> tuple[int, int]:
    half = len(data) // 2
    return int.from_bytes(data[:half], order), int.from_bytes(data[half:], order)


def _jpeg(data: bytes) -> ImageFacts | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # a fill byte
            position += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = _sizes(data[position + 5 : position + 9], "big")
            return ImageFacts("image/jpeg", width, height, data.rfind(b"\xff\xd9") > position)
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return None


def _webp(data: bytes) -> ImageFacts | None:
    whole = int.from_bytes(data[4:8], "little") + 8 <= len(data)
    if len(data) < 30:
        return None
    match data[12:16]:
        case b"VP8X":
            width = int.from_bytes(data[24:27], "little") + 1
            height = int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = (size & 0x3FFF for size in _sizes(data[26:30], "little"))
        case _:
            return None
    return ImageFacts("image/webp", width, height, whole)
