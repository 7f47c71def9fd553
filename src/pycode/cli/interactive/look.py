"""How things look in the terminal at hand: Markdown, diffs, lines of a given width, and what it cannot spell."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from pycode.cli.streams import spelled
from pycode.system.text import visible

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.markdown import Markdown

NARROWEST = 20
"""Nothing is made narrower than this."""
_PADDING = re.compile(r"[ \t]+((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)
_COLOURS = {"+": "32", "-": "31", "@": "36"}


class Look:
    """What the terminal can show.

    Args:
        environ: Says so: `TERM`, `NO_COLOR`, `LC_ALL`, `LC_CTYPE`, `LANG`.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.dumb = environ.get("TERM", "dumb" if os.name == "posix" else "") == "dumb"
        self.colour = not self.dumb and not environ.get("NO_COLOR")
        self.unicode = _is_unicode(environ)

    @property
    def width(self) -> int:
        """How many cells a line has now."""
        return max(NARROWEST, shutil.get_terminal_size().columns)

    @property
    def height(self) -> int:
        """How many lines there are now."""
        return shutil.get_terminal_size().lines

    @property
    def spinner(self) -> str:
        """The pictures of something that goes on, one after the other."""
        return "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if self.unicode else "|/-\\"

    def spelled(self, text: str) -> str:
        """Return text in characters that the terminal has."""
        if self.unicode or text.isascii():
            return text.encode("utf-8", "replace").decode("utf-8")
        return spelled(text)

    def markdown(self, text: str) -> str:
        """Return Markdown for the eye, with a newline at its end."""
        console = self._console()
        with console.capture() as capture:
            console.print(_page(visible(text)))
        return self.spelled(_PADDING.sub(r"\1", capture.get()).strip("\n")) + "\n"

    def wrapped(self, line: str) -> list[str]:
        """Return a line in pieces that fit the terminal's width, measured in cells."""
        from rich.text import Text

        line = self.spelled(line.expandtabs(4))
        return [str(piece) for piece in Text(line).wrap(self._console(), self.width - 1)]

    def diff(self, text: str, most: int) -> str:
        """Return a diff with colours, at most so many lines of it."""
        lines = text.splitlines()
        shown = [self._diff_line(self.spelled(visible(line))) for line in lines[:most]]
        if len(lines) > most:
            shown.append(self.spelled(f"… {len(lines) - most} more lines"))
        return "\n".join(shown) + "\n"

    def _diff_line(self, line: str) -> str:
        code = _COLOURS.get(line[:1])
        return f"\x1b[{code}m{line}\x1b[0m" if self.colour and code else line

    def _console(self) -> Console:
        from rich.console import Console

        return Console(
            file=io.StringIO(),
            width=self.width,
            force_terminal=True,
            color_system="standard" if self.colour else None,
            legacy_windows=False,
            highlight=False,
        )


def _page(text: str) -> Markdown:
    from rich.markdown import Heading, Markdown, MarkdownElement

    class LeftHeading(Heading):
        """A heading that stands where the text begins."""

        LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {}

    class Page(Markdown):
        elements: ClassVar[dict[str, type[MarkdownElement]]] = {
            **Markdown.elements,
            "heading_open": LeftHeading,
        }

    # The theme of 16 colours is the terminal's own; links are written out, so that nothing is hidden behind a word.
    return Page(text, code_theme="ansi_dark", hyperlinks=False)


def _is_unicode(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal's language is written in UTF-8; where nothing is said it is taken to be."""
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    said = next((environ[name] for name in names if environ.get(name)), "utf8")
    return "utf8" in said.lower().replace("-", "")
