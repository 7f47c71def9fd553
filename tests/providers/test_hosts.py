"""The table of hosts: complete, without contradictions, and each where its user says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.support.json_server import json_server

from pycode.config.schema import Config, ProviderSettings
from pycode.core.errors import NotConfiguredError, UsageError
from pycode.providers import create_provider, resolve_model
from pycode.providers.hosts import HOSTS, LOCAL_ENGINE, find_host

WANTED = (
    "anthropic openai google openrouter mistral deepseek groq xai together fireworks cerebras moonshot zai dashscope "
    "github-models azure-openai cohere huggingface ollama lmstudio llama.cpp vllm local openai-compatible anthropic-compatible"
)


def test_all_are_there_in_the_order_of_choice() -> None:
    assert [host.name for host in HOSTS] == WANTED.split()


def test_no_two_share_a_variable() -> None:
    names = [name for host in HOSTS for name in (*host.key_variables, *host.address_variables)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_every_one_has_what_it_needs(host: object) -> None:
    found = next(item for item in HOSTS if item is host)
    assert found.key_variables or found.protocol == LOCAL_ENGINE
    assert found.has_own_address or found.address_variables
    # What has no default is a server of the user's own, whose models nobody knows.
    assert found.default_model or not found.needs_key


@pytest.mark.parametrize(
    ("name", "given", "environ", "address"),
    [
        ("openai", None, {}, "https://api.openai.com/v1"),
        ("openai", "http://proxy/x", {}, "http://proxy/x"),
        ("azure-openai", None, {}, None),
        (
            "azure-openai",
            None,
            {"AZURE_RESOURCE_NAME": "me"},
            "https://me.openai.azure.com/openai/v1",
        ),
        (
            "azure-openai",
            "https://me.openai.azure.com/",
            {},
            "https://me.openai.azure.com/openai/v1",
        ),
        (
            "azure-openai",
            "https://me.openai.azure.com/openai/v1",
            {},
            "https://me.openai.azure.com/openai/v1",
        ),
        ("ollama", None, {}, "http://localhost:11434/v1"),
        ("ollama", "192.168.1.5", {}, "http://192.168.1.5:11434/v1"),
        ("ollama", "0.0.0.0:8888", {}, "http://127.0.0.1:8888/v1"),
        ("ollama", ":8888", {}, "http://127.0.0.1:8888/v1"),
        ("ollama", "https://models.lan/v1/", {}, "https://models.lan/v1/"),
        ("openai-compatible", None, {}, None),
        ("openai-compatible", "http://models.lan", {}, "http://models.lan"),
    ],
)
def test_where_it_is(
    name: str, given: str | None, environ: Mapping[str, str], address: str | None
) -> None:
    host = find_host(name)
    assert host is not None
    assert host.address(given, environ) == address


def test_openai_is_spoken_to_in_its_newer_api_at_its_own_address_only() -> None:
    def protocol(**environ: str) -> str:
        return resolve_model("openai", Config(), {"OPENAI_API_KEY": "k", **environ}).protocol

    assert protocol() == "openai-responses"
    assert protocol(OPENAI_BASE_URL="https://api.openai.com/v1/") == "openai-responses"
    assert protocol(OPENAI_BASE_URL="http://localhost:11434/v1") == "openai-chat"
    settings = ProviderSettings(
        api_key="k", base_url="http://gateway.lan/v1", protocol="openai-responses"
    )
    config = Config(providers={"openai": settings})
    assert resolve_model("openai/m", config, {}).protocol == "openai-responses"
    made = create_provider("openai", api_key="k", base_url="http://gateway.lan/v1")
    assert type(made).__name__ == "OpenAIProvider"
    assert type(create_provider("openai", api_key="k")).__name__ == "OpenAIResponsesProvider"


async def test_azure_takes_its_key_in_a_header_of_its_own() -> None:
    environ = {"AZURE_RESOURCE_NAME": "me", "AZURE_OPENAI_API_KEY": "k-azure"}
    chosen = resolve_model(None, Config(), environ)
    assert chosen.label == "azure-openai/gpt-5.2"
    async with json_server({"/openai/v1/models": {"data": [{"id": "mine"}]}}) as server:
        provider = create_provider("azure-openai", base_url=server.url, api_key="k-azure")
        assert await provider.list_models() == ["mine"]
        await provider.close()
    sent = server.headers[0].lower()
    assert "api-key: k-azure" in sent
    assert "authorization" not in sent


def test_without_an_address_there_is_a_sentence() -> None:
    with pytest.raises(NotConfiguredError) as caught:
        resolve_model("openai-compatible/m", Config(), {})
    assert str(caught.value) == (
        "Nobody says where openai-compatible is: set OPENAI_COMPATIBLE_BASE_URL or "
        "providers.openai-compatible.base_url in ~/.pycode/config.yaml."
    )
    with pytest.raises(UsageError, match="Nobody says where azure-openai is"):
        create_provider("azure-openai", api_key="k")


@pytest.mark.parametrize(
    ("name", "made"),
    [("openai-compatible", "OpenAIProvider"), ("anthropic-compatible", "AnthropicProvider")],
)
def test_whatever_is_compatible(name: str, made: str) -> None:
    config = Config(providers={name: ProviderSettings(base_url="http://models.lan/v1")})
    chosen = resolve_model(f"{name}/m", config, {})
    assert type(chosen.create()).__name__ == made
    variable = f"{name.replace('-', '_').upper()}_BASE_URL"
    assert (
        resolve_model(f"{name}/m", Config(), {variable: "http://x.lan"}).base_url == "http://x.lan"
    )


class TestNotices:
    """What the user is told of a model."""

    def test_a_withdrawn_model_names_its_successor(self) -> None:
        chosen = resolve_model(
            "anthropic/claude-opus-4-20250514", Config(), {"ANTHROPIC_API_KEY": "k"}
        )
        assert chosen.notice == (
            "anthropic/claude-opus-4-20250514 is withdrawn by its service; take anthropic/claude-opus-5-5."
        )

    def test_an_unknown_model_works_and_says_so(self) -> None:
        chosen = resolve_model("openai/gpt-99", Config(), {"OPENAI_API_KEY": "k"})
        assert chosen.notice is not None
        assert chosen.notice.startswith("openai/gpt-99 is not in the catalogue: 128,000 tokens")
        assert chosen.profile.context == 128_000

    def test_a_known_one_is_not_worth_a_word(self) -> None:
        assert resolve_model("openai", Config(), {"OPENAI_API_KEY": "k"}).notice is None
        # What a local server has, it says itself.
        assert resolve_model("ollama/anything", Config(), {}).notice is None
