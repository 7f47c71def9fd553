"""Local servers are recognised by what they answer and asked for what their models can do."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from tests.support import local_models
from tests.support.json_server import SILENCE, json_server

from pycode.providers.local_servers import (
    Address,
    LocalModel,
    LocalServer,
    find_servers,
    find_servers_now,
    raise_context,
)

NOBODY = Address("http://127.0.0.1:9/v1")
SLOW = 10.0
"""Longer than anything takes: the machine may be busy."""


async def find(host: str, answers: dict[str, Any]) -> LocalServer | None:
    async with json_server(answers) as server:
        found = await find_servers({host: Address(f"{server.url}/v1")}, SLOW)
    return found[0] if found else None


async def models(host: str, answers: dict[str, Any]) -> dict[str, LocalModel]:
    found = await find(host, answers)
    assert found is not None
    assert found.host == host
    return {model.name: model for model in found.models}


class TestOllama:
    """Its models have the context that they run with, not the one that they were made for."""

    async def test_a_running_model(self) -> None:
        found = await models("ollama", local_models.ollama(running={"qwen3:8b": 16_384}))
        coder = found["qwen3:8b"]
        assert (coder.profile.context, coder.trained_context, coder.loaded) == (
            16_384,
            40_960,
            True,
        )
        assert (coder.profile.tools, coder.profile.reasoning, coder.profile.known) == (True,) * 3
        assert coder.profile.reasoning_levels == ("none", "low", "medium", "high")
        assert not coder.is_cramped

    async def test_without_being_told_a_model_has_little(self) -> None:
        coder = (await models("ollama", local_models.ollama()))["qwen3:8b"]
        assert (coder.profile.context, coder.loaded, coder.is_cramped) == (4096, False, True)
        assert coder.profile.output == 1024

    async def test_a_parameter_of_the_model(self) -> None:
        answers = local_models.ollama(parameters="stop   <|end|>\nnum_ctx   24576\n")
        assert (await models("ollama", answers))["qwen3:8b"].profile.context == 24_576

    async def test_what_the_user_knows_of_the_server(self) -> None:
        async with json_server(local_models.ollama()) as server:
            address = Address(f"{server.url}/v1", context=32_768)
            (found,) = await find_servers({"ollama": address}, SLOW)
        contexts = {model.name: model.profile.context for model in found.models}
        assert contexts == {"qwen3:8b": 32_768, "gemma:2b": 8192}

    async def test_abilities(self) -> None:
        found = await models("ollama", local_models.ollama())
        assert list(found) == ["qwen3:8b", "gemma:2b"]
        assert (found["gemma:2b"].profile.tools, found["gemma:2b"].profile.images) == (False, True)

    async def test_a_name_that_cannot_be_shown(self) -> None:
        tags = {"models": [{"name": "a\nb"}, {"name": "\x1b[31m"}, {"name": "good"}]}
        found = await models("ollama", {"/api/tags": tags})
        assert list(found) == ["good"]

    async def test_loaded_models_come_first(self) -> None:
        found = await models("ollama", local_models.ollama(running={"gemma:2b": 4096}))
        assert list(found) == ["gemma:2b", "qwen3:8b"]

    async def test_an_old_server_says_less(self) -> None:
        answers = {"/api/tags": {"models": [{"name": "llama2"}]}, "/api/show": {"parameters": ""}}
        (model,) = (await models("ollama", answers)).values()
        assert (model.profile.context, model.profile.tools) == (4096, True)

    async def test_a_larger_context_is_a_second_name(self) -> None:
        async with json_server(local_models.ollama()) as server:
            address = Address(f"{server.url}/v1")
            assert await raise_context(address, "qwen3:8b", 32_768) == "qwen3:8b-ctx32768"
            assert await raise_context(address, "mine", 9000) == "mine:latest-ctx9000"
        created = [body for path, body in server.asked if path == "/api/create"]
        assert created[0] == {
            "model": "qwen3:8b-ctx32768",
            "from": "qwen3:8b",
            "parameters": {"num_ctx": 32_768},
            "stream": False,
        }

    async def test_a_second_name_that_is_there_is_taken(self) -> None:
        answers = {"/api/tags": {"models": [{"name": "qwen3:8b-ctx32768"}]}}
        async with json_server(answers) as server:
            found = await raise_context(Address(f"{server.url}/v1"), "qwen3:8b", 32_768)
        assert found == "qwen3:8b-ctx32768"

    async def test_it_may_refuse(self) -> None:
        answers = {**local_models.ollama(), "/api/create": {"error": "no such model"}}
        async with json_server(answers) as server:
            assert await raise_context(Address(f"{server.url}/v1"), "x", 32_768) is None


class TestOthers:
    """Each is asked where it says most."""

    async def test_lmstudio(self) -> None:
        found = await models("lmstudio", local_models.lmstudio())
        assert list(found) == ["qwen3-coder", "big", "old"]
        coder, big, old = found.values()
        assert (coder.profile.context, coder.profile.tools, coder.is_cramped) == (8192, True, True)
        assert (big.profile.context, big.profile.images, big.profile.tools) == (262_144, True, True)
        assert old.profile.tools is False

    @pytest.mark.parametrize(
        ("props", "tools", "images"),
        [
            ({"chat_template_caps": {"supports_tools": True}}, True, False),
            ({"chat_template_caps": {"supports_tools": False}}, False, False),
            ({"chat_template": "{% if tools %}"}, True, False),
            ({"chat_template": "{{ messages }}", "modalities": {"vision": True}}, False, True),
            ({}, True, False),
        ],
    )
    async def test_llama_cpp(self, props: dict[str, Any], tools: bool, images: bool) -> None:
        (model,) = (await models("llama.cpp", local_models.llama_cpp(**props))).values()
        assert (model.name, model.profile.context) == ("gpt-oss", 32_768)
        assert (model.profile.tools, model.profile.images) == (tools, images)

    async def test_vllm(self) -> None:
        (model,) = (await models("vllm", local_models.vllm())).values()
        assert (model.name, model.profile.context) == ("Qwen/Qwen3", 65_536)

    async def test_another_server_with_openais_interface_is_no_vllm(self) -> None:
        assert await find("vllm", local_models.llama_cpp()) is None

    async def test_the_key_is_sent(self) -> None:
        async with json_server(local_models.vllm()) as server:
            await find_servers({"vllm": Address(f"{server.url}/v1", "sk-local")}, SLOW)
        assert "authorization: Bearer sk-local" in server.headers[0].replace(
            "Authorization", "authorization"
        )


ALL = ["ollama", "lmstudio", "llama.cpp", "vllm"]


class TestSearch:
    """All at once, in a bounded time, by what they answer."""

    async def test_all_at_once_and_in_order(self) -> None:
        answers = [
            local_models.ollama(),
            local_models.lmstudio(),
            local_models.llama_cpp(),
            local_models.vllm(),
        ]
        async with (
            json_server(answers[0]) as first,
            json_server(answers[1]) as second,
            json_server(answers[2]) as third,
            json_server(answers[3]) as fourth,
        ):
            urls = [server.url for server in (first, second, third, fourth)]
            addresses = {name: Address(f"{url}/v1") for name, url in zip(ALL, urls, strict=True)}
            found = await find_servers(addresses, SLOW)
        assert [server.host for server in found] == ALL

    @pytest.mark.parametrize("host", ALL)
    @pytest.mark.parametrize(
        "answer",
        [
            b"<html>hello</html>",
            b"\xff\xfe",
            [],
            {},
            {"models": 3, "data": 3},
            {"data": [1], "models": None},
        ],
        ids=repr,
    )
    async def test_something_else_listens_there(self, host: str, answer: object) -> None:
        paths = ("/api/tags", "/api/ps", "/api/show", "/api/v0/models", "/props", "/v1/models")
        assert await find(host, dict.fromkeys(paths, answer)) is None

    @pytest.mark.parametrize("host", ALL)
    async def test_nobody_listens(self, host: str) -> None:
        assert await find_servers({host: NOBODY}, SLOW) == []

    async def test_one_that_does_not_answer_costs_no_more_than_the_limit(self) -> None:
        silent_paths = {"/api/tags": SILENCE, "/api/ps": SILENCE}
        async with json_server(local_models.vllm()) as good, json_server(silent_paths) as silent:
            addresses = {
                "ollama": Address(f"{silent.url}/v1"),
                "vllm": Address(f"{good.url}/v1"),
            }
            began = time.monotonic()
            found = await find_servers(addresses, 1.0)
            assert time.monotonic() - began < 5
        assert [server.host for server in found] == ["vllm"]

    async def test_details_that_come_too_late_are_not_known(self) -> None:
        answers = {**local_models.ollama(), "/api/show": SILENCE}
        async with json_server(answers) as server:
            (found,) = await find_servers({"ollama": Address(f"{server.url}/v1")}, 1.0)
        assert [model.profile.context for model in found.models] == [4096] * 3

    async def test_nothing_to_look_for(self) -> None:
        assert await find_servers({}) == []

    async def test_from_code_that_cannot_wait(self) -> None:
        async with json_server(local_models.vllm()) as server:
            address = {"vllm": Address(f"{server.url}/v1")}
            found = await asyncio.to_thread(find_servers_now, address, SLOW)
        assert [item.host for item in found] == ["vllm"]
        # Also inside a running loop.
        assert find_servers_now({"vllm": NOBODY}, SLOW) == []


def test_an_address_does_not_show_its_key() -> None:
    assert "sk-local" not in repr(Address("http://localhost", "sk-local"))
