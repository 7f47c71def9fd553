"""Our reading of a stream beside that of the vendors' own libraries, on the same bytes."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.support.streams import byte_server, events_of

from pycode.providers import create_provider
from pycode.testing import call, finish, say, think, usage

pytestmark = pytest.mark.filterwarnings("ignore")

QUESTION: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}]
MADE = {
    "everything": [
        think("Let me ", "see."),
        say("I change ", "größe 😀."),
        call("edit", {"path": "größe.py", "all": True, "n": [1, 2.5]}, ident="c1"),
        call("bash", {}, ident="c2"),
        usage(input=10, cache_read=4, output=20, reasoning=0),
    ],
    "text": [say("Hello."), usage(input=3, output=2)],
    "cut by the limit": [say("Hello"), finish("length"), usage(input=3, output=2)],
}


@dataclass
class Gist:
    """What both readings must agree on."""

    text: str = ""
    reasoning: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)
    reason: str | None = None
    tokens: tuple[int, int] = (0, 0)
    """All tokens read, all tokens written."""


_THOUGHTS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")

Sdk = Callable[[str], Awaitable[Gist]]


async def anthropic(url: str) -> Gist:
    """Read with the library of Anthropic."""
    library = pytest.importorskip("anthropic")
    gist = Gist()
    async with library.AsyncAnthropic(base_url=url, api_key="k", max_retries=0) as client:
        asked = {"model": "m", "max_tokens": 10, "messages": QUESTION}
        async with client.messages.stream(**asked) as stream:
            message = await stream.get_final_message()
    for block in message.content:
        if block.type == "text":
            gist.text += block.text
        elif block.type == "thinking":
            gist.reasoning += block.thinking
        elif block.type == "tool_use":
            gist.calls.append((block.name, block.input))
    gist.reason = message.stop_reason
    count = message.usage
    read = (count.cache_read_input_tokens or 0) + (count.cache_creation_input_tokens or 0)
    gist.tokens = (count.input_tokens + read, count.output_tokens)
    return gist


async def responses(url: str) -> Gist:
    """Read Responses with the library of OpenAI."""
    library = pytest.importorskip("openai")
    gist = Gist()
    client = library.AsyncOpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0)
    async with client, client.responses.stream(model="m", input="Hi") as stream:
        async for event in stream:
            if event.type == "response.output_text.delta":
                gist.text += event.delta
            elif event.type in _THOUGHTS:
                gist.reasoning += event.delta
            elif event.type == "response.output_item.done":
                gist.calls += _call_of(event.item)
            elif event.type in ("response.completed", "response.incomplete"):
                response = event.response
    gist.reason = response.status
    if response.incomplete_details:
        gist.reason = response.incomplete_details.reason
    gist.tokens = (response.usage.input_tokens, response.usage.output_tokens)
    return gist


def _call_of(item: Any) -> list[tuple[str, Any]]:
    """Return the call that an item of the library is, if it is one."""
    match item.type:
        case "function_call":
            return [(item.name, json.loads(item.arguments))]
        case "custom_tool_call":
            return [(item.name, {"input": item.input})]
        case "local_shell_call":
            return [(item.type, item.action.model_dump(exclude_unset=True))]
        case "apply_patch_call":
            return [(item.type, item.operation.model_dump(exclude_unset=True))]
    return []


async def chat(url: str) -> Gist:
    """Read Chat Completions with the library of OpenAI."""
    library = pytest.importorskip("openai")
    gist = Gist()
    calls: dict[int, list[str]] = {}
    async with library.AsyncOpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0) as client:
        stream = await client.chat.completions.create(model="m", messages=QUESTION, stream=True)
        async for chunk in stream:
            if chunk.usage:
                gist.tokens = _chat_tokens(chunk.usage)
            for choice in chunk.choices:
                if isinstance(choice.delta.content, list):
                    pytest.skip("the library gives typed parts on as they are")
                gist.text += choice.delta.content or ""
                more = choice.delta.model_extra or {}
                gist.reasoning += more.get("reasoning_content") or more.get("reasoning") or ""
                for piece in choice.delta.tool_calls or []:
                    made = calls.setdefault(piece.index, ["", ""])
                    made[0] = made[0] or piece.function.name or ""
                    made[1] += piece.function.arguments or ""
                gist.reason = choice.finish_reason or gist.reason
    gist.calls = [(name, json.loads(text or "{}")) for name, text in calls.values()]
    return gist


def _chat_tokens(usage: Any) -> tuple[int, int]:
    details = usage.completion_tokens_details
    thought = (details and details.reasoning_tokens) or 0
    read, written = usage.prompt_tokens, usage.completion_tokens
    # xAI counts what was thought beside the output; the library gives its numbers on as they are.
    is_beside = usage.total_tokens == read + written + thought
    return read, written + thought if is_beside else written


async def gemini(url: str) -> Gist:
    """Read with the library of Google."""
    library = pytest.importorskip("google.genai")
    gist = Gist()
    client = library.Client(api_key="k", http_options={"base_url": url})
    async for chunk in await client.aio.models.generate_content_stream(model="m", contents="Hi"):
        for candidate in chunk.candidates or []:
            for part in (candidate.content and candidate.content.parts) or []:
                if part.function_call:
                    gist.calls.append((part.function_call.name, part.function_call.args or {}))
                elif part.thought:
                    gist.reasoning += part.text or ""
                else:
                    gist.text += part.text or ""
            gist.reason = candidate.finish_reason.value if candidate.finish_reason else None
        count = chunk.usage_metadata
        if count:
            read = (count.prompt_token_count or 0) + (count.tool_use_prompt_token_count or 0)
            written = (count.candidates_token_count or 0) + (count.thoughts_token_count or 0)
            gist.tokens = (read, written)
    await client.aio.aclose()
    return gist


SDKS: dict[str, Sdk] = {
    "anthropic-messages": anthropic,
    "openai-responses": responses,
    "openai-chat": chat,
    "gemini": gemini,
}


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own proxies and addresses out."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("name", sorted(MADE))
@pytest.mark.parametrize("protocol", sorted(SDKS))
async def test_streams_of_our_own(protocol: str, name: str, collect: Any) -> None:
    body = b"".join(events_of(protocol, list(MADE[name])))
    ours, theirs = await _both(protocol, body, collect)
    assert ours == theirs
    assert theirs.text


async def test_recorded_anthropic(anthropic_recording: Any, collect: Any) -> None:
    await _compare("anthropic-messages", anthropic_recording.body, collect)


async def test_recorded_chat(chat_recording: Any, collect: Any) -> None:
    await _compare("openai-chat", chat_recording.body, collect)


async def test_recorded_responses(responses_recording: Any, collect: Any) -> None:
    await _compare("openai-responses", responses_recording.body, collect)


async def test_recorded_gemini(gemini_recording: Any, collect: Any) -> None:
    await _compare("gemini", gemini_recording.body, collect)


async def _compare(protocol: str, body: bytes, collect: Any) -> None:
    ours, theirs = await _both(protocol, body, collect)
    # The vendors' additions to Chat Completions are not read by the library.
    if protocol == "openai-chat":
        theirs.reasoning = theirs.reasoning or ours.reasoning
        theirs.tokens = theirs.tokens if any(theirs.tokens) else ours.tokens
    assert ours == theirs


async def _both(protocol: str, body: bytes, collect: Any) -> tuple[Gist, Gist]:
    failed: Exception | None = None
    async with byte_server([body]) as url:
        version = "/v1" if protocol.startswith("openai") else ""
        provider = create_provider("test", protocol=protocol, base_url=url + version, api_key="k")
        reading = await collect(provider.stream("m", QUESTION, max_retries=0))
        await provider.close()
        try:
            theirs = await SDKS[protocol](url)
        except _sdk_errors() as error:
            failed = error
    if failed is not None and reading.error is None:
        pytest.skip(f"the library does not read it: {failed}")
    if failed is not None:
        return Gist(), Gist()
    return _gist(reading), theirs


def _sdk_errors() -> tuple[type[Exception], ...]:
    """Return what the libraries raise for an error inside a stream."""
    modules = [sys.modules.get(name) for name in ("openai", "anthropic")]
    return (RuntimeError, *(module.APIError for module in modules if module is not None))


def _gist(reading: Any) -> Gist:
    assert reading.error is None
    counts = reading.finish()["usage"]
    return Gist(
        text=reading.joined("text"),
        reasoning=reading.joined("reasoning"),
        calls=[(made["name"], made["arguments"]) for made in reading.calls()],
        reason=reading.finish()["raw_reason"],
        tokens=(counts["input"] + counts["cache_read"] + counts["cache_write"], counts["output"]),
    )
