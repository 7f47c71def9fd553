"""Limits of money, tokens and time, answers in JSON, and the sums of it all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.support.e2e import Place, Serve

from pycode.testing import call, hang, say, think, usage


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--max-tokens", "250"], "250 tokens"),
        (["--max-cost", "0.0001"], "$0.0001"),
    ],
)
async def test_a_run_stops_cleanly_at_its_limit(
    place: Place, serve: Serve, flags: list[str], told: str
) -> None:
    server = await serve(
        lambda r: [call("bash", {"command": f"echo {r.number}"}), usage(input=90, output=10)]
    )
    result = await place.run("run", *flags, "-m", "openai/gpt-5.2", "go")
    assert result.code == 4, result.err
    assert told in result.err
    assert 1 <= len(server.requests) <= 3


async def test_a_limit_that_cannot_be_kept_is_told(place: Place, serve: Serve) -> None:
    await serve([[say("done")]])
    result = await place.run("run", "--max-cost", "1", "-m", "openai/of-my-own", "go")
    assert result.code == 0, result.err
    assert "prices of openai/of-my-own are not known" in result.err


@pytest.mark.parametrize("option", ["--max-cost", "--max-time"])
async def test_a_limit_that_is_no_number_is_refused(place: Place, option: str) -> None:
    result = await place.run("run", option, "nan", "go")
    assert result.code == 2
    assert "'nan' is not a valid float" in result.err


async def test_a_run_that_takes_too_long_ends_with_4(place: Place, serve: Serve) -> None:
    await serve([[say("so far"), hang()]])
    result = await place.run("run", "--max-time", "3", "go")
    assert result.code == 4, result.err
    assert result.out == "so far\n"
    assert "3 seconds" in result.err


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_an_answer_in_json(place: Place, serve: Serve, protocol: str) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    (place.project / "schema.json").write_text(json.dumps(schema), encoding="utf-8")

    def answer(request: Any) -> Any:
        if any(
            "answer" in json.dumps(tool)
            for tool in request.tools
            if "Call it once" in json.dumps(tool)
        ):
            return [say("Here."), call("answer", {"n": 3})]
        return say('{"n": 3}')

    await serve(answer, protocol)
    result = await place.run("run", "--output-schema", "schema.json", "count")
    assert result.code == 0, result.err
    assert json.loads(result.out) == {"n": 3}


@pytest.mark.parametrize("content", ["{", "[1]", None])
async def test_a_schema_that_is_none(place: Place, serve: Serve, content: str | None) -> None:
    await serve([])
    if content is not None:
        (place.project / "schema.json").write_text(content, encoding="utf-8")
    result = await place.run("run", "--output-schema", "schema.json", "count")
    assert result.code == 2
    assert "schema.json" in result.err


async def test_thinking_is_shown_when_asked_for(place: Place, serve: Serve) -> None:
    script = [[think("a deep thought"), say("ok")]]
    await serve([*script, *script], "anthropic")
    hidden = await place.run("run", "go")
    shown = await place.run("run", "--show-thinking", "go")
    assert "a deep thought" not in hidden.err
    assert "a deep thought" in shown.err
    assert hidden.out == shown.out == "ok\n"


async def test_stats_add_up(place: Place, serve: Serve) -> None:
    spent = usage(input=100, cache_read=50, output=20)
    await serve([[say("a"), spent], [say("b"), spent], [say("c"), spent]])
    await place.run("run", "-m", "openai/gpt-5.2", "one")
    await place.run("run", "-c", "-m", "openai/gpt-5.2", "two")
    await place.run("run", "-m", "openai/nobody-knows", "three")
    rows = json.loads((await place.run("stats", "--by", "model", "--json")).out)
    assert [(row["model"], row["steps"], row["input"]) for row in rows] == [
        ("openai/gpt-5.2", 2, 200),
        ("openai/nobody-knows", 1, 100),
    ]
    assert rows[0]["cost"] > 0
    assert (rows[1]["cost"], rows[1]["unpriced"]) == (0, 1)
    days = await place.run("stats", "--days", "1")
    assert days.code == 0
    assert "3" in days.out.splitlines()[1]
    by_session = json.loads((await place.run("stats", "--by", "session", "--json")).out)
    assert len(by_session) == 2
    assert (await place.run("stats", "--by", "project")).out.count(str(place.project)) == 1


async def test_an_answer_without_a_word_is_said(place: Place, serve: Serve) -> None:
    await serve([say(" \n"), [say("reading"), call("read", {"file_path": "calc.py"})], say("")])
    blank = await place.run("run", "hi")
    assert blank.code == 0
    assert "pycode: the model ended its turn without a word" in blank.err
    # What it said before a call is no answer.
    after_a_call = await place.run("run", "--format", "json", "hi")
    assert after_a_call.code == 0
    assert "without a word" in after_a_call.err
