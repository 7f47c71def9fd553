"""What can be thrown away: old sessions, and tool outputs that nobody needs any more."""

from __future__ import annotations

from dataclasses import dataclass, field

from pycode.client.sessions import Sessions
from pycode.core.parts import now_ms
from pycode.core.records import SessionInfo

DAY_MS = 86_400_000


@dataclass(slots=True)
class Plan:
    """What would go."""

    sessions: list[SessionInfo] = field(default_factory=list)
    """Sessions that nothing happened in for too long, oldest last."""
    outputs: dict[str, int] = field(default_factory=dict)
    """Session to the bytes of its tool outputs that would go, beyond those of `sessions`."""
    orphans: dict[str, int] = field(default_factory=dict)
    """The same of sessions that are deleted already."""
    busy: list[str] = field(default_factory=list)
    """Old sessions that stay since a PyCode works in them."""

    @property
    def bytes(self) -> int:
        """What the outputs take on the disk, without those of `sessions`."""
        return sum(self.outputs.values()) + sum(self.orphans.values())


def plan(
    sessions: Sessions, *, older_than_days: float | None = None, outputs_over: int | None = None
) -> Plan:
    """Return what would go; nothing is removed.

    Args:
        sessions: The sessions.
        older_than_days: Sessions whose log did not grow for so many days go; none when None.
        outputs_over: Outputs go, those of the oldest sessions first, until all take at most so many bytes; None leaves them.

    Raises:
        StorageError: The folder cannot be read.
    """
    found = Plan()
    sizes = sessions.store.output_sizes()
    known = set(sessions.store.ids())
    found.orphans = {name: size for name, size in sizes.items() if name not in known}
    if older_than_days is not None:
        _find_old(sessions, now_ms() - int(older_than_days * DAY_MS), found)
    if outputs_over is not None:
        gone = {info.id for info in found.sessions}
        kept = {name: size for name, size in sizes.items() if name in known and name not in gone}
        excess = sum(kept.values()) - outputs_over
        # Session ids descend with time: the last ones are the oldest.
        for name in sorted(kept, reverse=True):
            if excess <= 0:
                break
            if not sessions.store.owned_elsewhere(name):
                found.outputs[name] = kept[name]
                excess -= kept[name]
    return found


def carry_out(sessions: Sessions, found: Plan) -> None:
    """Remove what a plan names; what another process took up meanwhile stays.

    Raises:
        StorageError: The system refuses.
    """
    found.busy += sessions.delete_alone([info.id for info in reversed(found.sessions)])
    for session_id in (*found.orphans, *found.outputs):
        sessions.store.delete_outputs(session_id)


def _find_old(sessions: Sessions, before: int, found: Plan) -> None:
    for info in sessions.store.list():
        if sessions.active(info) >= before:
            continue
        if sessions.store.owned_elsewhere(info.id):
            found.busy.append(info.id)
        else:
            found.sessions.append(info)
