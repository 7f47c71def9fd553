"""Reads the event stream of OpenAI Responses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pycode.providers.encoded import dump
from pycode.providers.failures import Service, stream_error
from pycode.providers.hosts import OPENAI_RESPONSES as OPAQUE
from pycode.providers.openai_responses_request import OUTPUTS
from pycode.providers.reading import Reader, call_end

_REASONS = {"max_output_tokens": "length", "content_filter": "content_filter"}
_BAD_ENDS = ("incomplete", "failed", "cancelled")
_CALLS = ("function_call", *OUTPUTS)


@dataclass(slots=True)
class _Item:
    """An item of the output that has begun and not ended."""

    type: str
    """What it is; empty where its beginning was left out."""
    call_id: str = ""
    """The id of the call that it is."""
    name: str = ""
    """The tool that it calls."""
    started: bool = False
    """Whether anything of it was given out."""
    pieces: list[str] = field(default_factory=list)
    """The text of its arguments so far."""


class ResponsesReader(Reader):
    """Turns the events of one response into neutral ones.

    Items are told apart by their place in the output: their ids change between events at some services.
    """

    def __init__(self, service: Service, model: str) -> None:
        super().__init__(service, model)
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "created": self._start_over,
            "output_item.added": self._add_item,
            "output_text.delta": self._add_text,
            "refusal.delta": self._refuse,
            "reasoning_summary_part.added": self._end_thought,
            "reasoning_summary_text.delta": self._add_thought,
            "reasoning_text.delta": self._add_thought,
            "function_call_arguments.delta": self._add_arguments,
            "function_call_arguments.done": self._add_all_arguments,
            "custom_tool_call_input.delta": self._add_arguments,
            "output_item.done": self._finish_item,
            "completed": self._end,
            "incomplete": self._end,
            "failed": self._end,
            "cancelled": self._end,
            "done": self._end,
            # The whole answer at once, from a gateway that does not stream.
            "response": self._read_whole,
            "error": self._fail,
        }
        self._items: dict[int, _Item] = {}
        self._last = 0
        self._any_item = False
        self._called = False
        self._refused = False

    def read(self, data: str) -> None:
        """Read one event; see `Reader.read`."""
        if data.startswith("[DONE]"):
            return
        payload = self._parse(data)
        kind = (payload.get("type") or payload.get("object") or "").removeprefix("response.")
        handler = self._handlers.get(kind)
        if handler is not None:
            handler(payload)
        elif payload.get("error"):
            self._fail(payload)

    def close(self) -> None:
        """End what is still open after an error; see `Reader.close`."""
        self._close_block()
        self._end_open_calls(complete=False)

    def _fail(self, payload: dict[str, Any]) -> None:
        raise stream_error(self._service, payload.get("error") or payload, self._model)

    def _start_over(self, payload: dict[str, Any]) -> None:
        # A second beginning comes from a proxy that tried again: what came before it does not count.
        self.close()
        self._any_item = self._called = self._refused = False
        self._emit("start")

    def _read_whole(self, response: dict[str, Any]) -> None:
        self._emit("start")
        self._end({"response": response})

    def _add_item(self, payload: dict[str, Any]) -> None:
        self._begin_item(self._place(payload), payload["item"])

    def _finish_item(self, payload: dict[str, Any]) -> None:
        self._end_item(self._place(payload), payload["item"])

    def _place(self, payload: dict[str, Any]) -> int:
        """Return the place of an event's item: the last one where the event does not say it."""
        self._last = int(payload.get("output_index", self._last))
        return self._last

    def _add_text(self, payload: dict[str, Any]) -> None:
        self._add("text", payload)

    def _add_thought(self, payload: dict[str, Any]) -> None:
        self._add("reasoning", payload)

    def _end_thought(self, payload: dict[str, Any]) -> None:
        # Each part of a summary is a thought of its own.
        self._close_block()

    def _refuse(self, payload: dict[str, Any]) -> None:
        self._refused = True
        self._add("text", payload)

    def _add(self, kind: str, payload: dict[str, Any]) -> None:
        item = self._items.get(payload.get("output_index", self._last))
        if item is not None:
            item.started = True
        self._text(kind, payload.get("delta") or "")

    def _add_arguments(self, payload: dict[str, Any]) -> None:
        text = payload.get("delta") or ""
        # Without a beginning, it is given out when the end tells the call's name.
        item = self._items.setdefault(self._place(payload), _Item(""))
        # Added to a text, so that anything else fails here and not when the call ends.
        item.pieces.append("" + text)
        if item.started and text:
            self._emit("tool_call_delta", id=item.call_id, text=text)

    def _add_all_arguments(self, payload: dict[str, Any]) -> None:
        item = self._items.get(self._place(payload))
        if item is None or not item.pieces:
            self._add_arguments({**payload, "delta": _text_of(payload.get("arguments"))})

    def _begin_item(self, place: int, raw: dict[str, Any]) -> None:
        self._any_item = True
        self._end_open_call(self._items.pop(place, None), complete=False)
        item = self._items[place] = _Item(str(raw.get("type")))
        if item.type in _CALLS and raw.get("call_id"):
            self._begin_call(item, raw)
        elif raw.get("phase"):
            self._keep(self._opaque(phase=raw["phase"]))

    def _begin_call(self, item: _Item, raw: dict[str, Any]) -> None:
        self._called = True
        item.started = True
        item.call_id, item.name = str(raw["call_id"]), str(raw.get("name") or item.type)
        self._start_call(item.call_id, item.name)

    def _end_item(self, place: int, raw: dict[str, Any]) -> None:
        place = self._known_place(place, raw)
        if place not in self._items:
            self._begin_item(place, raw)
        item = self._items[place]
        if not item.call_id:
            item.type = str(raw["type"])
        if item.type in _CALLS:
            self._end_item_call(item, raw)
        elif item.type == "message":
            for part in () if item.started else raw.get("content") or ():
                self._refused = self._refused or "refusal" in part
                self._text("text", part.get("text") or part.get("refusal") or "")
            self._close_block()
        elif item.type == "reasoning":
            for part in () if item.started else raw.get("summary") or raw.get("content") or ():
                self._text("reasoning", part.get("text") or "")
                self._close_block()
            if raw.get("encrypted_content"):
                self._keep(self._opaque(item=_without(raw, "id", "status")))
            self._close_block()
        else:
            # The service's own tools and what is not known yet go back as they came.
            unstored = ("id",) if item.type == "compaction" else ()
            self._keep(self._opaque(item=_without(raw, *unstored)))
        # Only now: where something above is of a wrong type, the call is still open and ends raw.
        del self._items[place]

    def _end_item_call(self, item: _Item, raw: dict[str, Any]) -> None:
        if not item.started:
            self._begin_call(item, raw)
            for piece in item.pieces:
                self._emit("tool_call_delta", id=item.call_id, text=piece)
        complete = raw.get("status") != "incomplete"
        if item.type == "function_call":
            text = _text_of(raw.get("arguments")) or "".join(item.pieces)
        else:
            text = dump(_own_arguments(item.type, raw)).decode()
            self._emit("opaque", value=self._opaque(item=_without(raw)), id=item.call_id)
        if not item.pieces and text:
            self._emit("tool_call_delta", id=item.call_id, text=text)
        self._events.append(call_end(item.call_id, item.name, text, complete=complete))

    def _known_place(self, place: int, raw: dict[str, Any]) -> int:
        """Return where an item began: calls are known by their id too, should a service mix up the places."""
        ident = raw.get("call_id")
        known = (p for p, item in self._items.items() if ident and item.call_id == ident)
        return next(known, place)

    def _is_open(self, place: int, raw: dict[str, Any]) -> bool:
        """Return whether this is an item that has begun and not ended: places may differ at the end of a response."""
        item = self._items.get(self._known_place(place, raw))
        if item is None or item.type != raw.get("type"):
            return False
        return item.call_id == (raw.get("call_id") or "")

    def _end_open_calls(self, *, complete: bool) -> None:
        items, self._items = self._items, {}
        for item in items.values():
            self._end_open_call(item, complete=complete)

    def _end_open_call(self, item: _Item | None, *, complete: bool) -> None:
        """End a call without its own end: only functions write their arguments as JSON, and nothing may be missing ones."""
        if item is not None and item.call_id:
            complete = complete and item.type == "function_call" and bool(item.pieces)
            text = "".join(item.pieces)
            self._events.append(call_end(item.call_id, item.name, text, complete=complete))

    def _end(self, payload: dict[str, Any]) -> None:
        response = payload["response"]
        kind = payload.get("type", "").removeprefix("response.")
        status = response.get("status") or (kind if kind in _BAD_ENDS else "completed")
        if status in ("failed", "cancelled"):
            problem = response.get("error") or {"message": f"the response was {status}"}
            raise stream_error(self._service, problem, self._model)
        is_first = not self._any_item
        for place, raw in enumerate(response.get("output") or ()):
            if is_first or self._is_open(place, raw):
                self._end_item(place, raw)
        self._close_block()
        self._end_open_calls(complete=status == "completed")
        self._count_tokens(response.get("usage"))
        if status == "incomplete":
            raw_reason = (response.get("incomplete_details") or {}).get("reason") or status
            self._finish(_REASONS.get(raw_reason, "length"), raw_reason)
        elif self._refused:
            self._finish("content_filter", status)
        else:
            self._finish("tool_calls" if self._called else "stop", status)

    def _count_tokens(self, usage: dict[str, Any] | None) -> None:
        if not usage:
            return
        details = usage.get("input_tokens_details") or {}
        read = details.get("cached_tokens") or 0
        write = details.get("cache_write_tokens") or 0
        self._count(
            input=max(0, (usage.get("input_tokens") or 0) - read - write),
            cache_read=read,
            cache_write=write,
            output=usage.get("output_tokens") or 0,
            reasoning=(usage.get("output_tokens_details") or {}).get("reasoning_tokens") or 0,
        )

    def _opaque(self, **value: Any) -> dict[str, Any]:
        return {"protocol": OPAQUE, "model": self._model, **value}


def _text_of(arguments: Any) -> str:
    """Return a function's arguments as text; some gateways send the object."""
    return (
        arguments if isinstance(arguments, str) else dump(arguments).decode() if arguments else ""
    )


def _own_arguments(kind: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call that is not of a function."""
    if kind == "custom_tool_call":
        return {"input": raw.get("input") or ""}
    arguments: dict[str, Any] = raw.get("operation") or raw.get("action") or {}
    return arguments


def _without(raw: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return an item as it goes back: its type first, without these fields."""
    return {"type": raw["type"]} | {name: raw[name] for name in raw if name not in names}
