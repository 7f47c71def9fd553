"""Forks: a copy up to a message that goes on by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.engine import MakeBench
from tests.support.sessions import asked_and_answered, damage, write

from pycode.core.errors import SessionNotFoundError, StorageError, UsageError
from pycode.core.records import SessionInfo
from pycode.engine.fork import fork_session, write_session
from pycode.engine.state import fold
from pycode.storage.record import Record
from pycode.storage.sessions import DiskStore
from pycode.testing import say


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    """A store on disk."""
    return DiskStore(tmp_path / "storage")


def records(store: DiskStore, session_id: str) -> list[Record]:
    """What a log holds."""
    return list(store.open(session_id, write=False).read())


def test_everything_is_copied_under_a_new_id(store: DiskStore) -> None:
    info = write(store, asked_and_answered("q", "a"), title="Work")
    store.open(info.id, write=False)
    before = records(store, info.id)
    fork = fork_session(store, info.id)
    assert (fork.origin, fork.title, fork.parent_id) == (info.id, "Work", None)
    assert fork.id < info.id
    copied = records(store, fork.id)
    assert [(r.kind, r.id.replace(fork.id, info.id)) for r in copied] == [
        (r.kind, r.id) for r in before
    ]
    assert all(r.data.get("session_id", fork.id) == fork.id for r in copied)
    assert [r.seq for r in copied] == list(range(1, len(copied) + 1))
    assert records(store, info.id) == before
    assert [item.id for item in store.list()] == [fork.id, info.id]


def test_up_to_a_message_with_all_that_belongs_to_it(store: DiskStore) -> None:
    first, second = asked_and_answered("q1", "a1"), asked_and_answered("q2", "a2")
    info = write(store, [*first, *second])
    fork = fork_session(store, info.id, first[1].id)
    state = fold(iter(records(store, fork.id)))
    assert list(state.entries) == [turn.id for turn in first]
    assert state.head == first[1].id
    assert len(state.entries[first[1].id].parts) == 3
    last = fold(iter(records(store, fork_session(store, info.id, second[1].id).id)))
    assert list(last.entries) == [turn.id for turn in (*first, *second)]


def test_a_message_that_is_not_there_leaves_nothing(store: DiskStore) -> None:
    info = write(store, asked_and_answered("q", "a"))
    with pytest.raises(UsageError, match="no message 'msg_x'"):
        fork_session(store, info.id, "msg_x")
    assert store.ids() == [info.id]
    assert [item.id for item in store.list()] == [info.id]


def test_no_session_and_a_broken_one(store: DiskStore) -> None:
    with pytest.raises(SessionNotFoundError):
        fork_session(store, "ses_7YBQPYM48EK50Z2KTSANEV8Z1F")
    info = SessionInfo(project_id="p", directory="/d")
    store.create(info.id).close()
    damage(store, info.id, "garbage")
    with pytest.raises(StorageError, match="does not say what it is"):
        fork_session(store, info.id)


def test_an_id_that_is_taken(store: DiskStore) -> None:
    info = write(store, asked_and_answered("q", "a"))
    before = records(store, info.id)
    with pytest.raises(StorageError, match="exists already"):
        write_session(store, info, [], info.id)
    assert records(store, info.id) == before


async def test_a_fork_goes_on_where_its_origin_stood(bench: MakeBench, store: DiskStore) -> None:
    one = bench([say("first answer")], store=store)
    await one.ask("first question")
    await one.engine.close()
    fork = fork_session(store, one.session_id)
    two = bench([say("second answer")], store=store, session_id=fork.id)
    await two.ask("second question")
    sent = two.provider.requests[-1].messages
    assert [message["content"][0]["text"] for message in sent] == [
        "first question",
        "first answer",
        "second question",
    ]
    assert len(two.engine.messages(one.session_id)) == 2
    await two.engine.close()
