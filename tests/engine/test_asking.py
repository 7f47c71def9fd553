"""Asking a person before a call runs, and the answers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.support.engine import Bench, MakeBench, NoteTool

from pycode.core.errors import UsageError
from pycode.core.events import Event, PermissionAsked, PermissionReplied, SessionIdle
from pycode.testing import call, say
from pycode.tools import BashTool, ReadTool


async def answer_all(b: Bench, text: str, *answers: tuple[str, str]) -> list[Event]:
    """Submit a prompt and answer its questions in order."""
    left = list(answers)
    events: list[Event] = []
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, text)
    async for event in subscription:
        events.append(event)
        if isinstance(event, PermissionAsked):
            answer, reason = left.pop(0)
            assert b.engine.reply(event.request_id, answer, reason)  # type: ignore[arg-type]
            assert not b.engine.reply(event.request_id, "no")
        if isinstance(event, SessionIdle):
            break
    assert not left
    return events


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "notes.txt"
    path.parent.mkdir()
    path.write_text("hello", encoding="utf-8")
    return path


def look(path: Path) -> Any:
    return call("read", {"file_path": str(path)})


async def test_yes_once_covers_this_call_only(bench: MakeBench, outside: Path) -> None:
    script = [look(outside), say("x"), look(outside), say("ok")]
    b = bench(script, [ReadTool()], attended=True)
    events = await answer_all(b, "go", ("once", ""))
    assert "hello" in b.provider.requests[1].results()[0]
    asked = [e for e in events if isinstance(e, PermissionAsked)]
    assert asked[0].permission == "external_directory"
    assert str(outside) in asked[0].reason + " ".join(asked[0].patterns)
    assert [e.answer for e in events if isinstance(e, PermissionReplied)] == ["once"]
    await answer_all(b, "again", ("once", ""))


async def test_always_is_not_asked_again(bench: MakeBench, outside: Path) -> None:
    script = [look(outside), say("x"), look(outside), say("ok")]
    b = bench(script, [ReadTool()], attended=True)
    await answer_all(b, "go", ("always", ""))
    await answer_all(b, "again")
    assert "hello" in b.provider.requests[3].results()[0]


async def test_no_tells_the_model_why_and_the_turn_goes_on(bench: MakeBench, outside: Path) -> None:
    b = bench([look(outside), say("ok")], [ReadTool()], attended=True)
    await answer_all(b, "go", ("no", "use the other file"))
    [result] = b.provider.requests[1].results()
    assert "use the other file" in result
    [part] = b.engine.messages(b.session_id)[1].get_tool_parts()
    assert part.status == "rejected"
    assert part.metadata["refusal"] == "user"


async def test_several_questions_at_once_are_all_kept(bench: MakeBench, tmp_path: Path) -> None:
    files = [tmp_path / f"o{n}.txt" for n in range(3)]
    for file in files:
        file.write_text(file.name, encoding="utf-8")
    b = bench([[look(file) for file in files], say("ok")], [ReadTool()], attended=True)
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, "go")
    asked: list[PermissionAsked] = []
    async for event in subscription:
        if isinstance(event, PermissionAsked):
            asked.append(event)
        if len(asked) == 3:
            break
    for event in reversed(asked):
        b.engine.reply(event.request_id, "once")
    await b.engine.wait(b.session_id)
    results = b.provider.requests[1].results()
    assert all(file.name in result for file, result in zip(files, results, strict=True))


async def test_a_repeated_call_may_go_on_when_a_person_says_so(bench: MakeBench) -> None:
    tool = NoteTool("note")
    b = bench([call("note", {"text": "a"})] * 4 + [say("ok")], [tool], attended=True)
    await answer_all(b, "go", ("once", ""))
    assert tool.notes.count("end a") == 4


async def test_a_question_nobody_answers_ends_with_the_turn(
    bench: MakeBench, outside: Path
) -> None:
    b = bench([look(outside)], [ReadTool()], attended=True)
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, "go")
    async for event in subscription:
        if isinstance(event, PermissionAsked):
            break
    await b.engine.cancel(b.session_id)
    await asyncio.sleep(0)
    assert isinstance(event, PermissionAsked)
    assert not b.engine.reply(event.request_id, "once")


async def first_question(b: Bench, text: str = "go") -> PermissionAsked:
    """Submit a prompt and return the first question, which stays open."""
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, text)
    async for event in subscription:
        if isinstance(event, PermissionAsked):
            return event
    raise AssertionError("nothing was asked")


async def test_this_session_holds_for_the_session_only(bench: MakeBench, outside: Path) -> None:
    script = [look(outside), say("x"), look(outside), say("y"), look(outside), say("z")]
    b = bench(script, [ReadTool()], attended=True)
    await answer_all(b, "go", ("session", ""))
    await answer_all(b, "again")
    assert "hello" in b.provider.requests[3].results()[0]
    b.session_id = b.engine.create(b.engine.sessions()[0].directory).id
    await answer_all(b, "in another session", ("no", "x"))


async def test_an_answer_covers_the_other_calls_of_the_same_response(
    bench: MakeBench, outside: Path
) -> None:
    again = call("bash", {"command": f"cat {outside}"})
    b = bench([[again, again], say("ok")], [BashTool()], attended=True)
    await answer_all(b, "go", ("session", ""))


async def test_a_question_says_what_an_answer_would_keep(bench: MakeBench, outside: Path) -> None:
    b = bench([look(outside), say("ok")], [ReadTool()], attended=True)
    asked = await first_question(b)
    assert asked.scopes == ["once", "session", "always"]
    assert asked.rules == [f"external_directory({outside})"]
    b.engine.reply(asked.request_id, "no")
    await b.engine.wait(b.session_id)


async def test_another_rule_can_be_kept_than_the_one_offered(
    bench: MakeBench, outside: Path
) -> None:
    other = outside.with_name("other.txt")
    other.write_text("hello too", encoding="utf-8")
    b = bench([look(outside), say("x"), look(other), say("ok")], [ReadTool()], attended=True)
    asked = await first_question(b)
    with pytest.raises(UsageError, match="not a rule"):
        b.engine.reply(asked.request_id, "always", rules=["("])
    b.engine.reply(asked.request_id, "always", rules=[f"external_directory({outside.parent}/**)"])
    await b.engine.wait(b.session_id)
    await answer_all(b, "the other")
    assert "hello too" in b.provider.requests[3].results()[0]


@pytest.mark.parametrize("command", ["sudo -n cat {}", "env cat {}", "bash -c 'cat {}'"])
async def test_for_wrappers_no_answer_is_kept(
    bench: MakeBench, outside: Path, command: str
) -> None:
    text = command.format(outside)
    b = bench([call("bash", {"command": text}), say("x")] * 2, [BashTool()], attended=True)
    asked = await first_question(b)
    if "always" in asked.scopes:
        # Only the path was asked about, and a path can be kept.
        assert all(rule.startswith("external_directory(") for rule in asked.rules)
    with pytest.raises(UsageError, match="cannot be kept"):
        b.engine.reply(asked.request_id, "always", rules=[f"bash({text})"])
    with pytest.raises(UsageError, match="cannot be kept"):
        b.engine.reply(asked.request_id, "always", rules=["bash(sudo *)"])
    b.engine.reply(asked.request_id, "no")
    await b.engine.wait(b.session_id)


async def test_a_question_shows_what_would_hide(bench: MakeBench, outside: Path) -> None:
    hidden = outside.with_name("a\u202eb\u3000\x1b[2K" + " " * 40 + "c.txt")
    b = bench([look(hidden), say("x")], [ReadTool()], attended=True)
    asked = await first_question(b)
    for text in (asked.title, asked.reason, *asked.patterns, *asked.rules):
        assert text.isprintable(), text
        assert "a<U+202E>b<U+3000>\u241b[2K<40 blanks>c.txt" in text
    b.engine.reply(asked.request_id, "no")
    await b.engine.wait(b.session_id)


async def test_a_link_that_was_swapped_after_the_answer_is_refused(
    bench: MakeBench, outside: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    link = tmp_path / "link.txt"
    link.symlink_to(outside)
    b = bench([look(link), say("ok")], [ReadTool()], attended=True)
    asked = await first_question(b)
    link.unlink()
    link.symlink_to(secret)
    b.engine.reply(asked.request_id, "once")
    await b.engine.wait(b.session_id)
    [result] = b.provider.requests[1].results()
    assert "the secret" not in result
    assert "leads elsewhere than when it was decided about" in result


async def test_the_part_of_a_command_that_asks_is_marked(bench: MakeBench) -> None:
    command = "ls && cat /etc/hostname; echo done"
    b = bench([call("bash", {"command": command}), say("x")], [BashTool()], attended=True)
    asked = await first_question(b)
    assert asked.title == "$ ls && »cat /etc/hostname«; echo done"
    b.engine.reply(asked.request_id, "no")
    await b.engine.wait(b.session_id)
