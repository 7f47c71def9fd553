"""`pycode models` and `pycode auth` in a terminal: a page that fits, a key that is not echoed."""

from __future__ import annotations

import re
import sys

import pytest
from tests.support.e2e import Place

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

from tests.support.terminal import Terminal

NOWHERE = {
    f"{name}_BASE_URL": "http://127.0.0.1:9/v1"
    for name in ("OLLAMA", "LMSTUDIO", "LLAMA_CPP", "VLLM")
}


async def shown(place: Place, *arguments: str) -> list[str]:
    """Return the lines that a person sees."""
    place.environ |= NOWHERE
    terminal = await Terminal.start(place, *arguments)
    assert await terminal.end() == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", terminal.screen).split("\r\n")


@pytest.mark.parametrize("provider", ["anthropic", "openrouter", "together", "azure-openai"])
async def test_the_page_of_a_provider_fits_80_columns(place: Place, provider: str) -> None:
    lines = await shown(place, "models", provider)
    assert lines[0].startswith(f"✗ {provider}  no ")
    assert max(map(len, lines)) <= 80
    assert any("think" in line for line in lines)


async def test_all_providers_fit_on_a_page(place: Place) -> None:
    place.environ["DEEPSEEK_API_KEY"] = "k"
    lines = await shown(place, "models")
    assert lines[0] == "✓ deepseek  DEEPSEEK_API_KEY"
    assert "  * deepseek-v4-pro" in "\n".join(lines)
    assert "✗ mistral  no key: set MISTRAL_API_KEY" in lines
    assert max(map(len, lines)) <= 80
    assert len(lines) < 45


async def test_a_key_is_asked_for_and_not_echoed(place: Place) -> None:
    terminal = await Terminal.start(place, "auth", "login", "openai")
    await terminal.until("Key of openai")
    terminal.type("sk-typed-123\r")
    assert await terminal.end() == 0
    assert "Stored the key of openai" in terminal.screen
    assert "sk-typed" not in terminal.screen
    assert "sk-typed-123" in (place.home / ".pycode" / "credentials").read_text(encoding="utf-8")
