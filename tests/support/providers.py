"""Providers of all protocols against the scripted server, for their tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from pycode.providers.hosted import HostedProvider
from pycode.testing import ScriptedServer
from pycode.testing.script import Script

Collect = Callable[[AsyncIterator[Any]], Any]
Make = Callable[[ScriptedServer], HostedProvider]

KEY = "sk-very-secret-key-123456"
HELLO = [{"role": "user", "content": "Hello"}]


async def ask(
    make: Make, script: Script, collect: Collect, **options: Any
) -> tuple[Any, ScriptedServer]:
    """Ask once; return what came and the server."""
    async with ScriptedServer(script) as server:
        provider = make(server)
        reading = await collect(provider.stream("m", HELLO, **options))
        await provider.close()
    return reading, server
