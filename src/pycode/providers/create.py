"""Chooses a model and makes its provider: from what the user named, the configuration and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pycode.core.errors import NotConfiguredError, UsageError
from pycode.providers.base import Provider, ProviderConfig
from pycode.providers.failures import is_loopback
from pycode.providers.hosts import ANTHROPIC_MESSAGES, HOSTS, OPENAI_CHAT, Host, find_host
from pycode.providers.profiles import UNKNOWN, Profile, profile_for

PROTOCOLS = (ANTHROPIC_MESSAGES, OPENAI_CHAT)
"""The wire protocols that can be spoken."""

_NOTHING = """\
No model is configured. Do one of these:
  set a key, for example   export ANTHROPIC_API_KEY=...   or   export OPENAI_API_KEY=...
  or write it into ~/.pycode/config.yaml:   providers: {anthropic: {api_key: ...}}
  or use a local server:   OPENAI_BASE_URL=http://localhost:11434/v1 pycode run -m openai/<model> "..." """.rstrip()


class Settings(Protocol):
    """What the configuration says about one provider."""

    @property
    def api_key(self) -> str | None:
        """The key."""

    @property
    def base_url(self) -> str | None:
        """Where the service is."""

    @property
    def protocol(self) -> str | None:
        """How its API is spoken."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers to add."""


class Configuration(Protocol):
    """What the choice of a model needs to know of the configuration."""

    @property
    def model(self) -> str | None:
        """The configured model, as `provider/model`."""

    @property
    def providers(self) -> Mapping[str, Settings]:
        """Provider name to its settings."""


@dataclass(frozen=True, slots=True)
class ResolvedModel:
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
    reason: str
    """Why it was chosen, in a few words."""
    notice: str | None
    """What to tell the user about the choice, or None where it needs no word."""

    @property
    def label(self) -> str:
        """`provider/model`."""
        return f"{self.provider_name}/{self.model}"

    @property
    def profile(self) -> Profile:
        """What the model supports."""
        return profile_for(self.provider_name, self.model)

    def create(self) -> Provider:
        """Make the provider."""
        return _make(self.protocol, self.provider_name, self.base_url, self.api_key, self.headers)


