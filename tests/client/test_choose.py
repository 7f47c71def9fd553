"""Which model a session takes, and what its local server says of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support import local_models
from tests.support.json_server import json_server
from tests.support.small_model import LLAMA, write_gguf

from pycode.client.choose import choose_model
from pycode.config.schema import Config, ModelSettings
from pycode.core.errors import ModelNotFoundError, NotConfiguredError
from pycode.providers.create import ResolvedModel
from pycode.providers.hosted import HostedProvider
from pycode.providers.local import LocalProvider
from pycode.providers.local_files import model_folder

NOWHERE = "http://127.0.0.1:9/v1"
CODER = "ollama/qwen3:8b"


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine on which no server runs, and which may be busy with other tests."""
    monkeypatch.setattr("pycode.providers.local_servers.SECONDS", 5.0)
    names = ("OLLAMA", "LMSTUDIO", "LLAMA_CPP", "VLLM")
    return {"PYCODE_HOME": str(tmp_path)} | {f"{name}_BASE_URL": NOWHERE for name in names}


async def choose(
    choice: str | None, environ: Mapping[str, str], config: Config | None = None
) -> ResolvedModel:
    """Choose in a thread, so that a server in this loop can answer."""
    return await asyncio.to_thread(choose_model, choice, config or Config(), environ)


class TestNothingConfigured:
    """Then what runs on this machine is taken."""

    async def test_nothing_runs_either(self, environ: dict[str, str]) -> None:
        with pytest.raises(NotConfiguredError, match="No model is configured"):
            await choose(None, environ)

    async def test_a_model_that_is_loaded_and_calls_tools(self, environ: dict[str, str]) -> None:
        answers = local_models.ollama(running={"gemma:2b": 8192, "qwen3:8b": 32_768})
        async with json_server(answers) as server:
            chosen = await choose(None, {**environ, "OLLAMA_BASE_URL": server.url})
        assert (chosen.label, chosen.reason) == (CODER, "it runs on this machine")
        assert chosen.notice == (
            f"Using {CODER}, which runs on this machine, because nothing else is configured."
        )
        assert chosen.profile.context == 32_768
        provider = chosen.create()
        assert isinstance(provider, HostedProvider)
        assert provider.profiles == {"qwen3:8b": chosen.profile}

    async def test_a_loaded_model_of_a_later_server_goes_first(
        self, environ: dict[str, str]
    ) -> None:
        idle, busy = local_models.ollama(), local_models.vllm()
        async with json_server(idle) as first, json_server(busy) as second:
            here = {"OLLAMA_BASE_URL": first.url, "VLLM_BASE_URL": second.url}
            assert (await choose(None, {**environ, **here})).label == "vllm/Qwen/Qwen3"

    async def test_a_key_is_enough_not_to_look(self, environ: dict[str, str]) -> None:
        async with json_server(local_models.ollama()) as server:
            keyed = {**environ, "OLLAMA_BASE_URL": server.url, "OPENAI_API_KEY": "k"}
            assert (await choose(None, keyed)).provider_name == "openai"
        assert server.asked == []

    async def test_a_configured_model_without_a_key_is_still_an_error(
        self, environ: dict[str, str]
    ) -> None:
        async with json_server(local_models.ollama()) as server:
            with pytest.raises(NotConfiguredError, match="no key for openai"):
                await choose(
                    None, {**environ, "OLLAMA_BASE_URL": server.url}, Config(model="openai/x")
                )
        assert server.asked == []


class TestContext:
    """The server's limits count, and a small context is not passed over in silence."""

    async def one(
        self, environ: dict[str, str], answers: Mapping[str, Any], **mine: Any
    ) -> tuple[ResolvedModel, list[str]]:
        models = {CODER: ModelSettings(**mine)} if mine else {}
        async with json_server(answers) as server:
            here = {**environ, "OLLAMA_BASE_URL": server.url}
            chosen = await choose(CODER, here, Config(models=models))
        return chosen, [path for path, _ in server.asked]

    async def test_a_small_one_is_warned_about(self, environ: dict[str, str]) -> None:
        chosen, asked = await self.one(environ, local_models.ollama())
        assert (chosen.model, chosen.profile.context) == ("qwen3:8b", 4096)
        assert chosen.notice is not None
        assert "has 4,096 tokens of context, too few to work with" in chosen.notice
        assert 'models: {"ollama/qwen3:8b": {context: 32768}}' in chosen.notice
        assert "/api/create" not in asked

    async def test_a_larger_one_is_asked_for(self, environ: dict[str, str]) -> None:
        chosen, asked = await self.one(environ, local_models.ollama(), context=32_768)
        assert (chosen.model, chosen.profile.context) == ("qwen3:8b-ctx32768", 32_768)
        assert chosen.profile.tools
        assert "/api/create" in asked
        assert chosen.notice == (
            "Ollama now offers qwen3:8b with 32,768 tokens of context as qwen3:8b-ctx32768."
        )

    async def test_one_that_is_large_enough_stays(self, environ: dict[str, str]) -> None:
        answers = local_models.ollama(running={"qwen3:8b": 32_768})
        chosen, asked = await self.one(environ, answers, context=20_000)
        assert (chosen.model, chosen.profile.context) == ("qwen3:8b", 20_000)
        assert "/api/create" not in asked

    async def test_ollama_may_refuse(self, environ: dict[str, str]) -> None:
        answers = {**local_models.ollama(), "/api/create": {"error": "no"}}
        chosen, _ = await self.one(environ, answers, context=32_768)
        assert (chosen.model, chosen.profile.context) == ("qwen3:8b", 4096)
        assert chosen.notice is not None
        assert chosen.notice.startswith("Ollama refuses to give qwen3:8b 32,768 tokens")

    async def test_the_servers_own_setting(self, environ: dict[str, str]) -> None:
        environ["OLLAMA_CONTEXT_LENGTH"] = "32768"
        chosen, _ = await self.one(environ, local_models.ollama())
        assert (chosen.profile.context, chosen.notice) == (32_768, None)

    async def test_another_server_is_only_warned_about(self, environ: dict[str, str]) -> None:
        async with json_server(local_models.lmstudio()) as server:
            here = {**environ, "LMSTUDIO_BASE_URL": server.url}
            chosen = await choose("lmstudio/qwen3-coder", here)
        assert chosen.profile.context == 8192
        assert chosen.notice is not None
        assert chosen.notice.endswith("start it with a larger one (it can have 262,144).")

    async def test_a_model_without_tools(self, environ: dict[str, str]) -> None:
        async with json_server(local_models.ollama()) as server:
            chosen = await choose(
                "ollama/gemma:2b", {**environ, "OLLAMA_HOST": server.url, "OLLAMA_BASE_URL": ""}
            )
        assert chosen.notice is not None
        assert "does not call tools" in chosen.notice

    async def test_the_latest_of_a_name(self, environ: dict[str, str]) -> None:
        answers = {"/api/tags": {"models": [{"name": "llama2:latest"}]}}
        async with json_server(answers) as server:
            chosen = await choose("ollama/llama2", {**environ, "OLLAMA_BASE_URL": server.url})
        assert (chosen.model, chosen.profile.context) == ("llama2", 4096)

    async def test_a_server_that_is_down_or_another_model(self, environ: dict[str, str]) -> None:
        assert (await choose(CODER, environ)).profile.context == 128_000
        async with json_server(local_models.ollama()) as server:
            here = {**environ, "OLLAMA_BASE_URL": server.url}
            assert (await choose("ollama/other", here)).label == "ollama/other"


