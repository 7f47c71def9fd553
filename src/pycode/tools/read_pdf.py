"""PDF documents as text, with pypdf."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from pycode.system.text import visible
from pycode.tools.base import ToolResult
from pycode.tools.read_child import ConversionError, convert
from pycode.tools.read_window import Window, failed, page, result

_MAX_PAGES = 100


async def show_pdf(path: Path, name: str, window: Window) -> ToolResult:
    """Return the text of a document's pages.

    Args:
        path: The document.
        name: How it is shown.
        window: Which pages.
    """
    if find_spec("pypdf") is None:
        return failed(
            name, f"{name} is a PDF document; to read its text: pip install 'pycode-agent[pdf]'."
        )
    limit = min(window.limit, _MAX_PAGES)
    arguments = [str(path), str(window.offset - 1), str(limit + 1), str(window.size)]
    try:
        found = await convert("pycode.tools.read_pdf_child", arguments)
    except ConversionError as error:
        return failed(name, f"{name} cannot be read as a PDF document: {error}.")
    total = found["total"]
    pages = (
        f"[page {number} of {total}]\n{visible(text).strip()}"
        for number, text in enumerate(found["pages"], window.offset)
    )
    shown = page(pages, Window(window.offset, limit, window.size))
    return result(shown, window, name, total, "pages")
