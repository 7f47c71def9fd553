"""The events of sessions for whoever listens: those that a log has already, then those that happen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from pycode.core.bus import Bus, Subscription
from pycode.core.events import Event
from pycode.engine.active import ActiveSession
from pycode.engine.owned import OwnedSessions

POLL_SECONDS = 0.05
"""How often a session that another process owns is looked at."""


class Feed:
    """Makes iterators over events.

    Args:
        bus: Carries what happens in this process.
        owned: The sessions that this process owns, and the logs of all.
        own: Takes a session over; None when another process owns it.
    """

    def __init__(
        self, bus: Bus, owned: OwnedSessions, own: Callable[[str], ActiveSession | None]
    ) -> None:
        self._bus = bus
        self._owned = owned
        self._own = own

    def listen(self, session_id: str | None, after: int | None) -> AsyncIterator[Event]:
        """Return an iterator; see `Engine.events`."""
        subscription = self._bus.subscribe(session_id)
        if session_id is None:
            return aiter(subscription)
        owned = self._own(session_id) is not None
        if after is None:
            after = self._owned.last_seq(session_id)
        return self._session_events(subscription, session_id, after, owned)

    async def _session_events(
        self, subscription: Subscription, session_id: str, last: int, owned: bool
    ) -> AsyncIterator[Event]:
        try:
            earlier = self._now(session_id, last) if owned else self._follow(session_id, last)
            async for event in earlier:
                last = event.seq or last
                yield event
            async for event in subscription:
                if subscription.missed:
                    subscription.missed = False
                    for missed in self._owned.replay(session_id, last):
                        last = missed.seq or last
                        yield missed
                if event.seq is None or event.seq > last:
                    last = event.seq or last
                    yield event
        finally:
            subscription.close()

    async def _now(self, session_id: str, after: int) -> AsyncIterator[Event]:
        for event in self._owned.replay(session_id, after):
            yield event

    async def _follow(self, session_id: str, last: int) -> AsyncIterator[Event]:
        """Yield what another process logs, until this one owns the session."""
        while True:
            owned = self._own(session_id) is not None
            for event in self._owned.replay(session_id, last):
                last = event.seq or last
                yield event
            if owned:
                return
            await asyncio.sleep(POLL_SECONDS)
