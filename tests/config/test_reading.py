"""What a file may not say: every problem with its place, all at once."""

from __future__ import annotations

import os
import sys
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from pycode.config.kinds import KINDS, Group, Named, kind_of
from pycode.config.schema import File

if TYPE_CHECKING:
    from tests.config.conftest import Place

KNOWN = (
    "agent, agents, bash_timeout, default_model, formatters, instructions, log, max_retries, max_retry_wait, max_steps, model, models, permission, providers, "
    "timeouts"
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("modle: x", 'config.yaml:1: unknown key "modle"; did you mean "model"?'),
        ("\nzzz: 1", f'config.yaml:2: unknown key "zzz"; known are {KNOWN}'),
        (
            "providers:\n  anthropic:\n    api_kee: x",
            'config.yaml:3: unknown key "api_kee" in providers.anthropic; did you mean "api_key"?',
        ),
        (
            "agents: {'my agent': {promt: x}}",
            'config.yaml:1: unknown key "promt" in agents."my agent"; did you mean "prompt"?',
        ),
        ("model: 3", "config.yaml:1: model must be text, not a number; put it in quotes"),
        ("agent: yes", "config.yaml:1: agent must be text, not true or false; put it in quotes"),
        ("agent: [a]", "config.yaml:1: agent must be text, not a list"),
        ("agent: {a: b}", "config.yaml:1: agent must be text, not a mapping"),
        ("max_steps: x", "config.yaml:1: max_steps must be a whole number, 1 or more, not text"),
        ("max_steps: 0", "config.yaml:1: max_steps must be a whole number, 1 or more"),
        ("max_steps: 1.5", "config.yaml:1: max_steps must be a whole number, 1 or more"),
        (
            "max_steps: true",
            "config.yaml:1: max_steps must be a whole number, 1 or more, not true or false",
        ),
        ("max_retries: -1", "config.yaml:1: max_retries must be a whole number, 0 or more"),
        ("bash_timeout: 0", "config.yaml:1: bash_timeout must be a number of seconds above 0"),
        ("bash_timeout: .inf", "config.yaml:1: bash_timeout must be a number of seconds above 0"),
        ("bash_timeout: .nan", "config.yaml:1: bash_timeout must be a number of seconds above 0"),
        (
            "agents: {a: {temperature: 3}}",
            "config.yaml:1: agents.a.temperature must be a number from 0 to 2",
        ),
        (
            "log: debgu",
            'config.yaml:1: log must be debug, info, warning or error; did you mean "debug"?',
        ),
        ("log: loud", "config.yaml:1: log must be debug, info, warning or error"),
        (
            "log: off",
            "config.yaml:1: log must be debug, info, warning or error, not true or false",
        ),
        ("timeouts: 5", "config.yaml:1: timeouts must be a mapping of keys, not a number"),
        ("providers: [a]", "config.yaml:1: providers must be a mapping of keys, not a list"),
        ("providers: {a: b}", "config.yaml:1: providers.a must be a mapping of keys, not text"),
        ("instructions: a.md", "config.yaml:1: instructions must be a list, not text"),
        (
            "instructions: [a.md,\n  3]",
            "config.yaml:2: instructions must be text, not a number; put it in quotes",
        ),
        ("instructions:\n  -\n", "config.yaml:2: instructions must be text, not nothing"),
        (
            'instructions: ["a\\0b"]',
            "config.yaml:1: instructions: the path holds a NUL character; name a file or a directory",
        ),
        (
            "permission: {edit: alow}",
            'config.yaml:1: permission.edit must be allow, ask or deny; did you mean "allow"?',
        ),
        (
            "permission:\n  bash:\n    'rm *': no",
            'config.yaml:3: permission.bash."rm *" must be allow, ask or deny, not true or false',
        ),
        (
            "permission: {bash: }",
            "config.yaml:1: permission.bash must be allow, ask or deny, not nothing",
        ),
        (
            "permission: {bash: {a: {match: [a]}}}",
            'config.yaml:1: permission.bash.a needs the key "action"',
        ),
        (
            "permission: {bash: {a: {action: alow}}}",
            'config.yaml:1: permission.bash.a.action must be allow, ask or deny; did you mean "allow"?',
        ),
        (
            "permission: {bash: {a: {action: allow, match: a}}}",
            "config.yaml:1: permission.bash.a.match must be a list, not text",
        ),
        (
            "permission: {bash: {a: {action: allow, not_match: [3]}}}",
            "config.yaml:1: permission.bash.a.not_match must be a list of text, not a number",
        ),
        (
            "permission:\n  bash:\n    a:\n      action: deny\n      macth: [a]",
            'config.yaml:5: unknown key "macth" in permission.bash.a; did you mean "match"?',
        ),
        ("default_model: {model: x}", 'config.yaml:1: default_model needs the key "provider"'),
        (
            "model: a/b\ndefault_model: {provider: a, model: b}",
            "config.yaml:2: model and default_model name a model each; keep one",
        ),
        ("- a", "config.yaml:1: the file must be a mapping of keys, not a list"),
        ("hello", "config.yaml:1: the file must be a mapping of keys, not text"),
        (
            "providers: {x: {api_key: '${NO_KEY}'}}",
            "config.yaml:1: providers.x.api_key: the variable NO_KEY is not set; set it, or write ${NO_KEY:default}",
        ),
        (
            "agent: ${A",
            "config.yaml:1: agent: ${ must be followed by a variable's name and }; write $${ for the text ${",
        ),
        (
            "max_steps: ${WORD}",
            "config.yaml:1: max_steps must be a whole number, 1 or more, and its variables give something else",
        ),
        (
            '"\\e[2J\\u202e": 1',
            f'config.yaml:1: unknown key "\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}"; known are {KNOWN}',
        ),
        (f"{'k' * 99}: 1", f'config.yaml:1: unknown key "{"k" * 60}…"; known are {KNOWN}'),
    ],
)
def test_a_wrong_file(place: Place, text: str, problem: str) -> None:
    place.user(text)
    assert place.problems({"WORD": "many"}) == [problem]