class TestInstalledModels:
    """Models in files of this machine, which PyCode runs itself."""

    @pytest.fixture(autouse=True)
    def engine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Say that the engine is installed: nothing here runs it."""
        monkeypatch.setattr("pycode.providers.local_process.has_engine", lambda: True)

    def install(self, environ: Mapping[str, str], name: str, **fields: int) -> None:
        """Put a tiny model where an installed one lies."""
        folder = model_folder(environ) / name
        folder.mkdir(parents=True)
        write_gguf(folder / "m.gguf", LLAMA | {f"llama.{key}": fields[key] for key in fields})

    async def test_one_is_taken_when_nothing_else_is_there(self, environ: dict[str, str]) -> None:
        self.install(environ, "mine", context_length=1024)
        chosen = await choose(None, environ)
        assert (chosen.label, chosen.reason) == ("local/mine", "it is installed on this machine")
        assert chosen.notice == (
            "Using local/mine, which is installed on this machine, because nothing else is configured. "
            "local/mine is an offline model for small jobs: check the diff."
        )
        assert (chosen.profile.context, chosen.profile.output) == (1024, 512)
        assert chosen.profile.grammar
        provider = chosen.create()
        assert isinstance(provider, LocalProvider)
        assert provider.profiles == {"mine": chosen.profile}

    async def test_keys_and_servers_go_before_it(self, environ: dict[str, str]) -> None:
        self.install(environ, "mine")
        keyed = await choose(None, environ | {"OPENAI_API_KEY": "k"})
        assert keyed.provider_name == "openai"
        async with json_server(local_models.llama_cpp()) as server:
            served = await choose(None, environ | {"LLAMA_CPP_BASE_URL": server.url})
        assert served.label == "llama.cpp/gpt-oss"
        assert served.profile.grammar

    async def test_the_usual_one_goes_before_others(self, environ: dict[str, str]) -> None:
        self.install(environ, "another")
        self.install(environ, "qwen2.5-coder-1.5b", context_length=32_768)
        assert (await choose(None, environ)).label == "local/qwen2.5-coder-1.5b"
        for name in ("local", "qwen2.5-coder-1.5b", "local/qwen2.5-coder-1.5b"):
            chosen = await choose(name, environ)
            assert chosen.label == "local/qwen2.5-coder-1.5b"
            assert chosen.notice == (
                "local/qwen2.5-coder-1.5b is an offline model for small jobs: check the diff."
            )
            assert chosen.profile.context == 8192

    async def test_a_path_and_the_users_own_context(
        self, environ: dict[str, str], tmp_path: Path
    ) -> None:
        path = write_gguf(
            tmp_path / "big.gguf", LLAMA | {"llama.context_length": 65_536}, size=5_000_000_000
        )
        label = f"local/{path}"
        config = Config(models={label: ModelSettings(context=32_768)})
        chosen = await choose(label, environ, config)
        assert (chosen.model, chosen.profile.context) == (str(path), 32_768)
        assert chosen.notice == f"{label} is an offline model: check the diff."

    async def test_one_that_is_not_installed(self, environ: dict[str, str]) -> None:
        with pytest.raises(ModelNotFoundError, match="run pycode models install qwen2"):
            await choose("local", environ)

    async def test_without_the_engine(
        self, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pycode.providers.local_process.has_engine", lambda: False)
        self.install(environ, "mine")
        with pytest.raises(NotConfiguredError, match=r'pip install "pycode-agent\[local\]"'):
            await choose(None, environ)
