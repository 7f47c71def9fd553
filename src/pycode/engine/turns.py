"""The turns of the sessions that this process owns, one after the other, and who answers the prompts that wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Final

from pycode.core.errors import PyCodeError, StorageError
from pycode.core.events import SessionError, SessionIdle
from pycode.engine.active import ActiveSession, Prompt
from pycode.engine.loop import TurnEnd
from pycode.engine.owned import OwnedSessions
from pycode.engine.setup import TurnSetup
from pycode.storage.sessions import SessionStore

_log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.25
"""How often the inbox of an idle session is looked into."""


class Turns:
    """Starts turns, stops them, and gives sessions up.

    Args:
        owned: The sessions that this process owns.
        store: Keeps the inboxes and the facts.
        setup: Puts turns together.
        attended: Whether a person answers questions, as long as the session is there to be seen.
        hands_over: Whether prompts of others that wait at a turn's end are left to them.
    """

    def __init__(
        self,
        owned: OwnedSessions,
        store: SessionStore,
        setup: TurnSetup,
        *,
        attended: bool,
        hands_over: bool,
    ) -> None:
        self._owned = owned
        self._store = store
        self._setup = setup
        self._attended = attended
        self._hands_over = hands_over
        self._tasks: dict[str, asyncio.Task[TurnEnd | None]] = {}
        self._looking: dict[str, asyncio.TimerHandle] = {}
        self._put: dict[str, set[str]] = {}

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the sessions that had a turn."""
        return iter(list(self._tasks))

    def add(self, session_id: str, prompt: Prompt) -> None:
        """Take a prompt: it is logged or waits in the inbox when this returns.

        Raises:
            SessionNotFoundError: There is no such session.
            StorageError: It cannot be kept, or the id was used for other content.
        """
        active = self.own(session_id)
        if active is None:
            self._wait(session_id, prompt)
        elif not active.has(prompt):
            if self.running(session_id) is not None:
                self._wait(session_id, prompt)
            else:
                self._begin(active, prompt)

    def own(self, session_id: str) -> ActiveSession | None:
        """Take a session over, and answer the prompts that wait for it; None when another process owns it."""
        known = self._owned.get(session_id)
        active = self._owned.take(session_id)
        if known is None and active is not None:
            self._go_on(active)
        return active

    def running(self, session_id: str) -> asyncio.Task[TurnEnd | None] | None:
        """Return the task of the session's turn, None when none runs."""
        task = self._tasks.get(session_id)
        return task if task is not None and not task.done() else None

    async def ended(self, session_id: str) -> None:
        """Wait for the end of the turn that runs; a bug that ended the last one is raised."""
        task = self._tasks.get(session_id)
        if task is not None:
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    async def cancel(self, session_id: str) -> bool:
        """Stop the running turn and keep what was done; False when there is none."""
        task = self.running(session_id)
        if task is None:
            return False
        # A task that is cancelled before its first step would not say that its turn ended.
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return True

    async def release(self, session_id: str) -> None:
        """Give up a session. Where no person answers questions, the prompts that came in until then are answered first."""
        while (active := self._owned.get(session_id)) is not None:
            task = self.running(session_id)
            if task is not None:
                await asyncio.wait([task])
                continue
            await active.end_jobs()
            self._stop_looking(session_id)
            self._owned.give_up(session_id)
            # A prompt may have come between the last look and giving up the ownership.
            if active.cancelled or self._attended or not self._answers_more(active):
                return
            self.own(session_id)

    def settled(self, session_id: str) -> bool:
        """Whether no further turn follows the one that ended, as far as this process knows."""
        active = self._owned.get(session_id)
        if active is None:
            return not self._store.inbox(session_id).items()
        return not self._answers_more(active)

    def _wait(self, session_id: str, prompt: Prompt) -> None:
        self._store.inbox(session_id).put(prompt.id, prompt.to_dict())
        self._put.setdefault(session_id, set()).add(prompt.id)

    def _answers_more(self, active: ActiveSession) -> bool:
        """Whether prompts wait that are answered here. Who waits for another one takes the session over and answers it."""
        waiting = {message_id for message_id, _ in active.inbox.items()}
        return bool(waiting & self._put.get(active.id, set()) if self._hands_over else waiting)

    def _begin(self, active: ActiveSession, prompt: Prompt) -> None:
        older = next(active.prompts(), None)
        if older is not None:
            # A cancelled turn left it waiting: what came first is answered first.
            self._wait(active.id, prompt)
        self._start(active, older or prompt)

    def _start(self, active: ActiveSession, prompt: Prompt) -> None:
        active.accept(prompt)
        task = asyncio.ensure_future(self._drive(active, prompt))
        self._tasks[active.id] = task
        task.add_done_callback(lambda _: self._look(active))

    def _look(self, active: ActiveSession) -> None:
        """Answer what other processes put into the inbox of an idle session, now and again and again."""
        self._stop_looking(active.id)
        if not self._may_look(active):
            return
        try:
            own = self._put.get(active.id, set())
            # A cancelled turn may have left prompts of this process: they wait for the next one.
            if any(prompt.id not in own for prompt in active.prompts()):
                self._go_on(active)
                return
        except StorageError as error:
            _log.info("the inbox of session %s: %s", active.id, error)
        loop = asyncio.get_running_loop()
        self._looking[active.id] = loop.call_later(LOOK_SECONDS, self._look, active)

    def _may_look(self, active: ActiveSession) -> bool:
        return (
            active.inbox.shared
            and not self._hands_over
            and self._owned.get(active.id) is active
            and self.running(active.id) is None
        )

    def _stop_looking(self, session_id: str) -> None:
        handle = self._looking.pop(session_id, None)
        if handle is not None:
            handle.cancel()

    def _go_on(self, active: ActiveSession) -> None:
        waiting = next(active.prompts(), None)
        if waiting is not None:
            self._start(active, waiting)
        else:
            self._look(active)

    async def _drive(self, active: ActiveSession, prompt: Prompt) -> TurnEnd | None:
        active.cancelled = False
        while True:
            end = await self._turn(active, prompt)
            waiting = next(active.prompts(), None)
            if waiting is None:
                self._put.pop(active.id, None)
                return end
            if not self._answers_more(active):
                return end
            active.accept(waiting)
            prompt = waiting

    async def _turn(self, active: ActiveSession, prompt: Prompt) -> TurnEnd | None:
        end = TurnEnd("error", None)
        try:
            end = await self._setup.turn(active, prompt).run()
        except asyncio.CancelledError:
            active.cancelled = True
            end = TurnEnd("cancelled", active.journal.state.head)
            raise
        except PyCodeError as error:
            _fail(active, error)
        finally:
            self._idle(active, end)
        return end

    def _idle(self, active: ActiveSession, end: TurnEnd) -> None:
        try:
            active.journal.idle(end.message_id, end.reason, end.detail, end.answer)
            self._owned.save_facts(active)
        except StorageError as error:
            # The log cannot take it; whoever waits for the end must hear of it all the same.
            _report(active, error)
            active.journal.publish(SessionIdle(session_id=active.id, reason="error"))


def _fail(active: ActiveSession, error: PyCodeError) -> None:
    try:
        active.journal.error(error)
    except StorageError:
        # Most likely it is the log that failed.
        _report(active, error)


def _report(active: ActiveSession, error: PyCodeError) -> None:
    active.journal.publish(SessionError(session_id=active.id, code=error.code, message=str(error)))
