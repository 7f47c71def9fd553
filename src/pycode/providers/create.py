"""Chooses a model and makes its provider: from what the user named, the configuration and the environment.

A key is the one of the configuration, else that of the environment, else the one that `pycode auth login` stored; a key that
is handed to `create_provider` goes before all of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pycode.core.data import Data
from pycode.core.errors import NotConfiguredError, UsageError
from pycode.providers.base import Provider, ProviderConfig
from pycode.providers.hosts import (
    ANTHROPIC_MESSAGES,
    GEMINI,
    HOSTS,
    LOCAL_ENGINE,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    find_host,
)
from pycode.providers.places import Configuration, Place, Sources, first_variable, stored_key
from pycode.providers.profiles import Profile

if TYPE_CHECKING:
    from pycode.providers.hosted import HostedProvider
    from pycode.providers.local import LocalProvider

PROTOCOLS = (ANTHROPIC_MESSAGES, OPENAI_RESPONSES, OPENAI_CHAT, GEMINI)
"""The wire protocols that can be spoken."""

_NOTHING = """\
No model is configured. Do one of these:
  give a key, which is stored for you:   pycode auth login anthropic
    or set a variable, for example ANTHROPIC_API_KEY or OPENAI_API_KEY
    or write it into ~/.pycode/config.yaml:   providers: {anthropic: {api_key: ...}}
  start a server on this machine, Ollama, LM Studio, llama.cpp or vLLM: it is found by itself
    or name one:   OPENAI_BASE_URL=http://localhost:11434/v1 pycode run -m openai/<model> "..."
  install a small model that works offline (1.1 GB):   pycode models install local"""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ResolvedModel(Data):
    """A model and how to reach it."""

    provider_name: str
    """The provider's name."""
    model: str
    """The model's name there."""
    protocol: str
    """How its API is spoken."""
    base_url: str | None
    """Where the service is; None is the vendor's own address."""
    api_key: str | None = field(repr=False)
    """The key, if there is one."""
    headers: Mapping[str, str] = field(repr=False)
    """Headers to add."""
    ca_file: str | None
    """Certificates to trust beside the usual ones."""
    reason: str
    """Why it was chosen, in a few words."""
    notice: str | None
    """What to tell the user about the choice, or None where it needs no word."""
    profile: Profile
    """What the model supports."""

    @property
    def label(self) -> str:
        """`provider/model`."""
        return f"{self.provider_name}/{self.model}"

    def create(self) -> Provider:
        """Make the provider."""
        provider = _make(
            self.protocol,
            ProviderConfig(
                self.provider_name, self.api_key, self.base_url, self.headers, self.ca_file
            ),
        )
        provider.profiles[self.model] = self.profile
        return provider


def create_provider(
    name: str,
    *,
    protocol: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    headers: Mapping[str, str] | None = None,
    ca_file: str | None = None,
) -> Provider:
    """Make a provider.

    Args:
        name: A known name, or any other together with `base_url`.
        protocol: One of `PROTOCOLS`; a known name has its own, others speak `openai-chat`.
        base_url: Where the service is, as the vendor's own SDK means it: Anthropic without a version, OpenAI with `/v1`.
        api_key: The key; for a known name its usual environment variable when absent, else the stored one.
        headers: Headers to add to every request.
        ca_file: A PEM file of certificates to trust beside the usual ones.

    Raises:
        UsageError: The name or the protocol is not known, or the base URL is no URL.
    """
    host = find_host(name)
    if host is None and base_url is None:
        raise UsageError(f"There is no provider {name!r}{_nearest(name, ())}.")
    if host is not None:
        base_url = base_url or first_variable(host.base_url_variables, os.environ)[1]
        base_url = host.address(base_url, os.environ)
        if base_url is None:
            raise UsageError(f"Nobody says where {name} is: give its base_url.")
        api_key = (
            api_key
            or first_variable(host.key_variables, os.environ)[1]
            or stored_key(name, os.environ)
        )
    protocol = protocol or (host.protocol_at(base_url) if host is not None else OPENAI_CHAT)
    return _make(protocol, ProviderConfig(name, api_key, base_url, headers or {}, ca_file))


