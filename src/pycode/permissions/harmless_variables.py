"""The environment variables that may be set for a command without changing what it runs, reads or writes."""

from __future__ import annotations

from typing import Final

_NAMES: Final = frozenset("""
    CI CLICOLOR CLICOLOR_FORCE COLORTERM COLUMNS FORCE_COLOR LANG LANGUAGE LINES NO_COLOR SOURCE_DATE_EPOCH TERM TZ
    """.split())  # noqa: SIM905 - a page of quotes would hide the words


def is_harmless(name: str) -> bool:
    """Return whether setting a variable changes no more than language, time zone, colours and size of the output."""
    return name in _NAMES or (name.startswith("LC_") and name[3:].isalpha())
