"""Conversations as a small model sees them, and its actions read back into calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pycode.providers.compact import GO_ON, REFUSED, REPEATED, Action, badness, named_commands
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_data import COMPACT
from pycode.providers.compact_text import (
    ActionCall,
    calls_of,
    conversation,
    examples_of,
    fitted_to,
    prompt_of,
    read_action,
)

ACTIONS = {action.name: action for action in COMPACT.actions}
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1)


def step(name: str, arguments: dict[str, Any], result: str, *, error: bool = False) -> list[Any]:
    """Return the neutral messages of one call and its result."""
    call = {"type": "tool_call", "id": name, "name": name, "arguments": arguments}
    back = {"type": "tool_result", "id": name, "name": name, "content": result, "is_error": error}
    return [{"role": "assistant", "content": [call]}, {"role": "user", "content": [back]}]


def told(*messages: Any, files: tuple[str, ...] = ("a.py",), facts: str = "") -> Conversation:
    return conversation(messages, COMPACT.actions, files, facts)


def ask(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def test_the_conversation_is_written_in_actions() -> None:
    made = told(
        ask("Fix it."),
        *step("read", {"file_path": "a.py"}, "1\tx = 1\n2\t\n3\ty = 2"),
        *step("grep", {"pattern": r"f\(x\)"}, "[no matches]"),
        {"role": "assistant", "content": "Done."},
        ask("Thanks."),
        facts="Tests: python3 -m unittest",
    )
    assert [(m["role"], m["content"]) for m in made.messages] == [
        ("user", "Files:\na.py\nTests: python3 -m unittest\n\nTask: Fix it."),
        ("assistant", '{"action":"read","path":"a.py"}'),
        ("user", "Result:\nx = 1\n\ny = 2\n\nTask: Fix it."),
        ("assistant", '{"action":"search","text":"f(x)"}'),
        ("user", "Result:\n[no matches]\n\nTask: Fix it."),
        ("assistant", '{"action":"answer","text":"Done."}'),
        ("user", "Thanks."),
    ]
    assert made.texts == {"a.py": ["x = 1", "", "y = 2"]}
    assert made.request == "Thanks."


def test_what_was_written_of_a_conversation_stays_as_it_is() -> None:
    messages = [ask("Go."), *step("read", {"file_path": "a.py"}, "1\tx")]
    before = told(*messages).messages
    after = told(*messages, *step("bash", {"command": "ls"}, "a.py")).messages
    assert after[: len(before)] == before


@pytest.mark.parametrize(
    "result", ["1 failed\n" + REFUSED, REPEATED], ids=["taken back", "made before"]
)
def test_a_step_that_came_to_nothing_is_not_shown_but_counted(result: str) -> None:
    made = told(ask("Fix it."), *step("bash", {"command": "t"}, result))
    assert [m["role"] for m in made.messages] == ["user"]
    assert made.tries == 1


def test_an_edit_that_failed_is_not_shown_but_counted() -> None:
    made = told(ask("Fix it."), *step("edit", {"file_path": "a.py"}, "same", error=True))
    assert (len(made.messages), made.tries) == (1, 1)


def test_a_reminder_is_no_new_request() -> None:
    made = told(ask("Fix it."), {"role": "assistant", "content": "Done."}, ask(GO_ON + "test it."))
    assert made.request == "Fix it."
    assert made.messages[-1]["content"] == "Not yet: test it."


def test_a_file_is_known_as_its_changes_left_it() -> None:
    edit = {"file_path": "a.py", "old_string": "x = 1", "new_string": "x = 2\nz = 3"}
    made = told(
        ask("Go."),
        *step("read", {"file_path": "a.py"}, "1\tx = 1\n2\ty = 2"),
        *step("edit", edit, "Edited a.py at line 1 (+2 -1)."),
        *step("write", {"file_path": "b.py", "content": "b = 1\n"}, "Created b.py."),
    )
    assert made.texts == {"a.py": ["x = 2", "z = 3", "y = 2"], "b.py": ["b = 1"]}
    assert made.fresh == set()


def test_the_command_that_failed_is_known_until_it_runs_well() -> None:
    failed = step("bash", {"command": "python3 -m unittest"}, "FAILED (failures=1)\n[exit code 1]")
    other = step("bash", {"command": "ls"}, "a.py")
    well = step("bash", {"command": "python3 -m unittest"}, "OK")
    assert told(ask("Fix."), *failed, *other).failed == "python3 -m unittest"
    assert told(ask("Fix."), *failed, *well).failed is None


@pytest.mark.parametrize("action", COMPACT.actions, ids=lambda action: action.name)
def test_an_action_that_became_a_call_is_written_as_it_was(action: Action) -> None:
    texts = {"a.py": ["def f():", "    return 1", "", "", "def g():", "    return 2"]}
    made = Conversation(texts=texts, found={"f": {"a.py": ["f()"]}})
    values = {"path": "a.py", "lines": "def f():", "new_path": "b.py", "name": "f"}
    fields = [item for item in action.fields if item.kind != "code"]
    value = {"action": action.name}
    value |= {item.name: values.get(item.kind, "x.y") for item in fields}
    value |= {"new": "g"} if action.everywhere else {}
    code = "def f():\n    return 3" if action.has_code else None
    [call] = calls_of(action, value, code, made)
    again = told(ask("Go."), *step(call.tool, call.arguments, "done"))
    assert json.loads(again.messages[1]["content"]) == value


def test_an_edit_takes_the_whole_definition_that_it_names() -> None:
    texts = {"a.py": ["class A:", "    def f(self):", "        return 1", "", "x = 1"]}
    value = {"action": "edit", "path": "a.py", "old": "    def f(self):"}
    [call] = calls_of(
        ACTIONS["edit"], value, "def f(self):\n    return 2\n", Conversation(texts=texts)
    )
    assert call == ActionCall(
        "edit",
        {
            "file_path": "a.py",
            "old_string": "    def f(self):\n        return 1",
            "new_string": "    def f(self):\n        return 2",
        },
    )


def test_an_edit_without_a_place_takes_the_whole_file() -> None:
    value = {"action": "edit", "path": "a.json"}
    texts = {"a.json": ["{", "}", ""]}
    [call] = calls_of(ACTIONS["edit"], value, "{}", Conversation(texts=texts))
    assert (call.arguments["old_string"], call.arguments["new_string"]) == ("{\n}", "{}")


def test_what_is_removed_takes_the_empty_lines_behind_it_along() -> None:
    texts = {"a.py": ["import os", "", "", "def f():", "    return 1"]}
    value = {"action": "remove", "path": "a.py", "old": "import os"}
    [call] = calls_of(ACTIONS["remove"], value, None, Conversation(texts=texts))
    assert call.arguments == {
        "file_path": "a.py",
        "old_string": "import os\n\n\n",
        "new_string": "",
    }


def test_a_name_is_searched_for_before_it_is_changed() -> None:
    [call] = calls_of(ACTIONS["rename"], {"old": "load", "new": "read"}, None, Conversation())
    assert call == ActionCall("grep", {"pattern": "load"})


def test_a_name_is_changed_where_it_was_found_and_not_inside_other_names() -> None:
    made = told(
        ask("Rename load to read."),
        *step("grep", {"pattern": "load"}, "a.py\n1: load()\n\nb.py\n1: load(1)\n2: reload()"),
    )
    calls = calls_of(ACTIONS["rename"], {"old": "load", "new": "read"}, None, made)
    assert [(c.arguments["file_path"], c.arguments["old_string"]) for c in calls] == [
        ("a.py", "load"),
        ("b.py", "load(1)"),
    ]
    assert calls[1].arguments["new_string"] == "read(1)"


@given(TEXT)
def test_a_text_is_searched_for_as_it_is(text: str) -> None:
    [call] = calls_of(ACTIONS["search"], {"text": text}, None, Conversation())
    made = told(ask("Go."), *step("grep", call.arguments, "none"))
    assert json.loads(made.messages[1]["content"]) == {"action": "search", "text": text}


@pytest.mark.parametrize(
    "text",
    [
        '{"action":"read","path":"a.py"}',
        'I read it.\n```json\n{"action": "read", "path": "a.py"}\n```\nThen I go on.',
        '{"a": {"b": 1}} {"action":"read","path":"a.py"} {"action":"read","path":"b.py"}',
    ],
)
def test_an_action_is_read_with_what_stands_around_it(text: str) -> None:
    assert read_action(text, COMPACT.actions) == (
        ACTIONS["read"],
        {"action": "read", "path": "a.py"},
    )


@pytest.mark.parametrize("text", ["", "It is 4.", '{"action":"fly"}', '{"action":"read"', "[1]"])
def test_what_is_no_action_is_none(text: str) -> None:
    assert read_action(text, COMPACT.actions) is None


@given(TEXT)
def test_reading_never_fails(text: str) -> None:
    read_action("{" + text, COMPACT.actions)


def test_the_answer_is_its_text() -> None:
    assert read_action('{"action":"answer","text":"a\\nb"}', COMPACT.actions) == "a\nb"


def test_the_examples_are_short_and_show_every_action() -> None:
    said = [message["content"] for message in examples_of(COMPACT)]
    shown = {json.loads(text)["action"] for text in said if text.startswith('{"action"')}
    assert shown >= {"read", "search", "edit", "insert", "rename", "write", "run", "answer"}
    # About four characters a token: the beginning of every request has to be read by two cores.
    assert len(prompt_of(COMPACT, COMPACT.actions)) + sum(map(len, said)) < 8_000


@pytest.mark.parametrize(
    ("command", "output", "expected"),
    [
        ("python3 -m unittest", "OK", 0),
        ("python3 -m unittest", "FAILED (failures=2, errors=1)\n[exit code 1]", 3),
        ("pytest -q", "2 failed, 1 passed\n[exit code 1]", 2),
        ("pytest -q", "ERROR collecting test_a.py\n1 error in 0.1s\n[exit code 2]", 1_001),
        ("python3 a.py", "Traceback (most recent call last):\n[exit code 1]", 1),
        ("python3 a.py", "Please enter a number.\n[exit code 1]", 0),
        ("python3 a.py", "[stopped: it did not end within 5 seconds]", 0),
    ],
)
def test_how_badly_a_command_failed(command: str, output: str, expected: int) -> None:
    assert badness(command, output) == expected


def test_a_request_names_its_commands() -> None:
    request = 'After "python age.py abc" and `make test` it says "hello".'
    assert named_commands(request) == ["python age.py abc", "make test"]


def test_of_a_long_conversation_the_oldest_results_are_cut() -> None:
    long = "x" * 1_000
    said = [
        {"role": "user", "content": long},
        {"role": "assistant", "content": "{}"},
        {"role": "user", "content": long},
        {"role": "assistant", "content": "{}"},
        {"role": "user", "content": long},
    ]
    fitted = fitted_to(said, 2_500)
    assert [len(message["content"]) for message in fitted] == [1_000, 2, 306, 2, 1_000]
    assert fitted_to(said, 5_000) == said
