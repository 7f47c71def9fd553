"""Screens for the documentation: what a terminal shows, as text and as a picture."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text
from tests.support.e2e import Place
from tests.support.tmux import Screen


async def keep(name: str, terminal: Screen, place: Place, *, picture: bool = False) -> None:
    """Write a screen to the folder that `PYCODE_SCREENSHOTS` names; without it nothing is written.

    Args:
        name: What the files are called.
        terminal: The screen.
        place: Whose folders get names that mean something to a reader.
        picture: Whether there is a picture, too.
    """
    folder = os.environ.get("PYCODE_SCREENSHOTS")
    if not folder:
        return
    here = str(place.home.parent)
    text = (await terminal.text()).replace(here, "/home/me")
    Path(folder, f"{name}.txt").write_text(f"{text}\n", encoding="utf-8")
    if picture:
        coloured = (await terminal.coloured()).replace(here, "/home/me").rstrip()
        Path(folder, f"{name}.svg").write_text(_picture(coloured), encoding="utf-8")


def _picture(coloured: str) -> str:
    lines = [line.rstrip() for line in coloured.splitlines()]
    width = max(80, *(Text.from_ansi(line).cell_len for line in lines))
    console = Console(
        record=True, width=width, file=io.StringIO(), force_terminal=True, legacy_windows=False
    )
    console.print(Text.from_ansi("\n".join(lines)))
    svg = console.export_svg(title="pycode", theme=MONOKAI, unique_id="pycode")
    # Blanks at the beginning of a line stay; the picture takes the reader's own fonts, and asks nobody for any.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
