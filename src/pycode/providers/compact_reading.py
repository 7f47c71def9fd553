"""Shows the text of an answer action while its JSON still comes."""

from __future__ import annotations

import re

_BEGIN = re.compile(r'\s*\{\s*"action"\s*:\s*"answer"\s*,\s*"text"\s*:\s*"')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class AnswerText:
    """Takes in the pieces of an answer and gives out the text in it."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self.began = False
        """Whether it is an answer in text."""
        self.ended = False
        """Whether all of the text has come."""

    def feed(self, piece: str) -> str:
        """Take in a piece; return what of the text has come with it."""
        self._text += piece
        if not self.began:
            match = _BEGIN.match(self._text)
            if match is None:
                return ""
            self.began, self._at = True, match.end()
        return self._unescaped()

    def _unescaped(self) -> str:
        text, said = self._text, list[str]()
        while self._at < len(text) and not self.ended:
            char, size = text[self._at], 1
            if char == "\\":
                code = text[self._at + 1 : self._at + 2]
                size = 6 if code == "u" else 2
                if self._at + size > len(text):
                    break
                char = _character(text[self._at + 1 : self._at + size])
            elif char == '"':
                self.ended = True
                break
            said.append(char)
            self._at += size
        return "".join(said)


def _character(escape: str) -> str:
    if escape[0] != "u":
        return _ESCAPES.get(escape, escape)
    try:
        return chr(int(escape[1:], 16))
    except ValueError:
        return "\ufffd"
