"""`Storage`: JSON values under hierarchical keys, one file a value.

    await Storage().write(["sessions", "my-project", session.id], session)

A value lies at `<base>/sessions/my-project/<id>.json`. Every change is made under one lock for the whole base, so that `update` is
atomic between tasks and between processes.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pycode.core.errors import StorageError
from pycode.storage.encoding import decode_object, encode
from pycode.storage.folders import (
    NO_LINK,
    check_name,
    explain,
    explained,
    find_folder,
    make_folder,
    write_file,
)
from pycode.system.locks import FileLock

Key = Sequence[str]
"""The names from the base down to the value."""

Update = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""Gets the value (empty when there is none) and changes it in place, or returns another."""

_SUFFIX = ".json"
_LOCK_NAME = ".storage.lock"
_LONGEST_PAUSE = 0.02

T = TypeVar("T")


class Model(Protocol):
    """What can be stored beside mappings: pydantic models and PyCode's own messages, parts and sessions."""

    def model_dump_json(self) -> str:
        """Return the value as JSON text."""


class Storage:
    """A store of JSON objects below a folder."""

    def __init__(self, base_path: Path | str | None = None) -> None:
        """Name the folder; it is made by the first write.

        Args:
            base_path: The folder; None is PyCode's own, `~/.pycode/storage` or `$PYCODE_HOME/storage`.
        """
        if base_path is None:
            from pycode.config.home import Home

            base_path = Home.default().storage
        self.base_path = Path(os.path.abspath(os.path.expanduser(base_path)))

    async def write(self, key: Key, value: Model | Mapping[str, Any]) -> None:
        """Store a value in place of the one before; after a crash either is there, whole.

        Args:
            key: Where.
            value: A mapping that JSON can hold, or a model.

        Raises:
            ValueError: The key would leave the folder, or a name in it is not one on every system.
            StorageError: The folder cannot be written.
        """
        names = _check_key(key)
        data = _to_json(value)
        async with self._alone():
            await self._write(names, data)

    async def read(self, key: Key) -> dict[str, Any] | None:
        """Return the value, or None when there is none.

        Raises:
            ValueError: The key cannot be one.
            StorageError: The file cannot be read, or holds no JSON object.
        """
        return await self._read(_check_key(key))

    async def update(self, key: Key, fn: Update) -> dict[str, Any]:
        """Change a value with nobody else in between, and return it.

        Args:
            key: Where.
            fn: Changes the dict that it gets, or returns another. It gets an empty one when there is no value yet.

        Raises:
            ValueError: The key cannot be one.
            StorageError: The folder cannot be read or written.
        """
        names = _check_key(key)
        async with self._alone():
            value = await self._read(names) or {}
            changed = fn(value)
            if changed is not None:
                value = dict(changed)
            await self._write(names, encode(value))
        return value

    async def delete(self, key: Key) -> bool:
        """Remove a value and the folders that are empty then; return whether there was one.

        Raises:
            ValueError: The key cannot be one.
            StorageError: It cannot be removed.
        """
        names = _check_key(key)
        if not self.base_path.is_dir():
            return False
        async with self._alone():
            return await _in_thread(self._remove, names)

    async def exists(self, key: Key) -> bool:
        """Return whether there is a value.

        Raises:
            ValueError: The key cannot be one.
        """
        names = _check_key(key)
        folder = find_folder(self.base_path, *names[:-1])
        return folder is not None and _is_value(folder / (names[-1] + _SUFFIX))

    async def list_keys(self, prefix: Key = ()) -> list[str]:
        """Return the names directly below a key, sorted: of values and of what leads to values.

        Args:
            prefix: The key; empty is the whole store.

        Raises:
            ValueError: The key cannot be one.
            StorageError: The folder cannot be read.
        """
        names = _check_names(prefix)
        if names:
            _check_folder_names(names)
        return await _in_thread(self._list, names)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        make_folder(self.base_path)
        lock = FileLock(self.base_path / _LOCK_NAME)
        pause = 0.001
        with explained("lock", self.base_path):
            while not lock.acquire():
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        try:
            yield
        finally:
            lock.release()

    async def _read(self, names: Sequence[str]) -> dict[str, Any] | None:
        import aiofiles

        folder = find_folder(self.base_path, *names[:-1])
        if folder is None:
            return None
        path = folder / (names[-1] + _SUFFIX)
        try:
            async with aiofiles.open(path, "rb", opener=_open_no_link) as file:
                data = await file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise explain(error, "read", path) from error
        value = decode_object(data)
        if value is None:
            raise StorageError(f"{path} holds no JSON object; repair it or remove it")
        return value

    async def _write(self, names: Sequence[str], data: bytes) -> None:
        def write() -> None:
            folder = make_folder(self.base_path, *names[:-1])
            write_file(folder / (names[-1] + _SUFFIX), data, sync=True)

        await _in_thread(write)

    def _remove(self, names: Sequence[str]) -> bool:
        folder = find_folder(self.base_path, *names[:-1])
        if folder is None:
            return False
        path = folder / (names[-1] + _SUFFIX)
        with explained("remove", path):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
        with suppress(OSError):  # the first folder that is not empty
            while folder != self.base_path:
                folder.rmdir()
                folder = folder.parent
        return True

    def _list(self, names: Sequence[str]) -> list[str]:
        folder = find_folder(self.base_path, *names)
        if folder is None:
            return []
        found: set[str] = set()
        with explained("read", folder):
            try:
                entries = list(os.scandir(folder))
            except FileNotFoundError:
                return []
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    found.add(entry.name)
                elif entry.name.endswith(_SUFFIX) and entry.is_file(follow_symlinks=False):
                    found.add(entry.name.removesuffix(_SUFFIX))
        return sorted(found)


def _check_key(key: Key) -> list[str]:
    names = _check_names(key)
    if not names:
        raise ValueError("a storage key needs at least one name")
    _check_folder_names(names[:-1])
    return names


def _check_names(key: Key) -> list[str]:
    if isinstance(key, str):
        raise ValueError(f"a storage key is a list of names, not the text {key!r}")
    return [check_name(name) for name in key]


def _check_folder_names(names: Sequence[str]) -> None:
    """Refuse what would be taken for a value's file, or for the lock."""
    for name in names:
        if name.casefold().endswith(_SUFFIX) or name.casefold() == _LOCK_NAME:
            raise ValueError(f"{name!r} can only be the last name of a storage key")


def _to_json(value: Model | Mapping[str, Any]) -> bytes:
    if isinstance(value, Mapping):
        return encode(dict(value))
    return encode(json.loads(value.model_dump_json()))


def _is_value(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | NO_LINK)


async def _in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Run a function in a thread. A task that is cancelled waits for its end, so that no lock is given back too early."""
    from aiofiles.os import wrap

    running: Awaitable[T] = wrap(function)(*arguments)
    task = asyncio.ensure_future(running)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain about it
        raise
