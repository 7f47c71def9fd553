"""PDF documents as text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from pycode.tools import ToolResult, read_pdf

Call = Callable[..., Awaitable[ToolResult]]


def document(pages: Sequence[str]) -> bytes:
    """A PDF with one line of text on each page."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET"
        fonts = "/Resources << /Font << /F1 3 0 R >> >>"
        place = f"/MediaBox [0 0 300 200] /Contents {5 + 2 * number} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R {place} {fonts} >>")
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    data = b"%PDF-1.4\n"
    offsets = []
    for number, text in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    return (
        data
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
        ).encode()
    )


async def test_pages_are_text(call: Call, work: Path) -> None:
    (work / "a.pdf").write_bytes(document(["First page", "Second page", "Third page"]))
    result = await call("read", file_path="a.pdf")
    assert result.output == (
        "[page 1 of 3]\nFirst page\n[page 2 of 3]\nSecond page\n[page 3 of 3]\nThird page"
    )
    assert result.metadata == {"pages": 3, "truncated": False}
    one = await call("read", file_path="a.pdf", offset=2, limit=1)
    assert one.output == (
        "[page 2 of 3]\nSecond page\n[up to page 2 of 3 pages; go on with offset=3]"
    )
    behind = await call("read", file_path="a.pdf", offset=4)
    assert behind.error == "a.pdf has 3 pages; offset 4 is behind them."


async def test_a_damaged_document_is_explained(call: Call, work: Path) -> None:
    (work / "a.pdf").write_bytes(b"%PDF-1.4\nnothing\0here")
    error = (await call("read", file_path="a.pdf")).error or ""
    assert error.startswith("a.pdf cannot be read as a PDF document: ")
    assert "\n" not in error


async def test_without_pypdf_it_says_what_to_install(
    call: Call, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_pdf, "find_spec", lambda name: None)
    (work / "a.pdf").write_bytes(document(["x"]))
    assert (await call("read", file_path="a.pdf")).error == (
        "a.pdf is a PDF document; to read its text: pip install 'pycode-agent[pdf]'."
    )
