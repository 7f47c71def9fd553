"""The rules that hold in a project, for `pycode rules`: those that a run would have, or those of one file alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pycode.agents.loader import get_agent
from pycode.client.trust import is_trusted
from pycode.config.home import Home
from pycode.config.loader import load_config
from pycode.core.errors import UsageError
from pycode.engine.judge import context_for
from pycode.permissions.answers import Answers
from pycode.permissions.configured import configured_rules
from pycode.permissions.request import Context, Mode
from pycode.permissions.rule_examples import useless_rules
from pycode.permissions.rules import Rule, parse_rule_text, parse_rules
from pycode.workspace.project import find_project


def answers_of(directory: Path, environ: Mapping[str, str]) -> Answers:
    """Return what was answered with "always" in a directory's project."""
    home = Home.default(environ)
    return Answers(home.storage / "answers" / f"{find_project(directory).id}.json")


def context_of(
    directory: Path,
    environ: Mapping[str, str],
    *,
    agent: str | None = None,
    mode: Mode | None = None,
    allow: tuple[str, ...] = (),
) -> tuple[Context, list[str]]:
    """Return the context in which a run in a directory would judge, and a sentence for each file with rules that can never decide.

    Args:
        directory: The working directory.
        environ: The environment.
        agent: Whose calls; the configured one when None.
        mode: The mode, with the agent's the stricter of both; the agent's alone when None.
        allow: Rules to allow, as `--allow` takes them.

    Raises:
        UsageError: The directory, the agent or a rule is wrong.
        ConfigError: A configuration file is wrong.
    """
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a directory; name one that exists")
    project = find_project(directory)
    home = Home.default(environ)
    trusted = is_trusted(project.root, home)
    config = load_config(home, project.root, project.directory, environ, {}, trusted=trusted)
    known = len(config.warnings)
    context = context_for(
        get_agent(agent or config.agent or "build", config.agents, config.repository_agents),
        project,
        rules=configured_rules(config),
        mode=mode,
        readable=[home.storage / "outputs"],
    )
    context.answers = [*map(parse_rule_text, allow), *answers_of(directory, environ).rules()]
    return context, config.warnings[known:]


def strict_context(directory: Path, rules: list[Rule]) -> Context:
    """Return the context in which only the given rules count and all else asks but reading inside the directory."""
    return Context(root=directory, directory=directory, home=Path.home(), rules=rules, strict=True)


def rules_in_file(path: Path) -> tuple[list[Rule], list[str]]:
    """Return the rules of a JSON or YAML file, and a sentence about each that can never decide.

    Raises:
        UsageError: The file cannot be read or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the rules in {path} cannot be read ({error})") from error
    value = _value(text, path)
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise UsageError(f'{path} must hold a mapping such as {{"bash": {{"*": "ask"}}}}')
    rules = parse_rules(value, "user")
    return rules, useless_rules(rules)


def _value(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        import yaml

        try:
            return yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError) as error:
            raise UsageError(f"{path} is neither JSON nor YAML: {error}") from error
