"""The list of models: who can be used now, and why the others cannot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.support import local_models
from tests.support.json_server import json_server
from tests.support.small_model import LLAMA, write_gguf

from pycode.client.keys import forget_key, list_keys, set_by, store_key
from pycode.client.models import ProviderModels, list_models
from pycode.core.errors import UsageError
from pycode.providers.local_files import model_folder

NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A machine on which no server runs."""
    names = ("OLLAMA", "LMSTUDIO", "LLAMA_CPP", "VLLM")
    return {"PYCODE_HOME": str(tmp_path / "home")} | {f"{name}_BASE_URL": NOWHERE for name in names}


async def listed(
    tmp_path: Path, environ: dict[str, str], provider: str | None = None
) -> dict[str, ProviderModels]:
    """List in a thread, so that a server in this loop can answer."""
    found = await asyncio.to_thread(list_models, tmp_path, provider, environ)
    return {item.name: item for item in found}


class TestList:
    """Every provider with its state."""

    async def test_states(self, tmp_path: Path, environ: dict[str, str]) -> None:
        (tmp_path / "home").mkdir()
        config = "providers: {mine: {base_url: 'http://models.lan', api_key: k}, other: {}}\n"
        (tmp_path / "home" / "config.yaml").write_text(
            config + "models: {mine/large: {context: 5000}}\n", encoding="utf-8"
        )
        store_key("zai", "sk-zai", tmp_path, environ)
        found = await listed(tmp_path, {**environ, "OPENAI_API_KEY": "k"})
        assert (found["openai"].usable, found["openai"].status) == (True, "OPENAI_API_KEY")
        assert (found["zai"].usable, found["zai"].status) == (True, "stored key")
        assert found["mine"].status == "providers.mine in config.yaml"
        assert found["mine"].models["large"].context == 5000
        assert (found["other"].usable, found["other"].status) == (
            False,
            "no address: set its base_url",
        )
        assert (found["groq"].usable, found["groq"].status) == (False, "no key: set GROQ_API_KEY")
        assert found["vllm"].status == f"no server answers at {NOWHERE}"
        assert found["azure-openai"].status == "no address: set AZURE_OPENAI_BASE_URL"
        assert [item.usable for item in found.values()] == sorted(
            (item.usable for item in found.values()), reverse=True
        )

    async def test_a_local_server(self, tmp_path: Path, environ: dict[str, str]) -> None:
        async with json_server(local_models.vllm()) as server:
            here = {**environ, "VLLM_BASE_URL": f"{server.url}/v1"}
            (item,) = (await listed(tmp_path, here, "vllm")).values()
        assert (item.usable, item.status) == (True, f"runs at {server.url}/v1")
        assert item.models["Qwen/Qwen3"].context == 65_536

    async def test_only_one_provider_asks_no_other_server(
        self, tmp_path: Path, environ: dict[str, str]
    ) -> None:
        async with json_server(local_models.vllm()) as server:
            here = {**environ, "VLLM_BASE_URL": f"{server.url}/v1"}
            assert list(await listed(tmp_path, here, "openai")) == ["openai"]
        assert server.asked == []

    def test_an_unknown_provider(self, tmp_path: Path, environ: dict[str, str]) -> None:
        with pytest.raises(UsageError, match="did you mean 'openai'"):
            list_models(tmp_path, "opnai", environ)

    async def test_installed_models_of_this_machine(
        self, tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pycode.providers.local_process.has_engine", lambda: True)
        empty = (await listed(tmp_path, environ, "local"))["local"]
        assert (empty.usable, empty.models) == (False, {})
        assert empty.status == "none is installed: run pycode models install local"
        folder = model_folder(environ) / "mine"
        folder.mkdir(parents=True)
        write_gguf(folder / "m.gguf", LLAMA)
        found = (await listed(tmp_path, environ, "local"))["local"]
        assert (found.usable, found.status, [*found.models]) == (True, "installed", ["mine"])
        assert found.models["mine"].context == 8192
        monkeypatch.setattr("pycode.providers.local_process.has_engine", lambda: False)
        found = (await listed(tmp_path, environ, "local"))["local"]
        assert not found.usable
        assert 'pip install "pycode-agent[local]"' in found.status


class TestKeys:
    """Keys go in and out, and are never shown."""

    def test_store_list_forget(self, tmp_path: Path, environ: dict[str, str]) -> None:
        file = str(tmp_path / "home" / "credentials")
        assert store_key("openai", " sk-1\n", tmp_path, environ) == file
        assert list_keys(tmp_path, environ) == [("openai", file)]
        keyed = {**environ, "OPENAI_API_KEY": "k", "GROQ_API_KEY": "g"}
        assert list_keys(tmp_path, keyed) == [
            ("openai", "OPENAI_API_KEY"),
            ("groq", "GROQ_API_KEY"),
        ]
        assert set_by("openai", tmp_path, keyed) == "OPENAI_API_KEY"
        assert set_by("openai", tmp_path, environ) is None
        assert forget_key("openai", environ)
        assert not forget_key("openai", environ)

    @pytest.mark.parametrize("key", ["", " \n", "sk 1", "sk\x001", "schlüssel", "k" * 9000])
    def test_what_is_no_key(self, tmp_path: Path, environ: dict[str, str], key: str) -> None:
        with pytest.raises(UsageError) as caught:
            store_key("openai", key, tmp_path, environ)
        assert not key.strip() or key not in str(caught.value)
        assert list_keys(tmp_path, environ) == []

    def test_an_unknown_provider(self, tmp_path: Path, environ: dict[str, str]) -> None:
        with pytest.raises(UsageError, match="did you mean 'mistral'"):
            store_key("mistrall", "sk-1", tmp_path, environ)
