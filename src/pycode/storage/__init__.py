"""What PyCode keeps: the store of JSON values, the sessions with their logs, and what waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.storage.inbox import Inbox as Inbox
    from pycode.storage.inbox import MemoryInbox as MemoryInbox
    from pycode.storage.memory import MemoryStore as MemoryStore
    from pycode.storage.record import Record as Record
    from pycode.storage.sessions import DiskStore as DiskStore
    from pycode.storage.sessions import SessionStore as SessionStore
    from pycode.storage.storage import Storage as Storage
    from pycode.storage.transcript import FileTranscript as FileTranscript
    from pycode.storage.transcript import MemoryTranscript as MemoryTranscript
    from pycode.storage.transcript import Transcript as Transcript

__all__ = [
    "DiskStore",
    "FileTranscript",
    "Inbox",
    "MemoryInbox",
    "MemoryStore",
    "MemoryTranscript",
    "Record",
    "SessionStore",
    "Storage",
    "Transcript",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "inbox": ["Inbox", "MemoryInbox"],
        "record": ["Record"],
        "memory": ["MemoryStore"],
        "sessions": ["DiskStore", "SessionStore"],
        "storage": ["Storage"],
        "transcript": ["FileTranscript", "MemoryTranscript", "Transcript"],
    },
)
