"""What the built-in tools need of the engine: `more_tools`, lists of steps, questions, images, patches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.engine import Bench, MakeBench

from pycode.core.events import QuestionAsked, QuestionReplied, SessionIdle, TodoUpdated
from pycode.testing import call, say
from pycode.tools import default_registry

TODOS = [{"content": "look", "status": "completed"}, {"content": "mend", "status": "pending"}]
QUESTION = {"questions": [{"question": "Which?", "choices": ["red", "blue"]}]}


def tools() -> list[Any]:
    return default_registry().get_all()


async def test_a_deferred_tool_is_found_and_run_under_its_own_permission(
    bench: MakeBench, project: Path
) -> None:
    (project / "a.txt").write_text("x", encoding="utf-8")
    inner = {"name": "move", "arguments": {"source": "a.txt", "destination": "b.txt"}}
    b = bench(
        [call("more_tools", {"query": "move"}), call("more_tools", inner), say("ok")], tools()
    )
    await b.ask("go")
    names = [tool["name"] for tool in b.provider.requests[0].tools]
    assert "more_tools" in names
    assert "move" not in names
    assert "move" in b.provider.requests[1].results()[0]
    assert (project / "b.txt").exists(), b.provider.requests[2].results()
    assert len(names) <= 10


async def test_a_deferred_tool_obeys_what_is_denied(bench: MakeBench, project: Path) -> None:
    (project / ".git" / "config").write_text("x", encoding="utf-8")
    inner = {"name": "delete", "arguments": {"path": ".git/config"}}
    b = bench([call("more_tools", inner), say("ok")], tools())
    await b.ask("go")
    assert (project / ".git" / "config").exists()
    [part] = b.engine.messages(b.session_id)[1].get_tool_parts()
    assert part.status == "rejected"


async def test_the_list_of_steps_is_kept_and_replayed(bench: MakeBench) -> None:
    b = bench([call("todo", {"todos": TODOS}), say("ok")], tools())
    await b.ask("go")
    assert [event.todos for event in b.seen(TodoUpdated)] == [TODOS]
    replayed = [e async for e in _until_idle(b)]
    assert [e.todos for e in replayed if isinstance(e, TodoUpdated)] == [TODOS]


async def _until_idle(b: Bench) -> Any:
    async for event in b.engine.events(b.session_id, after=0):
        yield event
        if isinstance(event, SessionIdle):
            return


async def test_a_question_is_put_to_the_user(bench: MakeBench) -> None:
    b = bench([call("question", QUESTION), say("ok")], tools(), attended=True)
    subscription = b.engine.bus.subscribe(b.session_id)
    await b.engine.submit(b.session_id, "go")
    async for event in subscription:
        if isinstance(event, QuestionAsked):
            assert event.questions[0]["choices"] == ["red", "blue"]
            assert b.engine.answer(event.request_id, [["blue"]])
            assert not b.engine.answer(event.request_id, [["red"]])
        if isinstance(event, QuestionReplied):
            assert event.answers == [["blue"]]
        if isinstance(event, SessionIdle):
            break
    assert "blue" in b.provider.requests[1].results()[0]


async def test_without_a_person_a_question_is_refused_at_once(bench: MakeBench) -> None:
    b = bench([call("question", QUESTION), say("ok")], tools())
    await b.ask("go")
    [part] = b.engine.messages(b.session_id)[1].get_tool_parts()
    assert part.status in {"error", "rejected"}


async def test_an_image_reaches_a_model_that_reads_images(bench: MakeBench, project: Path) -> None:
    from PIL import Image

    Image.new("RGB", (4, 4), "red").save(project / "a.png")
    look = call("read", {"file_path": "a.png"})
    b = bench([look, say("red"), look, say("?")], tools(), images=True)
    await b.ask("go")
    results = b.provider.requests[1].messages[-1]["content"]
    assert [block["type"] for block in results] == ["tool_result", "image"]
    assert results[1]["media_type"] == "image/png"
    blind = bench([look, say("?")], tools())
    await blind.ask("go")
    told = blind.provider.requests[1].messages[-1]["content"]
    assert "does not read images" in str(told)


async def test_a_model_trained_on_patches_is_given_them_and_edit_still_runs(
    bench: MakeBench, project: Path
) -> None:
    (project / "a.txt").write_text("one\n", encoding="utf-8")
    edit = {"file_path": "a.txt", "old_string": "one", "new_string": "two"}
    b = bench([call("edit", edit), say("ok")], tools(), patches=True)
    await b.ask("go")
    names = [tool["name"] for tool in b.provider.requests[0].tools]
    assert "apply_patch" in names
    assert "edit" not in names
    assert (project / "a.txt").read_text(encoding="utf-8") == "two\n"