def test_a_rule_may_have_examples(place: Place) -> None:
    place.user(
        "permission:\n  bash:\n    'a *': {action: ask, match: ['a $HOME'], not_match: }\n    b: {action: deny}"
    )
    config = place.load()
    assert config.permission == {"bash": {"a *": "ask", "b": "deny"}}
    (examples,) = config.rule_examples
    assert place.short(examples.place) == "config.yaml:3"
    assert (examples.permission, examples.pattern, examples.action) == ("bash", "a *", "ask")
    assert (examples.match, examples.not_match) == (["a $HOME"], [])


def test_all_problems_of_all_sources_are_told_at_once(place: Place) -> None:
    place.user("modle: x\nlog: 1\ntimeouts: {idle: no}")
    place.repository("max_steps: none\nmodel: a/b")
    place.repository("agent: [", ".pycode/config.yaml")
    flags = {"agnt": "x", "max_steps": -1}
    assert place.problems({"PYCODE_MAX_RETRIES": "few", "PYCODE_LOG": "loud"}, flags) == [
        'config.yaml:1: unknown key "modle"; did you mean "model"?',
        "config.yaml:2: log must be debug, info, warning or error, not a number",
        "config.yaml:3: timeouts.idle must be a number of seconds above 0, not true or false",
        ".pycode.yaml:1: max_steps must be a whole number, 1 or more, not text",
        ".pycode/config.yaml:2:1: broken YAML: did not find expected node content",
        "PYCODE_MAX_RETRIES must be a whole number, 0 or more",
        "PYCODE_LOG must be debug, info, warning or error",
        'flag: unknown key "agnt"; did you mean "agent"?',
        "flag: max_steps must be a whole number, 1 or more",
    ]


def test_the_list_of_problems_has_an_end(place: Place) -> None:
    place.user("".join(f"key{number}: 1\n" for number in range(50_000)))
    problems = place.problems()
    assert len(problems) == 21
    assert problems[-1] == "config.yaml: more is wrong"


def test_a_secret_in_the_wrong_place_is_not_told(place: Place) -> None:
    place.user("max_steps: hush\nproviders: hush\nlog: hush\nagent: [hush]")
    assert "hush" not in "".join(place.problems())


def test_a_folder_in_the_files_place(place: Place) -> None:
    place.home.config_file.mkdir()
    assert place.problems() == ["config.yaml: is a folder; a file is expected in its place"]


def test_a_file_in_the_folders_place_is_no_config(place: Place) -> None:
    (place.project / ".pycode").touch()
    assert place.load().warnings == []


def test_a_large_file(place: Place) -> None:
    place.user(b"#" * 1_000_000)
    place.load()
    place.user(b"#" * 1_000_001)
    assert place.problems() == ["config.yaml: is larger than 1 MB; make it smaller"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_a_file_that_never_ends(place: Place) -> None:
    os.mkfifo(place.project / ".pycode.yaml")
    assert place.problems() == [".pycode.yaml: cannot be read: It is a FIFO, not a file"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(place: Place) -> None:
    place.user("model: a/b").chmod(0)
    assert place.problems() == ["config.yaml: cannot be read: Permission denied"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_a_link_that_goes_in_circles(place: Place) -> None:
    place.home.config_file.symlink_to(place.home.config_file)
    assert place.problems() == ["config.yaml: cannot be read: Too many levels of symbolic links"]


def test_a_link_is_followed(place: Place) -> None:
    target = place.home.root / "real.yaml"
    target.write_text("model: a/b", encoding="utf-8")
    place.home.config_file.symlink_to(target)
    assert place.load().model == "a/b"


def test_every_annotation_of_the_schema_has_its_kind() -> None:
    todo, used = [File], set()
    while todo:
        for item in fields(todo.pop()):
            kind = kind_of(item.type)
            used.add(str(item.type).removesuffix(" | None"))
            inner = kind.item if isinstance(kind, Named) else kind
            if isinstance(inner, Group):
                todo.append(inner.cls)
    assert used == set(KINDS)
