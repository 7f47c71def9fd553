"""The copies of sessions' facts, and how they come back from the logs."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import pytest

from pycode.core.records import SessionInfo
from pycode.storage.sessions import DiskStore


def add(store: DiskStore, project: str = "p", title: str = "title") -> SessionInfo:
    info = SessionInfo(project_id=project, directory="/x", title=title)
    log = store.create(info.id)
    log.append("session", info.id, {**info.to_dict(), "title": "first title"})
    log.append("message", "msg_1", {"title": "no fact"})
    log.append("session", info.id, info.to_dict())
    log.append("part", "prt_1", {})
    log.close()
    store.save_facts(info)
    return info


def copy_of(root: Path, info: SessionInfo) -> Path:
    return root / "sessions" / info.project_id / f"{info.id}.json"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b"\xff", b'{"id":"ses_1","project_id":"p","directory":"/x"}'],
)
def test_a_broken_copy_is_made_again(store: DiskStore, root: Path, content: bytes) -> None:
    info = add(store)
    copy_of(root, info).write_bytes(content)
    assert store.list() == [info]
    assert json.loads(copy_of(root, info).read_bytes()) == info.to_dict()


@pytest.mark.parametrize("change", [{"id": "x"}, {"title": 1}, {"created": "x"}, {"agent": []}])
def test_a_copy_with_wrong_facts_is_made_again(
    store: DiskStore, root: Path, change: dict[str, object]
) -> None:
    info = add(store)
    copy_of(root, info).write_text(json.dumps({**info.to_dict(), **change}), encoding="utf-8")
    assert store.list() == [info]
    assert json.loads(copy_of(root, info).read_bytes()) == info.to_dict()


def test_facts_of_a_newer_pycode_are_left_out(store: DiskStore, root: Path) -> None:
    info = add(store)
    copy_of(root, info).write_text(json.dumps({**info.to_dict(), "new": 1}), encoding="utf-8")
    assert store.list() == [info]


def test_lost_copies_are_made_again(store: DiskStore, root: Path) -> None:
    infos = [add(store, project) for project in ("p", "q", "p")]
    shutil.rmtree(root / "sessions")
    assert store.list("p") == [infos[2], infos[0]]
    assert all(copy_of(root, info).is_file() for info in infos)
    copy_of(root, infos[2]).unlink()
    assert store.list("p", limit=1) == [infos[2]]


def test_a_copy_without_a_log_is_no_session(store: DiskStore, root: Path) -> None:
    info = add(store)
    (root / "transcripts" / f"{info.id}.jsonl").unlink()
    assert store.list() == []


def test_a_session_that_is_only_begun_is_not_listed(
    store: DiskStore, caplog: pytest.LogCaptureFixture
) -> None:
    info = add(store)
    store.create(SessionInfo(project_id="p", directory="/x").id).close()
    with caplog.at_level(logging.WARNING):
        assert store.list() == [info]
    assert caplog.records == []


def test_what_neither_copy_nor_log_knows_is_left_out(
    store: DiskStore, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept, lost = add(store), add(store)
    copy_of(root, lost).write_bytes(b"{")
    (root / "transcripts" / f"{lost.id}.jsonl").write_bytes(b"garbage\n")
    with caplog.at_level(logging.WARNING):
        assert store.list() == [kept]
    assert str(copy_of(root, lost)) in caplog.text


def test_a_log_of_another_session_says_nothing(store: DiskStore, root: Path) -> None:
    info, other = add(store), add(store, "q")
    logs = root / "transcripts"
    shutil.copy(logs / f"{info.id}.jsonl", logs / f"{other.id}.jsonl")
    copy_of(root, other).unlink()
    assert store.list() == [info]


def test_only_as_many_files_are_read_as_asked(
    store: DiskStore, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = add(store), add(store)
    copy_of(root, old).write_bytes(b"{")
    with caplog.at_level(logging.WARNING):
        assert store.list(limit=1) == [new]
    assert copy_of(root, old).read_bytes() == b"{"
