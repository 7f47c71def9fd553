"""`pycode` alone: a session in a real terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.e2e import Place, Serve

from pycode.testing import call, hang, say

if sys.platform == "win32":
    pytest.skip("tmux is POSIX", allow_module_level=True)

from tests.support.pictures import keep
from tests.support.tmux import TMUX, Screen, screen

pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed")

EDIT = {"file_path": "calc.py", "old_string": "a - b", "new_string": "a + b"}
READY = "Ctrl-C twice leaves."


def idle(shown: str) -> bool:
    """Whether the last line waits for a prompt and nothing runs."""
    return shown.endswith("\n>") and "Ctrl-C stops" not in shown


async def ready(terminal: Screen) -> str:
    await terminal.until(READY)
    return await terminal.when(idle, "a prompt")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("hello", encoding="utf-8")
    return path


async def test_from_the_prompt_to_the_finished_task(
    place: Place, serve: Serve, outside: Path
) -> None:
    text = "# Plan\n\nI will **fix** `add`:\n\n- read\n- edit\n\n```python\nreturn a + b\n```\n"
    server = await serve(
        [
            [
                say(*(text[i : i + 5] for i in range(0, len(text), 5))),
                call("read", {"file_path": "calc.py"}),
            ],
            call("edit", EDIT),
            call("read", {"file_path": str(outside)}),
            say("It is **done**."),
            [say("so far\n\nand then"), hang()],
            say("going on"),
        ]
    )
    async with screen(place, size=(80, 50)) as terminal:
        await ready(terminal)
        await terminal.type("fix add", "Enter")
        asked = await terminal.until("[n] no:")
        await keep("interactive-asking", terminal, place)
        assert "✓ edit calc.py (+1 -1)" in asked
        assert "+    return a + b" in asked
        assert "**" not in asked
        assert "\nPlan\n" in asked
        assert "\x1b[32m" in await terminal.coloured()
        # A key is enough.
        await terminal.type("y")
        await terminal.until("It is done.", "4 steps")
        assert "hello" in server.requests[3].results()[-1]
        await terminal.when(idle)
        await keep("interactive-done", terminal, place, picture=True)

        await terminal.type("once more", "Enter")
        await terminal.until("and then", "Ctrl-C stops")
        await keep("interactive-running", terminal, place)
        await terminal.type("", "C-c")
        stopped = await terminal.until("interrupted; what was done is kept")
        assert "so far" in stopped
        await terminal.when(idle)

        await terminal.type("/exit", "Enter")
        ended = await terminal.until("ended with 0")
        await keep("interactive-stopped", terminal, place)
    session = place.logs()[0].stem
    assert f"pycode -s {session}" in ended
    assert "a + b" in (place.project / "calc.py").read_text(encoding="utf-8")

    async with screen(place, "-c") as terminal:
        resumed = await ready(terminal)
        assert session in resumed
        assert "> once more" in resumed
        assert "so far" in resumed
        await terminal.type("go on", "Enter")
        await terminal.until("going on")
        await terminal.when(idle)
        await keep("interactive-resumed", terminal, place)
    assert len(place.logs()) == 1
    assert "fix add" in json.dumps(server.requests[-1].messages)


async def test_no_with_a_reason_and_a_rule_of_ones_own(
    place: Place, serve: Serve, outside: Path
) -> None:
    look = call("read", {"file_path": str(outside)})
    server = await serve([look, look, say("well"), look, say("free")])
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("go", "Enter")
        await terminal.until("[n] no:")
        await terminal.type("n")
        await terminal.until("Why not?")
        await terminal.type("look elsewhere", "Enter")
        await terminal.when(lambda shown: shown.count("[n] no:") == 2)
        assert "look elsewhere" in server.requests[1].results()[0]
        await terminal.type(f"s {outside.parent}/**", "Enter")
        await terminal.until("well")
        await terminal.type("again", "Enter")
        shown = await terminal.until("free")
        assert shown.count("[n] no:") == 2
    assert "hello" in server.requests[4].results()[-1]


async def test_several_questions_of_the_model(place: Place, serve: Serve) -> None:
    questions = [
        {"question": "Which colour?", "choices": ["red", "blue"]},
        {"question": "And why?", "choices": []},
    ]
    server = await serve([call("question", {"questions": questions}), say("thanks")])
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("ask", "Enter")
        await terminal.until("Which colour?", "2  blue", "(Enter to decline):")
        await terminal.type("2", "Enter")
        await terminal.until("And why?")
        await terminal.type("yes, it is nice", "Enter")
        await terminal.until("thanks")
    answer = server.requests[1].results()[0]
    assert "blue" in answer
    assert "yes, it is nice" in answer


async def test_a_line_during_a_turn_steers_it_and_never_answers_a_question(
    place: Place, serve: Serve, outside: Path
) -> None:
    wait = call("bash", {"command": "while [ ! -e go ]; do sleep 0.1; done"})
    server = await serve([wait, call("read", {"file_path": str(outside)}), say("end")])
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("begin", "Enter")
        await terminal.until("bash while")
        await terminal.type("use tabs", "Enter")
        await terminal.until("> use tabs")
        # Half a line stands there when the question comes: it has to be ended first.
        await terminal.type("yes but")
        await terminal.until("> yes but")
        (place.project / "go").write_text("", encoding="utf-8")
        waiting = await terminal.until("A question waits")
        assert "Allow?" not in waiting
        await terminal.type("", "C-u")
        await terminal.until("Allow?")
        assert "use tabs" in json.dumps(server.requests[1].messages)
        await terminal.type("y")
        await terminal.until("end", "3 steps")
    assert "hello" in server.requests[2].results()[-1]


async def test_ctrl_c_at_a_question_stops_the_turn(
    place: Place, serve: Serve, outside: Path
) -> None:
    await serve([call("read", {"file_path": str(outside)}), say("never")])
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("go", "Enter")
        await terminal.until("Allow?")
        await terminal.type("", "C-c")
        await terminal.until("interrupted; what was done is kept")
        await terminal.when(idle)
        await terminal.type("half a line", "C-c")
        await terminal.when(idle)
        await terminal.type("", "C-c")
        await terminal.until("Ctrl-C again leaves")
        await terminal.type("", "C-c")
        await terminal.until("ended with 0")


async def test_several_lines_pasted_or_with_a_backslash(place: Place, serve: Serve) -> None:
    server = await serve([say("one"), say("two")])
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.paste("first\nsecond\n/exit\n")
        await terminal.until("/exit")
        assert not server.requests
        await terminal.type("", "Enter")
        await terminal.until("one")
        await terminal.type("third\\", "Enter")
        await terminal.type("fourth", "Enter")
        await terminal.until("two")
        # The history has them, for the next time too.
        await terminal.type("/exit", "Enter")
        await terminal.until("ended with 0")
    said = [
        message["content"] for message in server.requests[1].messages if message["role"] == "user"
    ]
    assert "first\nsecond\n/exit" in json.dumps(said).replace("\\n", "\n")
    assert "third\nfourth" in json.dumps(said).replace("\\n", "\n")
    history = place.home / ".pycode" / "history"
    assert history.stat().st_mode & 0o777 == 0o600
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("", "Up", "Up")
        await terminal.until("> third\n  fourth")


async def test_tab_completes_commands_and_paths(place: Place, serve: Serve) -> None:
    await serve([])
    (place.project / "src").mkdir()
    (place.project / "src" / "a.py").write_text("", encoding="utf-8")
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("/mo", "Tab", "Tab")
        await terminal.until("/mode", "/model")
        await terminal.type("", "C-u")
        await terminal.type("/he", "Tab")
        await terminal.until("> /help")
        await terminal.type("", "C-u")
        await terminal.type("see @sr", "Tab")
        await terminal.until("> see @src/")
        await terminal.type("", "Tab")
        await terminal.until("> see @src/a.py")


async def test_a_command_by_hand_is_shown_and_told(place: Place, serve: Serve) -> None:
    server = await serve([say("I see")])
    place.environ["MY_TOKEN"] = "token-1234567890"
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("!echo by hand $MY_TOKEN; exit 3", "Enter")
        await terminal.until("by hand token-1234567890", "(exit code 3)")
        await terminal.when(idle)
        await terminal.type("!sleep 100", "Enter")
        await terminal.until("!sleep 100")
        await terminal.type("", "C-c")
        await terminal.until("(stopped)")
        await terminal.type("look", "Enter")
        await terminal.until("I see")
    said = json.dumps(server.requests[0].messages)
    assert "$ echo by hand" in said
    assert "by hand [redacted]" in said
    assert "token-1234567890" not in said


async def test_the_commands(place: Place, serve: Serve) -> None:
    server = await serve([call("edit", EDIT), say("first answer"), say("second answer")])
    async with screen(place, size=(100, 120)) as terminal:
        await ready(terminal)
        await terminal.type("/cost", "Enter")
        await terminal.until("nothing was said in this session yet")
        await terminal.type("/hlep", "Enter")
        await terminal.until("did you mean /help?")
        await terminal.type("/help", "Enter")
        await terminal.until("/resume [NUMBER|ID]", "!COMMAND")
        await terminal.type("/mode plan", "Enter")
        await terminal.until("mode: plan;")
        await terminal.type("/mode default", "Enter")
        await terminal.until("mode: default;")
        await terminal.type("/mode off", "Enter")
        await terminal.until("there is no mode 'off'")
        await terminal.type("/agent nobody", "Enter")
        await terminal.until("nobody")
        await terminal.type("/model", "Enter")
        await terminal.until("model: openai/")
        await terminal.type("fix it", "Enter")
        await terminal.until("first answer", "2 steps")
        await terminal.when(idle)
        await terminal.type("/diff", "Enter")
        await terminal.when(lambda shown: shown.count("+    return a + b") == 2)
        await terminal.type("/cost", "Enter")
        await terminal.until("2 steps · ")
        await terminal.type("/export page.md", "Enter")
        await terminal.until("written: ")
        await terminal.type("/export page.md", "Enter")
        await terminal.until("exists; name another file")
        await terminal.type("/agent plan", "Enter")
        await terminal.until("agent: plan;")
        await terminal.type("/new", "Enter")
        await terminal.until("A new session begins")
        await terminal.type("think", "Enter")
        await terminal.until("second answer")
        await terminal.when(idle)
        await terminal.type("/sessions", "Enter")
        await terminal.until("think  (here)", "2  20")
        await terminal.type("/resume 2", "Enter")
        shown = await terminal.when(lambda shown: shown.count("first answer") == 2)
        assert "> fix it" in shown
        await keep("interactive-commands", terminal, place)
    assert "first answer" in (place.project / "page.md").read_text(encoding="utf-8")
    assert len(place.logs()) == 2
    assert len(server.requests) == 3


async def test_files_that_a_prompt_names_go_along(place: Place, serve: Serve) -> None:
    server = await serve([say("I see")])
    (place.project / ".env").write_text("SECRET=hush\n", encoding="utf-8")
    (place.project / "blob").write_bytes(b"\x00\x01")
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("see @calc.py, @.env and @blob; ask me@example.com @nobody", "Enter")
        shown = await terminal.until("I see", "1 step")
        assert "\n+ calc.py\n" in shown
        assert "@.env does not go along" in shown
        assert "@blob does not go along" in shown
        assert "example.com does" not in shown
    said = json.dumps(server.requests[0].messages)
    assert "return a - b" in said
    assert "@nobody" in said
    assert "hush" not in said


async def test_the_differences_to_the_last_commit(place: Place, serve: Serve) -> None:
    await serve([])
    git = ["git", "-c", "user.name=me", "-c", "user.email=me@example.com"]
    for words in (["init", "-q"], ["add", "calc.py"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], cwd=place.project, env=place.environ, check=True)
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("/diff", "Enter")
        await terminal.until("+ test_calc.py (new)")
        (place.project / "calc.py").write_text("def add(a, b):\n    return 5\n", "utf-8")
        (place.project / ".gitignore").write_text("*\n", "utf-8")
        await terminal.type("/diff", "Enter")
        shown = await terminal.until("+    return 5")
        assert "-    return a - b" in shown
        assert shown.count("(new)") == 1
        subprocess.run([*git, "commit", "-aqm", "second"], cwd=place.project, check=True)
        await terminal.type("/diff", "Enter")
        await terminal.until("Nothing is changed.")


async def test_an_empty_answer_is_said(place: Place, serve: Serve) -> None:
    await serve([say("")])
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("go", "Enter")
        await terminal.until("1 step", "the model ended its turn without a word")


async def test_a_dumb_terminal_gets_lines(place: Place, serve: Serve, outside: Path) -> None:
    server = await serve(
        [
            [say("plain **text**\n"), call("read", {"file_path": str(outside)})],
            say("done"),
            say("and"),
        ]
    )
    async with screen(place, environ={"TERM": "dumb", "LC_ALL": "C"}) as terminal:
        await ready(terminal)
        await terminal.type("one\\", "Enter")
        await terminal.type("two", "Enter")
        await terminal.until("plain **text**", "[n] no:")
        await terminal.type("y", "Enter")
        await terminal.until("+ read", "done")
        await terminal.when(idle)
        await terminal.type("", "C-c")
        await terminal.until("Ctrl-C again leaves")
        await terminal.type("again", "Enter")
        shown = await terminal.until("\nand")
        assert shown.isascii()
        assert "\x1b" not in (await terminal.coloured())
        await terminal.type("", "C-d")
        await terminal.until("ended with 0")
    assert "one\ntwo" in json.dumps(server.requests[0].messages).replace("\\n", "\n")


async def test_forty_columns_without_colours_with_wide_characters(
    place: Place, serve: Serve
) -> None:
    await serve([say("漢字かな交じり文" * 8 + "\n\n- 一\n- 二\n")])
    async with screen(place, size=(40, 30), environ={"NO_COLOR": "1"}) as terminal:
        await terminal.until("/help")
        await terminal.type("日本語で答えて", "Enter")
        shown = await terminal.until("• 二", "1 step")
        assert "> 日本語で答えて" in shown
        assert shown.replace("\n", "").count("漢字かな交じり文") == 8
        for colour in range(30, 38):
            assert f"\x1b[{colour}m" not in await terminal.coloured()


async def test_a_terminal_that_is_resized_and_then_lost(place: Place, serve: Serve) -> None:
    await serve([[say("line of text " * 30), hang()], say("back again")])
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("begin", "Enter")
        await terminal.until("line of text", "Ctrl-C stops")
        for size in ((40, 12), (20, 5), (120, 40)):
            await terminal.resize(*size)
            await terminal.type("x")
        await terminal.until("> xxx")
        assert "Traceback" not in await terminal.text()
        # What streams is logged once a second; a process that ends may not have come to it when the next one reads.
        await terminal.when(lambda _: "line of text" in json.dumps(place.records()), "in the log")
        await terminal.close()
    async with screen(place, "-c", "--debug") as terminal:
        resumed = await ready(terminal)
        assert "line of text" in resumed
        await terminal.type("on", "Enter")
        await terminal.until("back again")
    assert len(place.logs()) == 1
    ends = [record for record in place.records() if record["kind"] == "idle"]
    first, last = (end["data"]["reason"] for end in ends)
    # Where the process went down with its terminal, it is the next one that notes the end.
    assert first in {"cancelled", "interrupted"}
    assert last == "done"


async def test_a_failing_service_is_a_sentence(place: Place, serve: Serve) -> None:
    from pycode.testing import status

    await serve([[status(401)], say("fine")])
    async with screen(place) as terminal:
        await ready(terminal)
        await terminal.type("go", "Enter")
        failed = await terminal.when(lambda shown: "key" in shown and idle(shown))
        assert "\nauthentication · docs/errors.md#authentication\n" in failed
        assert "Traceback" not in failed
        await terminal.type("again", "Enter")
        await terminal.until("fine")


async def test_options_that_need_no_command(place: Place, serve: Serve) -> None:
    await serve([])
    mixed = await place.run("-c", "run", "hi")
    assert mixed.code == 2
    assert "without a command" in mixed.err
    both = await place.run("-c", "-s", "ses_1")
    assert both.code == 2
    no_terminal = await place.run("--inline")
    assert no_terminal.code == 2
    assert "Usage: pycode" in no_terminal.err
    assert not place.logs()
