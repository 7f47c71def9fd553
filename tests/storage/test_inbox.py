"""What waits for a session's owner."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pycode.core.errors import StorageError
from pycode.storage.inbox import AnyInbox, Inbox, MemoryInbox

StartPython = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "inbox" / "ses_1"


@pytest.fixture(params=["disk", "memory"])
def inbox(request: pytest.FixtureRequest, folder: Path) -> AnyInbox:
    return MemoryInbox() if request.param == "memory" else Inbox(folder)


def test_items_wait_in_the_order_of_their_ids(inbox: AnyInbox) -> None:
    assert inbox.items() == []
    assert inbox.put("msg_2", {"text": "zweite"})
    assert inbox.put("msg_10", {"text": "\ud800"})
    assert inbox.put("msg_1-b", {})
    assert inbox.put("msg_1", {"a": [1, None]})
    assert inbox.items() == [
        ("msg_1", {"a": [1, None]}),
        ("msg_1-b", {}),
        ("msg_10", {"text": "\ud800"}),
        ("msg_2", {"text": "zweite"}),
    ]
    inbox.take("msg_10")
    inbox.take("msg_10")
    inbox.take("msg_1")
    assert [item_id for item_id, _ in inbox.items()] == ["msg_1-b", "msg_2"]


def test_the_same_again_is_one_item(inbox: AnyInbox) -> None:
    assert inbox.put("msg_1", {"a": 1, "b": "\ud800"})
    assert not inbox.put("msg_1", {"b": "\ud800", "a": 1})
    assert len(inbox.items()) == 1


def test_the_same_id_with_other_content_is_refused(inbox: AnyInbox) -> None:
    inbox.put("msg_1", {"a": 1})
    with pytest.raises(StorageError, match="msg_1"):
        inbox.put("msg_1", {"a": 2})
    assert inbox.items() == [("msg_1", {"a": 1})]


def test_an_id_is_a_name(inbox: AnyInbox) -> None:
    with pytest.raises(ValueError, match="cannot be a name"):
        inbox.put("../msg_1", {})
    with pytest.raises(ValueError, match="cannot be a name"):
        inbox.take("../msg_1")


def test_files_are_private_and_nothing_else_is_left(folder: Path) -> None:
    Inbox(folder).put("msg_1", {"a": 1})
    (path,) = folder.iterdir()
    assert (path.name, path.read_bytes()) == ("msg_1.json", b'{"a":1}')
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000, None])
def test_what_cannot_be_understood_is_set_aside(
    folder: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox(folder)
    inbox.put("msg_2", {})
    path = folder / "msg_1.json"
    if content is None:
        path.symlink_to(folder / "msg_2.json")
    else:
        path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert inbox.items() == [("msg_2", {})]
    assert "msg_1.json.bad" in caplog.text
    assert sorted(p.name for p in folder.iterdir()) == ["msg_1.json.bad", "msg_2.json"]
    path.write_bytes(b"{")
    assert inbox.put("msg_1", {"a": 1})
    assert inbox.items() == [("msg_1", {"a": 1}), ("msg_2", {})]


_PUT = """
import sys
from pathlib import Path
from pycode.core.errors import StorageError
from pycode.storage.inbox import Inbox
inbox = Inbox(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
for number in range(50):
    try:
        print(int(inbox.put(f"msg_{number}", {"from": sys.argv[2]})))
    except StorageError:
        print("refused")
"""


def test_of_two_processes_one_wins(folder: Path, start_python: StartPython) -> None:
    children = [start_python(_PUT, str(folder), name) for name in ("left", "right")]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
    answers = []
    for child in children:
        with child:
            assert child.stdout is not None
            answers.append(child.stdout.read().split())
    assert all(set(pair) == {"1", "refused"} for pair in zip(*answers, strict=True))
    winners = ["left" if left == "1" else "right" for left in answers[0]]
    assert dict(Inbox(folder).items()) == {
        f"msg_{number}": {"from": winner} for number, winner in enumerate(winners)
    }
