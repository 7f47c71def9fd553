"""The command line itself: stdin, options on both levels, plain and coloured output, the log for debugging."""

from __future__ import annotations

import asyncio
import json
import os

import pytest
from tests.support.e2e import Place, Serve, finished

from pycode import __version__
from pycode.testing import call, say


@pytest.mark.parametrize("arguments", [["--version"], ["version"], ["-V"]])
async def test_version(place: Place, arguments: list[str]) -> None:
    result = await place.run(*arguments)
    assert (result.code, result.out) == (0, f"pycode {__version__}\n")


async def test_python_m_pycode_is_the_same(place: Place) -> None:
    import sys

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pycode", "--version", stdout=-1, env=place.environ
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == f"pycode {__version__}"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["run", "--help"], ["models", "--help"], []]
)
async def test_help(place: Place, arguments: list[str]) -> None:
    result = await place.run(*arguments)
    assert "Usage: pycode" in result.out + result.err
    if arguments:
        assert result.code == 0


async def test_help_tells_the_exit_codes(place: Place) -> None:
    result = await place.run("run", "--help")
    assert "Exit codes" in result.out


async def test_stdin_is_joined_when_it_is_a_pipe_with_data(place: Place, serve: Serve) -> None:
    server = await serve([say("ok"), say("ok"), say("ok")])
    await place.run("run", "explain", text="the piped text\n")
    assert server.requests[0].prompt() == "explain\n\nthe piped text"
    await place.run("run", text="only piped")
    assert server.requests[1].prompt() == "only piped"
    await place.run("run", "explain", "-", text=b"not \xff utf-8")
    assert server.requests[2].prompt() == "explain\n\nnot \ufffd utf-8"


async def test_an_open_stdin_that_sends_nothing_is_not_waited_for(
    place: Place, serve: Serve
) -> None:
    server = await serve([say("ok")])
    reading, writing = os.pipe()
    try:
        process = await place.start("run", "hi", stdin=reading)
        result = await finished(process)
    finally:
        os.close(reading)
        os.close(writing)
    assert result.code == 0, result.err
    assert server.requests[0].prompt() == "hi"


async def test_a_late_stdin_is_read_when_asked_for(place: Place, serve: Serve) -> None:
    server = await serve([say("ok")])
    process = await place.start("run", "-", stdin=asyncio.subprocess.PIPE)
    await asyncio.sleep(0.3)
    result = await finished(process, b"late")
    assert result.code == 0, result.err
    assert server.requests[0].prompt() == "late"


async def test_options_work_on_both_levels_and_the_inner_wins(place: Place, serve: Serve) -> None:
    server = await serve([say("ok"), say("ok"), say("ok")])
    await place.run("-m", "openai/outer", "run", "hi")
    await place.run("run", "-m", "openai/inner", "hi")
    await place.run("-m", "openai/outer", "run", "-m", "openai/inner", "hi")
    assert [request.model for request in server.requests] == ["outer", "inner", "inner"]


async def test_cwd_is_where_it_works(place: Place, serve: Serve) -> None:
    server = await serve([call("bash", {"command": "pwd"}), say("ok")])
    (place.project / "sub").mkdir()
    await place.run("--cwd", "sub", "run", "hi")
    assert f"{place.project / 'sub'}" in server.requests[1].results()[0]


async def test_piped_output_is_plain_and_only_the_answer(place: Place, serve: Serve) -> None:
    await serve([[say("a\x1b[31mb"), call("bash", {"command": "printf '\\033[2J'"})], say("end")])
    result = await place.run("run", "hi")
    assert "\x1b" not in result.err
    assert result.out.endswith("end\n")


async def test_the_debug_log_holds_no_key(place: Place, serve: Serve) -> None:
    await serve([say("ok"), say("ok")])
    await place.run("run", "--debug", "hi")
    await place.run("run", "hi", environ={"PYCODE_LOG": "debug"})
    logs = list((place.home / ".pycode" / "logs").iterdir())
    assert logs
    text = "".join(log.read_text(encoding="utf-8") for log in logs)
    assert "chat/completions" in text
    assert "sk-test" not in text


async def test_models_says_which_can_be_used(place: Place, serve: Serve) -> None:
    await serve([])
    result = await place.run("models")
    assert result.code == 0, result.err
    assert "openai" in result.out
    assert "ANTHROPIC_API_KEY" in result.out
    only = await place.run("models", "anthropic")
    assert "claude" in only.out
    assert "gpt" not in only.out


async def test_the_agents_instructions_are_read_from_the_root_down(
    place: Place, serve: Serve
) -> None:
    server = await serve([say("ok")])
    (place.project / "AGENTS.md").write_text("Root rule.", encoding="utf-8")
    (place.project / "CLAUDE.md").write_text("Not this.", encoding="utf-8")
    (place.project / "sub").mkdir()
    (place.project / "sub" / "CLAUDE.md").write_text("Sub rule.", encoding="utf-8")
    await place.run("run", "--cwd", "sub", "hi")
    system = str(server.requests[0].messages[0]) + str(server.requests[0].system)
    assert system.index("Root rule.") < system.index("Sub rule.")
    assert "Not this." not in system
    assert json.dumps(system)


async def test_a_configured_formatter_runs_after_an_edit_and_a_repositorys_only_when_trusted(
    place: Place, serve: Serve
) -> None:
    config = "formatters:\n  shout:\n    command: [sed, -i, s/plus/PLUS/, '{file}']\n    files: ['*.py']\n"
    edit = {"file_path": "calc.py", "old_string": "a - b", "new_string": "a + b  # plus"}
    undo = {"file_path": "calc.py", "old_string": "a + b  # plus", "new_string": "a - b"}
    await serve([call("edit", edit), call("edit", undo), say("ok"), call("edit", edit), say("ok")])
    (place.project / ".pycode.yaml").write_text(config, encoding="utf-8")
    untrusted = await place.run("run", "go")
    assert untrusted.code == 0, untrusted.err
    assert "formatters" in untrusted.err
    (place.project / ".pycode.yaml").unlink()
    (place.home / ".pycode" / "config.yaml").write_text(config, encoding="utf-8")
    formatted = await place.run("run", "go")
    assert formatted.code == 0, formatted.err
    assert "# PLUS" in (place.project / "calc.py").read_text(encoding="utf-8")
