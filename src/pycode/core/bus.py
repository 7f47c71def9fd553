"""Carries events from the engine to whoever listens.

Each subscriber has a queue of its own. Publishing never waits: a subscriber that falls behind has neighbouring deltas of
one part merged, and past `limit` waiting events it gives up the durable ones, which stand in the log, and is told so by
`missed`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from pycode.core.events import Event, PartDelta, ToolProgress


class Subscription:
    """One listener's queue. Iterate over it to receive events; close it to end."""

    def __init__(self, bus: Bus, session_id: str | None, limit: int) -> None:
        self._bus = bus
        self._session_id = session_id
        self._limit = limit
        self._queue: deque[Event] = deque()
        self._texts: list[str] = []
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self.missed = False
        """True once durable events were given up; whoever needs them reads the log and sets it back."""

    def _put(self, event: Event) -> None:
        if self._session_id is not None and event.session_id != self._session_id:
            return
        if isinstance(event, PartDelta) and self._queue and self._merge(event):
            return
        if len(self._queue) >= self._limit:
            self._shed()
        self._flush_texts()
        self._queue.append(event)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _merge(self, event: PartDelta) -> bool:
        last = self._queue[-1]
        if (
            not isinstance(last, PartDelta)
            or last.part_id != event.part_id
            or last.field != event.field
        ):
            return False
        # The pieces are joined when somebody looks, so that a long backlog stays linear.
        if not self._texts:
            # The waiting event may be shared with other subscribers: merge into a copy.
            self._queue[-1] = PartDelta(
                session_id=last.session_id,
                message_id=last.message_id,
                part_id=last.part_id,
                part_type=last.part_type,
                field=last.field,
                text=last.text,
                time=last.time,
            )
            self._texts.append(last.text)
        self._texts.append(event.text)
        return True

    def _flush_texts(self) -> None:
        if self._texts:
            last = self._queue[-1]
            if isinstance(last, PartDelta):
                last.text = "".join(self._texts)
            self._texts.clear()

    def _shed(self) -> None:
        self._flush_texts()
        kept = [e for e in self._queue if e.seq is None and not isinstance(e, ToolProgress)]
        if len(kept) < len(self._queue):
            self.missed = True
        self._queue = deque(kept)

    def pending(self) -> list[Event]:
        """Take all events that wait, without waiting for more."""
        self._flush_texts()
        events = list(self._queue)
        self._queue.clear()
        return events

    def close(self) -> None:
        """Stop listening; an iteration that waits ends after what has arrived."""
        self._closed = True
        self._bus.discard(self)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            while self._queue:
                self._flush_texts()
                yield self._queue.popleft()
            if self._closed:
                return
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
            self._waiter = None


class Bus:
    """Publishes events to all subscriptions. Belongs to one event loop."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def publish(self, event: Event) -> None:
        """Hand an event to every subscriber; returns at once."""
        for subscription in self._subscriptions:
            subscription._put(event)

    def subscribe(self, session_id: str | None = None, *, limit: int = 1000) -> Subscription:
        """Begin to listen.

        Args:
            session_id: Only this session's events, or all when None.
            limit: How many events may wait before durable ones are given up.
        """
        subscription = Subscription(self, session_id, limit)
        self._subscriptions.append(subscription)
        return subscription

    def discard(self, subscription: Subscription) -> None:
        """Forget a subscription; one that is not known is ignored."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
