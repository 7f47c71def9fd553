"""The child process of `read_image`: makes an image small enough and prints it."""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path
from typing import Any

from pycode.system.files import open_file
from pycode.tools.read_child import answer, limit_memory
from pycode.tools.read_image import MAX_IMAGE_BYTES, MAX_SIDE

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO")
_MAX_PIXELS = 200_000_000
_WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("PNG", {}),
    ("JPEG", {"quality": 85}),
    ("JPEG", {"quality": 60}),
)


def main(path: str) -> None:
    """Print the image, its old and its new size."""
    from PIL import Image, ImageOps

    limit_memory()
    Image.MAX_IMAGE_PIXELS = _MAX_PIXELS // 2  # twice that is an error
    with open_file(Path(path)) as file, Image.open(file, formats=_FORMATS) as source:
        width, height = source.size
        photo = source.format == "JPEG"
        image: Any = ImageOps.exif_transpose(source)
        image.thumbnail((MAX_SIDE, MAX_SIDE))
        if image.mode not in ("RGB", "RGBA", "L"):
            image = image.convert(
                "RGBA" if "transparency" in image.info or "A" in image.mode else "RGB"
            )
    data, media_type = _encoded(image, photo)
    answer(
        {
            "width": width,
            "height": height,
            "new_width": image.width,
            "new_height": image.height,
            "image": {"media_type": media_type, "data": base64.b64encode(data).decode()},
        }
    )


def _encoded(image: Any, photo: bool) -> tuple[bytes, str]:
    """Return the image in the first way in which it is small enough."""
    for kind, options in _WAYS[1:] if photo else _WAYS:
        buffer = io.BytesIO()
        (image.convert("RGB") if kind == "JPEG" else image).save(buffer, kind, **options)
        if buffer.tell() <= MAX_IMAGE_BYTES:
            return buffer.getvalue(), f"image/{kind.lower()}"
    raise SystemExit(f"it has more than {MAX_IMAGE_BYTES} bytes, also made smaller")


if __name__ == "__main__":
    main(*sys.argv[1:])
