"""The grammars of a small model's answers: whatever they allow is an action, and is about what there is."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.gbnf import Gbnf

from pycode.providers.compact_code import code_question, read_code
from pycode.providers.compact_conversation import Conversation
from pycode.providers.compact_data import COMPACT
from pycode.providers.compact_grammar import ANSWER, Scope, grammar
from pycode.providers.compact_places import places
from pycode.providers.compact_scope import step_grammar
from pycode.providers.compact_text import read_action

ACTIONS = {action.name: action for action in COMPACT.actions}
NAMES = st.from_regex(r"[a-z]{1,3}(/[a-zé\" ]{1,3})?\.(py|json|md)", fullmatch=True)
LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=6), max_size=6
)
CODE = ["import os", "", "", 'def f(a="\\\\"):', "    return a", "", "", "class A:", "    x = 1"]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.dictionaries(NAMES, LINES, max_size=3), st.booleans())
def test_whatever_is_allowed_is_an_action_on_what_there_is(
    data: st.DataObject, texts: dict[str, list[str]], whole: bool
) -> None:
    texts["code.py"] = CODE
    scope = Scope(
        [*texts, "unread.py"], ["unread.py"], texts, frozenset(texts) if whole else frozenset()
    )
    source = grammar(COMPACT.actions, scope)
    text = Gbnf(source).make(lambda low, high: data.draw(st.integers(low, high)))
    value = json.loads(text)
    if value["action"] == ANSWER:
        assert read_action(text, COMPACT.actions) == value["text"]
        return
    assert read_action(text, COMPACT.actions) == (ACTIONS[value["action"]], value)
    path = value.get("path")
    if value["action"] == "read":
        assert path == "unread.py"
    elif value["action"] in {"edit", "insert", "remove"}:
        lines = "\n".join(texts[path])
        named = value.get("old", value.get("after"))
        assert (named is None) == whole
        assert named is None or lines.count(named) == 1


def test_without_files_nothing_can_be_read_or_changed() -> None:
    rules = Gbnf(grammar(COMPACT.actions, Scope((), (), {}))).rules
    assert [name for name in rules["root"] if name != "|"] == [
        "search",
        "rename",
        "write",
        "run",
        "answer",
    ]


def offered(said: Conversation, files: tuple[str, ...] = ("a.py",), facts: str = "") -> list[str]:
    """Return the actions that may come next."""
    source = step_grammar(COMPACT, said, COMPACT.actions, files, facts)
    return [name for name in Gbnf(source).rules["root"] if name != "|"]


def test_looking_comes_before_changing_and_answering() -> None:
    assert offered(Conversation(request="Add f.")) == ["read", "search", "run"]
    assert "write" in offered(Conversation(request="Add f."), files=())


def test_nothing_new_is_written_before_some_files_were_read() -> None:
    said = Conversation(request="Write a README.", looked=True, texts={"a.py": CODE})
    assert "write" not in offered(said, files=("a.py", "b.py", "c.py"))
    assert "write" in offered(said, files=("a.py",))
    said.texts["b.py"] = CODE
    assert "write" in offered(said, files=("a.py", "b.py", "c.py"))


def test_what_is_to_be_fixed_is_run_first() -> None:
    facts = "Tests: python3 -m unittest"
    said = Conversation(request="Fix the failing test.")
    assert offered(said, facts=facts) == ["run"]
    source = step_grammar(COMPACT, said, COMPACT.actions, ("a.py",), facts)
    made = Gbnf(source).make(lambda low, high: low)
    assert json.loads(made) == {"action": "run", "command": "python3 -m unittest"}
    said.request = 'Fix "python a.py", which crashes.'
    assert "python a.py" in step_grammar(COMPACT, said, COMPACT.actions, ("a.py",), facts)


def test_there_is_no_answer_while_what_is_to_be_fixed_fails() -> None:
    said = Conversation(request="Fix it.", failed="t", ran=("t", "F"), looked=True)
    said.texts = {"a.py": CODE, "test_a.py": CODE}
    assert "answer" not in offered(said)
    said.tries = 1
    assert offered(said) == ["edit"]
    said.tries = 4
    assert "read" in offered(said)
    said.tries = COMPACT.max_tries
    assert "answer" in offered(said)


def test_tests_are_not_changed_when_code_is_to_be_fixed() -> None:
    said = Conversation(request="Fix it.", ran=("t", "F"), looked=True)
    said.texts = {"tests/test_a.py": CODE}
    assert "edit" not in offered(said)
    said.request = "Rename f to g."
    assert "edit" in offered(said)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(["edit", "insert"]), st.sampled_from(["a.py", "a.json", "a.md"]))
def test_whatever_is_allowed_as_code_is_read_as_code(
    data: st.DataObject, name: str, path: str
) -> None:
    said = Conversation(request="Fix it.", texts={path: CODE})
    place = data.draw(st.sampled_from(places("a.py", CODE) or []))
    value = {"path": path, "old": place.name, "after": place.name}
    question = code_question(ACTIONS[name], value, said)
    text = Gbnf(question.grammar).make(lambda low, high: data.draw(st.integers(low, high)))
    code = read_code(text, path)
    assert code is not None
    assert text.startswith("```")
    assert code in text
    if name == "edit" and path == "a.py" and place.is_unit:
        assert code.lstrip(" @").count(place.name.partition("(")[0].rstrip(":")) >= 1