def create_provider(
    name: str,
    *,
    protocol: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Provider:
    """Make a provider.

    Args:
        name: A known name, or any other together with `base_url`.
        protocol: `anthropic-messages` or `openai-chat`; a known name has its own, others speak `openai-chat`.
        base_url: Where the service is, as the vendor's own SDK means it: Anthropic without a version, OpenAI with `/v1`.
        api_key: The key; for a known name its usual environment variable when absent.
        headers: Headers to add to every request.

    Raises:
        UsageError: The name or the protocol is not known, or the base URL is no URL.
    """
    host = find_host(name)
    if host is None and base_url is None:
        raise UsageError(f"There is no provider {name!r}{_nearest(name, ())}.")
    if host is not None:
        base_url = base_url or _variable(host.base_url_variables, os.environ)[1]
        api_key = api_key or _variable(host.key_variables, os.environ)[1]
    protocol = protocol or (host.protocol if host is not None else OPENAI_CHAT)
    return _make(protocol, name, base_url, api_key, headers or {})


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
    places = [_place(name, config, environ) for name in _names(config)]
    if choice:
        return _chosen(choice, "was named", places)
    if config.model:
        return _chosen(config.model, "is configured", places)
    usable = [place for place in places if place.usable]
    first = next((place for place in usable if place.default_model), None)
    if first is None:
        if usable:
            name = usable[0].name
            raise UsageError(f"{name} has no default model: name one with -m {name}/MODEL.")
        raise NotConfiguredError(_NOTHING)
    reason = f"{first.found} is set"
    others = [place.name for place in usable if place is not first]
    notice = (
        f"Using {first.name}/{first.default_model}, because {reason} (also found: {', '.join(others)}); "
        "choose with -m provider/model, or with `model:` in ~/.pycode/config.yaml."
    )
    return first.resolve(first.default_model or "", reason, notice if others else None)


@dataclass(frozen=True, slots=True)
class _Place:
    """A provider as the configuration and the environment have it."""

    name: str
    host: Host | None
    protocol: str
    base_url: str | None
    api_key: str | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    found: str
    """What makes it usable: a variable or a key of the configuration; empty when nothing was set."""

    @property
    def default_model(self) -> str | None:
        return self.host.default_model if self.host is not None else None

    @property
    def reachable(self) -> bool:
        """Whether requests can be sent: there is a key, or none is needed."""
        if self.api_key or self.headers or (self.host is not None and not self.host.needs_key):
            return True
        return self.base_url is not None and (self.host is None or is_loopback(self.base_url))

    @property
    def usable(self) -> bool:
        """Whether the user has set it up."""
        return bool(self.found) and self.reachable

    def resolve(self, model: str, reason: str, notice: str | None = None) -> ResolvedModel:
        return ResolvedModel(
            self.name,
            model,
            self.protocol,
            self.base_url,
            self.api_key,
            self.headers,
            reason,
            notice,
        )


def _chosen(choice: str, reason: str, places: list[_Place]) -> ResolvedModel:
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
    return place.resolve(model, f"{choice} {reason}")


def _owner(model: str, places: list[_Place]) -> _Place:
    """Return the provider for a model that was named alone: the one that makes it, else the first that is set up."""
    makers = [place for place in places if profile_for(place.name, model) is not UNKNOWN]
    usable = [place for place in makers or places if place.usable]
    if usable:
        return usable[0]
    if makers:
        return makers[0]
    raise NotConfiguredError(_NOTHING)


def _no_key(place: _Place) -> str:
    variables = place.host.key_variables if place.host is not None else ()
    setting = f"providers.{place.name}.api_key in ~/.pycode/config.yaml"
    where = f"{' or '.join(variables)}, or {setting}" if variables else setting
    return f"There is no key for {place.name}: set {where}."


def _names(config: Configuration) -> list[str]:
    known = [host.name for host in HOSTS]
    return [*known, *(name for name in config.providers if name not in known)]


def _place(name: str, config: Configuration, environ: Mapping[str, str]) -> _Place:
    host, settings = find_host(name), config.providers.get(name)
    found = f"providers.{name} in config.yaml" if settings is not None else ""
    base_url = settings.base_url if settings is not None else None
    api_key = settings.api_key if settings is not None else None
    if host is not None:
        if not base_url:
            variable, base_url = _variable(host.base_url_variables, environ)
            found = found or variable
        if not api_key:
            variable, api_key = _variable(host.key_variables, environ)
            found = variable or found
    protocol = settings.protocol if settings is not None else None
    return _Place(
        name,
        host,
        protocol or (host.protocol if host is not None else OPENAI_CHAT),
        base_url,
        api_key,
        settings.headers if settings is not None else {},
        found,
    )


def _variable(names: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the first of these variables that has a value, with its value."""
    for name in names:
        value = environ.get(name, "").strip()
        if value:
            return name, value
    return "", None


def _make(
    protocol: str,
    name: str,
    base_url: str | None,
    api_key: str | None,
    headers: Mapping[str, str],
) -> Provider:
    config = ProviderConfig(name, api_key, base_url, headers)
    if protocol == ANTHROPIC_MESSAGES:
        from pycode.providers.anthropic import AnthropicProvider

        return AnthropicProvider(config)
    if protocol == OPENAI_CHAT:
        from pycode.providers.openai_chat import OpenAIProvider

        return OpenAIProvider(config)
    raise UsageError(f"There is no protocol {protocol!r}: it is one of {', '.join(PROTOCOLS)}.")


def _nearest(name: str, names: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    known = names or tuple(host.name for host in HOSTS)
    near = get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f": there are {', '.join(known)}"
