"""Which model a session takes: what was named or configured, else a server that runs here, else a model that is installed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pycode.config.schema import Config
from pycode.core.errors import ConfigError, NotConfiguredError
from pycode.providers.create import ResolvedModel, resolve_model
from pycode.providers.hosts import HOSTS, LOCAL_ENGINE, Host, find_host
from pycode.providers.places import Place, Sources

if TYPE_CHECKING:
    from pycode.providers.local_servers import Address, LocalModel

_SMALL_BYTES = 4_000_000_000


def choose_model(choice: str | None, config: Config, environ: Mapping[str, str]) -> ResolvedModel:
    """Return the model to use, with what a local server or its own file says of it.

    When nothing is named or configured, a model of a local server that runs is taken, else an installed one.

    Args:
        choice: What the user named, or None.
        config: The configuration.
        environ: The environment variables.

    Raises:
        UsageError: The choice names no provider or no model.
        NotConfiguredError: There is no key for it, or nothing at all; or the engine of local models is missing.
        ModelNotFoundError: The file of a local model is missing, or is none.
    """
    try:
        resolved = resolve_model(choice, config, environ)
    except NotConfiguredError:
        if choice or config.model:
            raise
        label, found = _found_locally(config, environ), "runs on this machine"
        if label is None:
            label, found = _found_installed(environ), "is installed on this machine"
        if label is None:
            raise
        chosen = _with_facts(resolve_model(label, config, environ), config, environ)
        said = f"Using {label}, which {found}, because nothing else is configured."
        notice = f"{said} {chosen.notice}" if chosen.notice else said
        return replace(chosen, reason=f"it {found}", notice=notice)
    return _with_facts(resolved, config, environ)


def local_addresses(places: list[Place], environ: Mapping[str, str]) -> dict[str, Address]:
    """Return where to look for the local servers among these providers."""
    return {
        place.name: _address(place, place.host, environ)
        for place in places
        if place.host is not None and place.host.is_local
    }


def _address(place: Place, host: Host, environ: Mapping[str, str]) -> Address:
    from pycode.providers.local_servers import Address

    usual = environ.get("OLLAMA_CONTEXT_LENGTH", "") if host.name == "ollama" else ""
    key = place.api_key or place.stored_key()
    context = int(usual) if usual.isdecimal() and int(usual) > 0 else None
    return Address(place.base_url or host.base_url, key, context)


def _found_locally(config: Config, environ: Mapping[str, str]) -> str | None:
    """Return `provider/model` of a model that runs on this machine and calls tools, a loaded one first."""
    from pycode.providers.local_servers import SECONDS, find_servers_now

    sources = Sources(config, environ)
    places = [sources.place(host.name) for host in HOSTS if host.is_local]
    models = [
        (server.host, model)
        for server in find_servers_now(local_addresses(places, environ), SECONDS)
        for model in server.models
        if model.profile.tools
    ]
    models.sort(key=lambda pair: not pair[1].loaded)
    return f"{models[0][0]}/{models[0][1].name}" if models else None


def _found_installed(environ: Mapping[str, str]) -> str | None:
    """Return `provider/model` of an installed model, one that PyCode knows first."""
    from pycode.providers.local_files import installed

    try:
        models = installed(environ)
    except ConfigError:
        # Without a home nothing is installed; who reads the configuration has said it already.
        return None
    return f"local/{models[0].name}" if models else None


def _with_facts(
    resolved: ResolvedModel, config: Config, environ: Mapping[str, str]
) -> ResolvedModel:
    """Return a choice with what its local server or its file says of the model; any other choice as it is."""
    if resolved.protocol == LOCAL_ENGINE:
        return _with_file(resolved, environ)
    host = find_host(resolved.provider_name)
    if host is not None and host.is_local:
        return _with_server(resolved, host, config, environ)
    return resolved


def _with_file(resolved: ResolvedModel, environ: Mapping[str, str]) -> ResolvedModel:
    """Return a choice of a local model with no more context than its file allows."""
    from pycode.providers.local_files import find_file
    from pycode.providers.local_gguf import read_gguf
    from pycode.providers.local_process import ENGINE_MISSING, has_engine

    facts = read_gguf(find_file(resolved.model, environ))
    if not has_engine():
        raise NotConfiguredError(ENGINE_MISSING)
    profile = resolved.profile
    context = min(profile.context, facts.context or profile.context)
    profile = replace(
        profile, known=True, context=context, output=min(profile.output, context // 2)
    )
    jobs = " for small jobs" if facts.size < _SMALL_BYTES else ""
    notice = f"{resolved.label} is an offline model{jobs}: check the diff."
    return replace(resolved, profile=profile, notice=notice)


def _with_server(
    resolved: ResolvedModel, host: Host, config: Config, environ: Mapping[str, str]
) -> ResolvedModel:
    """Return a choice with what its local server says of the model."""
    from pycode.providers.local_servers import NAMED_SECONDS, find_servers_now

    place = Sources(config, environ).place(host.name)
    address = _address(place, host, environ)
    servers = find_servers_now({host.name: address}, NAMED_SECONDS)
    names = (resolved.model, f"{resolved.model}:latest")
    model = next((m for s in servers for m in s.models if m.name in names), None)
    if model is None:
        return resolved
    # What a server says of its model goes before what is assumed; how it is put to work it does not say.
    profile = replace(
        model.profile, grammar=resolved.profile.grammar, compact=resolved.profile.compact
    )
    model = replace(model, profile=profile)
    mine = config.models.get(resolved.label)
    if mine is None or not mine.context:
        return replace(resolved, profile=profile, notice=_advice(resolved, model))
    if host.name == "ollama" and mine.context > profile.context:
        return _raised(resolved, model, address, mine.context)
    return replace(resolved, profile=replace(profile, context=mine.context))


def _raised(
    resolved: ResolvedModel, model: LocalModel, address: Address, context: int
) -> ResolvedModel:
    """Return the choice with the context that the user wants Ollama to give the model."""
    from pycode.providers.local_servers import raise_context_now

    name = raise_context_now(address, model.name, context)
    if name is None:
        has = model.profile.context
        notice = (
            f"Ollama refuses to give {model.name} {context:,} tokens of context: it has {has:,}."
        )
        return replace(resolved, profile=model.profile, notice=notice)
    notice = f"Ollama now offers {model.name} with {context:,} tokens of context as {name}."
    profile = replace(model.profile, context=context, output=min(8_192, context // 4))
    return replace(resolved, model=name, profile=profile, notice=notice)


def _advice(resolved: ResolvedModel, model: LocalModel) -> str | None:
    if not model.profile.tools:
        return f"{resolved.label} does not call tools, says its server: it cannot work on files."
    if not model.is_cramped:
        return None
    most = model.trained_context or 0
    advice = f"start it with a larger one (it can have {most:,})"
    if resolved.provider_name == "ollama":
        wanted = min(32_768, most)
        advice = (
            f'write  models: {{"{resolved.label}": {{context: {wanted}}}}}  into ~/.pycode/config.yaml and PyCode asks Ollama '
            f"for it, or start it with OLLAMA_CONTEXT_LENGTH={wanted} (it can have {most:,})"
        )
    return f"{resolved.label} has {model.profile.context:,} tokens of context, too few to work with; {advice}."
