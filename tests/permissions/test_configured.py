"""The rules of the configuration: examples are tried when it is loaded, and rules that can never decide are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from pycode.config.home import Home
from pycode.config.loader import load_config
from pycode.config.schema import Config
from pycode.core.errors import ConfigError
from pycode.permissions.configured import configured_rules
from pycode.permissions.rules import Rule


def load(folder: Path, user: str, repository: str = "") -> Config:
    home = Home(folder / "home")
    project = folder / "project"
    for path, text in ((home.config_file, user), (project / ".pycode.yaml", repository)):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_config(home, project, project, {}, {}, trusted=True)


def test_examples_that_hold_change_nothing(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "permission: {bash: {'git log *': {action: allow, match: [git log -5], not_match: [git push]}}}",
        "permission: {edit: {'src/**': {action: ask, match: [src/a/b]}}}",
    )
    assert configured_rules(config) == [
        Rule("bash", "git log *", "allow", "user"),
        Rule("edit", "src/**", "ask", "repository"),
    ]
    assert config.warnings == []


def test_an_example_that_fails_is_told_with_file_key_and_example(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "permission:\n  bash:\n    'find *':\n      action: allow\n      match: [find . -delete]\n"
        "agents: {mine: {permission: {bash: {'rm *': {action: deny, not_match: [sudo rm x]}}}}}",
        "permission: {edit: {src: {action: deny, match: [lib]}}}",
    )
    with pytest.raises(ConfigError) as caught:
        configured_rules(config)
    user, repository = tmp_path / "home" / "config.yaml", tmp_path / "project" / ".pycode.yaml"
    assert str(caught.value).splitlines() == [
        f"{user}:3: permission.bash.\"find *\": the rule bash(find *) does not match its example 'find . -delete'; change one of them",
        f"{user}:6: agents.mine.permission.bash.\"rm *\": the rule bash(rm *) matches 'sudo rm x', which it shall not; change one of them",
        f"{repository}:1: permission.edit.src: the rule edit(src) does not match its example 'lib'; change one of them",
    ]


def test_rules_that_can_never_decide_are_one_warning_a_source(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "permission: {bash: {ls: ask, 'a && b *': allow, '*': deny}}\n"
        "agents: {mine: {permission: {edit: {x: deny, '*': ask}}}}",
        "permission: {edit: {x: ask, '*': deny}}",
    )
    configured_rules(config)
    user, repository, agent = config.warnings
    assert user.startswith(
        f"{tmp_path / 'home' / 'config.yaml'}: the rule bash(ls) (ask) can never decide: "
    )
    assert "; the rule bash(a && b *) (allow) can never decide: " in user
    assert repository.startswith(
        f"{tmp_path / 'project' / '.pycode.yaml'}: the rule edit(x) (ask) can"
    )
    assert agent.startswith(f"{tmp_path / 'home' / 'config.yaml'}: the rule edit(x) (deny) can")
    configured_rules(config)
    assert len(config.warnings) == 3
