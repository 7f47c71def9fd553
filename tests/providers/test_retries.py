"""What is asked again and when, and that nothing waits for ever: over all protocols."""

from __future__ import annotations

import asyncio
import gc
import socket
from typing import Any

import pytest
from tests.support.providers import HELLO, KEY, Collect, Make, ask

from pycode.core.errors import (
    DeadlineError,
    NetworkError,
    OverloadedError,
    ProviderError,
    QuotaError,
    RateLimitError,
)
from pycode.providers import (
    AnthropicProvider,
    OpenAIProvider,
    ProviderConfig,
)
from pycode.testing import (
    ScriptedServer,
    cut,
    fail,
    hang,
    raw,
    say,
    status,
    wait,
)
from pycode.testing.script import Script


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
