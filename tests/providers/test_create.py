"""Which model is chosen, and what is said when there is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pycode.config.schema import ModelSettings
from pycode.core.errors import NotConfiguredError, UsageError
from pycode.providers import create_provider, resolve_model
from pycode.providers.hosts import HOSTS


@dataclass
class Settings:
    """What a configuration says of a provider."""

    api_key: str | None = None
    base_url: str | None = None
    protocol: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    ca_file: str | None = None


@dataclass
class Config:
    """A configuration."""

    model: str | None = None
    providers: Mapping[str, Settings] = field(default_factory=dict)
    models: Mapping[str, ModelSettings] = field(default_factory=dict)


NONE = Config()


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own keys out."""
    for host in HOSTS:
        for name in (*host.key_variables, *host.base_url_variables):
            monkeypatch.delenv(name, raising=False)


def resolve(
    choice: str | None = None, config: Config | None = None, /, **environ: Any
) -> tuple[str, str | None]:
    """Return label and notice of the chosen model."""
    chosen = resolve_model(choice, config or NONE, environ)
    return chosen.label, chosen.notice


class TestNothingNamed:
    """The keys that are there decide."""

    def test_one_key(self) -> None:
        assert resolve(ANTHROPIC_API_KEY="k") == ("anthropic/claude-sonnet-5-5", None)
        assert resolve(OPENAI_API_KEY="k") == ("openai/gpt-6.1-sol", None)
        assert resolve_model(None, NONE, {"OPENAI_API_KEY": "k"}).reason == "OPENAI_API_KEY is set"

    def test_several_keys_are_taken_in_order_and_said(self) -> None:
        label, notice = resolve(OPENROUTER_API_KEY="k", OPENAI_API_KEY="k", ANTHROPIC_API_KEY="k")
        assert label == "anthropic/claude-sonnet-5-5"
        assert notice == (
            "Using anthropic/claude-sonnet-5-5, because ANTHROPIC_API_KEY is set (also found: openai, openrouter); "
            "choose with -m provider/model, or with `model:` in ~/.pycode/config.yaml."
        )

    def test_empty_variables_are_none(self) -> None:
        assert resolve(ANTHROPIC_API_KEY=" ", OPENAI_API_KEY="k")[0] == "openai/gpt-6.1-sol"

    def test_a_local_server_needs_no_key(self) -> None:
        chosen = resolve_model(None, NONE, {"OPENAI_BASE_URL": "http://localhost:11434/v1"})
        assert (chosen.label, chosen.api_key) == ("openai/gpt-6.1-sol", None)
        assert chosen.base_url == "http://localhost:11434/v1"

    def test_another_server_needs_one(self) -> None:
        with pytest.raises(NotConfiguredError):
            resolve(OPENAI_BASE_URL="https://models.example.com/v1")

    def test_the_configuration_counts_like_a_variable(self) -> None:
        config = Config(providers={"openai": Settings(api_key="k")})
        assert resolve_model(None, config, {}).reason == "providers.openai in config.yaml is set"

    def test_a_provider_without_a_default_model(self) -> None:
        mine = Config(providers={"mine": Settings("k", "http://models.lan/v1")})
        assert resolve(None, mine, GROQ_API_KEY="k")[0] == "groq/openai/gpt-oss-120b"
        with pytest.raises(
            UsageError, match="mine has no default model: name one with -m mine/MODEL"
        ):
            resolve(None, mine)

    def test_a_variable_that_is_mostly_there_for_something_else_chooses_nothing(self) -> None:
        with pytest.raises(NotConfiguredError):
            resolve(GITHUB_TOKEN="k", HF_TOKEN="k", OLLAMA_HOST="127.0.0.1:11434")
        assert resolve("github-models", GITHUB_TOKEN="k")[0] == "github-models/openai/gpt-4.1"

    def test_nothing_at_all(self) -> None:
        with pytest.raises(NotConfiguredError) as caught:
            resolve()
        message = str(caught.value)
        assert caught.value.exit_code == 2
        for words in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "~/.pycode/config.yaml"):
            assert words in message
        assert "pycode models install local" in message
        assert (
            'OPENAI_BASE_URL=http://localhost:11434/v1 pycode run -m openai/<model> "..."'
            in message
        )


