"""The keys that the user gives to PyCode."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pycode.client.models import check_provider, load_for, provider_names
from pycode.config.home import Home
from pycode.core.errors import UsageError
from pycode.providers.credentials import LONGEST_KEY, Credentials
from pycode.providers.places import Sources

KEYRING = "the system's keyring"


def store_key(provider: str, key: str, directory: Path, environ: Mapping[str, str]) -> str:
    """Store a provider's key and return where it is now.

    Args:
        provider: The provider's name.
        key: The key, with white space around it or not.
        directory: Whose configuration names the providers.
        environ: The environment variables.

    Raises:
        UsageError: There is no such provider, or this is no key.
        StorageError: It cannot be stored.
    """
    check_provider(provider, load_for(directory, environ))
    key = key.strip()
    if not key:
        raise UsageError("the key is empty; give it when asked, or on stdin")
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()) or " " in key:
        raise UsageError(
            "this is no key: it is too long, or has a blank or a character that cannot be sent"
        )
    home = Home.default(environ)
    home.ensure()
    place = Credentials(home.credentials).put(provider, key)
    return KEYRING if place == "keyring" else str(home.credentials)


def list_keys(directory: Path, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each provider that has a key, with where the key that counts is.

    Args:
        directory: Whose configuration counts.
        environ: The environment variables.

    Raises:
        ConfigError: The configuration or the stored keys cannot be read.
    """
    config = load_for(directory, environ)
    home = Home.default(environ)
    stored = Credentials(home.credentials).places()
    sources, rows = Sources(config, environ), []
    for name in [*provider_names(config), *(n for n in stored if n not in provider_names(config))]:
        place = sources.place(name)
        if place.api_key:
            rows.append((name, place.found))
        elif name in stored:
            rows.append((name, KEYRING if stored[name] == "keyring" else str(home.credentials)))
    return rows


def forget_key(provider: str, environ: Mapping[str, str]) -> bool:
    """Forget a provider's stored key; return whether there was one.

    Raises:
        ConfigError: The stored keys cannot be read.
        StorageError: They cannot be written.
    """
    return Credentials(Home.default(environ).credentials).remove(provider)


def set_by(provider: str, directory: Path, environ: Mapping[str, str]) -> str | None:
    """Return what sets a key that goes before a stored one, or None.

    Args:
        provider: The provider's name.
        directory: Whose configuration counts.
        environ: The environment variables.
    """
    place = Sources(load_for(directory, environ), environ).place(provider)
    return place.found if place.api_key else None
