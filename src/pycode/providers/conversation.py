"""Puts the pieces of a conversation into the order that the services insist on.

Every service wants the result of each tool call right behind the message that made it, and before anything else that the
user says. Histories break this when a run was interrupted or cut short, so it is mended here, for all protocols alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pycode.core.data import Data

MISSING_RESULT = "This call was interrupted; its result is not known."
"""What the model reads where a call has no result."""


@dataclass(slots=True, eq=False, repr=False)
class Piece(Data):
    """One message, or several of one role in a row, in wire form."""

    role: str
    """`user` or `assistant`."""
    blocks: list[bytes] = field(default_factory=list)
    """What it says beside tool results, as JSON in the protocol's own form."""
    results: dict[str, bytes] = field(default_factory=dict)
    """Tool results by the id of their call."""
    calls: list[str] = field(default_factory=list)
    """The ids of the tool calls that it makes."""


def arrange(pieces: Sequence[Piece], missing: Callable[[str], bytes]) -> list[Piece]:
    """Return the pieces with roles that alternate and with results where they belong.

    Results without a call are dropped; calls without a result get the one that `missing` makes for their id. The pieces
    themselves are not changed.
    """
    arranged: list[Piece] = []
    calls: list[str] = []
    answer = Piece("user")
    for piece in pieces:
        if piece.role == "user":
            answer.results.update(piece.results)
            answer.blocks += piece.blocks
            continue
        if not piece.blocks:
            continue
        _append_answer(arranged, answer, calls, missing)
        if arranged and arranged[-1].role == "assistant":
            blocks = arranged.pop().blocks + piece.blocks
            arranged.append(Piece("assistant", blocks, {}, piece.calls))
        else:
            arranged.append(piece)
        calls, answer = piece.calls, Piece("user")
    _append_answer(arranged, answer, calls, missing)
    return arranged


def clean_id(ident: str, longest: int = 64) -> str:
    """Return a call's id in characters that every service takes, the same one each time.

    Args:
        ident: The id as the service that made it wrote it.
        longest: The most characters.
    """
    clean = re.sub(r"[^a-zA-Z0-9_-]", "_", ident)
    if len(clean) <= longest and clean:
        return clean
    return f"{clean[: longest - 13]}_{_digest(ident)[:12]}"


def clean_name(name: str) -> str:
    """Return a tool's name in what every service takes: at most 64 letters, digits, `_` and `-`, no digit first."""
    if re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}", name):
        return name
    clean = re.sub(r"[^a-zA-Z0-9_-]", "_", name)
    # The digest keeps apart what differs only in what was replaced.
    return f"t_{clean[:49]}_{_digest(name)[:12]}"


def short_id(ident: str) -> str:
    """Return a call's id as exactly 9 letters and digits, the same one each time."""
    return ident if re.fullmatch(r"[a-zA-Z0-9]{9}", ident) else _digest(ident)[:9]


def _append_answer(
    arranged: list[Piece], answer: Piece, calls: list[str], missing: Callable[[str], bytes]
) -> None:
    answer.results = {ident: answer.results.get(ident) or missing(ident) for ident in calls}
    if answer.results or answer.blocks:
        arranged.append(answer)


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
