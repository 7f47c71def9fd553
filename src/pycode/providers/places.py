"""What the configuration, the environment and the stored keys say of each provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pycode.config.home import Home
from pycode.core.data import Data
from pycode.core.errors import ConfigError
from pycode.providers.catalogue import Catalogue
from pycode.providers.failures import is_loopback
from pycode.providers.hosts import OPENAI_CHAT, Host, find_host
from pycode.providers.profiles import Profile, Profiles

if TYPE_CHECKING:
    from pycode.config.schema import ModelSettings
    from pycode.providers.credentials import Credentials


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

    @property
    def ca_file(self) -> str | None:
        """Certificates to trust beside the usual ones."""


class Configuration(Protocol):
    """What the choice of a model needs to know of the configuration."""

    @property
    def model(self) -> str | None:
        """The configured model, as `provider/model`."""

    @property
    def providers(self) -> Mapping[str, Settings]:
        """Provider name to its settings."""

    @property
    def models(self) -> Mapping[str, ModelSettings]:
        """`provider/model` to what the user says of it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Place(Data):
    """A provider as a user has it."""

    name: str
    """The provider's name."""
    host: Host | None
    """What PyCode knows of it, if anything."""
    protocol: str
    """How its API is spoken."""
    base_url: str | None
    """Where it is; None is the host's own address."""
    api_key: str | None = field(repr=False)
    """The key of the configuration or the environment."""
    headers: Mapping[str, str] = field(repr=False)
    """Headers to add."""
    ca_file: str | None
    """Certificates to trust beside the usual ones."""
    found: str
    """What makes it usable: a variable or a key of the configuration; empty when nothing was set."""
    sources: Sources = field(repr=False)
    """Where its facts come from."""

    @property
    def default_model(self) -> str | None:
        """The model to take when none is named."""
        return self.host.default_model if self.host is not None else None

    @property
    def chosen_alone(self) -> bool:
        """Whether it may be chosen because it is set up."""
        return self.host is None or self.host.chosen_alone

    @property
    def located(self) -> bool:
        """Whether it is known where it is."""
        return self.base_url is not None or (self.host is not None and self.host.has_own_address)

    @property
    def reachable(self) -> bool:
        """Whether requests can be sent: there is a key, or none is needed."""
        if not self.located:
            return False
        if self.api_key or self.headers or (self.host is not None and not self.host.needs_key):
            return True
        if self.base_url is not None and (self.host is None or is_loopback(self.base_url)):
            return True
        return self.sources.has_stored(self.name)

    @property
    def usable(self) -> bool:
        """Whether the user has set it up."""
        return self.reachable and (bool(self.found) or self.sources.has_stored(self.name))

    def stored_key(self) -> str | None:
        """Return the key that `pycode auth login` stored, or None."""
        return self.sources.stored_key(self.name)

    def profile(self, model: str) -> Profile:
        """Return what a model supports here."""
        return self.sources.profiles.find(self.name, model)


class Sources:
    """Where the facts about providers come from; files are read when they are needed."""

    def __init__(self, config: Configuration, environ: Mapping[str, str]) -> None:
        """Take what there is.

        Args:
            config: The configuration.
            environ: The environment variables.
        """
        home = _home(environ)
        self._config = config
        self._environ = environ
        self._home = home
        self._stored: Mapping[str, str] | None = None
        refreshed = home.models_file if home is not None else None
        self.profiles = Profiles(Catalogue(refreshed), config.models)
        """What models support."""

    def place(self, name: str) -> Place:
        """Return what is known of a provider."""
        host, settings = find_host(name), self._config.providers.get(name)
        found = f"providers.{name} in config.yaml" if settings is not None else ""
        base_url = settings.base_url if settings is not None else None
        api_key = settings.api_key if settings is not None else None
        if host is not None:
            if not base_url:
                variable, base_url = first_variable(host.base_url_variables, self._environ)
                found = found or variable
            if not api_key:
                variable, api_key = first_variable(host.key_variables, self._environ)
                found = variable or found
            address = host.address(base_url, self._environ)
            base_url = address if address != host.base_url else None
        protocol = settings.protocol if settings is not None else None
        return Place(
            name,
            host,
            protocol or (host.protocol_at(base_url) if host is not None else OPENAI_CHAT),
            base_url,
            api_key,
            settings.headers if settings is not None else {},
            settings.ca_file if settings is not None else None,
            found,
            self,
        )

    def has_stored(self, name: str) -> bool:
        """Return whether `pycode auth login` stored a key of this provider."""
        if self._stored is None:
            stored = _credentials(self._home)
            self._stored = stored.places() if stored is not None else {}
        return name in self._stored

    def stored_key(self, name: str) -> str | None:
        """Return the stored key of a provider, or None."""
        credentials = _credentials(self._home)
        return credentials.get(name) if credentials is not None else None


def stored_key(name: str, environ: Mapping[str, str]) -> str | None:
    """Return the key of a provider that `pycode auth login` stored, or None.

    Args:
        name: The provider's name.
        environ: The environment variables: where PyCode's folder is.

    Raises:
        ConfigError: The stored keys cannot be read.
    """
    credentials = _credentials(_home(environ))
    return credentials.get(name) if credentials is not None else None


def first_variable(names: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the first of these variables that has a value, with its value."""
    for name in names:
        value = environ.get(name, "").strip()
        if value:
            return name, value
    return "", None


def _home(environ: Mapping[str, str]) -> Home | None:
    try:
        return Home.default(environ)
    except ConfigError:
        # Without a home nothing is stored; who reads the configuration has said it already.
        return None


def _credentials(home: Home | None) -> Credentials | None:
    """Return the stored keys, or None where there are none: most users have no such file."""
    if home is None or not home.credentials.exists():
        return None
    from pycode.providers.credentials import Credentials

    return Credentials(home.credentials)
