"""The main job, over both protocols: find, read, edit, run the tests, answer."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from tests.support.e2e import BROKEN, Place, Serve, finished

from pycode.testing import call, hang, say, usage

FIX = [
    [say("I look. "), call("grep", {"pattern": "def add"})],
    [call("read", {"file_path": "calc.py"})],
    [
        call(
            "edit",
            {"file_path": "calc.py", "old_string": "return a - b", "new_string": "return a + b"},
        )
    ],
    [call("bash", {"command": "python -m unittest -q", "description": "Run the tests"})],
    [say("Fixed `calc.py:2`: it subtracted."), usage(input=1200, cache_read=800, output=30)],
]


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_a_failing_test_is_fixed(place: Place, serve: Serve, protocol: str) -> None:
    server = await serve(FIX, protocol)
    result = await place.run("run", "fix the failing test")
    assert result.code == 0, result.err
    assert result.out == "I look. \nFixed `calc.py:2`: it subtracted.\n"
    assert (place.project / "calc.py").read_text(encoding="utf-8") == BROKEN.replace("-", "+")
    assert "OK" in server.requests[4].results()[0]
    assert "calc.py" in server.requests[1].results()[0]
    for line in ("✓ ", "-    return a - b", "+    return a + b", "5 steps", "cached"):
        assert line in result.err
    kinds = [record["kind"] for record in place.records()]
    assert kinds[0] == "session"
    assert kinds[-1] == "idle"
    assert [record["seq"] for record in place.records()] == list(range(1, len(kinds) + 1))


async def test_the_log_of_a_ci_run_gets_one_line_a_call(place: Place, serve: Serve) -> None:
    await serve(FIX)
    result = await place.run("run", "fix the failing test", environ={"CI": "true"})
    assert result.code == 0, result.err
    called = [line for line in result.err.splitlines() if line and "step" not in line]
    assert len(called) == 4, called
    assert all(line.startswith("✓ ") for line in called)


async def test_the_log_and_its_folder_are_for_the_user_only(place: Place, serve: Serve) -> None:
    if sys.platform == "win32":
        pytest.skip("modes are POSIX")
    await serve([say("ok")])
    await place.run("run", "hi")
    for path in [place.home / ".pycode", *(place.home / ".pycode").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


async def test_requests_share_their_beginning(place: Place, serve: Serve) -> None:
    server = await serve(FIX)
    await place.run("run", "fix the failing test")
    messages = [json.dumps(request.messages)[:-1] for request in server.requests]
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(messages))


async def test_resuming_goes_on_with_the_conversation(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two"), say("three")])
    await place.run("run", "first")
    session = place.logs()[0].stem
    second = await place.run("run", "-s", session, "second")
    third = await place.run("run", "-c", "third")
    assert (second.out, third.out) == ("two\n", "three\n")
    assert len(place.logs()) == 1
    assert "first" in json.dumps(server.requests[2].messages)


async def test_plan_changes_nothing(place: Place, serve: Serve) -> None:
    script = [
        call("write", {"file_path": "x.txt", "content": "x"}),
        call("bash", {"command": "touch y.txt"}),
        call("bash", {"command": "ls > z.txt"}),
        call("bash", {"command": "ls"}),
        say("A plan."),
    ]
    server = await serve([*script, *script])
    before = sorted(place.project.iterdir())
    for arguments in (
        ["--agent", "plan", "run", "Analyze the structure"],
        ["run", "--agent", "plan", "Analyze the structure"],
    ):
        result = await place.run(*arguments)
        assert result.code == 0, result.err
        assert result.out == "A plan.\n"
    assert sorted(place.project.iterdir()) == before
    assert "calc.py" in server.requests[4].results()[0]
    assert "write" not in [tool["function"]["name"] for tool in server.requests[0].tools]


async def test_a_path_outside_is_refused_without_a_person_and_the_run_goes_on(
    place: Place, serve: Serve, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret stuff", encoding="utf-8")
    look = call("read", {"file_path": str(outside)})
    server = await serve([look, say("I could not."), look, say("Read.")])
    refused = await place.run("run", "read it")
    assert refused.code == 3
    assert refused.out == "I could not.\n"
    assert "--allow" in refused.err
    assert "secret stuff" not in json.dumps(server.requests[1].messages)
    allowed = await place.run("run", "--allow", f"external_directory({outside})", "read it")
    assert allowed.code == 0, allowed.err
    assert "secret stuff" in json.dumps(server.requests[3].messages)


async def test_a_configured_deny_is_an_ordinary_result(place: Place, serve: Serve) -> None:
    (place.home / ".pycode").mkdir()
    config = place.home / ".pycode" / "config.yaml"
    config.write_text("permission:\n  bash:\n    'rm *': deny\n", encoding="utf-8")
    server = await serve([call("bash", {"command": "rm calc.py"}), say("Not allowed.")])
    result = await place.run("run", "remove it")
    assert result.code == 0, result.err
    assert (place.project / "calc.py").exists()
    assert "rm *" in server.requests[1].results()[0]


async def test_the_step_limit_ends_with_4(place: Place, serve: Serve) -> None:
    await serve(lambda r: call("bash", {"command": f"echo {r.number}"}))
    result = await place.run("run", "--max-steps", "2", "go")
    assert result.code == 4
    assert "limit of 2 steps" in result.err


async def test_the_same_call_again_and_again_ends_with_4(place: Place, serve: Serve) -> None:
    server = await serve(lambda r: call("bash", {"command": "echo same"}))
    result = await place.run("run", "go")
    assert result.code == 4
    assert len(server.requests) == 3


async def test_ctrl_c_stops_the_turn_and_keeps_what_was_done(place: Place, serve: Serve) -> None:
    if sys.platform == "win32":
        pytest.skip("signals are POSIX")
    await serve([[say("so far"), hang()], say("on")])
    process = await place.start("run", "go")
    assert process.stdout is not None
    assert await process.stdout.read(6) == b"so far"
    process.send_signal(signal.SIGINT)
    result = await finished(process)
    assert result.code == 130
    assert "interrupted" in result.err
    texts = [r["data"]["text"] for r in place.records() if r["data"].get("type") == "text"]
    assert texts == ["go", "so far"]
    assert (await place.run("run", "-c", "go on")).out == "on\n"


async def test_ctrl_c_ends_a_running_command(place: Place, serve: Serve) -> None:
    if sys.platform == "win32":
        pytest.skip("signals are POSIX")
    marker = place.project / "started"
    await serve([call("bash", {"command": "touch started; sleep 100; touch late"}), say("on")])
    process = await place.start("run", "go")
    while not marker.exists():
        await asyncio.sleep(0.01)
    process.send_signal(signal.SIGINT)
    result = await finished(process)
    assert result.code == 130
    assert not (place.project / "late").exists()
    [call_part] = [r for r in place.records() if r["data"].get("type") == "tool"][-1:]
    assert call_part["data"]["status"] == "error"
    assert "interrupted" in call_part["data"]["error"]


async def test_sigkill_loses_nothing_that_was_done(place: Place, serve: Serve) -> None:
    if sys.platform == "win32":
        pytest.skip("signals are POSIX")
    marker = place.project / "started"
    edit = {"file_path": "calc.py", "old_string": "a - b", "new_string": "a + b"}
    server = await serve(
        [call("edit", edit), call("bash", {"command": "touch started; sleep 100"}), say("I see.")]
    )
    process = await place.start("run", "go")
    while not marker.exists():
        await asyncio.sleep(0.01)
    process.kill()
    await process.wait()
    result = await place.run("run", "-c", "what happened?")
    assert result.out == "I see.\n"
    results = [
        message["content"] for message in server.requests[2].messages if message["role"] == "tool"
    ]
    assert "interrupted" in results[1]
    assert "a + b" in (place.project / "calc.py").read_text(encoding="utf-8")


async def test_a_prompt_for_a_session_that_another_process_runs_is_answered_there(
    place: Place, serve: Serve
) -> None:
    marker, go = place.project / "started", place.project / "go"
    wait = "touch started; while [ ! -e go ]; do sleep 0.02; done"
    server = await serve([call("bash", {"command": wait}), say("both answered")])
    first = await place.start("run", "one")
    while not marker.exists():
        await asyncio.sleep(0.01)
    second = await place.start("run", "-s", place.logs()[0].stem, "two")
    inbox = place.storage / "inbox"
    while not list(inbox.rglob("msg_*.json")):
        await asyncio.sleep(0.01)
    go.touch()
    for result in [await finished(first), await finished(second)]:
        assert result.code == 0, result.err
        assert result.out == "both answered\n"
    assert "two" in json.dumps(server.requests[1].messages)
    assert not list(inbox.rglob("msg_*.json"))


async def test_children_get_no_keys(place: Place, serve: Serve) -> None:
    server = await serve([call("bash", {"command": "env; echo $OPENAI_API_KEY"}), say("ok")])
    result = await place.run("run", "go", environ={"GITHUB_TOKEN": "ghp_abcdefghijk"})
    output = server.requests[1].results()[0]
    assert "sk-test" not in output
    assert "ghp_abc" not in output
    assert "PATH=" in output
    everything = result.out + result.err + place.logs()[0].read_text(encoding="utf-8")
    assert "sk-test" not in everything


async def test_a_key_in_a_file_does_not_reach_model_or_log(place: Place, serve: Serve) -> None:
    (place.project / "notes.txt").write_text("key: sk-test-1234567890\n", encoding="utf-8")
    server = await serve([call("read", {"file_path": "notes.txt"}), say("ok")])
    await place.run("run", "go")
    assert "[redacted]" in server.requests[1].results()[0]
    assert "sk-test" not in place.logs()[0].read_text(encoding="utf-8")


async def test_only_the_providers_host_is_spoken_to(
    place: Place, serve: Serve, tmp_path: Path
) -> None:
    names = tmp_path / "names"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import os, socket\nreal = socket.getaddrinfo\n"
        "def recorded(host, *a, **k):\n"
        f"    with open({str(names)!r}, 'a', encoding='utf-8') as f: f.write(os.fsdecode(host) + '\\n')\n"
        "    return real(host, *a, **k)\nsocket.getaddrinfo = recorded\n",
        encoding="utf-8",
    )
    await serve(FIX)
    path = os.pathsep.join([str(tmp_path / "site"), place.environ.get("PYTHONPATH", "")])
    # A name, so that something is looked up.
    url = place.environ["OPENAI_BASE_URL"].replace("127.0.0.1", "localhost")
    environ = {"PYTHONPATH": path.rstrip(os.pathsep), "OPENAI_BASE_URL": url}
    result = await place.run("run", "fix it", environ=environ)
    assert result.code == 0, result.err
    assert set(names.read_text(encoding="utf-8").split()) == {"localhost"}
