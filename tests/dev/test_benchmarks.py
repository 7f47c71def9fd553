"""The benchmarks measure what they say."""

from __future__ import annotations

import http.client
import itertools
import json
import os
from collections.abc import Sequence
from typing import Any

import pytest

pytestmark = [
    pytest.mark.usefixtures("benchmarks_importable"),
    pytest.mark.skipif(os.name == "nt", reason="the benchmarks need a POSIX system"),
]


def body(messages: Sequence[str], tools: str = "[]") -> bytes:
    return f'{{"messages":[{",".join(messages)}],"tools":{tools},"stream":true}}'.encode()


@pytest.mark.parametrize(
    ("before", "after", "stable"),
    [
        (body(['{"a":1}']), body(['{"a":1}', '{"b":2}']), 1),
        (body(['{"a":1}']), body(['{"a":2}', '{"b":2}']), 0),
        (body(['{"a":1}']), body(['{"a":1}', '{"b":2}'], tools="[1]"), 0),
        (body(['{"a":1}']), body(['{"a":1}']), 0),
        (body(['{"a":1}', '{"b":2}']), body(['{"a":1}']), 0),
    ],
)
def test_a_prefix_is_stable_only_when_messages_were_added(
    before: bytes, after: bytes, stable: int
) -> None:
    from benchmarks.scenarios import stable_prefixes

    assert stable_prefixes([before, after]) == stable


def test_no_call_of_the_long_session_is_repeated() -> None:
    from benchmarks import sessions

    from pycode.testing.script import Call

    calls = [str(item) for answer in sessions.long_work() for item in answer if type(item) is Call]
    assert len(calls) == len(set(calls)) == sessions.STEPS


def test_the_server_answers_in_turn_and_notes_the_times() -> None:
    from benchmarks.server import TimingServer

    from pycode.testing.script import call, say

    with TimingServer([[say("Hel", "lo")], [call("read", {"file_path": "a"})]]) as server:
        port = int(server.url.removesuffix("/v1").rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        deltas = [ask(connection, {"question": number}) for number in (1, 2)]
        connection.request("POST", "/v1/chat/completions", b"{}")
        assert connection.getresponse().status == 400
        connection.close()
    assert "".join(delta.get("content", "") for delta in deltas[0]) == "Hello"
    names = [c["function"].get("name") for d in deltas[1] for c in d.get("tool_calls", [])]
    assert names[0] == "read"
    first, second, third = server.exchanges
    assert json.loads(first.body) == {"question": 1}
    assert first.arrived < first.answered < second.arrived < second.answered < third.arrived


def ask(connection: http.client.HTTPConnection, question: dict[str, int]) -> list[dict[str, Any]]:
    connection.request("POST", "/v1/chat/completions", json.dumps(question))
    lines = connection.getresponse().read().split(b"\n\n")
    events = [json.loads(line.removeprefix(b"data: ")) for line in lines if line[6:7] == b"{"]
    return list(itertools.chain(*([c["delta"] for c in event["choices"]] for event in events)))


def test_the_table_shows_budget_and_baselines() -> None:
    from benchmarks.table import Row, markdown

    rows = [
        Row("quick", 17.5, "ms", 35, over_pass=2.25, over_imports=0.2),
        Row("small", 10, "KB"),
    ]
    assert markdown({"CPU": "none"}, rows).splitlines() == [
        "- CPU: none",
        "",
        "| what | measured | budget | of the budget | x `pass` | x `import` |",
        "|---|---:|---:|---:|---:|---:|",
        "| quick | 17.5 ms | 35 ms | 50% | 2.2 | 0.2 |",
        "| small | 10 KB |  |  |  |  |",
    ]
