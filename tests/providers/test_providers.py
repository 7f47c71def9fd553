"""The providers of all protocols against the scripted server: whole answers, retries, deadlines, cancelling, secrecy."""

from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.streams import byte_server, events_of

from pycode.core.errors import (
    AccessError,
    AuthenticationError,
    BadRequestError,
    ContextOverflowError,
    DeadlineError,
    ModelNotFoundError,
    NetworkError,
    OverloadedError,
    ProtocolError,
    ProviderError,
    QuotaError,
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
    Provider,
    ProviderConfig,
    create_provider,
)
from pycode.providers.create import PROTOCOLS
from pycode.providers.hosted import HostedProvider
from pycode.providers.profiles import Profile
from pycode.testing import (
    Request,
    ScriptedServer,
    call,
    cut,
    fail,
    finish,
    hang,
    html,
    one_byte,
    raw,
    say,
    status,
    think,
    usage,
    wait,
)
from pycode.testing.script import Script

Collect = Callable[[AsyncIterator[Any]], Any]
Make = Callable[[ScriptedServer], HostedProvider]

KEY = "sk-very-secret-key-123456"
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture(params=PROTOCOLS)
def make(request: pytest.FixtureRequest) -> Make:
    """Return a function that makes a provider of each protocol for a server, with waits that pass at once."""

    def make_provider(server: ScriptedServer) -> HostedProvider:
        name = {"anthropic-messages": "anthropic", "gemini": "google"}.get(request.param, "openai")
        url = server.url + ("/v1" if name == "openai" else "")
        provider = create_provider(name, protocol=request.param, base_url=url, api_key=KEY)
        assert isinstance(provider, HostedProvider)

        async def pass_at_once(seconds: float) -> None:
            await asyncio.sleep(0)

        provider._sleep = pass_at_once
        provider._random = lambda: 0.0
        return provider

    return make_provider


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own proxies out."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def ask(
    make: Make, script: Script, collect: Collect, **options: Any
) -> tuple[Any, ScriptedServer]:
    """Ask once; return what came and the server."""
    async with ScriptedServer(script) as server:
        provider = make(server)
        reading = await collect(provider.stream("m", HELLO, **options))
        await provider.close()
    return reading, server


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


