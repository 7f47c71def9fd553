"""Whatever is wrong outside: one sentence, the right exit code, nothing lost that was written before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.e2e import PYCODE, Place, Serve

from pycode.testing import call, cut, html, raw, say, status


def sentence(err: str) -> str:
    """The last line of stderr that PyCode wrote about itself."""
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if line.startswith("pycode: ")]
    assert lines, err
    return lines[-1]


async def test_no_key(place: Place) -> None:
    result = await place.run("run", "hi")
    assert result.code == 2
    for word in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "config.yaml"):
        assert word in result.err
    assert "Traceback" not in result.err
    assert not place.logs()


async def test_several_keys_and_nothing_configured(place: Place, serve: Serve) -> None:
    await serve([say("from openai")], "openai")
    anthropic = await serve([say("from anthropic")], "anthropic")
    result = await place.run("run", "hi")
    assert result.out == "from anthropic\n"
    assert len(anthropic.requests) == 1
    assert "anthropic/" in result.err


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (status(401, {"error": {"type": "authentication_error", "message": "bad key"}}), "key"),
        (status(404, {"error": {"message": "no such model"}}), "model"),
        (status(400, {"error": {"message": "field x is wrong"}}), "field x is wrong"),
        (html(), "base URL"),
        (html(404), "base URL"),
        (raw("data: {nonsense\n\n"), ""),
    ],
    ids=["401", "404", "400", "html", "html404", "garbage"],
)
async def test_the_service_refuses(
    place: Place, serve: Serve, protocol: str, answer: Any, told: str
) -> None:
    await serve(lambda r: answer, protocol)
    result = await place.run("run", "hi")
    assert result.code == 5, result.err
    assert told.lower() in sentence(result.err).lower()
    assert "1234567890" not in result.err + result.out


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
async def test_a_stream_that_always_breaks(place: Place, serve: Serve, protocol: str) -> None:
    await serve(lambda r: [say("half"), cut()], protocol)
    result = await place.run("run", "hi")
    assert result.code == 5
    assert "half" in result.out
    assert sentence(result.err)


async def test_an_unknown_model_is_named_with_the_nearest(place: Place, serve: Serve) -> None:
    refusal = {"message": "The model `gpt-5-mimi` does not exist", "code": "model_not_found"}
    server = await serve(lambda r: status(404, {"error": refusal}))
    server._models = ["gpt-5-mini", "gpt-4.1"]
    result = await place.run("run", "-m", "openai/gpt-5-mimi", "hi")
    assert result.code == 5
    assert "gpt-5-mini" in result.err


async def test_the_server_is_down(place: Place) -> None:
    place.environ |= {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": "k"}
    (place.home / ".pycode").mkdir()
    (place.home / ".pycode" / "config.yaml").write_text("max_retries: 0\n", encoding="utf-8")
    result = await place.run("run", "hi")
    assert result.code == 5
    assert "127.0.0.1:9" in sentence(result.err)


async def test_malformed_arguments_and_an_unknown_tool_are_told_to_the_model(
    place: Place, serve: Serve
) -> None:
    server = await serve([[call("read", '{"file_path": '), call("raed", {"a": 1})], say("ok")])
    result = await place.run("run", "hi")
    assert result.code == 0, result.err
    malformed, unknown = server.requests[1].results()
    assert "not a JSON object" in malformed
    assert "read" in unknown


@pytest.mark.parametrize("arguments", [["run"], ["run", ""], ["run", "  "]])
async def test_an_empty_prompt(place: Place, arguments: list[str]) -> None:
    result = await place.run(*arguments)
    assert result.code == 2
    assert "empty" in sentence(result.err)


async def test_a_prompt_of_a_megabyte(place: Place, serve: Serve) -> None:
    server = await serve([say("read"), say("read")])
    prompt = "word " * 200_000
    for arguments in (["run", "-"], ["-p"]):
        result = await place.run(*arguments, text=prompt)
        assert (result.code, result.out) == (0, "read\n"), result.err
        assert server.requests[-1].prompt() == prompt.strip()


async def test_a_directory_that_does_not_exist(place: Place, serve: Serve) -> None:
    await serve([])
    result = await place.run("run", "--cwd", "nowhere", "hi")
    assert result.code == 2
    assert "nowhere" in sentence(result.err)


async def test_broken_yaml_names_file_and_line(place: Place, serve: Serve) -> None:
    await serve([])
    (place.home / ".pycode").mkdir()
    (place.home / ".pycode" / "config.yaml").write_text("model: [1\n", encoding="utf-8")
    result = await place.run("run", "hi")
    assert result.code == 2
    assert "config.yaml:" in sentence(result.err)


async def test_an_unknown_key_gets_the_nearest(place: Place, serve: Serve) -> None:
    await serve([])
    (place.home / ".pycode").mkdir()
    (place.home / ".pycode" / "config.yaml").write_text("modle: openai/x\n", encoding="utf-8")
    result = await place.run("run", "hi")
    assert result.code == 2
    assert "config.yaml:1" in result.err
    assert "model" in sentence(result.err)


async def test_a_repositorys_config_cannot_move_the_key(place: Place, serve: Serve) -> None:
    await serve([say("ok")])
    (place.project / ".pycode.yaml").write_text(
        "providers:\n  openai:\n    base_url: http://127.0.0.1:9/evil\nmodel: openai/m\n",
        encoding="utf-8",
    )
    result = await place.run("run", "hi")
    assert result.code == 0, result.err
    assert "providers" in result.err


async def test_a_log_with_garbage_opens_again(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two")])
    await place.run("run", "first")
    log = place.logs()[0]
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(
        b"".join([*lines[:3], b"\x00garbage\xff\n", *lines[3:], b'{"v":1,"seq":99,"ti'])
    )
    result = await place.run("run", "-s", log.stem, "second")
    assert result.code == 0, result.err
    assert result.out == "two\n"
    assert len(server.requests[1].messages) >= 3
    assert log.read_bytes().startswith(b"".join(lines[:3]))


async def test_an_unknown_session(place: Place, serve: Serve) -> None:
    await serve([])
    result = await place.run("run", "-s", "ses_nothing", "hi")
    assert result.code == 2
    assert "ses_nothing" in sentence(result.err)


async def test_a_home_that_cannot_be_written(place: Place, serve: Serve) -> None:
    await serve([say("ok")])
    blocked = place.home / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    result = await place.run("run", "hi", environ={"PYCODE_HOME": str(blocked / "home")})
    assert result.code == 1
    assert "PYCODE_HOME" in sentence(result.err)


limited = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")


async def run_limited(place: Place, size: int) -> subprocess.CompletedProcess[str]:
    """Run where no file can grow beyond a size, as on a disk that is full."""
    code = (
        "import os, resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); os.execv(sys.argv[1], sys.argv[1:])"
    )
    argv = [sys.executable, "-c", code, str(PYCODE), "run", "hi"]
    return await subprocess_run(argv, place.project, place.environ)


@limited
async def test_a_full_disk_is_said_and_the_log_stays_whole(place: Place, serve: Serve) -> None:
    await serve([say("x" * 50_000), say("again")])
    process = await run_limited(place, 30_000)
    assert process.returncode == 1, process.stderr
    assert "log" in sentence(process.stderr)
    assert process.stderr.count("pycode: ") == 1
    assert process.stdout == "x" * 50_000 + "\n"
    assert place.logs()[0].read_bytes().endswith(b"\n")
    result = await place.run("run", "-c", "go on")
    assert result.out == "again\n"


@limited
async def test_a_session_that_cannot_begin_leaves_nothing(place: Place, serve: Serve) -> None:
    await serve([])
    process = await run_limited(place, 0)
    assert process.returncode == 1, process.stderr
    assert "log" in sentence(process.stderr)
    assert not list(place.storage.glob("*/*"))


async def subprocess_run(
    argv: list[str], cwd: Path, environ: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    import asyncio

    return await asyncio.to_thread(
        subprocess.run,
        argv,
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rnu", "hi"], "run"),
        (["run", "--modle", "x", "hi"], "--model"),
        (["run", "--max-steps", "0", "hi"], "max-steps"),
        (["run", "--max-steps", "many", "hi"], "max-steps"),
        (["run", "--agent", "biuld", "hi"], "build"),
        (["run", "-m", "opnai/x", "hi"], "openai"),
        (["run", "--allow", "bash(", "hi"], "rule"),
        (["models", "opnai"], "openai"),
    ],
)
async def test_wrong_words_on_the_command_line(
    place: Place, serve: Serve, arguments: list[str], told: str
) -> None:
    await serve([])
    result = await place.run(*arguments)
    assert result.code == 2, result.err
    assert told in result.err
    assert "Traceback" not in result.err
    assert not place.logs()


async def test_home_unset(place: Place, serve: Serve) -> None:
    await serve([say("ok")])
    environ = {**place.environ, "PYCODE_HOME": str(place.home / "p")}
    environ.pop("HOME")
    process = await subprocess_run([str(PYCODE), "run", "hi"], place.project, environ)
    assert process.returncode == 0, process.stderr
    assert os.listdir(place.home / "p")
