"""Gets the newest facts about models from models.dev, when the user asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pycode.config.home import Home
from pycode.core.errors import ProtocolError, StorageError
from pycode.providers.catalogue import MOST_BYTES
from pycode.providers.catalogue_facts import Facts, catalogue_text, facts_of
from pycode.providers.hosts import HOSTS

SOURCE = "https://models.dev"
"""Whose api.json is read."""

_SECONDS = 60.0
_MUST_HAVE = ("anthropic", "openai", "google")


async def refresh_catalogue(home: Home, source: str = SOURCE) -> int:
    """Get the facts and keep them in the user's folder; return how many models they are of.

    Whatever fails leaves the facts that were there.

    Args:
        home: The user's folder.
        source: Where api.json lies.

    Raises:
        ProviderError: The service cannot be reached, or sends something else.
        StorageError: The file cannot be written.
    """
    from pycode.providers.failures import Service
    from pycode.providers.transport import Transport
    from pycode.system.files import atomic_write

    transport = Transport(Service("models.dev", source, (), (), has_key=False), source, {})
    try:
        answer = await transport.get_json("/api.json", timeout=_SECONDS)
    finally:
        await transport.close()
    models = known_models(answer)
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    data = catalogue_text(models, today, f"{source}/api.json").encode()
    if len(data) > MOST_BYTES or any(not models.get(name) for name in _MUST_HAVE):
        raise ProtocolError(
            f"{source} sent no list of models that PyCode can read; the facts that are there are kept.",
            provider="models.dev",
        )
    path = home.models_file
    try:
        home.ensure()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        atomic_write(path, data, mode=0o600)
    except OSError as error:
        raise StorageError(f"cannot write {path} ({error.strerror})") from error
    return sum(len(of_host) for of_host in models.values())


def known_models(answer: object) -> Mapping[str, Mapping[str, Facts]]:
    """Return host to model to facts, of what PyCode knows the host of and what has sense.

    Args:
        answer: The document api.json.
    """
    providers = answer if isinstance(answer, dict) else {}
    return {host.name: _models(providers.get(host.catalogue)) for host in HOSTS if host.catalogue}


def _models(provider: Any) -> dict[str, Facts]:
    entries = provider.get("models") if isinstance(provider, dict) else None
    if not isinstance(entries, dict):
        return {}
    read = {name: facts_of(entry) for name, entry in entries.items()}
    # A name that cannot be shown in one line is none to choose.
    return {name: facts for name, facts in read.items() if facts and name.isprintable()}
