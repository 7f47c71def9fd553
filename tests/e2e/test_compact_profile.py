"""`--profile compact` puts any model to work in small steps: seen from outside, it makes ordinary calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.support.e2e import BROKEN, Place, Serve

from pycode.testing import say

FIX = [
    # What fails is run, and what it points to is read, without asking the model. Its first try does not help: it is taken back.
    say("```python\ndef add(a, b):\n    return a * b\n```"),
    say("```python\ndef add(a, b):\n    return a + b\n```"),
    say("It subtracted; ", "now it adds."),
]


def texts(request: Any) -> list[str]:
    """Return what a request says, message by message."""
    return [str(message["content"]) for message in request.messages]


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_a_failing_test_is_fixed(place: Place, serve: Serve, protocol: str) -> None:
    server = await serve(FIX, protocol)
    result = await place.run("run", "--profile", "compact", "fix the failing test")
    assert result.code == 0, result.err
    assert result.out == "It subtracted; now it adds.\n"
    assert (place.project / "calc.py").read_text(encoding="utf-8") == BROKEN.replace("-", "+")
    assert "✗ edit" not in result.err
    assert result.err.count("the change did not help and was taken back (exit code 1)") == 1
    assert result.err.count("-m unittest") == 3
    assert "✓ read calc.py" in result.err
    assert not any(request.tools for request in server.requests)
    assert "FAILED" in texts(server.requests[0])[-1]


async def test_the_configuration_gives_it_to_a_model(place: Place, serve: Serve) -> None:
    server = await serve([say('{"action":"answer","text":"Four."}')])
    config = place.home / ".pycode" / "config.yaml"
    config.parent.mkdir(exist_ok=True)
    label = f"openai/{place.environ.get('MODEL', 'some-model')}"
    config.write_text(json.dumps({"models": {label: {"profile": "compact"}}}), encoding="utf-8")
    result = await place.run("run", "-m", label, "how many?")
    assert (result.code, result.out) == (0, "Four.\n"), result.err
    assert server.requests[0].tools == []


async def test_a_model_can_be_given_the_full_profile(place: Place, serve: Serve) -> None:
    server = await serve([say("Four."), say("Four.")])
    config = place.home / ".pycode" / "config.yaml"
    config.parent.mkdir(exist_ok=True)
    label = f"openai/{place.environ.get('MODEL', 'some-model')}"
    for arguments, profile in ((["--profile", "full"], "compact"), ([], "full")):
        settings = {"models": {label: {"profile": profile}}}
        config.write_text(json.dumps(settings), encoding="utf-8")
        result = await place.run("run", "-m", label, *arguments, "how many?")
        assert (result.code, result.out) == (0, "Four.\n"), result.err
    assert all(request.tools for request in server.requests)


async def test_an_answer_that_cannot_be_true_fails(place: Place, serve: Serve) -> None:
    claim = say('{"action":"answer","text":"I added it."}')
    await serve([claim, claim, claim])
    result = await place.run("run", "--profile", "compact", "add a greeting")
    assert result.code == 1
    assert "the task is not done" in result.err