class TestNamed:
    """A name wins over everything; the configuration comes next."""

    def test_provider_and_model(self) -> None:
        keys = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "OPENROUTER_API_KEY": "r"}
        assert resolve("openai/gpt-4.1", **keys)[0] == "openai/gpt-4.1"
        chosen = resolve_model("openrouter/meta/llama:free", Config(model="openai/x"), keys)
        assert (chosen.provider_name, chosen.model) == ("openrouter", "meta/llama:free")
        assert chosen.reason == "openrouter/meta/llama:free was named"
        assert resolve(None, Config(model="openai/gpt-4.1"), **keys)[0] == "openai/gpt-4.1"

    def test_a_provider_alone(self) -> None:
        assert resolve("openai", OPENAI_API_KEY="k")[0] == "openai/gpt-6.1-sol"
        with pytest.raises(UsageError, match="write ollama/MODEL"):
            resolve("ollama")

    def test_a_model_alone(self) -> None:
        keys = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o"}
        assert resolve("gpt-4.1", **keys)[0] == "openai/gpt-4.1"
        assert resolve("claude-opus-4-8", **keys)[0] == "anthropic/claude-opus-4-8"
        assert resolve("my-model", **keys)[0] == "anthropic/my-model"
        with pytest.raises(
            NotConfiguredError, match=r"There is no key for anthropic: .* set ANTHROPIC_API_KEY"
        ):
            resolve("claude-opus-4-8", OPENAI_API_KEY="o")
        with pytest.raises(NotConfiguredError, match="No model is configured"):
            resolve("my-model")

    def test_hosts_that_need_no_key(self) -> None:
        chosen = resolve_model("ollama/qwen3", NONE, {})
        assert (chosen.base_url, chosen.api_key) == (None, None)
        assert repr(chosen.create()) == "OpenAIProvider('ollama', 'http://localhost:11434/v1')"

    def test_a_server_that_its_user_calls_local_is_a_server(self) -> None:
        config = Config(providers={"local": Settings(base_url="http://localhost:5/v1")})
        chosen = resolve_model("local/mine", config, {})
        assert chosen.protocol == "openai-chat"
        assert repr(chosen.create()) == "OpenAIProvider('local', 'http://localhost:5/v1')"
        assert resolve_model("local", NONE, {}).protocol == "local-engine"

    def test_no_key(self) -> None:
        with pytest.raises(NotConfiguredError) as caught:
            resolve("openai/gpt-4.1")
        assert str(caught.value) == (
            "There is no key for openai: run pycode auth login openai, or set OPENAI_API_KEY or "
            "providers.openai.api_key in ~/.pycode/config.yaml."
        )

    @pytest.mark.parametrize(
        ("choice", "words"),
        [("opneai/gpt", "did you mean 'openai'"), ("zzz/gpt", "there are anthropic, openai,")],
    )
    def test_an_unknown_provider(self, choice: str, words: str) -> None:
        with pytest.raises(UsageError, match=words):
            resolve(choice, OPENAI_API_KEY="k")

    def test_a_provider_of_the_users_own(self) -> None:
        mine = Settings(
            base_url="https://models.lan/v1", headers={"x-team": "blue"}, ca_file="~/lan.pem"
        )
        config = Config(providers={"mine": mine})
        chosen = resolve_model("mine/large", config, {})
        assert (chosen.protocol, chosen.base_url) == ("openai-chat", "https://models.lan/v1")
        provider = chosen.create()
        assert (provider.name, provider.config.ca_file) == ("mine", "~/lan.pem")
        proxied = Settings("k", "http://proxy.lan", "anthropic-messages")
        chosen = resolve_model("mine/claude", Config(providers={"mine": proxied}), {})
        assert type(chosen.create()).__name__ == "AnthropicProvider"

    def test_the_configuration_wins_over_the_environment(self) -> None:
        settings = Settings(api_key="file", base_url="http://localhost:1/v1")
        environ = {"OPENAI_API_KEY": "variable", "OPENAI_BASE_URL": "http://localhost:2/v1"}
        chosen = resolve_model("openai/m", Config(providers={"openai": settings}), environ)
        assert (chosen.api_key, chosen.base_url) == ("file", "http://localhost:1/v1")

    def test_the_key_is_not_shown(self) -> None:
        chosen = resolve_model(None, NONE, {"OPENAI_API_KEY": "sk-secret"})
        assert "sk-secret" not in repr(chosen)

    def test_the_profile(self) -> None:
        assert resolve_model("claude-opus-4-8", NONE, {"ANTHROPIC_API_KEY": "k"}).profile.images


class TestCreate:
    """`create_provider` for library users."""

    def test_known_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://localhost:5/v1/")
        provider = create_provider("anthropic")
        assert provider.config.api_key == "k"
        assert repr(provider) == "AnthropicProvider('anthropic', 'http://localhost:5')"
        own = create_provider("anthropic", api_key="mine", base_url="http://localhost:6")
        assert (own.config.api_key, own.config.base_url) == ("mine", "http://localhost:6")

    @pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
    def test_every_host(self, host: Any) -> None:
        base_url = None if host.has_own_address else "http://localhost:5"
        assert create_provider(host.name, api_key="k", base_url=base_url).name == host.name

    def test_other_names_need_an_address(self) -> None:
        assert create_provider("mine", base_url="http://localhost:5/v1").name == "mine"
        with pytest.raises(UsageError, match="did you mean 'mistral'"):
            create_provider("mistrall")

    def test_unknown_protocols(self) -> None:
        with pytest.raises(
            UsageError, match="one of anthropic-messages, openai-responses, openai-chat, gemini"
        ):
            create_provider("mine", base_url="http://localhost:5", protocol="smoke-signals")


def test_importing_and_choosing_loads_nothing_heavy() -> None:
    program = """
import sys
from pycode.providers import AnthropicProvider, OpenAIProvider, ProviderConfig, create_provider, resolve_model
class Config:
    model = None
    providers = {}
    models = {}
for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
    resolve_model(None, Config, {name: "k"}).create()
print(*sorted({"httpx2", "pydantic", "rich", "yaml", "importlib.metadata", "difflib"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
