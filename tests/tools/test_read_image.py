"""Images: what is sent as it is, what is made smaller, what is refused."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pycode.tools import ToolResult, read_image
from pycode.tools.read_image import image_facts

Call = Callable[..., Awaitable[ToolResult]]
Refused = Callable[[], None]


def made(kind: str, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(buffer, kind, **options)
    return buffer.getvalue()


def sent(result: ToolResult) -> tuple[str, Image.Image]:
    """The one image of a result."""
    (image,) = result.metadata["images"]
    return image["media_type"], Image.open(io.BytesIO(base64.b64decode(image["data"])))


@pytest.fixture
def without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow is an extra that is not there."""
    real = importlib.util.find_spec
    monkeypatch.setattr(read_image, "find_spec", lambda name: None if name == "PIL" else real(name))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("JPEG", {}), ("GIF", {}), ("WEBP", {}), ("WEBP", {"lossless": True})],
)
async def test_a_small_image_is_sent_as_it_is(
    call: Call, work: Path, without_pillow: None, kind: str, options: dict[str, Any]
) -> None:
    data = made(kind, **options)
    (work / "a").write_bytes(data)
    result = await call("read", file_path="a")
    media_type = f"image/{kind.lower()}"
    assert (result.output, result.error) == (f"[{media_type}, 40x30, {len(data)} bytes]", None)
    assert result.metadata["images"] == [
        {"media_type": media_type, "data": base64.b64encode(data).decode()}
    ]
    json.dumps(result.metadata)


async def test_a_webp_with_more_than_one_chunk(
    call: Call, work: Path, without_pillow: None
) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 30), (200, 30, 30, 100)).save(buffer, "WEBP")
    (work / "a").write_bytes(buffer.getvalue())
    assert "40x30" in (await call("read", file_path="a")).output


async def test_a_large_image_is_made_smaller(call: Call, work: Path) -> None:
    (work / "a.png").write_bytes(made("PNG", (9000, 4500)))
    result = await call("read", file_path="a.png")
    assert result.error is None
    media_type, image = sent(result)
    assert (media_type, image.size) == ("image/png", (1568, 784))
    assert "9000x4500, made smaller to 1568x784" in result.output


async def test_many_bytes_become_few(call: Call, work: Path) -> None:
    noise = Image.effect_noise((2400, 1800), 100).convert("RGB")
    noise.save(work / "a.png")
    assert (work / "a.png").stat().st_size > read_image.MAX_IMAGE_BYTES
    result = await call("read", file_path="a.png")
    media_type, image = sent(result)
    assert media_type in ("image/jpeg", "image/png")
    assert max(image.size) == 1568
    assert len(result.metadata["images"][0]["data"]) <= 5_000_000


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
async def test_kinds_that_are_not_sent_are_converted(call: Call, work: Path, kind: str) -> None:
    (work / "a").write_bytes(made(kind))
    media_type, image = sent(await call("read", file_path="a"))
    assert (media_type, image.size) == ("image/png", (40, 30))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made("PNG", (9000, 8)), "a is an image of 9000x8 pixels and"),
        (made("PNG")[:-20], "a is an image that is cut off. "),
        (made("JPEG")[:-20], "a is an image that is cut off. "),
        (made("GIF")[:-3], "a is an image that is cut off. "),
        (made("WEBP")[:-20], "a is an image that is cut off. "),
        (made("BMP"), "a is a BMP image, which the model cannot be sent. "),
        (b"\xff\xd8\xff\xe0\0", "a is a damaged image, which the model cannot be sent. "),
    ],
)
async def test_without_pillow_it_says_what_to_install(
    call: Call, work: Path, without_pillow: None, data: bytes, reason: str
) -> None:
    (work / "a").write_bytes(data)
    error = (await call("read", file_path="a")).error or ""
    assert error.startswith(reason)
    assert error.endswith("To convert it: pip install 'pycode-agent[images]'.")


@pytest.mark.parametrize(
    "data", [made("PNG")[:40], b"\xff\xd8\xff\xe0\0" + b"x" * 100, made("BMP")[:60]]
)
async def test_a_damaged_image_is_explained(call: Call, work: Path, data: bytes) -> None:
    (work / "a").write_bytes(data)
    error = (await call("read", file_path="a")).error or ""
    assert error.startswith("a cannot be read as an image: ")
    assert "\n" not in error


async def test_an_image_that_unpacks_to_far_too_much_is_refused(call: Call, work: Path) -> None:
    # 20,000 x 20,000 pixels in some 50 kB; unpacked they are 1.2 GB.
    image = Image.new("1", (20_000, 20_000))
    image.save(work / "a.png", optimize=False)
    error = (await call("read", file_path="a.png")).error or ""
    assert error.startswith("a.png cannot be read as an image: ")


async def test_among_several_files(call: Call, work: Path) -> None:
    (work / "a.png").write_bytes(made("PNG"))
    (work / "b.txt").write_text("text\n")
    result = await call("read", file_path=["b.txt", "a.png", "a.png"])
    assert len(result.metadata["images"]) == 1
    assert "== a.png ==\n[image/png, 40x30" in result.output


async def test_text_that_begins_like_an_image_is_text(call: Call, work: Path) -> None:
    (work / "a").write_text("BM is short for something\n")
    (work / "b").write_text("RIFF\n")
    assert (await call("read", file_path="a")).output == "1\tBM is short for something"
    assert (await call("read", file_path="b")).output == "1\tRIFF"


@given(
    st.sampled_from([made("PNG"), made("JPEG"), made("GIF"), made("WEBP")]),
    st.integers(0, 400),
    st.binary(max_size=30),
)
def test_any_bytes_are_survived(data: bytes, cut: int, noise: bytes) -> None:
    facts = image_facts(data[:cut] + noise)
    assert facts is None or facts.width >= 0


def test_the_converter_is_not_loaded_here() -> None:
    assert "pycode.tools.read_image_child" not in sys.modules
