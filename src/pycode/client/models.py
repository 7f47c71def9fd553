"""What models there are and which of them can be used now."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from pycode.config.home import Home
from pycode.config.loader import load_config
from pycode.config.schema import Config
from pycode.core.errors import NotConfiguredError, UsageError
from pycode.providers.create import resolve_model
from pycode.providers.hosts import HOSTS, Host
from pycode.providers.profiles import Profile, known_models, profile_for
from pycode.workspace.project import find_project

HEADER = ("MODEL", "CONTEXT", "OUTPUT", "$/M IN", "$/M OUT", "STATUS")
USABLE = "usable"


def list_models(
    directory: Path, provider: str | None, environ: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """Return a table: the header, then a row a model.

    Args:
        directory: Whose configuration counts.
        provider: Only this one's, or all when None.
        environ: The environment: keys.

    Raises:
        UsageError: There is no such provider.
    """
    project = find_project(directory)
    config = load_config(Home.default(environ), project.root, project.directory, environ, {})
    names = [host.name for host in HOSTS]
    names += [name for name in config.providers if name not in names]
    if provider is not None and provider not in names:
        near = difflib.get_close_matches(provider, names, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
        raise UsageError(f"there is no provider {provider!r}; {hint}")
    wanted = names if provider is None else [provider]
    return [HEADER, *(row for name in wanted for row in _rows(name, config, environ))]


def _rows(name: str, config: Config, environ: Mapping[str, str]) -> list[tuple[str, ...]]:
    host = next((host for host in HOSTS if host.name == name), None)
    status = _status(name, host, config, environ)
    models = known_models(name) or ([host.default_model] if host and host.default_model else [])
    return [(f"{name}/{model}", *_facts(profile_for(name, model)), status) for model in models] or [
        (f"{name}/…", "", "", "", "", status)
    ]


def _status(name: str, host: Host | None, config: Config, environ: Mapping[str, str]) -> str:
    try:
        resolved = resolve_model(f"{name}/any", config, environ)
    except NotConfiguredError:
        variables = host.key_variables if host is not None else ()
        return f"no key: set {variables[0] if variables else f'providers.{name}.api_key'}"
    if host is not None and not host.needs_key and resolved.api_key is None:
        return f"usable while a server runs at {resolved.base_url or host.base_url}"
    return USABLE


def _facts(profile: Profile) -> tuple[str, str, str, str]:
    prices = profile.prices
    return (
        _count(profile.context),
        _count(profile.output),
        f"{prices.input:g}" if prices else "?",
        f"{prices.output:g}" if prices else "?",
    )


def _count(tokens: int) -> str:
    return f"{tokens // 1_000_000}M" if tokens % 1_000_000 == 0 else f"{tokens // 1000}k"
