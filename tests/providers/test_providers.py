"""The providers of all protocols against the scripted server: answers, addresses, headers, options."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.support.providers import HELLO, KEY, Collect, Make, ask

from pycode.core.errors import (
    AuthenticationError,
    RateLimitError,
    UsageError,
)
from pycode.providers import (
    AnthropicProvider,
    CohereProvider,
    GeminiProvider,
    MistralProvider,
    OllamaProvider,
    OpenAIProvider,
    OpenAIResponsesProvider,
    ProviderConfig,
)
from pycode.providers.hosted import HostedProvider
from pycode.providers.profiles import Profile
from pycode.testing import (
    Request,
    ScriptedServer,
    call,
    fail,
    finish,
    one_byte,
    say,
    status,
    think,
    usage,
)


class TestAnswers:
    """What a good answer comes to is the same over all protocols."""

    async def test_everything(self, make: Make, collect: Collect) -> None:
        turn = [
            think("Hm", "m."),
            say("Hel", "lo ", "wörld 😀"),
            call("bash", {"command": "ls -l"}, ident="c1"),
            call("read", {}, ident="c2"),
            usage(input=10, cache_read=5, output=7, reasoning=0),
        ]
        got, server = await ask(make, [turn], collect, system="Be short.")
        assert got.error is None
        assert got.joined("reasoning") == "Hmm."
        assert got.joined("text") == "Hello wörld 😀"
        assert got.calls() == [
            {"id": "c1", "name": "bash", "arguments": {"command": "ls -l"}},
            {"id": "c2", "name": "read", "arguments": {}},
        ]
        assert got.types()[0] == "start"
        assert got.finish()["reason"] == "tool_calls"
        counts = {"input": 10, "cache_read": 5, "cache_write": 0, "output": 7, "reasoning": 0}
        assert got.finish()["usage"] == counts
        assert server.requests[0].system == "Be short."
        assert server.requests[0].prompt() == "Hello"

    async def test_one_byte_at_a_time(self, make: Make, collect: Collect) -> None:
        got, _ = await ask(make, [[one_byte(), say("Hellö"), call("bash", {"a": "b"})]], collect)
        assert got.joined("text") == "Hellö"
        assert got.calls()[0]["arguments"] == {"a": "b"}

    async def test_malformed_arguments(self, make: Make, collect: Collect) -> None:
        got, _ = await ask(make, [[call("bash", '{"command": "l')]], collect)
        assert "command" in got.calls()[0]["arguments_raw"]
        assert "arguments" not in got.calls()[0]

    @pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
    async def test_reasons(self, reason: str, make: Make, collect: Collect) -> None:
        got, _ = await ask(make, [[say("x"), finish(reason)]], collect)
        assert got.finish()["reason"] == reason

    async def test_models(self, make: Make) -> None:
        async with ScriptedServer(models=["one", "two"]) as server:
            provider = make(server)
            assert await provider.list_models() == ["one", "two"]
            await provider.close()

    async def test_one_connection_for_all_steps(self, make: Make, collect: Collect) -> None:
        async with ScriptedServer([say("a"), status(400), say("b"), say("c")]) as server:
            provider = make(server)
            for _ in range(4):
                await collect(provider.stream("m", HELLO))
            assert (len(server.requests), server.connections) == (4, 1)
            await provider.close()

    def test_two_event_loops_one_after_the_other(self, make: Make, collect: Collect) -> None:
        async def once() -> str:
            async with ScriptedServer([say("Hi")]) as server:
                provider = shared or make(server)
                provider._transport._base_url = server.url
                reading = await collect(provider.stream("m", HELLO))
                kept.append(provider)
                await provider._transport._client.aclose()  # type: ignore[union-attr]
                return str(reading.joined("text"))

        shared: HostedProvider | None = None
        kept: list[HostedProvider] = []
        assert asyncio.run(once()) == "Hi"
        shared = kept[0]
        assert asyncio.run(once()) == "Hi"

    async def test_several_at_once(self, make: Make, collect: Collect) -> None:
        async with ScriptedServer(lambda request: say(request.prompt())) as server:
            provider = make(server)
            asked = [
                collect(provider.stream("m", [{"role": "user", "content": f"q{number}"}]))
                for number in range(8)
            ]
            answers = [reading.joined("text") for reading in await asyncio.gather(*asked)]
            assert answers == [f"q{number}" for number in range(8)]
            await provider.close()


class TestHeaders:
    """What is sent beside the body."""

    async def test_anthropic(self, collect: Collect) -> None:
        async with ScriptedServer([say("x")]) as server:
            config = ProviderConfig("anthropic", KEY, server.url, {"X-Team": "blue"})
            provider = AnthropicProvider(config)
            await collect(provider.stream("m", HELLO))
            await provider.close()
        headers = server.requests[0].headers
        assert headers["x-api-key"] == KEY
        assert headers["anthropic-version"] == "2023-06-01"
        assert headers["x-team"] == "blue"
        assert headers["content-type"] == "application/json"
        assert server.requests[0].path == "/v1/messages"

    @pytest.mark.parametrize(
        ("model", "options", "mine", "sent"),
        [
            ("claude-sonnet-4-5", {"thinking": "high"}, None, "interleaved-thinking-2025-05-14"),
            (
                "claude-sonnet-4-5",
                {"thinking": "low"},
                "a-1",
                "a-1,interleaved-thinking-2025-05-14",
            ),
            # Adaptive thinking comes between calls by itself; without tools there is nothing to come between.
            ("claude-opus-4-8", {"thinking": "high"}, "a-1", "a-1"),
            ("claude-sonnet-4-5", {"thinking": "off"}, None, None),
            ("claude-sonnet-4-5", {"thinking": "high", "tools": None}, None, None),
        ],
    )
    async def test_anthropic_thinks_between_calls(
        self,
        model: str,
        options: dict[str, Any],
        mine: str | None,
        sent: str | None,
        collect: Collect,
    ) -> None:
        tool = {"name": "look", "description": "Look.", "parameters": {"type": "object"}}
        async with ScriptedServer([say("x")]) as server:
            headers = {"Anthropic-Beta": mine} if mine else {}
            provider = AnthropicProvider(ProviderConfig("anthropic", KEY, server.url, headers))
            await collect(provider.stream(model, HELLO, **{"tools": [tool], **options}))
            await provider.close()
        assert server.requests[0].headers.get("anthropic-beta") == sent

    async def test_openai(self, collect: Collect) -> None:
        async with ScriptedServer([say("x"), say("x")]) as server:
            with_key = OpenAIProvider(ProviderConfig("openai", f" {KEY}\n", server.url + "/v1"))
            without = OpenAIProvider(ProviderConfig("openai", None, server.url + "/v1"))
            for provider in (with_key, without):
                await collect(provider.stream("m", HELLO))
                await provider.close()
        first, second = server.requests
        assert first.headers["authorization"] == f"Bearer {KEY}"
        assert "authorization" not in second.headers
        assert first.path == "/v1/chat/completions"

    @pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1/messages"])
    async def test_anthropic_base_urls(self, ending: str, collect: Collect) -> None:
        async with ScriptedServer([say("x")]) as server:
            provider = AnthropicProvider(ProviderConfig("anthropic", KEY, server.url + ending))
            assert (await collect(provider.stream("m", HELLO))).joined("text") == "x"
            assert server.requests[0].path == "/v1/messages"
            await provider.close()

    @pytest.mark.parametrize("ending", ["/v1", "/v1/", "/v1/chat/completions", "/v1?version=2"])
    async def test_openai_base_urls(self, ending: str, collect: Collect) -> None:
        async with ScriptedServer([say("x")]) as server:
            provider = OpenAIProvider(ProviderConfig("openai", KEY, server.url + ending))
            assert (await collect(provider.stream("m", HELLO))).joined("text") == "x"
            query = "?version=2" if "?" in ending else ""
            assert server.requests[0].path == "/v1/chat/completions" + query
            await provider.close()

    @pytest.mark.parametrize(
        "url", ["localhost:11434", "ftp://x", "http://", "http://x:y/", "http://a\nb"]
    )
    def test_what_is_no_base_url(self, url: str) -> None:
        with pytest.raises(UsageError, match="is no base URL"):
            OpenAIProvider(ProviderConfig("openai", KEY, url))

    @pytest.mark.parametrize("key", ["schlüssel-äöü", "a\nb"])
    async def test_a_key_that_cannot_be_sent(self, key: str, collect: Collect) -> None:
        provider = AnthropicProvider(ProviderConfig("anthropic", key))
        got = await collect(provider.stream("m", HELLO))
        assert isinstance(got.error, AuthenticationError)
        assert key not in str(got.error)
        assert "ANTHROPIC_API_KEY" in str(got.error)

    @pytest.mark.parametrize("name", ["X Team", "x:y", "", "größe"])
    async def test_a_header_that_cannot_be_sent(self, name: str, collect: Collect) -> None:
        config = ProviderConfig("anthropic", KEY, headers={name: "blue"})
        got = await collect(AnthropicProvider(config).stream("m", HELLO))
        assert isinstance(got.error, AuthenticationError)
        assert "cannot be sent" in str(got.error)

    @pytest.mark.parametrize("ending", ["", "/", "/v1beta", "/v1/", "/v1beta/models"])
    @pytest.mark.parametrize("model", ["m", "models/m"])
    async def test_gemini(self, ending: str, model: str, collect: Collect) -> None:
        async with ScriptedServer([say("x")]) as server:
            provider = GeminiProvider(ProviderConfig("google", KEY, server.url + ending))
            assert (await collect(provider.stream(model, HELLO))).joined("text") == "x"
            await provider.close()
        path = "/v1beta/models/m:streamGenerateContent?alt=sse"
        assert server.requests[0].path == path
        assert server.requests[0].headers["x-goog-api-key"] == KEY
        assert server.requests[0].model == "m"

    @pytest.mark.parametrize("ending", ["/v1", "/v1/", "/v1/responses"])
    async def test_responses(self, ending: str, collect: Collect) -> None:
        async with ScriptedServer([say("x")]) as server:
            config = ProviderConfig("openai", KEY, server.url + ending)
            provider = OpenAIResponsesProvider(config)
            assert (await collect(provider.stream("m", HELLO))).joined("text") == "x"
            await provider.close()
        assert server.requests[0].path == "/v1/responses"
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"

    async def test_a_header_of_the_host(self, collect: Collect) -> None:
        async with ScriptedServer([say("x")]) as server:
            provider = OpenAIProvider(ProviderConfig("azure-openai", KEY, server.url + "/v1"))
            await collect(provider.stream("m", HELLO))
            await provider.close()
        assert server.requests[0].headers["api-key"] == KEY
        assert "authorization" not in server.requests[0].headers

    @pytest.mark.parametrize(
        ("cls", "name", "url"),
        [
            (OllamaProvider, "ollama", "http://localhost:11434/v1"),
            (MistralProvider, "mistral", "https://api.mistral.ai/v1"),
            (CohereProvider, "cohere", "https://api.cohere.ai/compatibility/v1"),
        ],
    )
    def test_providers_with_names_of_their_own(
        self, cls: type[OpenAIProvider], name: str, url: str
    ) -> None:
        assert repr(cls()) == f"{cls.__name__}({name!r}, {url!r})"
        assert cls(ProviderConfig("mine", base_url="http://x/v1"))._host.name == name
        assert OpenAIProvider(ProviderConfig("mine", base_url="http://x/v1"))._host.name == "openai"


class TestOptions:
    """What can be asked beside the conversation."""

    async def test_thinking_is_one_of_five(self, make: Make) -> None:
        async with ScriptedServer() as server:
            provider = make(server)
            with pytest.raises(UsageError, match="one of off, low, medium, high, max"):
                await anext(provider.stream("m", HELLO, thinking="hard"))
            await provider.close()

    async def test_tools_keep_their_names(self, make: Make, collect: Collect) -> None:
        tool = {"name": "git.log", "description": "Logs.", "parameters": {"type": "object"}}

        def answer(request: Request) -> Any:
            (sent,) = request.tools
            return call(sent.get("function", sent)["name"], {"n": 1})

        got, _ = await ask(make, answer, collect, tools=[tool])
        assert [made["name"] for made in got.calls()] == ["git.log"]
        assert [made["name"] for made in got.data("tool_call_start")] == ["git.log"]

    async def test_what_the_caller_knows_of_the_model(self, make: Make, collect: Collect) -> None:
        async with ScriptedServer([say("x"), say("x")]) as server:
            provider = make(server)
            for temperature in (True, False):
                provider.profiles["m"] = Profile(temperature=temperature)
                await collect(provider.stream("m", HELLO, temperature=0.5))
            await provider.close()
        first, second = (request.raw for request in server.requests)
        assert b'"temperature":0.5' in first
        assert b"temperature" not in second


async def test_the_scripted_error_is_the_same_over_all(make: Make, collect: Collect) -> None:
    got, _ = await ask(make, [fail(RateLimitError("slow down"))] * 9, collect)
    assert isinstance(got.error, RateLimitError)
    assert got.error.request_id == "req_scripted"


async def test_the_server_sees_the_same_over_all(make: Make, collect: Collect) -> None:
    calls: list[dict[str, Any]] = [
        {"type": "tool_call", "id": ident, "name": "bash", "arguments": {}} for ident in ("a", "b")
    ]
    results = [
        {
            "type": "tool_result",
            "id": made["id"],
            "name": "bash",
            "content": f"out {made['id']}",
            "is_error": made["id"] == "b",
        }
        for made in calls
    ]
    messages: list[dict[str, Any]] = [
        *HELLO,
        {"role": "assistant", "content": calls},
        {"role": "user", "content": results},
    ]
    async with ScriptedServer([say("x"), say("y")]) as server:
        provider = make(server)
        await collect(provider.stream("m", messages, system="Be short."))
        more = [{"type": "text", "text": "Go on."}]
        messages.append({"role": "user", "content": more})
        await collect(provider.stream("m", messages))
        await provider.close()
    first, second = server.requests
    assert first.results() == ["out a", "out b"]
    assert first.prompt() == "Hello"
    assert first.system == "Be short."
    assert first.model == "m"
    assert second.prompt() == "Go on."
    assert second.system is None
