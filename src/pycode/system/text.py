"""Text from outside is data: nothing in it may drive a terminal, reorder what is read, or hide.

Outside is everything that neither PyCode nor the user wrote: files, output of commands, names, a model's words and arguments.
`visible` is for what is read, by the model or by a person; `unmistakable` for what a person is asked to approve.
"""

from __future__ import annotations

import re

# Kept are tab and newline, and of the invisible ones those that scripts and emoji are spelled with: ZWNJ, ZWJ and the 16 variation
# selectors. The 240 further selectors and the tags can carry whole hidden texts.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

_LONG_BLANK = re.compile(r"[ \t]{9,}")


def visible(text: str) -> str:
    """Return `text` with every character that would act or hide, except tab and newline, spelled out."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_spelled, text)


def unmistakable(text: str) -> str:
    """Return `text` as a person has to see it to answer for it.

    Beside what `visible` does, everything that has no ink is spelled out: blanks of other scripts, joiners and selectors. A long run of blanks,
    which could push the rest out of sight, is told by its length.
    """
    text = "".join(map(_inked, visible(text)))
    return _LONG_BLANK.sub(lambda run: f"<{len(run[0])} blanks>", text)


def _spelled(match: re.Match[str]) -> str:
    return _name(ord(match[0]))


def _inked(character: str) -> str:
    is_selector = "\ufe00" <= character <= "\ufe0f"
    if character in "\t\n" or (character.isprintable() and not is_selector):
        return character
    return _name(ord(character))


def _name(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)  # the control pictures
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"<U+{code:04X}>"
