"""Recorded answers of real services through the installed `pycode`: the text arrives, and nothing falls over."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.e2e import Place

from pycode.testing import ScriptedServer, finish, say, status

FIXTURES = Path(
    os.environ.get("PYCODE_FIXTURES") or Path(__file__).parents[2] / ".." / "shared" / "fixtures"
)
PROTOCOLS = {
    "anthropic_messages": ("anthropic-messages", ""),
    "openai_chat": ("openai-chat", "/v1"),
    "openai_responses": ("openai-responses", "/v1"),
    "gemini": ("gemini", ""),
}
RECORDED = sorted((FIXTURES / "provider_streams").glob("*/*.expected.json"))

pytestmark = pytest.mark.skipif(not RECORDED, reason="the recorded streams are not here")


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_the_text_arrives(place: Place, protocol: str) -> None:
    name, suffix = PROTOCOLS[protocol]
    (place.home / ".pycode").mkdir()
    for file in (file for file in RECORDED if file.parent.name == protocol):
        facts = json.loads(file.read_text(encoding="utf-8"))
        body = (FIXTURES / "provider_streams" / facts["file"]).read_bytes()
        first = status(
            facts["http_status"],
            body.decode("utf-8", errors="surrogateescape") if facts["http_status"] == 200 else body,
            {"content-type": "text/event-stream"},
        )

        def answer(request: Any, first: Any = first) -> Any:
            return first if request.number == 1 else [say("(next)"), finish("stop")]

        async with ScriptedServer(answer) as server:
            (place.home / ".pycode" / "config.yaml").write_text(
                json.dumps(
                    {
                        "providers": {
                            "recorded": {
                                "api_key": "k",
                                "protocol": name,
                                "base_url": server.url + suffix,
                            }
                        },
                        "max_retries": 0,
                    }
                ),
                encoding="utf-8",
            )
            result = await place.run("run", "--max-steps", "1", "-m", "recorded/m", "go")
        assert "Traceback" not in result.err, (facts["id"], result.err)
        # Between two text blocks `run` begins a new line.
        wanted, got = ("".join(text.split()) for text in (_text(facts), result.out))
        assert wanted in got, (facts["id"], result.err)
        if facts["http_status"] != 200:
            assert result.code == 5, facts["id"]


def _text(facts: Any) -> str:
    return str(facts["expected"].get("text") or "")
