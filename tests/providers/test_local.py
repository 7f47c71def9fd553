"""Models in a process of PyCode's own: the real engine with the smallest model that talks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import pytest
from tests.support.commands import is_alive, until_dead
from tests.support.small_model import small_model

from pycode.core.errors import ContextOverflowError, OverloadedError
from pycode.providers.base import StreamEvent
from pycode.providers.local import LocalProvider
from pycode.providers.profiles import Profile

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="signals, and processes found as Linux and macOS show them"
)

Collect = Callable[[AsyncIterator[StreamEvent]], Any]

HELLO: list[dict[str, Any]] = [{"role": "user", "content": "List the files."}]
LONG = "The files of this project are named after the days on which they were written. " * 90
ACTIONS = r"""
root ::= "{\"action\":\"" ("read" | "list" | "run") "\",\"path\":\"" char{1,20} "\"}"
char ::= [a-z0-9_./] | "\\n"
"""
ENDLESS = "root ::= [a-z ] root"


async def until_kept(environ: dict[str, str]) -> Path:
    """Wait until the engine, which does it beside other work, has kept a prompt on disk; return the file."""
    for _ in range(3000):
        if kept := [*Path(environ["PYCODE_HOME"]).rglob("*.prompt")]:
            return kept[0]
        await asyncio.sleep(0.01)
    pytest.fail("no prompt was kept")


@pytest.fixture
def model() -> str:
    """Return the small model's name; without it the test is skipped."""
    return small_model()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with an empty home and a secret."""
    return {**os.environ, "PYCODE_HOME": str(tmp_path), "ANTHROPIC_API_KEY": "sk-not-for-a-child"}


@pytest.fixture
async def provider(environ: dict[str, str]) -> AsyncGenerator[LocalProvider, None]:
    """Return a provider that has started nothing yet."""
    provider = LocalProvider(environ=environ)
    yield provider
    await provider.close()


def engines() -> list[int]:
    """Return the ids of the engines that this process has started."""
    tasks = Path("/proc/self/task").glob("*/children")
    children = [int(pid) for task in tasks for pid in task.read_text(encoding="utf-8").split()]
    return [pid for pid in children if b"local_child" in command_of(pid)]


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class TestStream:
    """What every provider does, done by the engine."""

    async def test_answers_in_pieces_that_follow_the_grammar(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        for seed in range(3):
            stream = provider.stream(
                model, HELLO, system="Answer.", grammar=ACTIONS, seed=seed, temperature=1.0
            )
            reading = await collect(stream)
            assert reading.error is None
            assert len(reading.data("text_delta")) > 5
            said = json.loads(reading.joined("text"))
            assert list(said) == ["action", "path"]
            assert said["action"] in {"read", "list", "run"}
            assert reading.finish()["reason"] == "stop"

    async def test_counts_tokens_and_what_it_knew_already(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        first = await collect(provider.stream(model, HELLO, system=LONG, max_tokens=4))
        usage = first.finish()["usage"]
        assert usage["input"] > 300
        assert (usage["cache_read"], usage["output"]) == (0, 4)
        assert first.finish()["reason"] == "length"
        longer = [{"role": "user", "content": "Name the newest of these files, please."}]
        again = (await collect(provider.stream(model, longer, system=LONG, max_tokens=4))).finish()
        assert again["usage"]["cache_read"] > 300
        assert again["usage"]["input"] < 30

    async def test_what_it_evaluated_outlives_the_process(
        self, provider: LocalProvider, environ: dict[str, str], model: str, collect: Collect
    ) -> None:
        await collect(provider.stream(model, HELLO, system=LONG, max_tokens=1))
        kept = await until_kept(environ)
        await provider.close()
        assert kept.stat().st_mode & 0o777 == 0o600
        another = LocalProvider(environ=environ)
        reading = await collect(another.stream(model, HELLO, system=LONG, max_tokens=1))
        await another.close()
        assert reading.finish()["usage"]["cache_read"] > 300

    async def test_a_short_question_takes_the_place_of_no_kept_prompt(
        self, provider: LocalProvider, environ: dict[str, str], model: str, collect: Collect
    ) -> None:
        await collect(provider.stream(model, HELLO, system=LONG, max_tokens=1))
        await until_kept(environ)
        await collect(provider.stream(model, HELLO, system=LONG[:2_500].upper(), max_tokens=1))
        await provider.close()
        another = LocalProvider(environ=environ)
        reading = await collect(another.stream(model, HELLO, system=LONG, max_tokens=1))
        await another.close()
        assert reading.finish()["usage"]["cache_read"] > 1_000

    async def test_a_kept_prompt_that_was_cut_is_forgotten(
        self, provider: LocalProvider, environ: dict[str, str], model: str, collect: Collect
    ) -> None:
        await collect(provider.stream(model, HELLO, system=LONG, max_tokens=1))
        kept = await until_kept(environ)
        await provider.close()
        os.truncate(kept, 1_000)
        another = LocalProvider(environ=environ)
        reading = await collect(another.stream(model, HELLO, max_tokens=1))
        await another.close()
        assert reading.error is None
        assert not kept.exists()

    async def test_a_prompt_that_is_too_long(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        provider.profiles[model] = Profile(context=256)
        reading = await collect(provider.stream(model, HELLO, system=LONG))
        assert isinstance(reading.error, ContextOverflowError)
        assert "compact the session" in str(reading.error)
        assert (await collect(provider.stream(model, HELLO, max_tokens=1))).error is None

    async def test_the_context_is_full_in_the_middle_of_an_answer(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        provider.profiles[model] = Profile(context=256)
        reading = await collect(provider.stream(model, HELLO, grammar=ENDLESS))
        assert (reading.error, reading.finish()["reason"]) == (None, "length")

    async def test_broken_grammars_are_an_error_of_the_request(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        reading = await collect(provider.stream(model, HELLO, grammar="root ::= ("))
        assert "does not accept the request" in str(reading.error)


class TestProcess:
    """When the process starts and ends, and what it is told."""

    async def test_a_stopped_answer_frees_the_engine(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        stream = provider.stream(model, HELLO, grammar=ENDLESS)
        async with aclosing(cast("AsyncGenerator[StreamEvent, None]", stream)) as events:
            async for event in events:
                if event.type == "text_delta":
                    break
        # Unless the answer was stopped, it goes on until the context is full: for minutes.
        async with asyncio.timeout(30):
            reading = await collect(provider.stream(model, HELLO, max_tokens=2))
        assert reading.error is None

    @linux
    async def test_one_process_serves_all_requests_and_knows_no_secret(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        assert engines() == []
        await collect(provider.stream(model, HELLO, max_tokens=1))
        (pid,) = engines()
        await collect(provider.stream(model, HELLO, max_tokens=1))
        assert engines() == [pid]
        shown = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"OMP_WAIT_POLICY=passive" in shown
        assert b"sk-not-for-a-child" not in shown
        await provider.close()
        assert engines() == []

    @linux
    async def test_requests_at_once_share_a_process(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        streams = [provider.stream(model, HELLO, max_tokens=3) for _ in range(3)]
        readings = await asyncio.gather(*map(collect, streams))
        assert [reading.error for reading in readings] == [None] * 3
        assert len(engines()) == 1

    @linux
    async def test_cancelled_while_it_starts(self, provider: LocalProvider, model: str) -> None:
        async def ask() -> None:
            async for _ in provider.stream(model, HELLO):
                pytest.fail("it was to be stopped before it answered")

        asking = asyncio.create_task(ask())
        while not engines():
            await asyncio.sleep(0.005)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert engines() == []

    @linux
    async def test_killed_while_it_answers(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        async def killing() -> AsyncIterator[StreamEvent]:
            killed = False
            async for event in provider.stream(model, HELLO, grammar=ENDLESS):
                yield event
                if event.type == "text_delta" and not killed:
                    killed = True
                    os.kill(engines()[0], signal.SIGKILL)

        reading = await collect(killing())
        assert isinstance(reading.error, OverloadedError)
        assert "ended while it answered (SIGKILL): ask again" in str(reading.error)
        assert reading.joined("text")
        assert (await collect(provider.stream(model, HELLO, max_tokens=1))).error is None

    @linux
    async def test_killed_between_two_requests(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        await collect(provider.stream(model, HELLO, max_tokens=1))
        (pid,) = engines()
        os.kill(pid, signal.SIGKILL)
        await until_dead(pid)
        assert (await collect(provider.stream(model, HELLO, max_tokens=1))).error is None

    @linux
    async def test_killed_before_it_answers(
        self, provider: LocalProvider, model: str, collect: Collect
    ) -> None:
        async def killing() -> AsyncIterator[StreamEvent]:
            # A first request, so that the second one finds an engine that is about to end.
            async for event in provider.stream(model, HELLO, max_tokens=1):
                if event.type == "finish":
                    os.kill(engines()[0], signal.SIGSTOP)
            stopped = engines()[0]
            asyncio.get_running_loop().call_later(0.2, os.kill, stopped, signal.SIGKILL)
            async for event in provider.stream(model, HELLO, max_tokens=1):
                yield event

        reading = await collect(killing())
        assert reading.error is None
        assert "SIGKILL" in reading.data("retry")[0]["error"]
        assert reading.types()[-1] == "finish"

    def test_works_in_one_event_loop_after_another(
        self, environ: dict[str, str], model: str
    ) -> None:
        provider = LocalProvider(environ=environ)

        async def ask() -> str:
            async for event in provider.stream(model, HELLO, max_tokens=1):
                last = event
            await provider.close()
            return last.type

        assert [asyncio.run(ask()), asyncio.run(ask())] == ["finish", "finish"]

    @linux
    async def test_ends_when_it_is_idle_and_starts_again(
        self, environ: dict[str, str], model: str, collect: Collect
    ) -> None:
        provider = LocalProvider(environ=environ, idle_seconds=0.0)
        await collect(provider.stream(model, HELLO, max_tokens=1))
        (pid,) = engines()
        await until_dead(pid)
        assert (await collect(provider.stream(model, HELLO, max_tokens=1))).error is None
        await provider.close()

    async def test_ends_with_its_parent(self, environ: dict[str, str], model: str) -> None:
        script = (
            "import asyncio, sys\n"
            "from pycode.providers.local import LocalProvider\n"
            "from tests.providers.test_local import ENDLESS, HELLO, engines\n"
            "async def main():\n"
            "    provider = LocalProvider()\n"
            "    async for event in provider.stream(sys.argv[1], HELLO, grammar=ENDLESS):\n"
            "        if event.type == 'text_delta':\n"
            "            print(*engines(), flush=True)\n"
            "            await asyncio.sleep(600)\n"
            "asyncio.run(main())\n"
        )
        parent = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, model, env=environ, stdout=asyncio.subprocess.PIPE
        )
        assert parent.stdout is not None
        pid = int(await parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
        await parent.wait()
        await until_dead(pid)
