"""Tells reasoning from text where a model writes `<think>` at the beginning of its answer."""

from __future__ import annotations

_OPEN = "<think>"
_CLOSE = "</think>"


class ThinkTags:
    """Splits content as it arrives; tags count only at the very start, and only once."""

    def __init__(self) -> None:
        self._state = "start"
        self._held = ""

    @property
    def in_text(self) -> bool:
        """Whether all that comes is text."""
        return self._state == "text"

    def split(self, text: str) -> list[tuple[str, str]]:
        """Return pieces of `text` and `reasoning`; what may become a tag is held back."""
        if self._state == "text":
            return [("text", text)]
        text, self._held = self._held + text, ""
        if self._state == "start":
            begin = text.lstrip()
            if _OPEN.startswith(begin[: len(_OPEN)]) and len(begin) < len(_OPEN):
                self._held = text
                return []
            if not begin.startswith(_OPEN):
                self._state = "text"
                return [("text", text)]
            self._state = "thinking"
            text = begin.removeprefix(_OPEN)
        if self._state == "after":
            return self._after(text)
        thought, tag, rest = text.partition(_CLOSE)
        if tag:
            self._state = "after"
            return [("reasoning", thought), *self._after(rest)]
        keep = _overlap(text)
        self._held = text[len(text) - keep :]
        return [("reasoning", text[: len(text) - keep])]

    def rest(self) -> list[tuple[str, str]]:
        """Return what was held back when the content ends."""
        held, self._held = self._held, ""
        kind = "reasoning" if self._state == "thinking" else "text"
        return [(kind, held)] if held else []

    def _after(self, text: str) -> list[tuple[str, str]]:
        """Return the text behind the closing tag, without the blank lines between them."""
        text = text.lstrip("\r\n")
        if not text:
            return []
        self._state = "text"
        return [("text", text)]


def _overlap(text: str) -> int:
    """Return how many characters at the end may begin the closing tag."""
    return next((n for n in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:n])), 0)
