"""`pycode rules`: what a command line would be allowed to do and why, and the answers that were kept."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pycode.core.errors import PyCodeError, UsageError
from pycode.system.text import unmistakable, visible

if TYPE_CHECKING:
    from pycode.permissions.checking import Checked
    from pycode.permissions.request import Context

ContextOf = Callable[[Path], "Context"]


@click.group("rules")
def command() -> None:
    """Check what the rules say about a command, and manage the kept answers of this project."""


@command.command("check")
@click.argument("text", metavar="'COMMAND'", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--stdin",
    "from_stdin",
    is_flag=True,
    help='Read one {"command": …, "cwd": …} a line and answer each with a JSON object on a line.',
)
@click.option(
    "--rules",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Judge by the rules in this JSON or YAML file alone; what they leave open asks, except reading here.",
)
@click.option("--cwd", type=click.Path(path_type=Path), metavar="DIR", help="Where it would run.")
@click.option("--agent", metavar="NAME", help="Whose call it is: build (default) or plan.")
@click.option("--mode", type=click.Choice(["default", "confirm", "plan", "bypass"]))
@click.option("--allow", multiple=True, metavar="RULE", help="As for 'pycode run'.")
def check_command(
    text: str | None,
    *,
    as_json: bool,
    from_stdin: bool,
    file: Path | None,
    cwd: Path | None,
    **given: Any,
) -> int:
    """Say what would become of COMMAND: its parts, the paths, and the step and the rule that decide. Nothing is run."""
    if from_stdin == (text is not None):
        raise UsageError("give one command in quotes, or --stdin")
    context_of = _contexts(file, given)
    directory = cwd or Path()
    if from_stdin:
        _answer_lines(context_of, directory)
        return 0
    from pycode.permissions.checking import check

    checked = check(text or "", context_of(directory))
    if as_json:
        click.echo(json.dumps(checked.as_json()))
    else:
        _print(checked)
    return 0


@command.command("list")
def list_command() -> int:
    """Show the answers that were kept for this project."""
    for rule in _answers().rules():
        click.echo(visible(str(rule)))
    return 0


@command.command("add")
@click.argument("rule")
def add_command(rule: str) -> int:
    """Allow RULE in this project from now on, for example 'bash(npm test *)'."""
    from pycode.permissions.rules import parse_rule_text

    parsed = parse_rule_text(rule, "allow", "answer")
    _answers().add(parsed.permission, parsed.pattern)
    click.echo(f"allowed in this project: {visible(str(parsed))}")
    return 0


@command.command("remove")
@click.argument("rule")
def remove_command(rule: str) -> int:
    """Take the kept answer RULE back."""
    from pycode.permissions.rules import parse_rule_text

    parsed = parse_rule_text(rule, "allow", "answer")
    if not _answers().remove(parsed.permission, parsed.pattern):
        raise UsageError(f"there is no kept answer {rule!r}; 'pycode rules list' shows all")
    click.echo(f"asked again: {visible(str(parsed))}")
    return 0


@command.command("reset")
def reset_command() -> int:
    """Take all kept answers of this project back."""
    answers = _answers()
    rules = answers.rules()
    for rule in rules:
        answers.remove(rule.permission, rule.pattern)
    click.echo(f"{len(rules)} answer{'' if len(rules) == 1 else 's'} forgotten")
    return 0


def _answers() -> Any:
    from pycode.client.rules import answers_of

    return answers_of(Path(), os.environ)


def _contexts(file: Path | None, given: dict[str, Any]) -> ContextOf:
    """Return what makes the context of a directory; the same directory gets the same one."""
    from functools import cache

    from pycode.client.rules import context_of, rules_in_file, strict_context

    if file is not None:
        rules, useless = rules_in_file(file)
        _warn(useless)
        return cache(lambda directory: strict_context(directory, rules))

    def configured(directory: Path) -> Context:
        context, useless = context_of(directory, os.environ, **given)
        _warn(useless)
        return context

    return cache(configured)


def _warn(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        print(f"pycode: {visible(sentence)}", file=sys.stderr)


def _answer_lines(context_of: ContextOf, directory: Path) -> None:
    """Answer each line of standard input with a line; one that is wrong gets an object with `error`."""
    for line in sys.stdin.buffer:
        print(json.dumps(_answer(line, context_of, directory)), flush=True)


def _answer(line: bytes, context_of: ContextOf, directory: Path) -> dict[str, Any]:
    from pycode.permissions.checking import check

    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"error": f"not a JSON object: {error}"}
    text, cwd = (
        (value.get("command"), value.get("cwd")) if isinstance(value, dict) else (None, None)
    )
    if not isinstance(text, str) or not (cwd is None or isinstance(cwd, str)):
        return {"error": 'expected {"command": "…", "cwd": "…"}'}
    try:
        return check(text, context_of(Path(cwd) if cwd else directory)).as_json()
    except (PyCodeError, OSError, ValueError) as error:
        return {"error": str(error)}


def _print(checked: Checked) -> None:
    for line in _lines(checked):
        click.echo(line)


def _lines(checked: Checked) -> Iterator[str]:
    import shlex

    decision = checked.decision
    yield f"{decision.action}: {unmistakable(decision.reason)} (step {decision.step})"
    if decision.rule is not None:
        yield f"rule: {visible(str(decision.rule))} ({decision.rule.action})"
    if decision.marked:
        yield f"line: {decision.marked}"
    for part in checked.parts:
        yield f"part: {unmistakable(shlex.join(part))}"
    for path in checked.paths:
        yield f"path: {unmistakable(path)}"
    if decision.remedy:
        yield unmistakable(decision.remedy)
