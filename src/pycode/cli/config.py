"""`pycode config`: what counts and where it came from, whether the files are right, and what they may say."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import Any

import click

from pycode.cli.nearest import NearestGroup
from pycode.cli.session_arguments import working_directory
from pycode.system.terminal import has_colour, is_terminal
from pycode.system.text import visible


@click.group("config", cls=NearestGroup)
def command() -> None:
    """Show what is configured and where each value came from; check the files."""


@command.command("show")
@click.argument("key", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--cwd", metavar="DIR", help="As it counts in this directory.")
@click.pass_context
def show(context: click.Context, /, key: str, as_json: bool, cwd: str | None) -> None:
    """Show each value with where it came from, or only KEY and what lies below it. Keys of providers are hidden.

    In a pipe each value is a line: key, value as JSON, source, separated by tabs.
    """
    from pycode.client.config import load, settings

    config = load(working_directory(context, cwd), os.environ)
    found = settings(config, key)
    if as_json:
        click.echo(json.dumps([asdict(setting) for setting in found]))
    elif is_terminal(sys.stdout):
        for setting in found:
            source = click.style(visible(setting.source), dim=True)
            line = f"{visible(setting.key)} = {_value(setting.value)}  {source}"
            click.echo(line, color=has_colour(sys.stdout, os.environ))
    else:
        for setting in found:
            columns = (setting.key, _value(setting.value), setting.source)
            click.echo("\t".join(map(visible, columns)))
    for warning in config.warnings:
        click.echo(f"pycode: {visible(warning)}", err=True)


@command.command("check")
@click.option("--cwd", metavar="DIR", help="As it counts in this directory.")
@click.pass_context
def check(context: click.Context, /, cwd: str | None) -> None:
    """Say what is wrong in the files and variables, a line for each problem; exit code 2 then."""
    from pycode.client.config import load, places

    directory = working_directory(context, cwd)
    config = load(directory, os.environ)
    for warning in config.warnings:
        click.echo(f"warning: {visible(warning)}")
    for thing in config.untrusted:
        click.echo(f"not obeyed until you trust the project (pycode trust): {visible(thing)}")
    files = [visible(str(place.path)) for place in places(directory, os.environ) if place.exists]
    click.echo(f"Nothing is wrong in {', '.join(files) or 'the environment; there is no file'}.")


@command.command("path")
@click.option("--cwd", metavar="DIR", help="As it counts in this directory.")
@click.pass_context
def path(context: click.Context, /, cwd: str | None) -> None:
    """Show where the files are looked for, the weakest first, and which are there."""
    from pycode.client.config import places

    for place in places(working_directory(context, cwd), os.environ):
        state = "there" if place.exists else "not there"
        name = visible(str(place.path))
        if is_terminal(sys.stdout):
            click.echo(f"{name}  ({place.whose}, {state})")
        else:
            click.echo(f"{name}\t{place.whose}\t{state}")


@command.command("schema")
def schema() -> None:
    """Write the JSON Schema of config.yaml, for editors."""
    from pycode.client.config import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


def _value(value: Any) -> str:
    return visible(json.dumps(value, ensure_ascii=False))
