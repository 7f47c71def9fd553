"""`/sessions` and `/resume`: the project's sessions, and the way back into one."""

from __future__ import annotations

import time

from pycode.cli.interactive.conversation import Conversation
from pycode.cli.interactive.documents import home_sessions
from pycode.core.errors import UsageError
from pycode.core.parts import TextPart
from pycode.core.records import SessionInfo
from pycode.engine.state import Entry
from pycode.system.text import visible

_MOST = 20
_TITLE = 60
_LAST_CHARACTERS = 4_000
"""How much of the last answer is shown again."""


async def listed(conversation: Conversation, rest: str) -> None:
    """Show the newest sessions of the project, with the numbers that `/resume` takes."""
    found = _newest(conversation)
    for number, info in enumerate(found, 1):
        is_here = info.id == conversation.session_id
        # The copy of a session's facts is only written when it is given up.
        now = home_sessions(conversation).show(info.id).info if is_here else info
        here = "  (here)" if is_here else ""
        conversation.face.note(f"  {number:>2}  {_age(now)}  {_title(now)}{here}")
    if not found:
        conversation.face.note("There are no sessions in this project.")


async def resume(conversation: Conversation, rest: str) -> None:
    """Go on with a session: named by number or id, or chosen from the list.

    Raises:
        PyCodeError: There is no such session, or a turn runs in this one.
    """
    face = conversation.face
    found = _newest(conversation)
    if not rest:
        await listed(conversation, "")
        if not found:
            return
        async with face.asking():
            face.ask("Which one? (number; Enter for none): ")
            rest = (await face.read("")).strip()
        if not rest:
            return
    if rest.isdecimal():
        if not 1 <= int(rest) <= len(found):
            raise UsageError(f"there is no session {rest}; /sessions shows which there are")
        rest = found[int(rest) - 1].id
    await enter(conversation, rest)


async def enter(conversation: Conversation, text: str) -> None:
    """Leave the session, go into another one, and show how that one stands.

    Args:
        conversation: The session that the terminal is in.
        text: The other's id, or the beginning of it.

    Raises:
        PyCodeError: There is no such session, or a turn runs in this one.
    """
    shown = home_sessions(conversation).show(text)
    await conversation.leave()
    conversation.enter(shown.info.id)
    face = conversation.face
    face.note(f"{shown.info.id}  {_title(shown.info)}")
    for role in ("user", "assistant"):
        said = next((_said(e) for e in reversed(shown.entries) if e.info.role == role), "")
        if role == "user" and said:
            face.note(f"> {' '.join(said.split())[:200]}")
        elif said:
            face.out.write(said[-_LAST_CHARACTERS:] + "\n")
            face.end_text()


def _newest(conversation: Conversation) -> list[SessionInfo]:
    project = conversation.client.project.id
    return [
        info
        for info in conversation.client.engine.sessions(project, _MOST * 2)
        if info.archived is None and info.parent_id is None
    ][:_MOST]


def _said(entry: Entry) -> str:
    parts = (part for part in entry.parts.values() if isinstance(part, TextPart))
    return visible("\n\n".join(part.text for part in parts if not part.synthetic))


def _title(info: SessionInfo) -> str:
    title = " ".join(visible(info.title).split())
    return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"


def _age(info: SessionInfo) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(info.updated / 1000))