class TestRetries:
    """What is tried again, how often and when."""

    @pytest.mark.parametrize("code", [408, 409, 429, 500, 502, 503, 529])
    async def test_what_may_pass(self, code: int, make: Make, collect: Collect) -> None:
        got, server = await ask(make, [status(code), status(code), say("Hi")], collect)
        assert got.joined("text") == "Hi"
        retries = got.data("retry")
        assert [retry["attempt"] for retry in retries] == [1, 2]
        assert [retry["wait"] for retry in retries] == [0.5, 1.0]
        assert str(code) in retries[0]["error"]
        assert got.types()[:3] == ["retry", "retry", "start"]
        assert server.requests[0].raw == server.requests[2].raw

    @pytest.mark.parametrize("code", [400, 401, 403, 404, 422])
    async def test_what_does_not_pass(self, code: int, make: Make, collect: Collect) -> None:
        got, server = await ask(
            make, [status(code, {"error": {"message": "no"}}), say("Hi")], collect
        )
        assert got.types() == []
        assert isinstance(got.error, ProviderError)
        assert got.error.status == code
        assert len(server.requests) == 1

    async def test_at_most_five_tries(self, make: Make, collect: Collect) -> None:
        got, server = await ask(make, [status(500)] * 9, collect)
        assert isinstance(got.error, OverloadedError)
        assert len(server.requests) == 5
        assert [retry["wait"] for retry in got.data("retry")] == [0.5, 1.0, 2.0, 4.0]

    async def test_waits_are_capped_and_spread(self, make: Make, collect: Collect) -> None:
        async with ScriptedServer([status(500)] * 9) as server:
            provider = make(server)
            provider._random = lambda: 1.0
            got = await collect(provider.stream("m", HELLO, max_retries=7))
            await provider.close()
        waits = [retry["wait"] for retry in got.data("retry")]
        assert waits == [0.375, 0.75, 1.5, 3.0, 6.0, 6.0, 6.0]

    async def test_no_retries(self, make: Make, collect: Collect) -> None:
        got, server = await ask(make, [status(500), say("Hi")], collect, max_retries=0)
        assert isinstance(got.error, OverloadedError)
        assert len(server.requests) == 1

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"retry-after": "7"}, 7.0),
            ({"retry-after": "1.5"}, 1.5),
            ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
            ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
            ({"retry-after": "soon"}, 0.5),
            ({"retry-after": "-3"}, 0.5),
            ({"retry-after": "nan"}, 0.5),
        ],
    )
    async def test_how_long_the_service_asks_to_wait(
        self, headers: dict[str, str], seconds: float, make: Make, collect: Collect
    ) -> None:
        got, _ = await ask(make, [status(429, headers=headers), say("Hi")], collect)
        assert [retry["wait"] for retry in got.data("retry")] == [seconds]

    async def test_a_wait_that_is_too_long_fails_at_once(
        self, make: Make, collect: Collect
    ) -> None:
        got, server = await ask(
            make, [status(429, headers={"retry-after": "300"}), say("Hi")], collect
        )
        assert isinstance(got.error, RateLimitError)
        assert got.error.retry_after == 300
        assert "wait 5 minutes and try again" in str(got.error)
        assert len(server.requests) == 1

    async def test_how_long_a_wait_may_be_can_be_said(self, make: Make, collect: Collect) -> None:
        script: Script = [status(429, headers={"retry-after": "300"}), say("Hi")]
        got, _ = await ask(make, script, collect, max_retry_wait=300)
        assert got.joined("text") == "Hi"
        got, _ = await ask(
            make, [status(429, headers={"retry-after": "2"})], collect, max_retry_wait=1
        )
        assert isinstance(got.error, RateLimitError)

    @pytest.mark.parametrize("broken", [cut(), fail(OverloadedError("busy"))])
    async def test_what_fails_before_anything_was_shown(
        self, broken: Any, make: Make, collect: Collect
    ) -> None:
        # Some protocols say that an answer begins, and then that it does not.
        got, server = await ask(make, [[raw(""), broken], say("Hi")], collect)
        assert got.joined("text") == "Hi"
        assert got.types().count("start") == 1
        assert got.types()[0] == "retry"
        assert len(server.requests) == 2

    @pytest.mark.parametrize(("code", "word", "tries"), [(500, "false", 1), (400, "true", 2)])
    async def test_the_service_decides(
        self, code: int, word: str, tries: int, make: Make, collect: Collect
    ) -> None:
        script: Script = [status(code, headers={"x-should-retry": word}), say("Hi")]
        _, server = await ask(make, script, collect)
        assert len(server.requests) == tries

    async def test_no_credit_is_never_tried_again(self, make: Make, collect: Collect) -> None:
        body = {
            "error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}
        }
        got, server = await ask(make, [status(429, body), say("Hi")], collect)
        assert isinstance(got.error, QuotaError)
        assert len(server.requests) == 1

    async def test_connections_that_break_before_an_answer(
        self, make: Make, collect: Collect
    ) -> None:
        empty = status(200, headers={"content-type": "text/event-stream"})
        got, server = await ask(make, [cut(), empty, say("Hi")], collect)
        assert got.joined("text") == "Hi"
        assert len(server.requests) == 3

    async def test_nothing_is_tried_again_once_something_was_shown(
        self, make: Make, collect: Collect
    ) -> None:
        got, server = await ask(make, [[say("Hel"), cut()], say("Hi")], collect)
        assert got.joined("text") == "Hel"
        assert isinstance(got.error, NetworkError)
        assert got.error.retryable
        assert got.types()[-1] == "text_end"
        assert len(server.requests) == 1

    async def test_an_error_that_begins_the_stream_is_like_a_status(self, collect: Collect) -> None:
        head = {"content-type": "text/event-stream"}
        error = (
            b'data: {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}\n\n'
        )
        async with ScriptedServer([status(200, error.decode(), head), say("Hi")] * 2) as server:
            for provider in (
                AnthropicProvider(ProviderConfig("anthropic", KEY, server.url)),
                OpenAIProvider(ProviderConfig("openai", KEY, server.url + "/v1")),
            ):
                provider._random = lambda: 0.0
                provider._sleep = lambda seconds: asyncio.sleep(0)
                got = await collect(provider.stream("m", HELLO))
                assert got.joined("text") == "Hi"
                assert got.types()[0] == "retry"
                await provider.close()

    async def test_cancelling_a_wait(self, make: Make) -> None:
        async with ScriptedServer([status(500), say("Hi")]) as server:
            provider = make(server)
            provider._sleep = asyncio.sleep
            stream = provider.stream("m", HELLO)
            assert (await anext(stream)).type == "retry"
            task = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(server.requests) == 1
            await provider.close()


