"""Servers of the user's own: found on their usual ports, recognised by what they answer, asked what their models can do.

Nothing here runs unless somebody asks for local models, or nothing else is configured. The limits are those that the server
works with now, not those that a model was trained for: a server cuts what is longer, and does not say so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import urlsplit, urlunsplit

from pycode.providers.profiles import UNKNOWN, Profile

if TYPE_CHECKING:
    import httpx2

SECONDS = 0.15
"""How long all servers together may take to answer."""
NAMED_SECONDS = 1.0
"""How long one may take that the user named."""
SMALL_CONTEXT = 16_384
"""A context that is too small for work with tools."""
OLLAMA_CONTEXT = 4_096
"""The context that Ollama gives a model on most machines when it is told nothing."""

_CREATE_SECONDS = 30.0
_MOST_BYTES = 8 * 1024 * 1024

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model at a local server."""

    name: str
    """Its name there."""
    profile: Profile
    """What the server says of it."""
    loaded: bool = False
    """Whether it is in memory."""
    trained_context: int | None = None
    """The context that the model itself can have, where that is known."""

    @property
    def is_cramped(self) -> bool:
        """Whether the server gives it less context than work needs, and it can have more."""
        most = self.trained_context or 0
        return self.profile.context < min(SMALL_CONTEXT, most)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answers."""

    host: str
    """Which one it is: the name of its host."""
    base_url: str
    """Where it is, with `/v1`."""
    models: tuple[LocalModel, ...]
    """What it has, the loaded ones first."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to look for a server."""

    base_url: str
    """The base URL of its OpenAI interface."""
    api_key: str | None = field(default=None, repr=False)
    """The key, if it wants one."""
    context: int | None = None
    """The context that its models have when it says nothing else, where the user knows it."""


async def find_servers(
    addresses: Mapping[str, Address], seconds: float = SECONDS
) -> list[LocalServer]:
    """Return the servers that answer as what they should be, in the order of `addresses`.

    Args:
        addresses: The host's name to where to look.
        seconds: How long all of them together may take.
    """
    if not addresses:
        return []
    async with _client(addresses.values()) as client:
        until = asyncio.get_running_loop().time() + seconds
        found = await asyncio.gather(
            *(
                _server(name, address, _Asker(client, address, until))
                for name, address in addresses.items()
            )
        )
    return [server for server in found if server is not None]


def find_servers_now(
    addresses: Mapping[str, Address], seconds: float = SECONDS
) -> list[LocalServer]:
    """Do the same where nobody can wait: from code that is not asynchronous, also inside a running event loop."""
    return _outside(lambda: find_servers(addresses, seconds))


async def raise_context(address: Address, model: str, context: int) -> str | None:
    """Have Ollama offer a model with a larger context, and return the name it has then; None where it refuses.

    Its OpenAI interface takes no context with a request, and so the model gets a second name with the context as its
    parameter. Both names share the same weights.

    Args:
        address: The server.
        model: The model's name.
        context: Tokens.
    """
    name, _, tag = model.partition(":")
    raised = f"{name}:{tag or 'latest'}-ctx{context}"
    async with _client([address]) as client:
        ask = _Asker(client, address, asyncio.get_running_loop().time() + _CREATE_SECONDS)
        if raised in {item.get("name") for item in _items(await ask("/api/tags"), "models")}:
            return raised
        body = {
            "model": raised,
            "from": model,
            "parameters": {"num_ctx": context},
            "stream": False,
        }
        made = await ask("/api/create", body)
    return raised if made.get("status") == "success" else None


def raise_context_now(address: Address, model: str, context: int) -> str | None:
    """Do the same where nobody can wait."""
    return _outside(lambda: raise_context(address, model, context))


def _client(addresses: Iterable[Address]) -> httpx2.AsyncClient:
    import ssl

    import httpx2

    is_plain = all(address.base_url.startswith("http:") for address in addresses)
    # Without certificates, which take 20 ms to load, it trusts nobody.
    verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else httpx2.create_ssl_context()
    # A server of the user's own is not behind a proxy.
    return httpx2.AsyncClient(trust_env=False, verify=verify, timeout=None)


async def _server(host: str, address: Address, ask: _Asker) -> LocalServer | None:
    models = await _READERS[host](ask, address)
    if models is None:
        return None
    # A name that cannot be shown in one line is none to choose.
    named = [model for model in models if model.name.isprintable()]
    ordered = sorted(named, key=lambda model: not model.loaded)
    return LocalServer(host, address.base_url, tuple(ordered))


class _Asker:
    """Asks one server; whatever goes wrong, or comes too late, is an empty answer."""

    def __init__(self, client: httpx2.AsyncClient, address: Address, until: float) -> None:
        self._client = client
        self._until = until
        parts = urlsplit(address.base_url)
        path = parts.path.rstrip("/").removesuffix("/v1")
        self._root = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
        self._headers = {"authorization": f"Bearer {address.api_key}"} if address.api_key else {}

    async def __call__(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        import httpx2

        try:
            async with asyncio.timeout_at(self._until):
                answer = json.loads(await self._fetch(path, body))
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError):
            # Nothing listens there, or something else does.
            return {}
        return answer if isinstance(answer, dict) else {}

    async def _fetch(self, path: str, body: dict[str, Any] | None) -> bytes:
        """Return the body of an answer, empty for one that is too long or no success."""
        method, data = "GET" if body is None else "POST", bytearray()
        async with self._client.stream(
            method, self._root + path, json=body, headers=self._headers
        ) as response:
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > _MOST_BYTES or not response.is_success:
                    return b""
        return bytes(data)


