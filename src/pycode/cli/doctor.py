"""`pycode doctor`: whether PyCode can work here, and the line that mends what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict

import click

from pycode.cli.session_arguments import working_directory
from pycode.system.terminal import has_colour, is_terminal
from pycode.system.text import visible

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "problem": ("✗", "red")}


@click.command("doctor")
@click.option("--report", "as_report", is_flag=True, help="A text for an issue, without secrets.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.option("--cwd", metavar="DIR", help="Look as a run in this directory would.")
@click.pass_context
def command(context: click.Context, /, as_report: bool, as_json: bool, cwd: str | None) -> int:
    """Look whether PyCode can work here, and say how to mend what is wrong.

    Exit code 1 when something keeps it from working.
    """
    from pycode.client.doctor import Screen, examine, report

    directory = working_directory(context, cwd)
    screen = Screen(
        is_terminal=is_terminal(sys.stdin) and is_terminal(sys.stdout),
        encoding=sys.stdout.encoding or "unknown",
        columns=shutil.get_terminal_size().columns,
        colour=has_colour(sys.stdout, os.environ),
    )
    checks = examine(directory, os.environ, screen)
    if as_report:
        click.echo(visible(report(checks, directory, os.environ)), nl=False)
    elif as_json:
        click.echo(json.dumps([asdict(check) for check in checks]))
    else:
        for check in checks:
            mark, colour = _MARKS[check.state]
            line = f"{click.style(mark, fg=colour)} {check.name:9} {visible(check.text)}"
            click.echo(line, color=screen.colour)
            if check.mend:
                click.echo(f"{'':12}mend it: {visible(check.mend)}")
    return 1 if any(check.state == "problem" for check in checks) else 0