class TestDeadlines:
    """Nothing waits for ever."""

    async def test_the_first_event(self, make: Make, collect: Collect) -> None:
        got, server = await ask(make, [hang()], collect, timeout=0.1)
        assert isinstance(got.error, DeadlineError)
        assert "sent nothing for 0.1 seconds" in str(got.error)
        assert len(server.requests) == 1

    async def test_comments_are_no_first_event(self, make: Make, collect: Collect) -> None:
        turn = [raw(": hello\n\n"), hang()]
        script = [
            status(
                200, ": hello\n\n", {"content-type": "text/event-stream", "content-length": "99"}
            )
        ]
        got, _ = await ask(make, script, collect, timeout=0.05)
        assert isinstance(got.error, DeadlineError)
        got, _ = await ask(make, [turn], collect, timeout=0.05, idle_timeout=0.05)
        assert isinstance(got.error, DeadlineError)

    async def test_between_events(self, make: Make, collect: Collect) -> None:
        got, _ = await ask(make, [[say("Hel"), hang()]], collect, idle_timeout=0.05)
        assert isinstance(got.error, DeadlineError)
        assert got.joined("text") == "Hel"

    async def test_comments_keep_an_answer_alive(self, make: Make, collect: Collect) -> None:
        slow = [item for _ in range(8) for item in (raw(": ping\n\n"), wait(0.1))]
        got, _ = await ask(make, [[say("Hel"), *slow, say("lo")]], collect, idle_timeout=0.5)
        assert got.error is None
        assert got.joined("text") == "Hello"

    async def test_the_consumer_may_take_its_time(self, make: Make) -> None:
        async with ScriptedServer([[say("a"), say("b")]]) as server:
            provider = make(server)
            types = []
            async for event in provider.stream("m", HELLO, timeout=0.3, idle_timeout=0.1):
                types.append(event.type)
                if len(types) == 3:
                    await asyncio.sleep(0.5)
            assert types[-1] == "finish"
            await provider.close()

    async def test_a_connection_that_never_stands(self, collect: Collect) -> None:
        with socket.socket() as full:
            # A listener whose queue is full answers nobody.
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            port = full.getsockname()[1]
            waiting = [socket.socket() for _ in range(8)]
            for other in waiting:
                other.setblocking(False)
                other.connect_ex(("127.0.0.1", port))
            provider = OpenAIProvider(ProviderConfig("openai", KEY, f"http://127.0.0.1:{port}/v1"))
            got = await collect(
                provider.stream("m", HELLO, connect_timeout=0.05, timeout=2, max_retries=0)
            )
            assert isinstance(got.error, NetworkError)
            await provider.close()
            for other in waiting:
                other.close()


class TestCancelling:
    """Whoever stops listening frees the connection at once."""

    @pytest.mark.parametrize("shown", [True, False])
    async def test_a_task_that_is_cancelled(self, shown: bool, make: Make) -> None:
        turn = [say("Hel"), hang()] if shown else [hang()]
        async with ScriptedServer([turn]) as server:
            provider = make(server)
            arrived = asyncio.Event()

            async def listen() -> None:
                async for event in provider.stream("m", HELLO):
                    if event.type == "text_delta":
                        arrived.set()

            task = asyncio.create_task(listen())
            while not (arrived.is_set() if shown else server.requests):
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            while not server.dropped:
                await asyncio.sleep(0.001)
            await provider.close()

    async def test_a_listener_that_breaks_off(self, make: Make) -> None:
        async with ScriptedServer([[say("Hel"), hang()]]) as server:
            provider = make(server)
            async for event in provider.stream("m", HELLO):
                if event.type == "text_delta":
                    break
            gc.collect()
            while not server.dropped:
                await asyncio.sleep(0.001)
            await provider.close()


