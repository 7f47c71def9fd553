"""Which model a session takes: what was named or configured, else what runs on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pycode.config.schema import Config
from pycode.core.errors import NotConfiguredError
from pycode.providers.create import ResolvedModel, resolve_model
from pycode.providers.hosts import HOSTS, Host, find_host
from pycode.providers.places import Place, Sources

if TYPE_CHECKING:
    from pycode.providers.local_servers import Address, LocalModel


def choose_model(choice: str | None, config: Config, environ: Mapping[str, str]) -> ResolvedModel:
    """Return the model to use, with what a local server says of it.

    When nothing is named or configured, a model of a local server that runs is taken.

    Args:
        choice: What the user named, or None.
        config: The configuration.
        environ: The environment variables.

    Raises:
        UsageError: The choice names no provider or no model.
        NotConfiguredError: There is no key for it, or nothing at all.
    """
    try:
        resolved = resolve_model(choice, config, environ)
    except NotConfiguredError:
        label = _found_locally(config, environ) if not (choice or config.model) else None
        if label is None:
            raise
        chosen = _with_server(resolve_model(label, config, environ), config, environ)
        said = f"Using {label}, which runs on this machine, because nothing else is configured."
        notice = f"{said} {chosen.notice}" if chosen.notice else said
        return replace(chosen, reason="it runs on this machine", notice=notice)
    return _with_server(resolved, config, environ)


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
    from pycode.providers.local_servers import find_servers_now

    sources = Sources(config, environ)
    places = [sources.place(host.name) for host in HOSTS if host.is_local]
    models = [
        (server.host, model)
        for server in find_servers_now(local_addresses(places, environ))
        for model in server.models
        if model.profile.tools
    ]
    models.sort(key=lambda pair: not pair[1].loaded)
    return f"{models[0][0]}/{models[0][1].name}" if models else None


def _with_server(
    resolved: ResolvedModel, config: Config, environ: Mapping[str, str]
) -> ResolvedModel:
    """Return a choice with what its local server says of the model; any other choice as it is."""
    host = find_host(resolved.provider_name)
    if host is None or not host.is_local:
        return resolved
    from pycode.providers.local_servers import NAMED_SECONDS, find_servers_now

    place = Sources(config, environ).place(host.name)
    address = _address(place, host, environ)
    servers = find_servers_now({host.name: address}, NAMED_SECONDS)
    names = (resolved.model, f"{resolved.model}:latest")
    model = next((m for s in servers for m in s.models if m.name in names), None)
    if model is None:
        return resolved
    mine = config.models.get(resolved.label)
    if mine is None or not mine.context:
        return replace(resolved, profile=model.profile, notice=_advice(resolved, model))
    if host.name == "ollama" and mine.context > model.profile.context:
        return _raised(resolved, model, address, mine.context)
    return replace(resolved, profile=replace(model.profile, context=mine.context))


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
