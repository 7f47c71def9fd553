"""`pycode models` and `pycode auth` as a user meets them."""

from __future__ import annotations

import json
import re

import pytest
from tests.support import local_models
from tests.support.e2e import Place
from tests.support.json_server import json_server

from pycode.providers.hosts import HOSTS

NOWHERE = {
    f"{name}_BASE_URL": "http://127.0.0.1:9/v1"
    for name in ("OLLAMA", "LMSTUDIO", "LLAMA_CPP", "VLLM")
}


@pytest.fixture(autouse=True)
def quiet(place: Place) -> None:
    """Let no server of this machine be found."""
    place.environ |= NOWHERE


class TestModels:
    """What there is, what it can do and cost, and whether it can be used now."""

    async def test_in_a_pipe_each_model_is_a_line(self, place: Place) -> None:
        result = await place.run("models", environ={"OPENAI_API_KEY": "k"})
        assert result.code == 0, result.err
        rows = [line.split("\t") for line in result.out.splitlines()]
        assert {len(row) for row in rows} == {7}
        assert rows[0][0] == "MODEL"
        table = {row[0]: row[1:] for row in rows[1:]}
        assert table["openai/gpt-5.2"] == [
            "400k",
            "128k",
            "1.75",
            "14",
            "tools images thinks",
            "usable",
        ]
        assert table["groq/openai/gpt-oss-20b"][-1] == "no key: set GROQ_API_KEY"
        assert table["mistral/devstral-latest"][-1] == "withdrawn: mistral-medium-latest"
        assert table["vllm/…"][-1].startswith("no server answers at")

    async def test_json(self, place: Place) -> None:
        result = await place.run("models", "--json", environ={"OPENAI_API_KEY": "k-secret"})
        found = {item["provider"]: item for item in json.loads(result.out)}
        assert next(iter(found)) == "openai"
        assert set(found) == {host.name for host in HOSTS}
        assert found["openai"]["usable"] is True
        assert found["anthropic"]["default_model"] == "claude-sonnet-5-5"
        model = next(m for m in found["anthropic"]["models"] if m["name"] == "claude-sonnet-5-5")
        assert (model["context"], model["prices"]["cache_read"]) == (1_000_000, 0.1)
        assert "k-secret" not in result.out

    async def test_a_local_server_is_found(self, place: Place) -> None:
        async with json_server(local_models.ollama(running={"qwen3:8b": 16_384})) as server:
            result = await place.run("models", "ollama", environ={"OLLAMA_BASE_URL": server.url})
        assert "ollama/qwen3:8b\t16k\t4096\t?\t?\ttools thinks\tusable" in result.out.splitlines()

    async def test_refresh_fails_and_nothing_is_lost(self, place: Place) -> None:
        environ = {"HTTPS_PROXY": "http://127.0.0.1:9"}
        result = await place.run("models", "--refresh", environ=environ)
        assert result.code == 5
        assert "models.dev" in result.err
        assert "Traceback" not in result.err
        assert not (place.home / ".pycode" / "cache").exists()


class TestAuth:
    """Keys come from stdin or a terminal, and never go out again."""

    async def test_login_list_logout(self, place: Place) -> None:
        key = "sk-ant-stored-1234567890"
        result = await place.run("auth", "login", "anthropic", text=f"{key}\n")
        path = place.home / ".pycode" / "credentials"
        assert result.out == f"Stored the key of anthropic in {path}.\n"
        listed = await place.run("auth", "list")
        assert listed.out == f"anthropic\t{path}\n"
        models = await place.run("models", "anthropic")
        assert models.out.splitlines()[1].endswith("\tusable")
        shadowed = await place.run("auth", "list", environ={"ANTHROPIC_API_KEY": "k"})
        assert shadowed.out == "anthropic\tANTHROPIC_API_KEY\n"
        gone = await place.run("auth", "logout", "anthropic")
        assert gone.out == "Forgot the key of anthropic.\n"
        again = await place.run("auth", "logout", "anthropic")
        assert (again.code, again.err.count("\n")) == (2, 2)
        everything = [result, listed, models, shadowed, gone, again]
        assert not any(key in text for item in everything for text in (item.out, item.err))

    async def test_a_key_that_is_shadowed_is_said(self, place: Place) -> None:
        environ = {"OPENAI_API_KEY": "k"}
        result = await place.run("auth", "login", "openai", text="sk-1", environ=environ)
        assert result.err == "OPENAI_API_KEY is set, and goes before it.\n"

    @pytest.mark.parametrize(
        ("arguments", "text", "told"),
        [
            (["login", "opnai"], "sk-1", "did you mean 'openai'"),
            (["login", "openai"], "", "the key is empty"),
            (["login", "openai"], "two words", "this is no key"),
            (["login"], "", "Missing argument 'PROVIDER'"),
            (["logout", "openai"], "", "no key of 'openai' is stored"),
        ],
    )
    async def test_wrong_words(
        self, place: Place, arguments: list[str], text: str, told: str
    ) -> None:
        result = await place.run("auth", *arguments, text=text)
        assert result.code == 2
        assert told in result.err
        assert "Traceback" not in result.err

    async def test_a_damaged_file_is_one_sentence(self, place: Place) -> None:
        folder = place.home / ".pycode"
        folder.mkdir()
        (folder / "credentials").write_text("{", encoding="utf-8")
        result = await place.run("auth", "list")
        assert result.code == 2
        assert re.fullmatch(
            r"pycode: .*credentials is damaged; delete it .*\n +config · .*\n", result.err
        )
