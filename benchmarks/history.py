"""The sessions of somebody who has worked with PyCode for years, for what lists and searches them."""

from __future__ import annotations

from pathlib import Path

from pycode.core.parts import TextPart
from pycode.core.records import MessageInfo, SessionInfo
from pycode.storage.sessions import DiskStore

SESSIONS = 10_000
"""How many there are."""
RARE = "porcupine"
"""A word that was said once."""

_TEXT = "Please look at the loader, and why it reads every file twice when the cache is cold. " * 20


def make_history(home: Path) -> None:
    """Write the sessions, each with a question of some length.

    Args:
        home: The user's home, without a PyCode folder yet.
    """
    store = DiskStore(home / ".pycode" / "storage")
    for number in range(SESSIONS):
        title = f"Look at the loader, part {number}"
        info = SessionInfo(project_id="history", directory="/history", title=title)
        text = f"{_TEXT} {RARE}" if number == SESSIONS // 2 else _TEXT
        asked = MessageInfo(session_id=info.id, role="user")
        part = TextPart(text=text).placed(info.id, asked.id)
        log = store.create(info.id)
        log.append("session", info.id, info.to_dict())
        log.append("message", asked.id, asked.to_dict())
        log.append("part", part.id, part.to_dict())
        log.close()
        store.save_facts(info)
