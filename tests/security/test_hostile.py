"""A hostile repository, opened by every command that PyCode has: nothing of it runs, nothing leaves."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest
from tests.security.conftest import Machine, ServeModel
from tests.security.hostile import INSTRUCTIONS, PROMPT, SECRET

from pycode.cli.group import COMMANDS
from pycode.testing import call, say

if sys.platform == "win32":
    pytest.skip("the canaries are shell scripts", allow_module_level=True)

ARGUMENTS: dict[str, list[list[str]]] = {
    "auth": [["list"]],
    "completion": [["bash"], ["zsh"], ["fish"]],
    "config": [[], ["check"]],
    "doctor": [[], ["--json"], ["--report"], ["--cwd", "src"]],
    "models": [[], ["openai"], ["list"], ["install", "$(touch ran)"], ["remove", "--pre=evil.sh"]],
    "rules": [["list"], ["check", "git status; ls src"]],
    "run": [
        ["go"],
        ["-c", "go on"],
        ["-c", "--fork", "go on"],
        ["--agent", "plan", "go"],
        ["--mode", "confirm", "go"],
        ["--profile", "compact", "go"],
        ["-f", "src/app.py", "go"],
        ["-f", "AGENTS.md", "-f", "package.json", "go"],
        ["-f", ".", "go"],
        ["read @src/app.py @AGENTS.md @node_modules/x/AGENTS.md @bare @key @.env @home/x"],
        ["read @$(touch ran).md and @--pre=evil.sh"],
        ["--format", "events", "go"],
        ["--output-schema", "package.json", "go"],
        ["--cwd", "bare", "go"],
    ],
    "sessions": [
        ["list"],
        ["search", "go"],
        ["import", "package.json"],
        ["import", ".claude/settings.json"],
        ["import", "key"],
        ["prune"],
    ],
    "trust": [["--list"], ["--revoke"], []],
}
"""What each command is told; one that is not here is called without arguments."""

WORK = [
    call("list", {"path": "."}),
    call("glob", {"pattern": "**/*"}),
    call("grep", {"pattern": "def add"}),
    call("read", {"file_path": "src/app.py"}),
    call("read", {"file_path": "--pre=evil.sh"}),
    call("grep", {"pattern": "--pre=sh", "path": "$(touch ran).md"}),
    call("edit", {"file_path": "src/app.py", "old_string": "a - b", "new_string": "a + b"}),
    call("write", {"file_path": "src/new.py", "content": "x = 1\n"}),
    call("bash", {"command": "echo hello"}),
]


def lines() -> list[list[str]]:
    """Return every command line to try."""
    known = [[name, *rest] for name in sorted(COMMANDS) for rest in ARGUMENTS.get(name, [[]])]
    return [["--version"], ["--help"], *known, *([name, "--help"] for name in sorted(COMMANDS))]


@pytest.mark.parametrize("trusted", [False, True], ids=["untrusted", "trusted"])
async def test_no_command_runs_anything(
    machine: Machine, serve_model: ServeModel, trusted: bool
) -> None:
    await serve_model(lambda _: say("ok"))
    for arguments in lines():
        options = ["--trust"] if trusted and arguments[0] == "run" else []
        result = await machine.run(*arguments, *options)
        assert "Traceback" not in result.err, (arguments, result.err)
        assert SECRET not in result.out + result.err
        machine.check()


@pytest.mark.parametrize("trusted", [False, True], ids=["untrusted", "trusted"])
async def test_no_work_runs_anything_by_itself(
    machine: Machine, serve_model: ServeModel, trusted: bool
) -> None:
    server = await serve_model([*WORK, say("done")])
    result = await machine.run("run", *(["--trust"] if trusted else []), "mend it")
    assert result.out.endswith("done\n"), result.err
    assert "a + b" in (machine.project / "src/app.py").read_text(encoding="utf-8")
    machine.check()
    assert not (machine.project / "ran").exists()
    sent = json.dumps([request.messages for request in server.requests[-1:]])
    assert "hello" in sent
    assert SECRET not in sent
    for text in (result.err, json.loads(json.dumps(sent))):
        assert "\x1b]52" not in text


async def test_a_session_of_a_hostile_file_brings_only_text(
    machine: Machine, serve_model: ServeModel
) -> None:
    await serve_model(lambda _: say("ok"))
    assert (await machine.run("run", "hi")).code == 0
    listed = await machine.run("sessions", "list")
    session = listed.out.split()[0]
    exported = await machine.run("sessions", "export", session)
    text = exported.out.replace('"hi"', json.dumps("\x1b]52;c;aWQ=\x07$(touch ran)"))
    assert "aWQ" in text
    evil = machine.project / "evil.json"
    evil.write_text(text.replace(str(machine.project), "/$(touch ran)"), encoding="utf-8")
    found = await machine.run("sessions", "import", "evil.json")
    assert found.code == 0, found.err
    for arguments in (["sessions", "list"], ["sessions", "show", found.out.strip()]):
        shown = await machine.run(*arguments)
        assert "\x1b" not in shown.out + shown.err
    assert not (machine.project / "ran").exists()
    machine.check()


async def test_what_a_prompt_gives_along_is_no_key(
    machine: Machine, serve_model: ServeModel
) -> None:
    server = await serve_model(lambda _: say("ok"))
    for arguments in (["look at @key and @CLAUDE.md and @.env"], ["-f", "src", "look"]):
        result = await machine.run("run", *arguments)
        assert result.code == 0, result.err
    assert SECRET not in json.dumps([request.messages for request in server.requests])
    machine.check()


async def test_untrusted_says_in_one_line_what_is_ignored(
    machine: Machine, serve_model: ServeModel
) -> None:
    server = await serve_model(lambda _: say("ok"))
    result = await machine.run("run", "hi")
    assert result.code == 0, result.err
    [line] = [line for line in result.err.splitlines() if "not trusted" in line]
    for name in (
        ".claude/",
        ".mcp.json",
        ".pycode/",
        ".agents/",
        ".pycode.yaml (agents, instructions)",
    ):
        assert name in line
    assert "pycode trust" in line
    request = json.dumps([server.requests[0].system, server.requests[0].messages])
    assert PROMPT not in request
    assert INSTRUCTIONS not in request
    assert "Be brief." in request
    assert SECRET not in request
    # What cannot be seen in AGENTS.md is spelled out.
    assert "\\u202e" not in request
    assert "<U+202E>" in request
    assert "<U+E0041>" in request


async def test_trusted_reads_the_agents_and_instructions(
    machine: Machine, serve_model: ServeModel
) -> None:
    server = await serve_model(lambda _: say("ok"))
    result = await machine.run("run", "--trust", "hi")
    assert result.code == 0, result.err
    assert "not trusted" not in result.err
    request = json.dumps([server.requests[0].system, server.requests[0].messages])
    assert PROMPT in request
    assert INSTRUCTIONS in request
    assert SECRET not in request
    assert (await machine.run("run", "hi")).err.count("not trusted") == 1
    assert (await machine.run("trust")).code == 0
    assert "not trusted" not in (await machine.run("run", "hi")).err
    listed = await machine.run("trust", "--list")
    assert listed.out == f"trusted\t{machine.project}\n"
    (machine.project / ".claude/hooks/new.sh").write_text("x", encoding="utf-8")
    assert (await machine.run("run", "hi")).err.count("not trusted") == 1
    assert (await machine.run("trust", "--list")).out == f"changed\t{machine.project}\n"
    assert "forgotten" in (await machine.run("trust", "--revoke")).out
    assert "nothing was said" in (await machine.run("trust", "--revoke")).out
    machine.check()


async def test_a_repositorys_settings_do_not_loosen_anything(
    machine: Machine, serve_model: ServeModel
) -> None:
    script = [
        call("read", {"file_path": "key"}),
        call("read", {"file_path": ".env"}),
        call("bash", {"command": "cat key"}),
        call("write", {"file_path": ".claude/settings.json", "content": "{}"}),
        call("write", {"file_path": ".git/hooks/pre-commit", "content": "x"}),
        call("write", {"file_path": "bare/config", "content": "x"}),
        say("done"),
    ]
    for options in ([], ["--trust"]):
        server = await serve_model(script)
        result = await machine.run("run", *options, "go")
        assert result.code == 3, result.err
        for request in server.requests[1:]:
            [text] = request.results()[-1:]
            assert "denied" in text or "refused" in text
        assert SECRET not in json.dumps(server.requests[-1].messages)
        for header in server.requests[0].headers.values():
            assert machine.evil_url not in header
    machine.check()


async def test_files_that_pycode_does_not_know_are_an_error_and_nothing_more(
    machine: Machine, serve_model: ServeModel
) -> None:
    await serve_model(lambda _: say("ok"))
    config = {"hooks": {"start": "./evil.sh"}, "mcp": {"x": {"command": "./evil.sh"}}}
    (machine.project / ".pycode.yaml").write_text(json.dumps(config), encoding="utf-8")
    result = await machine.run("run", "hi")
    assert "Traceback" not in result.err
    machine.check()


async def test_below_vendored_folders_nothing_is_discovered(
    machine: Machine, serve_model: ServeModel
) -> None:
    server = await serve_model(lambda _: say("ok"))
    await machine.run("run", "hi", cwd=machine.project / "node_modules/x")
    assert INSTRUCTIONS not in json.dumps(server.requests[0].messages)
    assert "Be brief." in json.dumps([server.requests[0].system, server.requests[0].messages])
    machine.check()


async def test_bypass_says_what_it_means(machine: Machine, serve_model: ServeModel) -> None:
    server = await serve_model([call("read", {"file_path": ".env"}), say("ok")])
    machine.environ["container"] = "test"
    result = await machine.run("run", "--mode", "bypass", "go")
    assert "mode bypass: nothing is asked" in result.err
    assert SECRET in server.requests[1].results()[0]
    machine.check()


async def test_the_canaries_work(machine: Machine) -> None:
    # Otherwise the tests above would show nothing.
    process = await asyncio.create_subprocess_exec(
        "git", "status", cwd=machine.project, env=machine.environ
    )
    await process.wait()
    assert "program git" in machine.hostile.ran()
    subprocess.run(
        ["/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "git", "diff"],
        cwd=machine.project,
        check=False,
        capture_output=True,
    )
    assert machine.hostile.ran().count("\n") > 1
    host, _, port = machine.evil_url.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    while not machine.heard:
        await asyncio.sleep(0)
    writer.close()
    with pytest.raises(AssertionError):
        machine.check()