# What each server answers.


async def _ollama(ask: _Asker, address: Address) -> list[LocalModel] | None:
    tags, running = await asyncio.gather(ask("/api/tags"), ask("/api/ps"))
    if not isinstance(tags.get("models"), list):
        return None
    names = [name for item in _items(tags, "models") if isinstance(name := item.get("name"), str)]
    shown = await asyncio.gather(*(ask("/api/show", {"model": name}) for name in names))
    loaded = {item.get("name"): item.get("context_length") for item in _items(running, "models")}
    return [
        _ollama_model(name, shown, name in loaded, loaded.get(name), address.context)
        for name, shown in zip(names, shown, strict=True)
        if not shown
        or "completion" in _words(shown.get("capabilities"))
        or "capabilities" not in shown
    ]


def _ollama_model(
    name: str, shown: dict[str, Any], loaded: bool, running_context: object, usual: int | None
) -> LocalModel:
    can = _words(shown.get("capabilities"))
    info = shown.get("model_info")
    lengths = info.items() if isinstance(info, dict) else ()
    trained = next((_count(n) for key, n in lengths if key.endswith(".context_length")), None)
    context = (
        _count(running_context)
        or _ollama_parameter(shown.get("parameters"))
        or min(usual or OLLAMA_CONTEXT, trained or OLLAMA_CONTEXT)
    )
    profile = _profile(
        context,
        tools="tools" in can if can else None,
        images="vision" in can,
        reasoning="thinking" in can,
    )
    if profile.reasoning:
        # Ollama's words; any other is refused.
        profile = replace(profile, reasoning_levels=("none", "low", "medium", "high"))
    return LocalModel(name, profile, loaded, trained)


def _ollama_parameter(parameters: object) -> int | None:
    """Return `num_ctx` from the lines of a model's parameters."""
    for line in parameters.splitlines() if isinstance(parameters, str) else ():
        words = line.split()
        if len(words) == 2 and words[0] == "num_ctx" and words[1].isdecimal():
            return int(words[1])
    return None


async def _lmstudio(ask: _Asker, address: Address) -> list[LocalModel] | None:
    models = _items(await ask("/api/v0/models"), "data")
    if not any("max_context_length" in item for item in models):
        return None
    return [
        _lmstudio_model(item)
        for item in models
        if item.get("type") in ("llm", "vlm", None) and item.get("id")
    ]


def _lmstudio_model(item: dict[str, Any]) -> LocalModel:
    trained = _count(item.get("max_context_length"))
    can = item.get("capabilities")
    profile = _profile(
        _count(item.get("loaded_context_length")) or trained,
        tools="tool_use" in can if isinstance(can, list) else None,
        images=item.get("type") == "vlm",
    )
    return LocalModel(str(item["id"]), profile, item.get("state") == "loaded", trained)


async def _llama_cpp(ask: _Asker, address: Address) -> list[LocalModel] | None:
    props, listed = await asyncio.gather(ask("/props"), ask("/v1/models"))
    settings = props.get("default_generation_settings")
    if not isinstance(settings, dict):
        return None
    caps, template = props.get("chat_template_caps"), props.get("chat_template")
    sees = props.get("modalities")
    tools = None
    if isinstance(caps, dict) and "supports_tools" in caps:
        tools = caps["supports_tools"] is True
    elif isinstance(template, str):
        tools = "tools" in template
    profile = _profile(
        _count(settings.get("n_ctx")),
        tools=tools,
        images=isinstance(sees, dict) and sees.get("vision") is True,
    )
    return [
        LocalModel(str(item["id"]), profile, True, _llama_cpp_trained(item))
        for item in _items(listed, "data")
        if item.get("id")
    ]


def _llama_cpp_trained(item: dict[str, Any]) -> int | None:
    meta = item.get("meta")
    return _count(meta.get("n_ctx_train")) if isinstance(meta, dict) else None


async def _vllm(ask: _Asker, address: Address) -> list[LocalModel] | None:
    models = _items(await ask("/v1/models"), "data")
    if not any(item.get("owned_by") == "vllm" for item in models):
        return None
    # Whether its models call tools depends on how it was started, and it does not say.
    return [
        LocalModel(str(item["id"]), _profile(_count(item.get("max_model_len"))), True)
        for item in models
        if item.get("id")
    ]


_Reader: TypeAlias = Callable[[_Asker, Address], Awaitable[list[LocalModel] | None]]

_READERS: Mapping[str, _Reader] = {
    "ollama": _ollama,
    "lmstudio": _lmstudio,
    "llama.cpp": _llama_cpp,
    "vllm": _vllm,
}


def _profile(
    context: int | None,
    *,
    tools: bool | None = None,
    images: bool = False,
    reasoning: bool = False,
) -> Profile:
    """Return a profile; what is None is not known."""
    limit = context or UNKNOWN.context
    return Profile(
        limit,
        min(UNKNOWN.output, max(limit // 4, 1)),
        known=context is not None,
        tools=UNKNOWN.tools if tools is None else tools,
        images=images,
        reasoning=reasoning,
    )


def _items(answer: dict[str, Any], key: str) -> list[dict[str, Any]]:
    listed = answer.get(key)
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _count(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _outside(make: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine in an event loop of its own, in a thread, and wait for it."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(make())).result()
