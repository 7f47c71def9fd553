"""Keys that the user gave to PyCode: in the system's keyring where the extra is installed, else in `~/.pycode/credentials`.

The file says of each provider where its key is, so that the keyring, which is slow to load, is asked only for a key that it
has. Keys are never printed, logged or put into the environment of a child process.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from pycode.core.errors import ConfigError, StorageError

Place: TypeAlias = Literal["keyring", "file"]
"""Where a key is kept."""

LONGEST_KEY = 8_192
"""The most characters that a key may have."""

_SERVICE = "pycode"
_MOST_BYTES = 1024 * 1024


class Credentials:
    """The stored keys."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read yet.

        Args:
            path: The file; its folder need not exist.
        """
        self._path = path

    def places(self) -> dict[str, Place]:
        """Return where the key of each provider is kept.

        Raises:
            ConfigError: The file is damaged.
        """
        return {
            name: "file" if isinstance(entry.get("key"), str) else "keyring"
            for name, entry in self._read().items()
        }

    def get(self, provider: str) -> str | None:
        """Return a provider's key, or None where none is stored.

        Raises:
            ConfigError: The file is damaged, or the keyring does not give the key.
        """
        entry = self._read().get(provider)
        if entry is None:
            return None
        key = entry.get("key")
        return key if isinstance(key, str) else self._from_keyring(provider)

    def put(self, provider: str, key: str) -> Place:
        """Store a provider's key in the place of an earlier one and return where it is now.

        Raises:
            StorageError: It cannot be stored.
        """
        keyring = _keyring()
        if keyring is not None and _kept(keyring, provider, key):
            self._change(provider, {"keyring": True})
            return "keyring"
        self._change(provider, {"key": key})
        return "file"

    def remove(self, provider: str) -> bool:
        """Forget a provider's key; return whether there was one.

        Raises:
            ConfigError: The file is damaged, or the keyring keeps the key.
            StorageError: The file cannot be written.
        """
        place = self.places().get(provider)
        if place == "keyring":
            self._forget(provider)
        if place is not None:
            self._change(provider, None)
        return place is not None

    def _read(self) -> dict[str, dict[str, Any]]:
        from pycode.system.files import read_bytes

        try:
            text = read_bytes(self._path.resolve(), _MOST_BYTES)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConfigError(f"cannot read {self._path} ({error.strerror})") from error
        try:
            entries = json.loads(text)["providers"]
            if all(isinstance(entry, dict) for entry in entries.values()):
                return dict(entries)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ConfigError(self._damaged()) from error
        raise ConfigError(self._damaged())

    def _damaged(self) -> str:
        return f"{self._path} is damaged; delete it and give your keys again: pycode auth login PROVIDER"

    def _change(self, provider: str, entry: dict[str, Any] | None) -> None:
        from pycode.system.files import atomic_write
        from pycode.system.locks import FileLock

        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Two logins at the same time must not lose one of the keys.
            with FileLock(self._path.with_name(self._path.name + ".lock")):
                entries = {name: kept for name, kept in self._read().items() if name != provider}
                if entry is not None:
                    entries[provider] = entry
                text = json.dumps({"version": 1, "providers": entries}, indent=2) + "\n"
                atomic_write(self._path, text.encode(), mode=0o600, sync=True)
        except OSError as error:
            raise StorageError(f"cannot write {self._path} ({error.strerror})") from error

    def _from_keyring(self, provider: str) -> str:
        keyring = _keyring()
        if keyring is None:
            raise ConfigError(
                f"the key of {provider} is in the system's keyring, which cannot be used now: "
                f"pip install 'pycode-agent[keyring]', or give it again: pycode auth login {provider}"
            )
        try:
            key = keyring.get_password(_SERVICE, provider)
        except keyring.errors.KeyringError as error:
            raise ConfigError(f"the system's keyring does not give the key: {error}") from error
        if not key:
            raise ConfigError(
                f"the system's keyring has no key of {provider} any more: pycode auth login {provider}"
            )
        return key

    def _forget(self, provider: str) -> None:
        keyring = _keyring()
        if keyring is None:
            # The entry goes; what the keyring has cannot be reached.
            return
        try:
            keyring.delete_password(_SERVICE, provider)
        except keyring.errors.PasswordDeleteError:
            # Somebody has deleted it there.
            return
        except keyring.errors.KeyringError as error:
            raise ConfigError(f"the system's keyring keeps the key: {error}") from error


class _Errors(Protocol):
    KeyringError: type[Exception]
    PasswordDeleteError: type[Exception]


class _Keyring(Protocol):
    """What is used of the package `keyring`."""

    errors: _Errors

    def get_keyring(self) -> Any: ...

    def get_password(self, service: str, name: str) -> str | None: ...

    def set_password(self, service: str, name: str, password: str) -> None: ...

    def delete_password(self, service: str, name: str) -> None: ...


def _keyring() -> _Keyring | None:
    """Return the keyring, or None where it is not installed or has no safe place on this system.

    Raises:
        ConfigError: The one that the user chose cannot be loaded.
    """
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring: _Keyring = importlib.import_module("keyring")
    importlib.import_module("keyring.errors")
    try:
        priority = keyring.get_keyring().priority
    except (ImportError, AttributeError, RuntimeError, ValueError) as error:
        raise ConfigError(
            f"the keyring cannot be loaded ({error}): correct PYTHON_KEYRING_BACKEND, or keyring's own configuration"
        ) from error
    # What has less keeps the keys in a file too, or nowhere.
    return keyring if priority >= 1 else None


def _kept(keyring: _Keyring, provider: str, key: str) -> bool:
    """Store a key in the keyring; return whether it took it."""
    try:
        keyring.set_password(_SERVICE, provider, key)
    except keyring.errors.KeyringError:
        # Locked, or without a session bus: the file takes it.
        return False
    return True