def resolve_model(
    choice: str | None, config: Configuration, environ: Mapping[str, str]
) -> ResolvedModel:
    """Return the model to use.

    Args:
        choice: What the user named: `provider/model`, a provider or a model; None leaves it to the configuration, and then
            to the keys that are there.
        config: The configuration.
        environ: The environment variables.

    Raises:
        UsageError: The choice names no provider or no model.
        NotConfiguredError: There is no key for it, or none at all.
    """
    sources = Sources(config, environ)
    places = [sources.place(name) for name in _names(config)]
    if choice:
        return _chosen(choice, "was named", places)
    if config.model:
        return _chosen(config.model, "is configured", places)
    usable = [place for place in places if place.usable and place.chosen_alone]
    first = next((place for place in usable if place.default_model), None)
    if first is None:
        if usable:
            name = usable[0].name
            raise UsageError(f"{name} has no default model: name one with -m {name}/MODEL.")
        raise NotConfiguredError(_NOTHING)
    reason = f"{first.found} is set" if first.found else "a key of it is stored"
    others = [place.name for place in usable if place is not first]
    notice = (
        f"Using {first.name}/{first.default_model}, because {reason} (also found: {', '.join(others)}); "
        "choose with -m provider/model, or with `model:` in ~/.pycode/config.yaml."
    )
    return _resolved(first, first.default_model or "", reason, notice if others else None)


def _chosen(choice: str, reason: str, places: list[Place]) -> ResolvedModel:
    name, slash, model = choice.partition("/")
    place = next((place for place in places if place.name == name), None)
    if place is None and slash:
        names = tuple(place.name for place in places)
        raise UsageError(
            f"There is no provider {name!r}{_nearest(name, names)}; a model is named as provider/model."
        )
    if place is None:
        place, model = _owner(choice, places), choice
    model = model or place.default_model or ""
    if not model:
        raise UsageError(f"{choice!r} names no model of {place.name}: write {place.name}/MODEL.")
    if not place.reachable:
        raise NotConfiguredError(_no_key(place))
    return _resolved(place, model, f"{choice} {reason}")


def _resolved(place: Place, model: str, reason: str, notice: str | None = None) -> ResolvedModel:
    profile = place.profile(model)
    notices = [notice, _about(place, model, profile)]
    return ResolvedModel(
        place.name,
        model,
        place.protocol,
        place.base_url,
        place.api_key or place.stored_key(),
        place.headers,
        place.ca_file,
        reason,
        " ".join(words for words in notices if words) or None,
        profile,
    )


def _about(place: Place, model: str, profile: Profile) -> str | None:
    """Return what a user should know of the model, or None."""
    label = f"{place.name}/{model}"
    if profile.successor:
        return f"{label} is withdrawn by its service; take {place.name}/{profile.successor}."
    if profile.known or place.protocol == LOCAL_ENGINE:
        return None
    if place.host is not None and place.host.is_local:
        return None
    return (
        f"{label} is not in the catalogue: {profile.context:,} tokens of context, {profile.output:,} of output and no price "
        f"are assumed; say better under models in ~/.pycode/config.yaml, or get newer facts: pycode models --refresh."
    )


def _owner(model: str, places: list[Place]) -> Place:
    """Return the provider for a model that was named alone: the one that makes it, else the first that is set up."""
    makers = [place for place in places if place.profile(model).known]
    usable = [place for place in makers or places if place.usable]
    if usable:
        return usable[0]
    if makers:
        return makers[0]
    raise NotConfiguredError(_NOTHING)


def _no_key(place: Place) -> str:
    if not place.located:
        variables = place.host.address_variables if place.host is not None else ()
        ways = [*variables, f"providers.{place.name}.base_url in ~/.pycode/config.yaml"]
        return f"Nobody says where {place.name} is: set {' or '.join(ways)}."
    variables = place.host.key_variables if place.host is not None else ()
    ways = [*variables, f"providers.{place.name}.api_key in ~/.pycode/config.yaml"]
    return f"There is no key for {place.name}: run pycode auth login {place.name}, or set {' or '.join(ways)}."


def _names(config: Configuration) -> list[str]:
    known = [host.name for host in HOSTS]
    return [*known, *(name for name in config.providers if name not in known)]


def _make(protocol: str, config: ProviderConfig) -> HostedProvider | LocalProvider:
    if protocol == ANTHROPIC_MESSAGES:
        from pycode.providers.anthropic import AnthropicProvider

        return AnthropicProvider(config)
    if protocol == OPENAI_CHAT:
        from pycode.providers.openai_chat import OpenAIProvider

        return OpenAIProvider(config)
    if protocol == OPENAI_RESPONSES:
        from pycode.providers.openai_responses import OpenAIResponsesProvider

        return OpenAIResponsesProvider(config)
    if protocol == GEMINI:
        from pycode.providers.gemini import GeminiProvider

        return GeminiProvider(config)
    if protocol == LOCAL_ENGINE:
        from pycode.providers.local import LocalProvider

        return LocalProvider(config)
    raise UsageError(f"There is no protocol {protocol!r}: it is one of {', '.join(PROTOCOLS)}.")


def _nearest(name: str, names: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    known = names or tuple(host.name for host in HOSTS)
    near = get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f": there are {', '.join(known)}"
