"""Ids, messages, sessions, events, errors and the bus: plain data that everything else is built on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pycode.core._lazy import lazy_exports

if TYPE_CHECKING:
    from pycode.core.bus import Bus as Bus
    from pycode.core.errors import PyCodeError as PyCodeError
    from pycode.core.events import Event as Event
    from pycode.core.identifier import Identifier as Identifier
    from pycode.core.message import Message as Message
    from pycode.core.message import MessagePart as MessagePart
    from pycode.core.parts import AgentPart as AgentPart
    from pycode.core.parts import FilePart as FilePart
    from pycode.core.parts import PatchPart as PatchPart
    from pycode.core.parts import ReasoningPart as ReasoningPart
    from pycode.core.parts import RetryPart as RetryPart
    from pycode.core.parts import StepFinishPart as StepFinishPart
    from pycode.core.parts import StepStartPart as StepStartPart
    from pycode.core.parts import TextPart as TextPart
    from pycode.core.parts import ToolPart as ToolPart
    from pycode.core.session import Session as Session

__all__ = [
    "AgentPart",
    "Bus",
    "Event",
    "FilePart",
    "Identifier",
    "Message",
    "MessagePart",
    "PatchPart",
    "PyCodeError",
    "ReasoningPart",
    "RetryPart",
    "Session",
    "StepFinishPart",
    "StepStartPart",
    "TextPart",
    "ToolPart",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "bus": ["Bus"],
        "errors": ["PyCodeError"],
        "events": ["Event"],
        "identifier": ["Identifier"],
        "message": ["Message", "MessagePart"],
        "parts": [
            "AgentPart",
            "FilePart",
            "PatchPart",
            "ReasoningPart",
            "RetryPart",
            "StepFinishPart",
            "StepStartPart",
            "TextPart",
            "ToolPart",
        ],
        "session": ["Session"],
    },
)