class TestWhatGoesWrong:
    """Each failure is one sentence of the right class."""

    @pytest.mark.parametrize(
        ("answer", "kind", "words"),
        [
            (status(401, {"error": {"message": "bad key"}}), AuthenticationError, "_API_KEY"),
            (status(403, {"error": {"message": "no"}}), AccessError, "does not allow"),
            (status(402, {"error": {"message": "pay"}}), QuotaError, "no credit"),
            (
                status(400, {"error": {"message": "prompt is too long: 9 > 8"}}),
                ContextOverflowError,
                "compact",
            ),
            (status(413, b"too large"), ContextOverflowError, "compact"),
            (status(400, {"error": {"message": "what?"}}), BadRequestError, "(400: what?)"),
            (status(404, b"404 page not found"), ProtocolError, "base URL"),
            (html(404), ProtocolError, "base URL of"),
            (html(403), AccessError, "web page"),
            (html(200), ProtocolError, "answers with a web page instead of a model's answer"),
            (status(200, b"hello there"), ProtocolError, "answers with text/plain"),
            (
                status(302, headers={"location": "https://x/login"}),
                ProtocolError,
                "redirects to https://x",
            ),
            ([raw("data: nonsense\n\n")], ProtocolError, "no JSON object"),
            (
                [
                    raw('data: {"type": "content_block_delta", "choices": [3], "delta": 4}\n\n'),
                    raw('data: {"type": "response.output_text.delta", "delta": 4}\n\n'),
                    raw('data: {"candidates": [3]}\n\n'),
                ],
                ProtocolError,
                "shape",
            ),
        ],
    )
    async def test_sentences(
        self, answer: Any, kind: type, words: str, make: Make, collect: Collect
    ) -> None:
        got, _ = await ask(make, [answer], collect)
        assert type(got.error) is kind
        assert words in str(got.error)
        assert "\n" not in str(got.error)

    async def test_a_gateways_page_is_tried_again(self, make: Make, collect: Collect) -> None:
        got, _ = await ask(make, [html(502), say("Hi")], collect)
        assert got.joined("text") == "Hi"

    async def test_an_unknown_model_gets_the_nearest_names(
        self, make: Make, collect: Collect
    ) -> None:
        missing = status(
            404, {"error": {"type": "not_found_error", "message": "model: m4 not found"}}
        )
        async with ScriptedServer([missing], models=["m40-large", "x", "m4-mini"]) as server:
            provider = make(server)
            got = await collect(provider.stream("m4-minni", HELLO))
            await provider.close()
        assert isinstance(got.error, ModelNotFoundError)
        assert got.error.model == "m4-minni"
        assert "m4-mini" in str(got.error)
        assert str(got.error).endswith(".")

    async def test_an_unknown_model_where_models_are_not_listed(
        self, make: Make, collect: Collect
    ) -> None:
        missing = status(404, {"error": {"message": "The model `m` does not exist"}})
        async with ScriptedServer([missing]) as server:
            provider = make(server)
            provider._transport.get_json = _refuse  # type: ignore[method-assign]
            got = await collect(provider.stream("m", HELLO))
            await provider.close()
        assert isinstance(got.error, ModelNotFoundError)

    async def test_a_server_that_is_down(self, make: Make, collect: Collect) -> None:
        async with ScriptedServer() as server:
            provider = make(server)
        got = await collect(provider.stream("m", HELLO, max_retries=1))
        assert isinstance(got.error, NetworkError)
        assert server.url in str(got.error)
        assert "start the server there, or correct the base URL" in str(got.error)
        assert got.types() == ["retry"]
        await provider.close()

    async def test_a_host_that_does_not_exist(self, collect: Collect) -> None:
        provider = OpenAIProvider(ProviderConfig("openai", KEY, "http://nowhere.invalid/v1"))
        got = await collect(provider.stream("m", HELLO, max_retries=0))
        assert isinstance(got.error, NetworkError)
        assert "Cannot connect to http://nowhere.invalid/v1" in str(got.error)
        await provider.close()

    async def test_an_event_that_never_ends(
        self, make: Make, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pycode.providers.sse.MAX_EVENT", 10_000)
        got, _ = await ask(make, [[raw("data: " + "x" * 20_000), hang()]], collect)
        assert isinstance(got.error, ProtocolError)

    @pytest.mark.parametrize("body", [b"[1]", b"{}", b"<html></html>", b'"x"'])
    async def test_a_strange_list_of_models(self, body: bytes, make: Make) -> None:
        class Strange(ScriptedServer):
            def _list_models(self) -> Any:
                return status(200, body)

        async with Strange() as server:
            provider = make(server)
            if body == b"[1]" and provider.name != "google":
                assert await provider.list_models() == []
            else:
                with pytest.raises(ProtocolError):
                    await provider.list_models()
            await provider.close()


class TestCertificates:
    """A certificate of one's own is trusted once it is named."""

    @pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
    @pytest.mark.parametrize("trusted", [True, False])
    async def test_a_certificate_of_ones_own(
        self, trusted: bool, tmp_path: Path, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        argv += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        argv += ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run(argv, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        body = b"".join(events_of("openai-chat", [say("Hi")]))
        async with byte_server([body], tls=context) as url:
            provider = OpenAIProvider(ProviderConfig("openai", KEY, f"{url}/v1"))
            got = await collect(provider.stream("m", HELLO, max_retries=0))
            await provider.close()
        if trusted:
            assert got.joined("text") == "Hi"
        else:
            assert isinstance(got.error, NetworkError)
            assert "set SSL_CERT_FILE to its certificate" in str(got.error)


class TestProxies:
    """Proxies come from the environment, never for this machine."""

    async def test_the_proxy_is_used_for_other_hosts(
        self, make: Make, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with ScriptedServer() as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            provider = OpenAIProvider(ProviderConfig("openai", KEY, "http://model.invalid/v1"))
            got = await collect(provider.stream("m", HELLO, max_retries=0))
            await provider.close()
            # The scripted server is no proxy, but the request came to it.
            assert "404" in str(got.error)
            assert proxy.connections == 1

    @pytest.mark.parametrize("address", ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "not a url"])
    async def test_no_proxy_for_this_machine(
        self, address: str, make: Make, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", address)
        monkeypatch.setenv("HTTP_PROXY", address)
        got, _ = await ask(make, [say("Hi")], collect)
        assert got.joined("text") == "Hi"

    @pytest.mark.parametrize("address", ["socks9://127.0.0.1:9", "http://[bad"])
    async def test_a_proxy_that_cannot_be_used(
        self, address: str, collect: Collect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", address)
        provider = OpenAIProvider(ProviderConfig("openai", KEY, "http://model.invalid/v1"))
        got = await collect(provider.stream("m", HELLO, max_retries=0))
        assert isinstance(got.error, NetworkError)
        assert "\n" not in str(got.error)
        await provider.close()


class TestSecrecy:
    """The key is sent, and appears nowhere else."""

    async def test_errors_reprs_and_logs(
        self, make: Make, collect: Collect, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        echo = {"error": {"message": f"Incorrect API key provided: {KEY}, sk-proj-ab***********yz"}}
        script = [status(500, echo), status(401, echo)]
        async with ScriptedServer(script) as server:
            provider = make(server)
            got = await collect(provider.stream("m", HELLO))
            await provider.close()
        shown = [str(got.error), repr(got.error), repr(got.error.__cause__), str(got.events)]
        shown += [repr(provider), repr(provider.config), repr(provider._transport), caplog.text]
        shown += [repr(provider._service)]
        for text in shown:
            assert "secret-key" not in text
            assert "sk-proj" not in text
        assert caplog.text

    def test_a_password_in_the_base_url(self) -> None:
        url = "http://user:password@host.test/v1"
        provider: Provider = OpenAIProvider(ProviderConfig("openai", KEY, url))
        assert "password" not in repr(provider)

    async def test_words_of_the_service_are_bounded_and_clean(
        self, make: Make, collect: Collect
    ) -> None:
        message = "\x1b[31mred\u202e\nnext " + "x" * 1000
        got, _ = await ask(make, [status(400, {"error": {"message": message}})], collect)
        assert "\x1b" not in str(got.error)
        assert "\u202e" not in str(got.error)
        assert len(str(got.error)) < 400


async def test_the_scripted_error_is_the_same_over_all(make: Make, collect: Collect) -> None:
    got, _ = await ask(make, [fail(RateLimitError("slow down"))] * 9, collect)
    assert isinstance(got.error, RateLimitError)
    assert got.error.request_id == "req_scripted"


async def _refuse(path: str, *, timeout: float = 30.0) -> Any:
    raise NetworkError("no list")
