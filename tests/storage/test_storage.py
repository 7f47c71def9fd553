"""The seed's store: keys, values, updates, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pycode.core.errors import StorageError
from pycode.core.parts import TextPart
from pycode.core.session import Session
from pycode.storage import Storage

StartPython = Callable[..., "subprocess.Popen[str]"]
T = TypeVar("T")


@pytest.fixture
def storage(root: Path) -> Storage:
    return Storage(base_path=root)


class StorageIsADict(RuleBasedStateMachine):
    """Whatever is done, the store says what a dict of tuples would."""

    names = st.sampled_from(["a", "b", "a-b", "größe", ".x", "x y"])
    keys = st.tuples(
        st.lists(names, max_size=2), st.sampled_from(["a", "b", "a.json", ".x", "z.jsonl"])
    ).map(lambda pair: (*pair[0], pair[1]))
    values = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=2)

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.storage = Storage(Path(self.folder.name, "base"))
        self.model: dict[tuple[str, ...], dict[str, Any]] = {}

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(coroutine)

    @rule(key=keys, value=values)
    def write(self, key: tuple[str, ...], value: dict[str, Any]) -> None:
        self.run(self.storage.write(key, value))
        self.model[key] = value

    @rule(key=keys, value=values)
    def update(self, key: tuple[str, ...], value: dict[str, Any]) -> None:
        changed = {**self.model.get(key, {}), **value}
        assert self.run(self.storage.update(key, lambda old: {**old, **value})) == changed
        self.model[key] = changed

    @rule(key=keys)
    def delete(self, key: tuple[str, ...]) -> None:
        assert self.run(self.storage.delete(key)) == (self.model.pop(key, None) is not None)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def delete_what_is_there(self, data: st.DataObject) -> None:
        self.delete(data.draw(st.sampled_from(sorted(self.model))))

    @rule(key=keys)
    def read(self, key: tuple[str, ...]) -> None:
        assert self.run(self.storage.read(key)) == self.model.get(key)
        assert self.run(self.storage.exists(key)) == (key in self.model)

    @rule(prefix=st.lists(names, max_size=2).map(tuple))
    def list_below(self, prefix: tuple[str, ...]) -> None:
        assert self.run(self.storage.list_keys(prefix)) == self.expected(prefix)

    @invariant()
    def top_is_right(self) -> None:
        assert self.run(self.storage.list_keys([])) == self.expected(())

    def expected(self, prefix: tuple[str, ...]) -> list[str]:
        depth = len(prefix)
        return sorted(
            {key[depth] for key in self.model if key[:depth] == prefix and len(key) > depth}
        )

    def teardown(self) -> None:
        self.run(self.loop.shutdown_default_executor())
        self.loop.close()
        self.folder.cleanup()


TestStorageIsADict = StorageIsADict.TestCase
TestStorageIsADict.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


async def test_files_are_where_the_seed_says(storage: Storage, root: Path) -> None:
    session = Session(project_id="p", directory="/x", title="größe")
    await storage.write(["sessions", "p", session.id], session)
    path = root / "sessions" / "p" / f"{session.id}.json"
    assert json.loads(path.read_bytes()) == session.model_dump()
    assert await storage.read(["sessions", "p", session.id]) == session.model_dump()
    assert Session.model_validate(await storage.read(["sessions", "p", session.id])) == session
    assert await storage.list_keys(["sessions", "p"]) == [session.id]
    modes = {p.is_dir(): p.stat().st_mode & 0o777 for p in [root, *root.rglob("*")]}
    assert modes == {True: 0o700, False: 0o600}


async def test_parts_and_odd_text(storage: Storage) -> None:
    part = TextPart(id="prt_1", text="hallo")
    await storage.write(["part"], part)
    assert await storage.read(["part"]) == part.model_dump()
    await storage.write(["text"], {"half": "\ud800"})
    assert await storage.read(["text"]) == {"half": "\ud800"}


async def test_nothing_is_made_by_looking(storage: Storage, root: Path) -> None:
    assert await storage.read(["a", "b"]) is None
    assert not await storage.exists(["a"])
    assert not await storage.delete(["a"])
    assert await storage.list_keys(["a"]) == await storage.list_keys([]) == []
    assert not root.exists()


async def test_deleting_leaves_no_empty_folders(storage: Storage, root: Path) -> None:
    await storage.write(["a", "b", "c"], {})
    await storage.write(["a", "d"], {})
    assert await storage.delete(["a", "b", "c"])
    assert await storage.list_keys(["a"]) == ["d"]
    assert await storage.delete(["a", "d"])
    assert not await storage.delete(["a", "d"])
    assert list(root.iterdir()) == []


async def test_the_default_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYCODE_HOME", str(tmp_path / "home"))
    await Storage().write(["a"], {"x": 1})
    assert (tmp_path / "home" / "storage" / "a.json").read_text(encoding="utf-8") == '{"x":1}'


async def test_the_folder_does_not_move_with_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    storage = Storage("data")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    await storage.write(["a"], {})
    assert storage.base_path == tmp_path / "data"
    assert (tmp_path / "data" / "a.json").is_file()


_BAD_KEYS: list[Any] = [
    [],
    "text",
    [""],
    ["."],
    ["..", "x"],
    ["a", ".."],
    ["a/b"],
    ["a\\b"],
    ["/etc", "x"],
    ["a\0"],
    ["NUL"],
    ["a.json", "b"],
    [".storage.lock", "b"],
]


@pytest.mark.parametrize("key", _BAD_KEYS)
async def test_keys_that_are_refused(storage: Storage, root: Path, key: Any) -> None:
    for call in (
        storage.write(key, {}),
        storage.read(key),
        storage.update(key, lambda value: value),
        storage.delete(key),
        storage.exists(key),
    ):
        with pytest.raises(ValueError, match="name"):
            await call
    if key:
        with pytest.raises(ValueError, match="name"):
            await storage.list_keys([*key, "x"] if isinstance(key, list) else key)
    assert not root.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"1", b"\xff", b"[" * 100_000])
async def test_a_broken_file_is_named(storage: Storage, root: Path, content: bytes) -> None:
    await storage.write(["a", "b"], {})
    path = root / "a" / "b.json"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=str(path)):
        await storage.read(["a", "b"])
    with pytest.raises(StorageError, match=str(path)):
        await storage.update(["a", "b"], lambda value: value)
    assert path.read_bytes() == content
    assert await storage.exists(["a", "b"])
    await storage.write(["a", "b"], {"x": 1})
    assert await storage.read(["a", "b"]) == {"x": 1}


async def test_no_link_leads_out(storage: Storage, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_bytes(b'{"secret":1}')
    await storage.write(["a"], {})
    (root / "folder").symlink_to(outside)
    (root / "value.json").symlink_to(outside / "secret.json")
    for key in (["folder", "secret"], ["value"]):
        with pytest.raises(StorageError):
            await storage.read(key)
        with pytest.raises(StorageError):
            await storage.write(key, {})
    with pytest.raises(StorageError):
        await storage.delete(["folder", "secret"])
    with pytest.raises(StorageError):
        await storage.list_keys(["folder"])
    assert not await storage.exists(["value"])
    assert await storage.list_keys([]) == ["a"]
    assert (outside / "secret.json").read_bytes() == b'{"secret":1}'
    assert await storage.delete(["value"])
    assert (outside / "secret.json").exists()


async def test_update_in_place_or_by_another_value(storage: Storage) -> None:
    assert await storage.update(["a"], lambda value: value.update(n=1)) == {"n": 1}
    assert await storage.update(["a"], lambda value: {"n": value["n"] + 1}) == {"n": 2}
    assert await storage.read(["a"]) == {"n": 2}


async def test_a_failed_update_changes_nothing_and_blocks_nobody(storage: Storage) -> None:
    await storage.write(["a"], {"n": 1})
    with pytest.raises(KeyError):
        await storage.update(["a"], lambda value: {"n": value["missing"]})
    with pytest.raises(TypeError):
        await storage.write(["a"], {"n": object()})
    assert await storage.read(["a"]) == {"n": 1}
    await storage.write(["a"], {"n": 2})


async def test_a_cancelled_update_gives_the_lock_back_when_its_write_has_ended(
    storage: Storage, root: Path
) -> None:
    loop = asyncio.get_running_loop()

    def change_and_cancel(value: dict[str, Any]) -> None:
        value["n"] = 1
        loop.call_soon(task.cancel)

    task = asyncio.ensure_future(storage.update(["a"], change_and_cancel))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [path.name for path in root.iterdir()] == ["a.json"]
    assert await storage.update(["a"], _add_one) == {"n": 2}


_UPDATE = """
import asyncio, sys
from pycode.storage import Storage
async def main():
    storage = Storage(sys.argv[1])
    sys.stdin.read()
    async def add():
        for _ in range(10):
            await storage.update(["a", "counter"], lambda value: {"n": value.get("n", 0) + 1})
    await asyncio.gather(add(), add())
asyncio.run(main())
"""


async def test_updates_of_processes_and_tasks_add_up(
    storage: Storage, root: Path, start_python: StartPython
) -> None:
    children = [start_python(_UPDATE, str(root)) for _ in range(2)]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
    for child in children:
        with child:
            assert child.wait() == 0
    assert await storage.read(["a", "counter"]) == {"n": 40}


def _add_one(value: dict[str, Any]) -> dict[str, Any]:
    return {"n": value.get("n", 0) + 1}
