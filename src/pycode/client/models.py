"""What models there are and which of them can be used now."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pycode.client.choose import local_addresses
from pycode.config.home import Home
from pycode.config.loader import load_config
from pycode.config.schema import Config
from pycode.core.errors import UsageError
from pycode.providers.hosts import HOSTS, LOCAL_ENGINE
from pycode.providers.local_servers import NAMED_SECONDS, SECONDS, LocalServer, find_servers_now
from pycode.providers.places import Place, Sources
from pycode.providers.profiles import Profile
from pycode.workspace.project import find_project


@dataclass(slots=True)
class ProviderModels:
    """A provider and its models."""

    name: str
    """The provider's name."""
    usable: bool
    """Whether its models can be used now."""
    status: str
    """What makes it usable, or why it is not."""
    models: dict[str, Profile]
    """Its models by name."""
    default_model: str | None = None
    """The one that is taken when none is named."""


def list_models(
    directory: Path, provider: str | None, environ: Mapping[str, str]
) -> list[ProviderModels]:
    """Return what there is, the usable providers first.

    Args:
        directory: Whose configuration counts.
        provider: Only this one's, or all when None.
        environ: The environment: keys.

    Raises:
        UsageError: There is no such provider.
        ConfigError: The configuration or the stored keys cannot be read.
    """
    config = load_for(directory, environ)
    names = provider_names(config)
    if provider is not None:
        check_provider(provider, config)
        names = [provider]
    sources = Sources(config, environ)
    places = [sources.place(name) for name in names]
    addresses = local_addresses(places, environ)
    seconds = SECONDS if provider is None else NAMED_SECONDS
    servers = {server.host: server for server in find_servers_now(addresses, seconds)}
    found = [
        (
            _installed_models(place, environ)
            if place.protocol == LOCAL_ENGINE
            else _provider_models(place, servers.get(place.name), sources)
        )
        for place in places
    ]
    return sorted(found, key=lambda item: not item.usable)


def check_provider(name: str, config: Config) -> None:
    """Raise the `UsageError` that helps, where there is no provider of this name."""
    names = provider_names(config)
    if name not in names:
        near = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
        raise UsageError(f"there is no provider {name!r}; {hint}")


def provider_names(config: Config) -> list[str]:
    """Return the names of all providers, the user's own last."""
    names = [host.name for host in HOSTS]
    return names + [name for name in config.providers if name not in names]


def load_for(directory: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration that counts in a directory."""
    project = find_project(directory)
    return load_config(Home.default(environ), project.root, project.directory, environ, {})


def _provider_models(place: Place, server: LocalServer | None, sources: Sources) -> ProviderModels:
    usable, status = _status(place, server)
    models = sources.profiles.models(place.name)
    if server is not None:
        models |= {model.name: model.profile for model in server.models}
    return ProviderModels(place.name, usable, status, models, place.default_model)


def _installed_models(place: Place, environ: Mapping[str, str]) -> ProviderModels:
    from pycode.providers.local_files import installed
    from pycode.providers.local_process import ENGINE_MISSING, has_engine

    models = {model.name: place.profile(model.name) for model in installed(environ)}
    if not models:
        usable, status = False, "none is installed: run pycode models install local"
    elif not has_engine():
        usable, status = False, ENGINE_MISSING
    else:
        usable, status = True, "installed"
    return ProviderModels(place.name, usable, status, models, place.default_model)


def _status(place: Place, server: LocalServer | None) -> tuple[bool, str]:
    host = place.host
    if host is not None and host.is_local:
        if server is not None:
            return True, f"runs at {server.base_url}"
        return False, f"no server answers at {place.base_url or host.base_url}"
    if not place.located:
        return False, f"no address: set {host.address_variables[0] if host else 'its base_url'}"
    if place.reachable:
        if place.sources.has_stored(place.name) and not place.api_key:
            return True, "stored key"
        return True, place.found or "needs no key"
    variables = host.key_variables if host is not None else ()
    return False, f"no key: {f'set {variables[0]}' if variables else 'set its api_key'}"
