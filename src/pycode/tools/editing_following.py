"""New lines behind the first one, where old_string was found exactly but leaves out its line's indentation.

`old_string` may have been taken from its text on, and the further lines of `new_string` stand where they say. Or both texts were
given without the indentation, and each further line misses it. What the lines would mean decides, and where both make sense the
text goes in as it was given.
"""

from __future__ import annotations

import re

from pycode.core.errors import EditError
from pycode.tools.editing_indentation import moving, split_indentation, style_of

_TAB = 4
_COMMENT = r"(?:\s+(?:#|//).*)?\s*$"
_OPENING = re.compile(
    rf"(?!\s*(?:#|//|case\b|default\b))(?:.*(?:[:{{(\[]|->|=>|\b(?:then|do|begin|else))|.*<\w[^<>]*(?<!/)>){_COMMENT}"
)
_NAME = re.compile(r"\w{3}")
_REST = re.compile(r"[^\r\n]*")
_LINE_BEHIND = re.compile(r"[\r\n]+([^\r\n]*)")
_CLOSING = re.compile(r"[)}\]]|(?:end|fi|done|esac)\b|</")
_GOING_ON = re.compile(r"(?:else|elif|except|finally|catch|rescue|ensure|when|case|default)\b")
_LEAVING = re.compile(r"(?:return|raise|throw|break|continue|pass)\b")


def followed(content: str, start: int, end: int, old: str, new: str) -> str:
    """Return `new` with its lines after the first indented as the file's line is, where they were given without that.

    Args:
        content: The file.
        start: Where the match begins.
        end: Where it ends.
        old: What was matched, exactly: one line or a part of one.
        new: What replaces it.
    """
    first, newline, rest = new.partition("\n")
    if not first.strip() or not rest.strip():
        return new
    before = content[max(content.rfind("\n", 0, start), content.rfind("\r", 0, start)) + 1 : start]
    if not before or before.strip(" \t") or before == " " or not _NAME.search(old):
        return new
    behind = _REST.match(content, end)
    if not old.endswith("\n") and behind is not None and behind.group().strip(" \t"):
        return new
    given = split_indentation(old)[0]
    if not _left_out(old, new, before + given, _depth_behind(content, end)):
        return new
    rule = moving(given, before + given, rest, lambda: style_of(content.split("\n")))
    try:
        return new if rule is None else first + newline + rule.apply(rest)
    except EditError:  # no single way to move the lines: they stay as they were given
        return new


def _left_out(old: str, new: str, real: str, behind: int) -> bool:
    """Return whether lines after the first were given without what the file has before the match.

    Args:
        old: What was matched.
        new: What replaces it.
        real: The indentation of the file's line.
        behind: How deep the next line with text is.
    """
    given = split_indentation(old)[0]
    first, *lines = new.split("\n")
    following = [line for line in lines if line.strip()]
    mine, text = split_indentation(following[0])
    if _columns(mine) > _columns(given):
        # A block follows what opens it, and is deeper.
        deeper = _columns(mine) > _columns(real)
        return not deeper and _OPENING.match(first) is not None and _continues(lines[0])
    if given:
        return True  # the first line shows how much is missing
    if _CLOSING.match(text):
        return _opened(first) > _opened(old)
    if any(line.rstrip() == old.rstrip() for line in following):
        return True  # what stood there still stands there, behind something new
    if _LEAVING.match(first) and _opened(first) <= 0:
        return False  # nothing follows in the same block
    if behind >= _columns(real):
        return True  # a block that goes on cannot be left in its middle
    return bool(lines[0].strip()) and not _GOING_ON.match(text)


def _continues(line: str) -> bool:
    """Return whether a line is the next one of a block: no empty one, and no item of a list, which may stand as deep."""
    return bool(line.strip()) and not line.lstrip().startswith("- ")


def _opened(line: str) -> int:
    return sum(line.count(sign) for sign in "{([") - sum(line.count(sign) for sign in "})]")


def _depth_behind(content: str, end: int) -> int:
    """Return how deep the next line with text is indented, -1 when there is none."""
    for line in _LINE_BEHIND.finditer(content, end):
        indentation, text = split_indentation(line.group(1))
        if text:
            return _columns(indentation)
    return -1


def _columns(indentation: str) -> int:
    return len(indentation.expandtabs(_TAB))
