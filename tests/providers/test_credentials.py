"""Stored keys: in a keyring where there is one, else in a file that only the user reads."""

from __future__ import annotations

import importlib.machinery
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from pycode.config.schema import Config
from pycode.core.errors import ConfigError
from pycode.providers import create_provider, resolve_model
from pycode.providers.credentials import Credentials


class KeyringError(Exception):
    """The keyring fails."""


class PasswordDeleteError(KeyringError):
    """There is no such password."""


class FakeKeyring(ModuleType):
    """A system's keyring."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.__spec__ = importlib.machinery.ModuleSpec("keyring", None)
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False
        self.priority = 5.0
        self.broken: Exception | None = None
        self.errors = ModuleType("keyring.errors")
        vars(self.errors).update(KeyringError=KeyringError, PasswordDeleteError=PasswordDeleteError)

    def get_keyring(self) -> SimpleNamespace:
        if self.broken is not None:
            raise self.broken
        return SimpleNamespace(priority=self.priority)

    def get_password(self, service: str, name: str) -> str | None:
        self._check()
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        self._check()
        self.kept[service, name] = password

    def delete_password(self, service: str, name: str) -> None:
        self._check()
        if (service, name) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, name]

    def _check(self) -> None:
        if self.locked:
            raise KeyringError("it is locked")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for the file, on a system without a keyring."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    return tmp_path / ".pycode" / "credentials"


@pytest.fixture
def keyring(path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    """A keyring that works."""
    fake = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", fake)
    monkeypatch.setitem(sys.modules, "keyring.errors", fake.errors)
    return fake


class TestFile:
    """Where there is no keyring."""

    def test_store_replace_forget(self, path: Path) -> None:
        store = Credentials(path)
        assert (store.get("openai"), store.places(), store.remove("openai")) == (None, {}, False)
        assert store.put("openai", "sk-1") == "file"
        assert store.put("anthropic", "sk-a") == "file"
        store.put("openai", "sk-2")
        assert Credentials(path).get("openai") == "sk-2"
        assert store.places() == {"anthropic": "file", "openai": "file"}
        assert store.remove("openai")
        assert store.places() == {"anthropic": "file"}
        assert "sk-2" not in path.read_text(encoding="utf-8")

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
    def test_only_the_user_reads_it(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text('{"providers": {}}', encoding="utf-8")
        path.chmod(0o644)
        Credentials(path).put("openai", "sk-1")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert os.listdir(path.parent) == ["credentials"]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "{}",
            '{"providers": []}',
            '{"providers": {"openai": "sk"}}',
            "\xff",
            pytest.param("[" * 100_000, id="deep"),
        ],
    )
    def test_a_damaged_file(self, path: Path, text: str) -> None:
        path.parent.mkdir()
        path.write_text(text, encoding="latin-1")
        with pytest.raises(ConfigError, match=r"is damaged; delete it .* pycode auth login"):
            Credentials(path).get("openai")
        with pytest.raises(ConfigError):
            Credentials(path).put("openai", "sk-1")
        assert path.read_text(encoding="latin-1") == text

    def test_logins_at_the_same_time_lose_nothing(self, path: Path) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: Credentials(path).put(f"p{n}", f"k{n}"), range(20)))
        assert len(Credentials(path).places()) == 20


class TestKeyring:
    """Where there is one, the file says only that it has the key."""

    def test_store_and_forget(self, path: Path, keyring: FakeKeyring) -> None:
        store = Credentials(path)
        assert store.put("openai", "sk-secret") == "keyring"
        assert "sk-secret" not in path.read_text(encoding="utf-8")
        assert (store.get("openai"), store.places()) == ("sk-secret", {"openai": "keyring"})
        assert store.remove("openai")
        assert (keyring.kept, store.places()) == ({}, {})

    def test_one_that_takes_nothing_leaves_it_to_the_file(
        self, path: Path, keyring: FakeKeyring
    ) -> None:
        keyring.locked = True
        assert Credentials(path).put("openai", "sk-1") == "file"
        assert Credentials(path).get("openai") == "sk-1"

    @pytest.mark.parametrize("priority", [-1, 0, 0.5])
    def test_one_that_is_not_safe_is_not_used(
        self, path: Path, keyring: FakeKeyring, priority: float
    ) -> None:
        keyring.priority = priority
        assert Credentials(path).put("openai", "sk-1") == "file"
        assert keyring.kept == {}

    @pytest.mark.parametrize("error", [ModuleNotFoundError("No module named 'no'"), RuntimeError()])
    def test_one_that_cannot_be_loaded(
        self, path: Path, keyring: FakeKeyring, error: Exception
    ) -> None:
        keyring.broken = error
        with pytest.raises(ConfigError, match="correct PYTHON_KEYRING_BACKEND"):
            Credentials(path).put("openai", "sk-secret")

    def test_one_that_does_not_give_the_key_back(self, path: Path, keyring: FakeKeyring) -> None:
        store = Credentials(path)
        store.put("openai", "sk-1")
        keyring.locked = True
        with pytest.raises(ConfigError, match="does not give the key: it is locked"):
            store.get("openai")
        with pytest.raises(ConfigError, match="keeps the key"):
            store.remove("openai")
        keyring.locked = False
        keyring.kept.clear()
        with pytest.raises(ConfigError, match="no key of openai any more"):
            store.get("openai")
        assert store.remove("openai")

    def test_one_that_is_gone(
        self, path: Path, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = Credentials(path)
        store.put("openai", "sk-1")
        monkeypatch.setitem(sys.modules, "keyring", None)
        with pytest.raises(ConfigError, match=r"pip install 'pycode-agent\[keyring\]'"):
            store.get("openai")
        assert store.remove("openai")


class TestOrder:
    """Configuration, environment, stored."""

    def test_a_stored_key_is_found(self, path: Path) -> None:
        Credentials(path).put("mistral", "sk-stored")
        environ = {"HOME": str(path.parent.parent), "USERPROFILE": str(path.parent.parent)}
        chosen = resolve_model(None, Config(), environ)
        assert (chosen.label, chosen.api_key) == ("mistral/mistral-medium-latest", "sk-stored")
        assert chosen.reason == "a key of it is stored"
        assert "sk-stored" not in repr(chosen)
        environ["MISTRAL_API_KEY"] = "sk-variable"
        assert resolve_model("mistral", Config(), environ).api_key == "sk-variable"

    def test_create_provider_finds_it_last(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PYCODE_HOME", str(path.parent))
        monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
        Credentials(path).put("mistral", "sk-stored")
        assert create_provider("mistral").config.api_key == "sk-stored"
        assert create_provider("mistral", api_key="sk-given").config.api_key == "sk-given"

    def test_a_damaged_file_harms_nobody_who_does_not_need_it(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text("{", encoding="utf-8")
        environ = {"PYCODE_HOME": str(path.parent), "OPENAI_API_KEY": "k"}
        assert resolve_model("openai", Config(), environ).api_key == "k"
        with pytest.raises(ConfigError, match="is damaged"):
            resolve_model("mistral", Config(), environ)
