"""Puts the tool calls of a Chat Completions stream together from their pieces."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pycode.core.data import Data
from pycode.providers.base import StreamEvent
from pycode.providers.encoded import parse_arguments
from pycode.providers.reading import call_end


@dataclass(slots=True, eq=False, repr=False)
class _Call(Data):
    """A call that is being written."""

    index: object
    """The service's index, or None."""
    ident: str
    """Its id; made up where the service gives none."""
    given_id: str
    """The service's id, may be empty."""
    name: str
    """The tool."""
    pieces: list[str] = field(default_factory=list)
    """The text of its arguments so far."""
    started: bool = False
    """Whether its start was yielded."""

    def text(self) -> str:
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""


class ChatCalls:
    """Collects the calls of one response.

    Services differ: an index may be missing, skip numbers or be used again; id and name may come once, with every piece, or
    be empty; arguments may come whole, as an object, or as null. A call is ended early when another one begins and its
    arguments are a complete object, which no further text can extend.
    """

    def __init__(self) -> None:
        self._open: list[_Call] = []
        self._ids: set[str] = set()
        self.seen = False
        """Whether there was any call."""

    def add(self, piece: dict[str, Any]) -> Iterator[StreamEvent]:
        """Yield what one entry of `tool_calls` means."""
        function = piece.get("function") or {}
        index, ident = piece.get("index"), piece.get("id") or ""
        name, text = function.get("name") or "", _arguments_text(function.get("arguments"))
        call = self._find(index, ident, name, text)
        if call is None:
            yield from self._end_complete()
            call = _Call(index, self._new_id(ident), ident, name)
            self._open.append(call)
            self.seen = True
        if not call.started:
            call.name = call.name or name
            if call.name:
                yield from _start(call)
        if text:
            call.pieces.append(text)
            if call.started:
                yield StreamEvent("tool_call_delta", {"id": call.ident, "text": text})

    def close(self, *, complete: bool) -> Iterator[StreamEvent]:
        """Yield the ends of the calls that are open.

        Args:
            complete: Whether the response ended well; else what is open may be cut and stays raw.
        """
        calls, self._open = self._open, []
        for call in calls:
            yield from _end(call, complete=complete)

    def _new_id(self, given: str) -> str:
        """Return a call's id: the service's, unless it gives none or the same one to several calls."""
        ident = given if given and given not in self._ids else f"call_{os.urandom(12).hex()}"
        self._ids.add(ident)
        return ident

    def _find(self, index: object, ident: str, name: str, text: str) -> _Call | None:
        """Return the call that a piece belongs to, or None when it begins a new one."""
        if index is not None:
            call = next((c for c in reversed(self._open) if c.index == index), None)
        elif ident:
            call = next((c for c in self._open if c.given_id == ident), None)
        else:
            call = self._open[-1] if self._open else None
        if call is None or not name:
            return call
        if ident:
            same = ident == call.given_id or not call.given_id
        else:
            # A name alone is repeated at the end of a call by some; a new call would say something.
            same = name == call.name and not (text and _is_complete(call))
        return call if same or not call.name else None

    def _end_complete(self) -> Iterator[StreamEvent]:
        for call in [call for call in self._open if _is_complete(call)]:
            self._open.remove(call)
            yield from _end(call, complete=True)


def _start(call: _Call) -> Iterator[StreamEvent]:
    """Yield the start of a call, and what was held back until its name was known."""
    call.started = True
    yield StreamEvent("tool_call_start", {"id": call.ident, "name": call.name})
    if call.pieces:
        yield StreamEvent("tool_call_delta", {"id": call.ident, "text": call.text()})


def _end(call: _Call, *, complete: bool) -> Iterator[StreamEvent]:
    if not call.started:
        yield from _start(call)
    yield call_end(call.ident, call.name, call.text(), complete=complete)


def _is_complete(call: _Call) -> bool:
    # Looks at the last piece first: this may be asked for every piece of a long call.
    ends = bool(call.pieces) and call.pieces[-1].rstrip().endswith("}")
    return ends and parse_arguments(call.text()) is not None


def _arguments_text(arguments: Any) -> str:
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
