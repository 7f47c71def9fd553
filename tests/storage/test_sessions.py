"""Where sessions live: making, finding, owning, deleting."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pycode.core.errors import SessionBusyError, SessionNotFoundError, StorageError
from pycode.core.identifier import Identifier
from pycode.core.records import SessionInfo
from pycode.storage.memory import MemoryStore
from pycode.storage.sessions import DiskStore, SessionStore

StartPython = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(params=["disk", "memory"])
def any_store(request: pytest.FixtureRequest, root: Path) -> SessionStore:
    return MemoryStore() if request.param == "memory" else DiskStore(root)


def new_id() -> str:
    return Identifier.descending("ses")


def add(store: SessionStore, project: str = "p", title: str = "title") -> str:
    """Make a session with its first record and its facts."""
    info = SessionInfo(project_id=project, directory="/x", title=title)
    log = store.create(info.id)
    log.append("session", info.id, info.to_dict())
    log.close()
    store.save_facts(info)
    return info.id


def test_a_session_is_made_and_opened(any_store: SessionStore) -> None:
    session_id = new_id()
    assert not any_store.exists(session_id)
    first = any_store.create(session_id).append("message", "msg_1", {"a": 1})
    assert any_store.exists(session_id)
    assert list(any_store.open(session_id, write=False).read()) == [first]
    log = any_store.open(session_id, write=True)
    assert log.append("message", "msg_2", {}).seq == 2
    log.close()
    with pytest.raises(StorageError, match="exists"):
        any_store.create(session_id)


@pytest.mark.parametrize(
    "text",
    ["", "x", "../../etc/passwd", "ses_", "ses_" + "Z" * 26, "ses_7" + "z" * 25, "ses_7" + "Z" * 25 + "\n"],
)  # fmt: skip
def test_a_text_that_is_no_id(any_store: SessionStore, text: str) -> None:
    assert not any_store.exists(text)
    with pytest.raises(ValueError, match="not a session id"):
        any_store.create(text)
    with pytest.raises(SessionNotFoundError, match="there is no session"):
        any_store.open(text, write=False)
    with pytest.raises(SessionNotFoundError):
        any_store.delete(text)


def test_no_id_reaches_the_disk_unchecked(store: DiskStore, root: Path) -> None:
    add(store)
    before = sorted(root.rglob("*"))
    with pytest.raises(SessionNotFoundError):
        store.inbox("../x")
    with pytest.raises(SessionNotFoundError):
        store.own("../x")
    with pytest.raises(SessionNotFoundError):
        store.owned_elsewhere("../x")
    with pytest.raises(SessionNotFoundError):
        store.save_output("../x", "prt_1", "text")
    with pytest.raises(SessionNotFoundError):
        store.save_facts(SessionInfo(id="../x", project_id="p", directory="/x"))
    with pytest.raises(ValueError, match="cannot be a name"):
        store.save_facts(SessionInfo(project_id="../p", directory="/x"))
    with pytest.raises(ValueError, match="cannot be a name"):
        store.save_output(new_id(), "../prt_1", "text")
    assert [p for p in sorted(root.rglob("*")) if p.is_file()] == [p for p in before if p.is_file()]


def test_the_nearest_ids_are_named(any_store: SessionStore) -> None:
    with pytest.raises(SessionNotFoundError, match="use the id of one that exists"):
        any_store.open("ses_7Z", write=False)
    session_id = add(any_store)
    mistyped = session_id[:-1] + ("0" if session_id[-1] != "0" else "1")
    for text in (session_id[:8], session_id.lower(), mistyped, session_id[:9] + session_id[10:]):
        with pytest.raises(SessionNotFoundError, match=f"the nearest are {session_id}"):
            any_store.open(text, write=False)


def test_a_list_is_newest_first(any_store: SessionStore) -> None:
    assert any_store.list() == []
    ids = [add(any_store, project) for project in ("p", "q", "p", "p")]
    assert [info.id for info in any_store.list()] == ids[::-1]
    assert [info.id for info in any_store.list("p")] == [ids[3], ids[2], ids[0]]
    assert [info.id for info in any_store.list("p", limit=2)] == [ids[3], ids[2]]
    assert any_store.list("p", limit=0) == any_store.list("none") == []


def test_facts_are_kept_as_they_were(any_store: SessionStore) -> None:
    session_id = add(any_store)
    (info,) = any_store.list()
    info.title = "größer"
    assert any_store.list()[0].title == "title"
    any_store.save_facts(info)
    assert any_store.list() == [info]
    assert info.id == session_id


def test_everything_is_private_and_made_on_first_write(store: DiskStore, root: Path) -> None:
    session_id = new_id()
    assert store.list() == []
    assert not store.exists(session_id)
    assert store.inbox(session_id).items() == []
    assert not store.owned_elsewhere(session_id)
    assert not root.parent.exists()
    add(store)
    store.inbox(session_id).put("msg_1", {})
    store.save_output(session_id, "prt_1", "text")
    modes = {p.is_dir(): p.stat().st_mode & 0o777 for p in [root.parent, *root.parent.rglob("*")]}
    assert modes == {True: 0o700, False: 0o600}


def test_an_output_is_kept_whole(store: DiskStore, root: Path) -> None:
    session_id = new_id()
    path = store.save_output(session_id, "prt_1", "größe\r\n\udcff")
    assert path == root / "outputs" / session_id / "prt_1.txt"
    assert path.read_bytes() == "größe\r\n\\udcff".encode()
    assert MemoryStore().save_output(session_id, "prt_1", "text") is None


def test_deleting_leaves_nothing(store: DiskStore, root: Path) -> None:
    kept, gone = add(store), add(store, "q")
    for session_id in (kept, gone):
        store.inbox(session_id).put("msg_1", {})
        store.save_output(session_id, "prt_1", "text")
    store.delete(gone)
    assert not [p for p in root.rglob("*") if gone in p.name]
    assert len([p for p in root.rglob("*") if kept in p.name]) == 4
    assert [info.id for info in store.list()] == [kept]
    with pytest.raises(SessionNotFoundError):
        store.delete(gone)


def test_deleting_in_memory() -> None:
    store = MemoryStore()
    session_id = add(store)
    store.inbox(session_id).put("msg_1", {})
    store.delete(session_id)
    assert store.list() == []
    assert store.inbox(session_id).items() == []
    assert not store.exists(session_id)


def test_memory_has_one_owner() -> None:
    store = MemoryStore()
    assert store.own("x")
    store.disown("x")
    assert not store.owned_elsewhere("x")


def test_one_store_owns_a_session(root: Path) -> None:
    one, other = DiskStore(root), DiskStore(root)
    session_id = add(one)
    assert one.own(session_id)
    assert one.own(session_id)
    assert not other.own(session_id)
    assert (one.owned_elsewhere(session_id), other.owned_elsewhere(session_id)) == (False, True)
    one.open(session_id, write=True).close()
    other.open(session_id, write=False)
    with pytest.raises(SessionBusyError, match=session_id):
        other.open(session_id, write=True)
    with pytest.raises(SessionBusyError, match=session_id):
        other.delete(session_id)
    one.disown(session_id)
    one.disown(session_id)
    assert other.own(session_id)
    other.disown(session_id)
    assert [p.name for p in (root / "transcripts").iterdir()] == [f"{session_id}.jsonl"]


_OWN = """
import sys
from pathlib import Path
from pycode.storage.sessions import DiskStore
store = DiskStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(store.own(sys.argv[2]), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_processes_race_for_a_session(
    store: DiskStore, root: Path, start_python: StartPython
) -> None:
    session_id = add(store)
    children = [start_python(_OWN, str(root), session_id) for _ in range(3)]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        owns = [child.stdout.readline() == "True\n" for child in children if child.stdout]
        assert sorted(owns) == [False, False, True]
        assert store.owned_elsewhere(session_id)
        assert not store.own(session_id)
        owner = children[owns.index(True)]
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert not store.owned_elsewhere(session_id)
        assert store.own(session_id)
    finally:
        for child in children:
            with child:
                child.kill()


def test_links_below_the_root_are_refused(store: DiskStore, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root.mkdir(parents=True)
    for name in ("transcripts", "inbox", "outputs", "sessions"):
        (root / name).symlink_to(outside)
    session_id = new_id()
    for action in (
        lambda: store.create(session_id),
        lambda: store.exists(session_id),
        lambda: store.own(session_id),
        lambda: store.inbox(session_id),
        lambda: store.save_output(session_id, "prt_1", "text"),
        lambda: store.save_facts(SessionInfo(project_id="p", directory="/x")),
        store.list,
    ):
        with pytest.raises(StorageError, match="is a link"):
            action()
    assert list(outside.iterdir()) == []
