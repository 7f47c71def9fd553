"""What `echo`, `printf` and a few other programs print, so that a command that is put together from text is seen for what it is."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Final

from pycode.permissions.shell_words import decode_escapes

_CONVERSION = re.compile(r"%(?:%|[-+ #0]*\d*(?:\.\d+)?([a-zA-Z]))")
_LONGEST: Final = 100_000


def produced(argv: Sequence[str], stdin: str | None) -> str | None:
    """Return what a command prints, or None when that is not known.

    Args:
        argv: The program and its arguments.
        stdin: What it reads, where that is known.
    """
    maker = _MAKERS.get(argv[0].rpartition("/")[2])
    text = maker(argv[1:], stdin) if maker is not None else None
    return text if text is None or len(text) < _LONGEST else None


def _echo(words: Sequence[str], stdin: str | None) -> str | None:
    rest = list(words)
    escapes = False
    end = "\n"
    while rest and re.fullmatch(r"-[neE]+", rest[0]):
        option = rest.pop(0)
        escapes = "e" in option or (escapes and "E" not in option)
        end = "" if "n" in option else end
    text = " ".join(rest)
    return (decode_escapes(text) if escapes else text) + end


def _printf(words: Sequence[str], stdin: str | None) -> str | None:
    rest = [word for word in words if word != "--"]
    if not rest or rest[0].startswith("-"):
        return None
    form, *values = rest
    form = decode_escapes(form)
    if not _CONVERSION.search(form):
        return form
    found: list[str] = []
    while True:
        taken = list(values)

        def fill(match: re.Match[str]) -> str:
            if match[0] == "%%":
                return "%"
            value = values.pop(0) if values else ""
            return decode_escapes(value) if match[1] == "b" else value

        found.append(_CONVERSION.sub(fill, form))
        if not values or values == taken:
            return "".join(found)


def _base64(words: Sequence[str], stdin: str | None) -> str | None:
    if stdin is None or not any(re.fullmatch(r"-[di]*[dD][di]*|--d[a-z]*", word) for word in words):
        return None
    try:
        return base64.b64decode(re.sub(r"\s", "", stdin)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def _xxd(words: Sequence[str], stdin: str | None) -> str | None:
    letters = "".join(words)
    if stdin is None or "r" not in letters or "p" not in letters:
        return None
    try:
        return bytes.fromhex(re.sub(r"\s", "", stdin)).decode("utf-8", "replace")
    except ValueError:
        return None


def _rev(words: Sequence[str], stdin: str | None) -> str | None:
    if stdin is None or words:
        return None
    return "".join(line[::-1] + "\n" for line in stdin.splitlines())


def _passed_on(words: Sequence[str], stdin: str | None) -> str | None:
    return stdin if all(word.startswith("-") for word in words) else None


def _tee(words: Sequence[str], stdin: str | None) -> str | None:
    return stdin


def _nothing(words: Sequence[str], stdin: str | None) -> str | None:
    return ""


_MAKERS: Final[dict[str, Callable[[Sequence[str], str | None], str | None]]] = {
    ":": _nothing,
    "base64": _base64,
    "cat": _passed_on,
    "cd": _nothing,
    "echo": _echo,
    "export": _nothing,
    "printf": _printf,
    "rev": _rev,
    "tee": _tee,
    "true": _nothing,
    "xxd": _xxd,
}
