"""The ids of sessions, and what to say of one that does not exist."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from pycode.core.errors import SessionNotFoundError

SHOWN = 3
"""How many ids an error names."""

_ID = re.compile(r"[a-z]+_[0-7][0-9A-HJKMNP-TV-Z]{25}")
_LOOKED_AT = 500


def is_session_id(text: str) -> bool:
    """Return whether a text can be the id of a session."""
    return _ID.fullmatch(text) is not None


def check_session_id(text: str) -> None:
    """Raise ValueError where a text cannot be the id of a session."""
    if not is_session_id(text):
        raise ValueError(f"{text!r} is not a session id: expected a prefix, '_' and a ULID")


def not_found(session_id: str, known: Iterable[str]) -> SessionNotFoundError:
    """Return the error for an id that no session has, with the nearest of those that are known."""
    nearest = _nearest(session_id, sorted(known))
    if nearest:
        return SessionNotFoundError(
            f"there is no session {session_id!r}; the nearest are {', '.join(nearest)}"
        )
    return SessionNotFoundError(
        f"there is no session {session_id!r}; use the id of one that exists"
    )


def _nearest(session_id: str, known: list[str]) -> list[str]:
    wanted = session_id.casefold()
    if wanted and (beginning := [name for name in known if name.casefold().startswith(wanted)]):
        return beginning[:SHOWN]
    from difflib import get_close_matches

    # Comparing is slow: only with the newest, and with those that begin alike.
    place = bisect_left(known, session_id)
    likely = known[:_LOOKED_AT] + known[max(place - SHOWN, _LOOKED_AT) : place + SHOWN]
    return get_close_matches(session_id, likely, n=SHOWN)
